// SPDX-License-Identifier: MIT
#include "beyond.h"

#include <stdlib.h>

#include "ledger.h"
#include "model.h"
#include "report_def.h"

// So many sessions are read from their turns, more from the roll-up of all of them.
enum { FEW = 8 };

#define INCREDIBLE INT64_C(10000000000000000)

static bool fail(const struct beyond *b, struct err *e)
{
	return ledger_fail(b->db, "reading the meters", e);
}

// Ready to be stepped; prepared at the first use.
static bool begin(const struct beyond *b, sqlite3_stmt **s, const char *sql, int64_t session_id,
	struct err *e)
{
	if (!*s && sqlite3_prepare_v2(b->db, sql, -1, s, NULL) != SQLITE_OK)
		return fail(b, e);
	(void)sqlite3_reset(*s);
	return sqlite3_bind_parameter_count(*s) == 0 ||
	       sqlite3_bind_int64(*s, 1, session_id) == SQLITE_OK || fail(b, e);
}

static struct str text_at(sqlite3_stmt *s, int at)
{
	const char *p = (const char *)sqlite3_column_text(s, at);
	return p ? (struct str){p, (size_t)sqlite3_column_bytes(s, at)} : STR("");
}

static size_t find_model(struct beyond *b, struct str name)
{
	for (size_t i = 0; i < b->n_models; i++)
		if (str_eq(b->models[i], name))
			return i;
	b->models = mem_reserve(b->models, &b->cap_models, b->n_models + 1, sizeof *b->models);
	b->balance = mem_reserve(b->balance, &b->cap_balance, b->n_models + 1, sizeof *b->balance);
	b->balance[b->n_models] = (struct beyond_balance){0};
	b->models[b->n_models] = arena_str(&b->names, name);
	return b->n_models++;
}

static bool read_prices(struct beyond *b, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	if (!begin(b, &s, beyond_price_sql, 0, e))
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		b->prices =
			mem_reserve(b->prices, &b->cap_prices, b->n_prices + 1, sizeof *b->prices);
		struct beyond_price *p = &b->prices[b->n_prices++];
		p->model = find_model(b, text_at(s, 0));
		p->from_ms = sqlite3_column_int64(s, 1);
		p->until_ms = sqlite3_column_int64(s, 2);
		for (int i = 0; i < METER_N_COUNTS; i++)
			p->rates[i] = sqlite3_column_int64(s, 3 + i);
	}
	return rc == SQLITE_DONE || fail(b, e);
}

static struct beyond_own take_own(struct beyond *b, sqlite3_stmt *s)
{
	struct beyond_own o = {.session_id = sqlite3_column_int64(s, 0),
		.model = find_model(b, text_at(s, 1)),
		.turns = sqlite3_column_int64(s, 2 + METER_N_COUNTS),
		.last_ms = sqlite3_column_int64(s, 3 + METER_N_COUNTS)};
	for (int i = 0; i < METER_N_COUNTS; i++)
		o.counts[i] = sqlite3_column_int64(s, 2 + i);
	return o;
}

static bool read_all(struct beyond *b, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	if (!begin(b, &s, beyond_own_all_sql, 0, e))
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		b->all = mem_reserve(b->all, &b->cap_all, b->n_all + 1, sizeof *b->all);
		b->all[b->n_all++] = take_own(b, s);
	}
	return rc == SQLITE_DONE || fail(b, e);
}

static void add_counts(struct beyond *b, size_t model, const int64_t *counts, int sign)
{
	b->balance[model].is_used = true;
	for (int i = 0; i < METER_N_COUNTS; i++)
		b->balance[model].counts[i] += sign * counts[i];
}

static void add_own(
	struct beyond *b, const struct beyond_own *o, struct beyond_sum *out, int64_t *last_ms)
{
	add_counts(b, o->model, o->counts, -1);
	out->turns += o->turns;
	if (o->last_ms > *last_ms)
		*last_ms = o->last_ms;
}

