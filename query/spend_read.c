// SPDX-License-Identifier: MIT
#include "spend_read.h"

#include <stdlib.h>

#include "arena.h"
#include "ledger.h"
#include "report_def.h"
#include "rowset.h"
#include "spend_rate.h"
#include "spend_reported.h"

enum { QUARTER_MS = 900000, DAY_MS = 86400000 };

// Columns of the rows in reader.origins.
enum { ORIGIN_ID, STATE, SESSION_ID, AGENT_ID, PROJECT_ID, IS_LOWER_BOUND, N_ORIGIN };

enum { OUTSIDE, UNREAD, READ }; // STATE of an origin; OUTSIDE: the filters leave it out

enum rows { ROWS_ROLLUP, ROWS_TURN, ROWS_SESSION, N_ROWS };

struct reader {
	sqlite3 *db;
	const struct spend_filter *filter;
	struct spend_cells *out;
	struct rates rates;
	struct rowset origins;
	sqlite3_stmt *origin; // reads some
	sqlite3_stmt *rows[N_ROWS];
	bool is_complete;       // an origin that is not in origins is OUTSIDE
	struct rowset cut_days; // by charge: those in which a price changes
	struct rowset charges;  // those that a branch filter leaves
};

// Columns of the rows in reader.charges: behind the id those of a cell from
// SPEND_CHARGED_PROJECT_ID on.
enum { N_CHARGE = 5 };

static bool fail(const struct reader *r, struct err *e)
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

static bool prepare(const struct reader *r, const char *sql, sqlite3_stmt **out, struct err *e)
{
	const struct spend_filter *f = r->filter;
	bool ok = sqlite3_prepare_v2(r->db, sql, -1, out, NULL) == SQLITE_OK &&
		  bind_str(*out, ":project", f->project) && bind_str(*out, ":branch", f->branch) &&
		  bind_str(*out, ":model", f->model) && bind_str(*out, ":session", f->session);
	return ok || fail(r, e);
}

static void finalize(sqlite3_stmt **s)
{
	(void)sqlite3_finalize(*s);
}

static int64_t int_or_null(sqlite3_stmt *s, int at)
{
	int64_t v = sqlite3_column_int64(s, at);
	return v == 0 && sqlite3_column_type(s, at) == SQLITE_NULL ? SPEND_NULL : v;
}

static bool read_rates(struct reader *r, struct err *e)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
	return prepare(r, spend_rate_sql, &s, e) && (rates_read(&r->rates, s) || fail(r, e));
}

static bool read_origins(struct reader *r, int64_t first, int64_t last, struct err *e)
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
			row[i] = int_or_null(r->origin, i - 1);
	}
	return rc == SQLITE_DONE || fail(r, e);
}

static bool read_left(struct reader *r, struct err *e)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
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
static bool begin_origins(struct reader *r, struct err *e)
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
static bool find_origin(struct reader *r, int64_t id, const int64_t **out, struct err *e)
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
static bool read_charges(struct reader *r, struct err *e)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
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
			row[i] = int_or_null(s, i);
	}
	return rc == SQLITE_DONE || fail(r, e);
}

