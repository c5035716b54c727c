// SPDX-License-Identifier: MIT
#include "spend_read.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "ledger.h"
#include "report_def.h"
#include "rowset.h"
#include "spend_cell.h"
#include "spend_reader.h"
#include "spend_reported.h"

enum { QUARTER_MS = 900000, DAY_MS = 86400000 };

// Columns of the rows in reader.origins.
enum { ORIGIN_ID, STATE, SESSION_ID, AGENT_ID, PROJECT_ID, IS_LOWER_BOUND, N_ORIGIN };

enum { OUTSIDE, UNREAD, READ }; // STATE of an origin; OUTSIDE: the filters leave it out

// Columns of the rows in reader.charges: behind the id those of a cell from
// SPEND_CHARGED_PROJECT_ID on.
enum { N_CHARGE = 5 };

static bool fail(const struct spend_reader *r, struct err *e)
{
	return ledger_fail(r->db, "adding up what was spent", e);
}

static bool bind_str(sqlite3_stmt *s, const char *name, struct str v)
{
	int at = sqlite3_bind_parameter_index(s, name);
	return !at || !v.p || sqlite3_bind_text(s, at, v.p, (int)v.n, SQLITE_STATIC) == SQLITE_OK;
}

static bool bind_int(sqlite3_stmt *s, const char *name, int64_t v)
{
	int at = sqlite3_bind_parameter_index(s, name);
	return !at || sqlite3_bind_int64(s, at, v) == SQLITE_OK;
}

static bool bind_range(sqlite3_stmt *s, int64_t first, int64_t last)
{
	return bind_int(s, ":first", first) && bind_int(s, ":last", last);
}

static bool prepare(
	const struct spend_reader *r, const char *sql, sqlite3_stmt **out, struct err *e)
{
	const struct spend_filter *f = r->filter;
	bool ok = sqlite3_prepare_v2(r->db, sql, -1, out, NULL) == SQLITE_OK &&
		  bind_str(*out, ":project", f->project) && bind_str(*out, ":branch", f->branch) &&
		  bind_str(*out, ":model", f->model) && bind_str(*out, ":session", f->session);
	return ok || fail(r, e);
}

int64_t spend_int(sqlite3_stmt *s, int at)
{
	int64_t v = sqlite3_column_int64(s, at);
	return v == 0 && sqlite3_column_type(s, at) == SQLITE_NULL ? SPEND_NULL : v;
}

struct spend_place spend_place(sqlite3_stmt *s, int first)
{
	return (struct spend_place){sqlite3_column_int64(s, first),
		sqlite3_column_int64(s, first + 1), sqlite3_column_int64(s, first + 2),
		sqlite3_column_int64(s, first + 3)};
}

static bool read_rates(struct spend_reader *r, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	return prepare(r, spend_rate_sql, &s, e) && (rates_read(&r->rates, s) || fail(r, e));
}

static bool read_origins(struct spend_reader *r, int64_t first, int64_t last, struct err *e)
{
	int rc;
	(void)sqlite3_reset(r->origin);
	if (!bind_range(r->origin, first, last))
		return fail(r, e);
	while ((rc = sqlite3_step(r->origin)) == SQLITE_ROW) {
		bool is_new;
		int64_t id = sqlite3_column_int64(r->origin, 0);
		int64_t *row = rowset_get(&r->origins, &id, &is_new);
		row[STATE] = READ;
		for (int i = SESSION_ID; i < N_ORIGIN; i++)
			row[i] = spend_int(r->origin, i - 1);
	}
	return rc == SQLITE_DONE || fail(r, e);
}

static bool read_left(struct spend_reader *r, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	if (!prepare(r, spend_left_sql, &s, e))
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		bool is_new;
		int64_t id = sqlite3_column_int64(s, 0);
		rowset_get(&r->origins, &id, &is_new)[STATE] = UNREAD;
	}
	return rc == SQLITE_DONE || fail(r, e);
}

