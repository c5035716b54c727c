// SPDX-License-Identifier: MIT
#include "meter.h"

#include "decimal.h"
#include "scan.h"

enum { MODEL_BYTES = 256, MAX_MODELS = 64 };

#define MAX_TOK      INT64_C(10000000000)
#define MAX_SEARCHES INT64_C(1000000)
#define MAX_USD_PICO INT64_C(10000000000000000)

// What a line writes; the 5-minute part is what is left of all cache writes.
enum { INPUT, OUTPUT, WRITTEN, WRITTEN_1H, READ, SEARCHES, N_FIELDS };

static int64_t read_count(struct scan *s, int64_t max)
{
	struct str text;
	int64_t v;
	if (scan_peek(s) == SCAN_NULL) {
		(void)scan_skip(s);
		return 0;
	}
	return scan_number(s, &text) && str_int(text, 0, max, &v) ? v : -1;
}

static int64_t read_usd(struct scan *s)
{
	struct str text;
	int64_t v;
	return scan_number(s, &text) && decimal_parse(text, 12, MAX_USD_PICO, &v) != DECIMAL_BAD
		       ? v
		       : -1;
}

static void read_usage(struct scan *s, struct meter_usage *out)
{
	static const char *const names[N_FIELDS] = {"inputTokens", "outputTokens",
		"cacheCreationInputTokens", "cacheCreationEphemeral1hInputTokens",
		"cacheReadInputTokens", "webSearchRequests"};
	int64_t v[N_FIELDS] = {0};
	bool has[N_FIELDS] = {0};
	struct scan_list list = {0};
	struct str key;
	out->cost_pico = -1;
	while (scan_key(s, &list, &key)) {
		size_t i = 0;
		if (str_is(key, "costUSD")) {
			out->cost_pico = read_usd(s);
			continue;
		}
		while (i < N_FIELDS && (has[i] || !str_is(key, names[i])))
			i++;
		if (i == N_FIELDS) {
			(void)scan_skip(s);
			continue;
		}
		v[i] = read_count(s, i == SEARCHES ? MAX_SEARCHES : MAX_TOK);
		has[i] = true;
	}
	out->is_split = has[WRITTEN_1H];
	bool is_split = v[WRITTEN_1H] >= 0 && v[WRITTEN_1H] <= v[WRITTEN];
	out->counts[METER_INPUT] = v[INPUT];
	out->counts[METER_OUTPUT] = v[OUTPUT];
	out->counts[METER_CACHE_WRITE_5M] = is_split ? v[WRITTEN] - v[WRITTEN_1H] : -1;
	out->counts[METER_CACHE_WRITE_1H] = v[WRITTEN_1H];
	out->counts[METER_CACHE_READ] = v[READ];
	out->counts[METER_WEB_SEARCHES] = v[SEARCHES];
}

static size_t read_models(struct arena *a, struct scan *s, struct meter_usage *out)
{
	struct scan_list list = {0};
	struct str key;
	size_t n = 0;
	while (scan_key(s, &list, &key)) {
		if (scan_peek(s) != SCAN_OBJECT || n == MAX_MODELS) {
			(void)scan_skip(s);
			continue;
		}
		out[n].model = scan_decode(a, key, MODEL_BYTES);
		read_usage(s, &out[n++]);
	}
	return n;
}

struct meter_usage *meter_read(struct arena *a, struct str line, size_t *out_n)
{
	struct scan s = scan_begin(line);
	struct scan_list list = {0};
	struct str key;
	struct meter_usage *out = NULL;
	size_t n = 0;
	while (scan_key(&s, &list, &key)) {
		if (out || !str_is(key, "modelUsage")) {
			(void)scan_skip(&s);
			continue;
		}
		out = arena_alloc(a, MAX_MODELS * sizeof *out);
		n = read_models(a, &s, out);
	}
	*out_n = scan_at_end(&s) ? n : 0;
	return out;
}

int64_t meter_total(struct str line)
{
	struct scan s = scan_begin(line);
	struct scan_list list = {0};
	struct str key;
	int64_t total = -1;
	while (scan_key(&s, &list, &key)) {
		if (str_is(key, "totalCostUSD") || str_is(key, "total_cost_usd"))
			total = read_usd(&s);
		else
			(void)scan_skip(&s);
	}
	return scan_at_end(&s) ? total : -1;
}
