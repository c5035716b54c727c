// SPDX-License-Identifier: MIT
// Files of prices: a table like schema/prices.tsv, or the JSON of LiteLLM, which ccusage reads too.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "ledger.h"
#include "price.h"
#include "scan.h"

enum {
	MAX_FILE_BYTES = 64 * 1024 * 1024,
	MAX_PRICES = 10000,
	MAX_CELLS = 32,
	NAME_BYTES = 256,
	PER_TOKEN_DIGITS = 12
};

static bool read_file(const char *path, struct buf *out, struct err *e)
{
	FILE *f = fopen(path, "re");
	if (!f)
		return err_set(e, ERR_USAGE, "cannot read %s: %s", path, strerror(errno));
	for (size_t n = 1; n > 0 && out->n <= MAX_FILE_BYTES;) {
		buf_reserve(out, 65536);
		n = fread(out->p + out->n, 1, 65536, f);
		out->n += n;
	}
	bool ok = !ferror(f);
	(void)fclose(f);
	if (!ok)
		return err_set(e, ERR_USAGE, "cannot read %s: it is no file of text", path);
	return out->n <= MAX_FILE_BYTES ||
	       err_set(e, ERR_USAGE, "%s is larger than 64 MB: not a file of prices", path);
}

struct table {
	sqlite3 *db;
	struct arena *arena;
	const char *path;
	int line;
	struct str heads[MAX_CELLS];
	size_t n_heads;
	struct price_list *out;
};

// Puts file and line before what is wrong with it.
static bool at_line(const struct table *t, struct err *e)
{
	struct err inner = *e;
	return err_set(e, ERR_USAGE, "%s:%d: %s", t->path, t->line, inner.text);
}

static bool take_above(struct price *p, struct str value, struct err *e)
{
	bool ok = str_is(value, "0") || str_is(value, "100000") || str_is(value, "200000");
	if (!ok || !str_int(value, 0, 200000, &p->above_tok))
		return err_set(e, ERR_USAGE,
			"above %.*s: only prompts above 0, 100000 and 200000 tokens are kept apart",
			STR_ARG(value));
	return true;
}

static bool take_cell(struct table *t, struct price *p, struct price_words *w, struct str head,
	struct str value, struct err *e)
{
	bool is_end = str_is(head, "from") || str_is(head, "until");
	if (str_is(head, "model"))
		return price_model(t->arena, value, &p->model, e);
	if (str_is(head, "above"))
		return take_above(p, value.n ? value : STR("0"), e);
	if (str_is(head, "web_search"))
		head = STR("search");
	if (str_is(head, "fast") && !value.n)
		value = STR("no");
	return (is_end && !value.n) || price_take(p, w, head, value, e);
}

static bool check_overlap(const struct table *t, const struct price *p, struct err *e)
{
	for (const struct price *q = t->out->all; q < p; q++)
		if (q->above_tok == p->above_tok && q->from_ms < p->until_ms &&
			p->from_ms < q->until_ms && str_eq(q->model, p->model))
			return err_set(
				e, ERR_USAGE, "overlaps another row of %.*s", STR_ARG(p->model));
	return true;
}

static bool has_room(const struct table *t, struct err *e)
{
	return t->out->n < MAX_PRICES ||
	       err_set(e, ERR_USAGE, "%s holds more than %d prices: take out those that you need",
		       t->path, MAX_PRICES);
}

static bool read_row(struct table *t, struct str line, struct err *e)
{
	struct price *p = price_add(t->arena, t->out);
	struct price_words w = {0};
	struct str rest = line;
	bool is_known;
	size_t n = 0;
	*p = (struct price){.until_ms = LEDGER_NO_END_MS};
	for (; rest.p; n++) {
		struct str cell = str_split(rest, '\t', &rest);
		if (n < t->n_heads && !take_cell(t, p, &w, t->heads[n], cell, e))
			return false;
	}
	if (n != t->n_heads)
		return err_set(e, ERR_USAGE, "%zu cells, %zu expected", n, t->n_heads);
	if (!p->model.p)
		return err_set(e, ERR_USAGE, "no column model");
	return price_complete(t->db, p, &w, &is_known, e) && check_overlap(t, p, e);
}

static bool read_table(struct table *t, struct str text, struct err *e)
{
	while (text.p) {
		struct str line = str_split(text, '\n', &text);
		line.n -= str_ends(line, "\r");
		t->line++;
		if (!line.n || line.p[0] == '#')
			continue;
		if (t->n_heads) {
			if (!has_room(t, e))
				return false;
			if (!read_row(t, line, e))
				return at_line(t, e);
			continue;
		}
		for (struct str rest = line; rest.p && t->n_heads < MAX_CELLS;)
			t->heads[t->n_heads++] = str_split(rest, '\t', &rest);
		if (!memchr(line.p, '\t', line.n)) {
			(void)err_set(e, ERR_USAGE,
				"not a table of prices: its first line names the columns, with "
				"tabs between (model, input, output, ...)");
			return at_line(t, e);
		}
	}
	return true;
}