// All of them at once where all are needed. Few of the origins have turns in a short window or in
// one session: these are read as they come.
static bool begin_origins(struct spend_reader *r, struct err *e)
{
	const struct spend_filter *f = r->filter;
	bool is_filtered = f->project.p != NULL;
	bool is_part = f->since_ms > 0 || f->until_ms < LEDGER_NO_END_MS || f->session.p;
	r->origins = (struct rowset){.n_key = 1, .n_columns = N_ORIGIN};
	r->is_complete = is_filtered || !is_part;
	if (!prepare(r, spend_origin_sql, &r->origin, e))
		return false;
	if (is_filtered)
		return read_left(r, e);
	return is_part || read_origins(r, 0, INT64_MAX, e);
}

// *out: NULL if the filters leave it out.
static bool find_origin(struct spend_reader *r, int64_t id, const int64_t **out, struct err *e)
{
	bool is_new;
	int64_t *row = rowset_get(&r->origins, &id, &is_new);
	if (row[STATE] == UNREAD || (is_new && !r->is_complete)) {
		if (!read_origins(r, id, id, e))
			return false;
		row = rowset_get(&r->origins, &id, &is_new);
	}
	*out = row[STATE] == READ ? row : NULL;
	return true;
}

// A turn's branch is that of what it is charged to.
static bool read_charges(struct spend_reader *r, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	r->charges = (struct rowset){.n_key = 1, .n_columns = N_CHARGE};
	if (!r->filter->branch.p && !r->filter->has_charge)
		return true;
	if (!prepare(r, spend_branch_sql, &s, e))
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		bool is_new;
		int64_t id = sqlite3_column_int64(s, 0);
		int64_t *row = rowset_get(&r->charges, &id, &is_new);
		for (int i = 1; i < N_CHARGE; i++)
			row[i] = spend_int(s, i);
	}
	return rc == SQLITE_DONE || fail(r, e);
}

// What it is charged to, in c. False: a branch filter leaves it out.
static bool set_charge(struct spend_reader *r, struct spend_cell *c, int64_t charge_id)
{
	const int64_t *row = rowset_find(&r->charges, &charge_id);
	c->v[SPEND_CHARGE_ID] = charge_id;
	for (int i = 1; i < N_CHARGE; i++)
		c->v[SPEND_CHARGED_PROJECT_ID + i - 1] = row ? row[i] : SPEND_NULL;
	return row || !r->filter->branch.p;
}

// After the sum was found to fit; 0 without a price, for all rates are 0 then.
static void set_parts(struct spend_cell *c, const struct rate *rate)
{
	static const enum spend_column part_of[RATE_N] = {SPEND_INPUT_COST, SPEND_OUTPUT_COST,
		SPEND_CACHE_WRITE_COST, SPEND_CACHE_WRITE_COST, SPEND_CACHE_READ_COST,
		SPEND_SEARCH_COST};
	for (int i = 0; i < RATE_N; i++)
		c->v[part_of[i]] += c->v[SPEND_INPUT + i] * rate->rates[i];
	c->v[SPEND_CACHE_SAVED] =
		c->v[SPEND_CACHE_READ] * rate->rates[0] - c->v[SPEND_CACHE_READ_COST];
	c->v[SPEND_CACHE_EXTRA] =
		c->v[SPEND_CACHE_WRITE_COST] -
		(c->v[SPEND_CACHE_WRITE_5M] + c->v[SPEND_CACHE_WRITE_1H]) * rate->rates[0];
}

static bool set_cost(
	const struct spend_reader *r, struct spend_cell *c, const struct rate *rate, struct err *e)
{
	int64_t sum = 0, product;
	for (int i = 0; i < RATE_N; i++)
		if (__builtin_mul_overflow(c->v[SPEND_INPUT + i], rate->rates[i], &product) ||
			__builtin_add_overflow(sum, product, &sum))
			return err_set(e, ERR_FORMAT, "integer overflow: too many tokens to price");
	for (int i = SPEND_CALLS; i <= SPEND_CACHE_EXTRA; i++)
		c->v[i] = 0;
	c->v[SPEND_LARGEST_RESULT] = c->v[SPEND_LARGEST_NAME_ID] = SPEND_NULL;
	if (r->filter->has_parts)
		set_parts(c, rate);
	bool has_cost = rate->is_priced && r->filter->cost != COST_REPORTED;
	c->v[SPEND_COST] = has_cost ? sum : SPEND_NULL;
	c->v[SPEND_UNPRICED] = has_cost ? 0 : c->v[SPEND_TURNS];
	c->v[SPEND_MODEL_ID] = rate->model_id;
	return true;
}

