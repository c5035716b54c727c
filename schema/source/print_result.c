// SPDX-License-Identifier: MIT
#include "print_result.h"

#include "buf.h"
#include "meter.h"
#include "scan.h"

enum { MAX_ID_BYTES = 128, MAX_RESULTS = 4096 };

struct reader {
	struct arena *a;
	struct str name;
	size_t line; // 0: the text is one value
	struct print_result *all;
	size_t n;
	struct err *e;
};

static bool wrong(const struct reader *r, const char *what)
{
	if (r->line)
		return err_set(
			r->e, ERR_USAGE, "%.*s, line %zu: %s", STR_ARG(r->name), r->line, what);
	return err_set(r->e, ERR_USAGE, "%.*s: %s", STR_ARG(r->name), what);
}

static struct str take_text(struct reader *r, struct scan *s)
{
	struct str raw;
	return scan_string(s, &raw) ? arena_str(r->a, scan_decode(r->a, raw, MAX_ID_BYTES))
				    : STR_NONE;
}

static const char *const counts[] = {"inputTokens", "outputTokens", "cacheReadInputTokens",
	"cacheCreationInputTokens", "cacheCreationEphemeral5mInputTokens",
	"cacheCreationEphemeral1hInputTokens", "webSearchRequests", "costUSD"};

// The numbers of one model that are known, and nothing else of it.
static void copy_usage(struct scan *s, struct buf *out)
{
	struct scan_list list = {0};
	struct str key, number;
	bool is_first = true;
	while (scan_key(s, &list, &key)) {
		size_t i = 0;
		while (i < sizeof counts / sizeof *counts && !str_is(key, counts[i]))
			i++;
		if (i == sizeof counts / sizeof *counts || scan_peek(s) == SCAN_NULL) {
			(void)scan_skip(s);
			continue;
		}
		// what is no number becomes one that check_numbers refuses
		if (!scan_number(s, &number))
			number = STR("-1");
		buf_printf(out, "%s\"%s\":%.*s", is_first ? "" : ",", counts[i], STR_ARG(number));
		is_first = false;
	}
}

static void copy_models(struct scan *s, struct buf *out)
{
	struct scan_list list = {0};
	struct str model;
	bool is_first = true;
	while (scan_key(s, &list, &model)) {
		if (scan_peek(s) != SCAN_OBJECT || model.n > MAX_ID_BYTES) {
			(void)scan_skip(s);
			continue;
		}
		buf_printf(out, "%s\"%.*s\":{", is_first ? "" : ",", STR_ARG(model));
		copy_usage(s, out);
		buf_addc(out, '}');
		is_first = false;
	}
}

struct fields {
	struct str type, session, uuid, subtype, terminal_reason, total, duration, turns;
};

static void read_fields(struct reader *r, struct scan *s, struct fields *f, struct buf *models)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "type"))
			f->type = take_text(r, s);
		else if (str_is(key, "session_id"))
			f->session = take_text(r, s);
		else if (str_is(key, "uuid"))
			f->uuid = take_text(r, s);
		else if (str_is(key, "subtype"))
			f->subtype = take_text(r, s);
		else if (str_is(key, "terminal_reason"))
			f->terminal_reason = take_text(r, s);
		else if (str_is(key, "total_cost_usd"))
			(void)scan_number(s, &f->total);
		else if (str_is(key, "duration_ms"))
			(void)scan_number(s, &f->duration);
		else if (str_is(key, "num_turns"))
			(void)scan_number(s, &f->turns);
		else if (str_is(key, "modelUsage") && models->n == 0)
			copy_models(s, models);
		else
			(void)scan_skip(s);
	}
}

// A count or an amount that none is spoils all that would be computed with it.
static bool check_numbers(struct reader *r, struct str line)
{
	size_t n;
	const struct meter_usage *u = meter_read(r->a, line, &n);
	if (meter_total(line) < 0)
		return wrong(r, "its total_cost_usd is no amount of money");
	for (size_t i = 0; i < n; i++) {
		bool is_good = u[i].cost_pico >= 0;
		for (int k = 0; k < METER_N_COUNTS; k++)
			is_good &= u[i].counts[k] >= 0;
		if (!is_good)
			return wrong(
				r, arena_printf(r->a,
					   "its modelUsage of %.*s has a number that is no count",
					   STR_ARG(u[i].model)));
	}
	return true;
}

static void add(struct reader *r, const struct print_result *result)
{
	size_t i = 0;
	while (i < r->n && !str_eq(r->all[i].session, result->session))
		i++;
	if (i == MAX_RESULTS)
		return;
	r->all[i] = *result;
	r->n += i == r->n;
}

// One object of any type; those that are no result say nothing here.
static bool take_object(struct reader *r, struct scan *s)
{
	struct fields f = {0};
	AUTO(buf_free) struct buf models = {0};
	read_fields(r, s, &f, &models);
	if (s->is_bad || !str_is(f.type, "result"))
		return true;
	if (!f.session.n)
		return wrong(r, "its result has no session_id");
	if (!f.total.n)
		return wrong(r, "its result has no total_cost_usd");
	struct print_result result = {.session = f.session,
		.subtype = f.subtype,
		.terminal_reason = f.terminal_reason,
		.key = f.uuid};
	result.line = str_of(arena_printf(r->a, "{\"total_cost_usd\":%.*s,\"modelUsage\":{%.*s}}",
		STR_ARG(f.total), (int)models.n, models.n ? models.p : ""));
	if (!f.uuid.n)
		result.key = str_of(arena_printf(r->a, "%.*s/%.*s/%.*s/%.*s", STR_ARG(f.session),
			STR_ARG(f.total), STR_ARG(f.duration), STR_ARG(f.turns)));
	if (!check_numbers(r, result.line))
		return false;
	add(r, &result);
	return true;
}

// One JSON value and nothing behind it. *out_is_whole false: it is no such thing.
static bool take_value(struct reader *r, struct str text, bool *out_is_whole)
{
	struct scan check = scan_begin(text), s = check;
	struct scan_list list = {0};
	enum scan_type type = scan_peek(&check);
	(void)scan_skip(&check);
	*out_is_whole = scan_at_end(&check) && (type == SCAN_OBJECT || type == SCAN_ARRAY);
	if (!*out_is_whole)
		return true;
	if (type == SCAN_OBJECT)
		return take_object(r, &s);
	while (scan_item(&s, &list)) {
		if (scan_peek(&s) != SCAN_OBJECT)
			(void)scan_skip(&s);
		else if (!take_object(r, &s))
			return false;
	}
	return true;
}

static bool take_lines(struct reader *r, struct str text)
{
	struct str rest = text;
	while (rest.n) {
		bool is_whole;
		struct str line = str_trim(str_split(rest, '\n', &rest));
		r->line++;
		if (!line.n)
			continue;
		if (!take_value(r, line, &is_whole))
			return false;
		if (!is_whole)
			return wrong(r, "this is no JSON; give what `claude -p --output-format "
					"json` has printed");
	}
	return true;
}

bool print_result_read(struct arena *a, struct str text, struct str name, struct print_result **out,
	size_t *out_n, struct err *e)
{
	struct reader r = {.a = a, .name = name, .e = e};
	bool is_whole;
	r.all = arena_alloc(a, MAX_RESULTS * sizeof *r.all);
	if (!take_value(&r, str_trim(text), &is_whole) || (!is_whole && !take_lines(&r, text)))
		return false;
	r.line = 0;
	if (r.n == 0)
		return wrong(&r,
			"no result in it: give what `claude -p --output-format json` has printed");
	*out = r.all;
	*out_n = r.n;
	return true;
}