// What LiteLLM calls USD per token; behind the first five those of prompts above 200,000 tokens.
static const char *const keys[2 * PRICE_N_RATES] = {"input_cost_per_token", "output_cost_per_token",
	"cache_creation_input_token_cost", "cache_creation_input_token_cost_above_1hr",
	"cache_read_input_token_cost", "input_cost_per_token_above_200k_tokens",
	"output_cost_per_token_above_200k_tokens",
	"cache_creation_input_token_cost_above_200k_tokens",
	"cache_creation_input_token_cost_above_1hr_above_200k_tokens",
	"cache_read_input_token_cost_above_200k_tokens"};

struct entry {
	struct price price[2];
	struct price_words words[2];
	bool is_exact;
};

static void read_entry(struct scan *s, struct entry *out)
{
	struct scan_list list = {0};
	struct str key, number;
	struct err ignored = {0};
	out->is_exact = true;
	while (scan_key(s, &list, &key)) {
		size_t i = 0;
		while (i < 2 * PRICE_N_RATES && !str_is(key, keys[i]))
			i++;
		if (i == 2 * PRICE_N_RATES || scan_peek(s) != SCAN_NUMBER) {
			(void)scan_skip(s);
			continue;
		}
		size_t tier = i / PRICE_N_RATES;
		// USD per token with twelve decimals are micro-USD per million tokens
		if (!scan_number(s, &number) ||
			!price_take_rate(&out->price[tier], &out->words[tier],
				(enum price_rate)(i % PRICE_N_RATES), number, PER_TOKEN_DIGITS,
				&ignored))
			out->is_exact = false;
	}
}

static bool is_listed(const struct price_list *list, struct str model)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->all[i].model, model))
			return true;
	return false;
}

// One entry's prices, if it has exact ones and its model had none before.
static bool add_entry(struct table *t, struct str key, struct entry *x)
{
	struct err ignored = {0};
	struct str model;
	bool is_known, is_tiered = x->words[1].has_rate[PRICE_INPUT];
	if (!x->is_exact ||
		!price_model(t->arena, scan_decode(t->arena, key, NAME_BYTES), &model, &ignored) ||
		is_listed(t->out, model))
		return false;
	for (int i = 0; i <= is_tiered; i++) {
		x->price[i].model = model;
		x->price[i].until_ms = LEDGER_NO_END_MS;
		x->price[i].above_tok = i ? 200000 : 0;
		if (!price_complete(t->db, &x->price[i], &x->words[i], &is_known, &ignored))
			return false;
	}
	for (int i = 0; i <= is_tiered; i++)
		*price_add(t->arena, t->out) = x->price[i];
	return true;
}

// A plain name comes before the same with a provider's decoration, whose prices may differ.
static bool is_plain(struct table *t, struct str key)
{
	struct err ignored = {0};
	struct str model;
	return price_model(t->arena, key, &model, &ignored) && str_eq(model, key);
}

static bool read_json(struct table *t, struct str text, size_t *out_n_left, struct err *e)
{
	size_t n_left = 0;
	for (int is_second = 0; is_second < 2; is_second++) {
		struct scan s = scan_begin(text);
		struct scan_list list = {0};
		struct str key;
		while (scan_key(&s, &list, &key)) {
			struct entry x = {0};
			bool is_object = scan_peek(&s) == SCAN_OBJECT;
			if (is_object)
				read_entry(&s, &x);
			else
				(void)scan_skip(&s);
			if (is_plain(t, key) == is_second)
				continue;
			n_left += !is_object || !add_entry(t, key, &x);
			if (!has_room(t, e))
				return false;
		}
		if (!scan_at_end(&s))
			return err_set(
				e, ERR_USAGE, "%s is damaged: its JSON does not end well", t->path);
	}
	*out_n_left = n_left;
	return true;
}

bool price_read_file(sqlite3 *db, struct arena *a, const char *path, struct price_list *out,
	size_t *out_n_left, struct err *e)
{
	AUTO(buf_free) struct buf text = {0};
	struct table t = {.db = db, .arena = a, .path = path, .out = out};
	if (!read_file(path, &text, e))
		return false;
	// names are slices of it
	struct str all = arena_str(a, buf_str(&text)), trimmed = str_trim(all);
	*out_n_left = 0;
	bool is_json = trimmed.n && trimmed.p[0] == '{';
	if (is_json ? !read_json(&t, all, out_n_left, e) : !read_table(&t, all, e))
		return false;
	return out->n > 0 || err_set(e, ERR_USAGE, "%s holds no price", path);
}