// A row of a day cannot be priced if the price changes within it.
static bool is_cut(const struct rate *rate, int64_t at_ms)
{
	return rate && rate->until_ms < at_ms - at_ms % DAY_MS + DAY_MS;
}

bool spend_begin_cell(struct spend_reader *r, const struct spend_place *p, struct spend_cell **out,
	const struct rate **out_rate, struct err *e)
{
	const int64_t *origin, day_ms = p->at_ms - p->at_ms % DAY_MS;
	const struct rate *rate = rates_find(&r->rates, p->class_id, p->at_ms);
	*out_rate = NULL;
	if (!rate ||
		(r->cut_days.n && !is_cut(rates_find(&r->rates, p->class_id, day_ms), p->at_ms)))
		return true;
	if (!find_origin(r, p->origin_id, &origin, e))
		return false;
	r->out->all = mem_reserve(r->out->all, &r->out->cap, r->out->n + 1, sizeof *r->out->all);
	struct spend_cell *c = &r->out->all[r->out->n];
	if (!origin || !set_charge(r, c, p->charge_id))
		return true;
	c->v[SPEND_TURN_ID] = c->v[SPEND_PROMPT_ID] = SPEND_NULL;
	c->v[SPEND_AT_MS] = p->at_ms;
	c->v[SPEND_ORIGIN_ID] = origin[ORIGIN_ID];
	c->v[SPEND_CLASS_ID] = rate->class_id;
	c->v[SPEND_SESSION_ID] = origin[SESSION_ID];
	c->v[SPEND_AGENT_ID] = origin[AGENT_ID];
	c->v[SPEND_PROJECT_ID] = origin[PROJECT_ID];
	c->v[SPEND_UNKNOWN] = origin[IS_LOWER_BOUND] == 1;
	*out = c;
	*out_rate = rate;
	return true;
}

bool spend_end_cell(
	struct spend_reader *r, struct spend_cell *c, const struct rate *rate, struct err *e)
{
	struct spend_cell *last = r->out->n ? c - 1 : NULL;
	if (!set_cost(r, c, rate, e))
		return false;
	if (!r->filter->is_coarse || !last || !spend_is_like(last, c))
		r->out->n++;
	else if (!spend_add(&last->v[SPEND_TURNS], &c->v[SPEND_TURNS]))
		return err_set(e, ERR_FORMAT, "integer overflow: the sum is too large");
	return true;
}

static bool add_rollup(struct spend_reader *r, sqlite3_stmt *s, struct err *e)
{
	const struct spend_place p = spend_place(s, 0);
	const struct rate *rate;
	struct spend_cell *c;
	if (!spend_begin_cell(r, &p, &c, &rate, e))
		return false;
	if (!rate)
		return true;
	for (int i = 0; i <= SPEND_WEB_SEARCHES - SPEND_TURNS; i++)
		c->v[SPEND_TURNS + i] = sqlite3_column_int64(s, 4 + i);
	c->v[SPEND_UNKNOWN] = sqlite3_column_int64(s, c->v[SPEND_UNKNOWN] ? 4 : 11);
	c->v[SPEND_FIRST_MS] = sqlite3_column_int64(s, 12);
	c->v[SPEND_LAST_MS] = sqlite3_column_int64(s, 13);
	return spend_end_cell(r, c, rate, e);
}