static size_t first_of(const struct beyond *b, int64_t session_id)
{
	size_t low = 0, high = b->n_all;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (b->all[middle].session_id < session_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool take_turns(struct beyond *b, int64_t session_id, struct beyond_sum *out,
	int64_t *last_ms, struct err *e)
{
	int rc;
	if (++b->n_asked == FEW + 1 && !read_all(b, e))
		return false;
	if (b->n_asked > FEW) {
		size_t i = first_of(b, session_id);
		for (; i < b->n_all && b->all[i].session_id == session_id; i++)
			add_own(b, &b->all[i], out, last_ms);
		return true;
	}
	if (!begin(b, &b->own, beyond_own_sql, session_id, e))
		return false;
	while ((rc = sqlite3_step(b->own)) == SQLITE_ROW) {
		struct beyond_own o = take_own(b, b->own);
		add_own(b, &o, out, last_ms);
	}
	return rc == SQLITE_DONE || fail(b, e);
}

// False: a count that is not to be believed.
static bool add_line(struct beyond *b, struct str line, int sign)
{
	size_t n;
	bool is_good = true;
	arena_reset(&b->scratch);
	const struct meter_usage *u = meter_read(&b->scratch, line, &n);
	for (size_t i = 0; i < n; i++) {
		for (int k = 0; k < METER_N_COUNTS; k++)
			is_good &= u[i].counts[k] >= 0;
		struct str priced_as = model_normalise(&b->scratch, u[i].model);
		size_t model = find_model(b, priced_as.p ? priced_as : u[i].model);
		add_counts(b, model, u[i].counts, sign);
		b->balance[model].is_cost_bad |= u[i].cost_pico < 0;
		b->balance[model].cost_pico += sign * u[i].cost_pico;
	}
	return is_good;
}

static bool has_start(const struct beyond *b, int64_t start_ms)
{
	for (size_t i = 0; i < b->n_starts; i++)
		if (b->starts[i] == start_ms)
			return true;
	return false;
}

// The meters of a session (sign 1), or of its parent (-1) as far as the processes are its own.
static bool add_meters(struct beyond *b, int64_t session_id, int sign, bool *is_good, struct err *e)
{
	int rc;
	if (!begin(b, &b->meter, beyond_meter_sql, session_id, e))
		return false;
	while ((rc = sqlite3_step(b->meter)) == SQLITE_ROW) {
		int64_t start_ms = sqlite3_column_int64(b->meter, 0);
		if (sign < 0 && !has_start(b, start_ms))
			continue;
		if (sign > 0) {
			b->starts = mem_reserve(
				b->starts, &b->cap_starts, b->n_starts + 1, sizeof *b->starts);
			b->starts[b->n_starts++] = start_ms;
		}
		*is_good &= add_line(b, text_at(b->meter, 1), sign);
	}
	return rc == SQLITE_DONE || fail(b, e);
}

static bool add_parent(struct beyond *b, int64_t session_id, bool *is_good, struct err *e)
{
	if (!begin(b, &b->parent, beyond_parent_sql, session_id, e))
		return false;
	int rc = sqlite3_step(b->parent);
	int64_t parent_id = sqlite3_column_int64(b->parent, 0);
	if (rc == SQLITE_ROW)
		return add_meters(b, parent_id, -1, is_good, e);
	return rc == SQLITE_DONE || fail(b, e);
}

// False: it has no price, or no credible one.
static bool price(const struct beyond *b, size_t model, int64_t at_ms, int64_t *out)
{
	const int64_t *counts = b->balance[model].counts;
	const struct beyond_price *p = b->prices, *end = b->prices + b->n_prices;
	int64_t sum = 0, product;
	while (p < end && (p->model != model || p->from_ms > at_ms || p->until_ms <= at_ms))
		p++;
	if (p == end)
		return false;
	for (int i = 0; i < METER_N_COUNTS; i++)
		if (__builtin_mul_overflow(counts[i], p->rates[i], &product) ||
			__builtin_add_overflow(sum, product, &sum))
			return false;
	*out = sum;
	return sum < INCREDIBLE;
}

static bool sum_up(const struct beyond *b, int64_t last_ms, int64_t *out)
{
	int64_t sum = 0;
	for (size_t m = 0; m < b->n_models; m++) {
		bool is_nothing = true;
		int64_t cost = 0;
		if (!b->balance[m].is_used)
			continue;
		for (int i = 0; i < METER_N_COUNTS; i++) {
			if (b->balance[m].counts[i] < 0)
				return false;
			is_nothing &= b->balance[m].counts[i] == 0;
		}
		if (!is_nothing && !price(b, m, last_ms, &cost))
			return false;
		if (__builtin_add_overflow(sum, cost, &sum))
			return false;
	}
	*out = sum;
	return true;
}

bool beyond_meters(struct beyond *b, int64_t session_id, struct err *e)
{
	bool is_good;
	for (size_t m = 0; m < b->n_models; m++)
		b->balance[m] = (struct beyond_balance){0};
	b->n_starts = 0;
	return add_meters(b, session_id, 1, &is_good, e) &&
	       (b->n_starts == 0 || add_parent(b, session_id, &is_good, e));
}

int64_t beyond_cost(struct beyond *b, struct str model)
{
	size_t place = find_model(b, model);
	const struct beyond_balance *p = &b->balance[place];
	return p->is_used && !p->is_cost_bad && p->cost_pico >= 0 ? p->cost_pico : -1;
}

bool beyond_of(struct beyond *b, int64_t session_id, struct beyond_sum *out, struct err *e)
{
	bool is_good = true;
	int64_t last_ms = -1;
	struct beyond_sum sum = {0};
	if (b->n_prices == 0 && !read_prices(b, e))
		return false;
	for (size_t m = 0; m < b->n_models; m++)
		b->balance[m] = (struct beyond_balance){0};
	b->n_starts = 0;
	if (!add_meters(b, session_id, 1, &is_good, e))
		return false;
	sum.has_meter = b->n_starts > 0;
	if (sum.has_meter && (!add_parent(b, session_id, &is_good, e) ||
				     !take_turns(b, session_id, &sum, &last_ms, e)))
		return false;
	sum.is_known = is_good && sum_up(b, last_ms, &sum.unattributed);
	*out = sum;
	return true;
}

void beyond_free(struct beyond *b)
{
	ledger_finalize(&b->meter);
	ledger_finalize(&b->parent);
	ledger_finalize(&b->own);
	arena_free(&b->names);
	arena_free(&b->scratch);
	free(b->models);
	free(b->balance);
	free(b->prices);
	free(b->all);
	free(b->starts);
}