// What it is charged to, in c. False: a branch filter leaves it out.
static bool set_charge(struct reader *r, struct spend_cell *c, int64_t charge_id)
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
	const struct reader *r, struct spend_cell *c, const struct rate *rate, struct err *e)
{
	int64_t sum = 0, product;
	for (int i = 0; i < RATE_N; i++)
		if (__builtin_mul_overflow(c->v[SPEND_INPUT + i], rate->rates[i], &product) ||
			__builtin_add_overflow(sum, product, &sum))
			return err_set(e, ERR_FORMAT, "integer overflow: too many tokens to price");
	for (int i = SPEND_INPUT_COST; i <= SPEND_CACHE_EXTRA; i++)
		c->v[i] = 0;
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

static bool add_cell(struct reader *r, sqlite3_stmt *s, struct err *e)
{
	const int64_t *origin;
	int64_t at_ms = sqlite3_column_int64(s, 1);
	int64_t class_id = sqlite3_column_int64(s, 3);
	const struct rate *rate = rates_find(&r->rates, class_id, at_ms);
	if (!rate ||
		(r->cut_days.n &&
			!is_cut(rates_find(&r->rates, class_id, at_ms - at_ms % DAY_MS), at_ms)))
		return true;
	if (!find_origin(r, sqlite3_column_int64(s, 2), &origin, e))
		return false;
	struct spend_cells *out = r->out;
	out->all = mem_reserve(out->all, &out->cap, out->n + 1, sizeof *out->all);
	struct spend_cell *c = &out->all[out->n];
	if (!origin || !set_charge(r, c, sqlite3_column_int64(s, 4)))
		return true;
	out->n++;
	c->v[SPEND_TURN_ID] = int_or_null(s, 0);
	c->v[SPEND_AT_MS] = at_ms;
	c->v[SPEND_ORIGIN_ID] = origin[ORIGIN_ID];
	c->v[SPEND_CLASS_ID] = rate->class_id;
	c->v[SPEND_SESSION_ID] = origin[SESSION_ID];
	c->v[SPEND_AGENT_ID] = origin[AGENT_ID];
	c->v[SPEND_PROJECT_ID] = origin[PROJECT_ID];
	for (int i = 0; i <= SPEND_WEB_SEARCHES - SPEND_TURNS; i++)
		c->v[SPEND_TURNS + i] = sqlite3_column_int64(s, 5 + i);
	c->v[SPEND_UNKNOWN] =
		origin[IS_LOWER_BOUND] == 1 ? c->v[SPEND_TURNS] : sqlite3_column_int64(s, 12);
	c->v[SPEND_FIRST_MS] = sqlite3_column_int64(s, 13);
	c->v[SPEND_LAST_MS] = sqlite3_column_int64(s, 14);
	c->v[SPEND_PROMPT_ID] = int_or_null(s, 15);
	return set_cost(r, c, rate, e);
}

static bool add_charge_cell(struct reader *r, sqlite3_stmt *s, struct err *e)
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

bool spend_is_whole(const struct spend_filter *f)
{
	return f->since_ms <= 0 && f->until_ms >= LEDGER_NO_END_MS && !f->project.p &&
	       !f->branch.p && !f->session.p;
}

// Rows of one kind from first to last, which is left out.
static bool read_rows(struct reader *r, enum rows kind, int64_t first, int64_t last, struct err *e)
{
	static const char *const sql[N_ROWS] = {
		spend_rollup_sql, spend_turn_sql, spend_session_sql};
	sqlite3_stmt **s = &r->rows[kind];
	int rc;
	if (first >= last)
		return true;
	if (!*s && !prepare(r, sql[kind], s, e))
		return false;
	if (sqlite3_reset(*s) != SQLITE_OK || !bind_range(*s, first, last))
		return fail(r, e);
	while ((rc = sqlite3_step(*s)) == SQLITE_ROW)
		if (!add_cell(r, *s, e))
			return false;
	return rc == SQLITE_DONE || fail(r, e);
}

// All of time, by charge: a day of a session is one row. Days in which a price changes are read by
// the quarter hour.
static bool read_by_charge(struct reader *r, struct err *e)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
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
		if (!read_rows(r, ROWS_ROLLUP, first, first + DAY_MS / QUARTER_MS, e))
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
	return !f->session.p && !f->is_by_turn;
}

// Whole quarter hours come from the roll-up, the two that a limit cuts from the turns.
static bool read_piece(struct reader *r, int64_t since_ms, int64_t until_ms, struct err *e)
{
	int64_t first = (since_ms + QUARTER_MS - 1) / QUARTER_MS, end = until_ms / QUARTER_MS;
	int64_t first_ms = first * QUARTER_MS, end_ms = (first > end ? first : end) * QUARTER_MS;
	return read_rows(r, ROWS_TURN, since_ms, first_ms < until_ms ? first_ms : until_ms, e) &&
	       read_rows(r, ROWS_ROLLUP, first, end, e) &&
	       read_rows(r, ROWS_TURN, end_ms, until_ms, e);
}