static bool add_charge_cell(struct spend_reader *r, sqlite3_stmt *s, struct err *e)
{
	int64_t at_ms = sqlite3_column_int64(s, 0);
	const struct rate *rate = rates_find(&r->rates, sqlite3_column_int64(s, 1), at_ms);
	if (is_cut(rate, at_ms)) {
		bool is_new;
		(void)rowset_get(&r->cut_days, &at_ms, &is_new);
	}
	if (!rate || is_cut(rate, at_ms))
		return true;
	struct spend_cells *out = r->out;
	out->all = mem_reserve(out->all, &out->cap, out->n + 1, sizeof *out->all);
	struct spend_cell *c = &out->all[out->n++];
	c->v[SPEND_AT_MS] = at_ms;
	c->v[SPEND_CLASS_ID] = rate->class_id;
	(void)set_charge(r, c, sqlite3_column_int64(s, 2));
	c->v[SPEND_SESSION_ID] = sqlite3_column_int64(s, 3);
	for (int i = 0; i <= SPEND_WEB_SEARCHES - SPEND_TURNS; i++)
		c->v[SPEND_TURNS + i] = sqlite3_column_int64(s, 4 + i);
	c->v[SPEND_UNKNOWN] = 0;
	c->v[SPEND_FIRST_MS] = sqlite3_column_int64(s, 11);
	c->v[SPEND_LAST_MS] = sqlite3_column_int64(s, 12);
	return set_cost(r, c, rate, e);
}