// Up to `edge_ms` and from there on apart, if it lies within a quarter hour.
static bool cut_at(struct reader *r, int64_t edge_ms, int64_t *from_ms, struct err *e)
{
	if (edge_ms % QUARTER_MS == 0 || edge_ms <= *from_ms || edge_ms >= r->filter->until_ms)
		return true;
	int64_t since_ms = *from_ms;
	*from_ms = edge_ms;
	return read_piece(r, since_ms, edge_ms, e);
}

// One session, and what is asked for by prompt, come from the turns.
static bool read_window(struct reader *r, struct err *e)
{
	const struct spend_filter *f = r->filter;
	int64_t from_ms = f->since_ms;
	if (f->session.p || f->is_by_turn)
		return read_rows(
			r, f->session.p ? ROWS_SESSION : ROWS_TURN, f->since_ms, f->until_ms, e);
	for (size_t i = 0; f->blocks && i < f->blocks->n; i++)
		if (!cut_at(r, f->blocks->all[i].start_ms, &from_ms, e) ||
			!cut_at(r, f->blocks->all[i].end_ms, &from_ms, e))
			return false;
	return read_piece(r, from_ms, f->until_ms, e);
}

static bool read_reported(struct reader *r, struct reported_list *out, struct err *e)
{
	AUTO(finalize) sqlite3_stmt *told = NULL;
	AUTO(finalize) sqlite3_stmt *metered = NULL;
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
static bool add_reported(struct reader *r, const struct reported *x, struct err *e)
{
	const struct spend_filter *f = r->filter;
	const int64_t *origin;
	const struct rate *rate = rates_find(&r->rates, x->class_id, x->at_ms);
	bool is_asked = rate && (f->cost == COST_REPORTED || !rate->is_priced);
	int64_t first, end;
	if (!is_asked || x->at_ms < f->since_ms || x->at_ms >= f->until_ms)
		return true;
	if (!find_origin(r, x->origin_id, &origin, e))
		return false;
	struct spend_cells *out = r->out;
	out->all = mem_reserve(out->all, &out->cap, out->n + 1, sizeof *out->all);
	struct spend_cell *c = &out->all[out->n];
	*c = (struct spend_cell){0};
	if (!origin || !set_charge(r, c, x->charge_id))
		return true;
	out->n++;
	int64_t quarter = x->at_ms / QUARTER_MS;
	bool is_rolled_up = find_quarters(f, &first, &end) && quarter >= first && quarter < end;
	c->v[SPEND_TURN_ID] = is_rolled_up ? SPEND_NULL : x->turn_id;
	c->v[SPEND_AT_MS] = is_rolled_up ? quarter * QUARTER_MS : x->at_ms;
	c->v[SPEND_ORIGIN_ID] = origin[ORIGIN_ID];
	c->v[SPEND_CLASS_ID] = x->class_id;
	c->v[SPEND_MODEL_ID] = rate->model_id;
	c->v[SPEND_SESSION_ID] = origin[SESSION_ID];
	c->v[SPEND_AGENT_ID] = origin[AGENT_ID];
	c->v[SPEND_PROJECT_ID] = origin[PROJECT_ID];
	c->v[SPEND_PROMPT_ID] = is_rolled_up || !x->prompt_id ? SPEND_NULL : x->prompt_id;
	c->v[SPEND_COST] = x->pico;
	c->v[SPEND_UNPRICED] = -x->n_turns;
	c->v[SPEND_FIRST_MS] = c->v[SPEND_LAST_MS] = x->at_ms;
	return true;
}

bool spend_read(sqlite3 *db, const struct spend_filter *f, struct spend_cells *out, struct err *e)
{
	struct reader r = {.db = db, .filter = f, .out = out};
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
	finalize(&r.origin);
	for (int i = 0; i < N_ROWS; i++)
		finalize(&r.rows[i]);
	return ok;
}