bool spend_rows(struct spend_reader *r, const char *sql, int64_t first, int64_t last,
	spend_add_row *add, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	if (first >= last)
		return true;
	if (!prepare(r, sql, &s, e))
		return false;
	if (!bind_range(s, first, last))
		return fail(r, e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		if (!add(r, s, e))
			return false;
	return rc == SQLITE_DONE || fail(r, e);
}

// All of time, by charge: a day of a session is one row. Days in which a price changes are read by
// the quarter hour.
static bool read_by_charge(struct spend_reader *r, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	r->cut_days = (struct rowset){.n_key = 1, .n_columns = 1};
	if (!read_charges(r, e) || !prepare(r, spend_charge_sql, &s, e))
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		if (!add_charge_cell(r, s, e))
			return false;
	if (rc != SQLITE_DONE)
		return fail(r, e);
	if (r->cut_days.n && !begin_origins(r, e))
		return false;
	for (size_t i = 0; i < r->cut_days.n; i++) {
		int64_t first = *rowset_at(&r->cut_days, i) / QUARTER_MS;
		if (!spend_rows(
			    r, spend_rollup_sql, first, first + DAY_MS / QUARTER_MS, add_rollup, e))
			return false;
	}
	return true;
}

// The whole quarter hours of the window, which come from the roll-up. False: all comes from turns.
static bool find_quarters(const struct spend_filter *f, int64_t *out_first, int64_t *out_end)
{
	int64_t first = (f->since_ms + QUARTER_MS - 1) / QUARTER_MS, end = f->until_ms / QUARTER_MS;
	*out_first = first;
	*out_end = first > end ? first : end;
	return !f->session.p && !f->has_prompt && !f->has_calls;
}

// Whole quarter hours come from the roll-up, the two that a limit cuts from the turns.
static bool read_piece(struct spend_reader *r, int64_t since_ms, int64_t until_ms, struct err *e)
{
	int64_t first = (since_ms + QUARTER_MS - 1) / QUARTER_MS, end = until_ms / QUARTER_MS;
	int64_t first_ms = first * QUARTER_MS, end_ms = (first > end ? first : end) * QUARTER_MS;
	return spend_turns(r, since_ms, first_ms < until_ms ? first_ms : until_ms, e) &&
	       spend_rows(r, spend_rollup_sql, first, end, add_rollup, e) &&
	       spend_turns(r, end_ms, until_ms, e);
}

// One session, and what is asked for by prompt or call, come from the turns.
static bool read_window(struct spend_reader *r, struct err *e)
{
	const struct spend_filter *f = r->filter;
	int64_t first, end, to_ms;
	if (f->has_prompt && !spend_prompts_read(r->db, &r->prompts, e))
		return false;
	if (!find_quarters(f, &first, &end))
		return spend_turns(r, f->since_ms, f->until_ms, e);
	for (int64_t from_ms = f->since_ms; from_ms < f->until_ms; from_ms = to_ms) {
		to_ms = f->blocks ? block_next_cut_ms(f->blocks, from_ms, QUARTER_MS) : INT64_MAX;
		to_ms = to_ms < f->until_ms ? to_ms : f->until_ms;
		if (!read_piece(r, from_ms, to_ms, e))
			return false;
	}
	return true;
}

static bool read_reported(struct spend_reader *r, struct reported_list *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *told = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *metered = NULL;
	if (r->filter->cost == COST_CALCULATED)
		return true;
	bool is_all = r->filter->cost == COST_REPORTED;
	if (!prepare(r, spend_told_sql, &told, e))
		return false;
	if (!bind_int(told, ":all", is_all))
		return fail(r, e);
	if (!reported_told(told, out, e))
		return false;
	if (!is_all)
		return true;
	if (!prepare(r, spend_metered_sql, &metered, e))
		return false;
	if (!bind_range(metered, r->filter->since_ms, r->filter->until_ms))
		return fail(r, e);
	return reported_metered(metered, out, e);
}

// The turn is in another cell already, without a cost; this one adds nothing but that.
static bool add_reported(struct spend_reader *r, const struct reported *x, struct err *e)
{
	const struct spend_filter *f = r->filter;
	const struct spend_place p = {x->at_ms, x->origin_id, x->class_id, x->charge_id};
	const struct rate *rate;
	struct spend_cell *c;
	int64_t first, end, quarter = x->at_ms / QUARTER_MS;
	if (x->at_ms < f->since_ms || x->at_ms >= f->until_ms)
		return true;
	if (!spend_begin_cell(r, &p, &c, &rate, e))
		return false;
	if (!rate || (f->cost != COST_REPORTED && rate->is_priced))
		return true;
	r->out->n++;
	bool is_rolled_up = find_quarters(f, &first, &end) && quarter >= first && quarter < end;
	memset(&c->v[SPEND_TURNS], 0, sizeof c->v - SPEND_TURNS * sizeof *c->v);
	c->v[SPEND_TURN_ID] = is_rolled_up ? SPEND_NULL : x->turn_id;
	c->v[SPEND_AT_MS] = is_rolled_up ? quarter * QUARTER_MS : x->at_ms;
	c->v[SPEND_MODEL_ID] = rate->model_id;
	if (f->has_prompt)
		c->v[SPEND_PROMPT_ID] = spend_prompt_of(&r->prompts,
			x->prompt_id ? x->prompt_id : SPEND_NULL, c->v[SPEND_SESSION_ID], x->at_ms);
	c->v[SPEND_COST] = x->pico;
	c->v[SPEND_UNPRICED] = -x->n_turns;
	c->v[SPEND_FIRST_MS] = c->v[SPEND_LAST_MS] = x->at_ms;
	c->v[SPEND_LARGEST_RESULT] = c->v[SPEND_LARGEST_NAME_ID] = SPEND_NULL;
	return true;
}

bool spend_read(sqlite3 *db, const struct spend_filter *f, struct spend_cells *out, struct err *e)
{
	struct spend_reader r = {.db = db, .filter = f, .out = out};
	struct reported_list reported = {0};
	out->n = 0;
	bool ok = read_rates(&r, e) && read_reported(&r, &reported, e);
	if (ok && f->is_by_charge && reported.n == 0)
		ok = read_by_charge(&r, e);
	else
		ok = ok && read_charges(&r, e) && begin_origins(&r, e) && read_window(&r, e);
	for (size_t i = 0; ok && i < reported.n; i++)
		ok = add_reported(&r, &reported.all[i], e);
	free(reported.all);
	rates_free(&r.rates);
	rowset_free(&r.origins);
	rowset_free(&r.charges);
	rowset_free(&r.cut_days);
	free(r.turns);
	spend_prompts_free(&r.prompts);
	ledger_finalize(&r.origin);
	return ok;
}
