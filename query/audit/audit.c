// SPDX-License-Identifier: MIT
#include "audit.h"

#include <stdlib.h>
#include <string.h>

#include "audit_session.h"
#include "ledger.h"
#include "report_def.h"
#include "decimal.h"

enum { MAX_TOTALS = 256 }; // processes, or results, of one session

#define MAX_PICO INT64_C(10000000000000000) // of one session; more is not to be believed

struct reader {
	sqlite3 *db;
	struct arena *out, scratch, texts;
	sqlite3_stmt *own, *meter, *parent, *forked, *aborted, *result;
	bool has_own; // own stands on a row that was not taken yet
	struct audit_session session;
	struct audit_row *rows;
	size_t n_rows, cap_rows;
};

// What Claude Code told of a session in one way.
struct total {
	enum audit_source source;
	struct str lines[MAX_TOTALS]; // none: a status line's
	int64_t start_ms[MAX_TOTALS]; // of the process, by the meter
	size_t n;
	int64_t pico; // -1: nothing
};

static bool fail(const struct reader *r, struct err *e)
{
	return ledger_fail(r->db, "auditing", e);
}

static bool prepare(const struct reader *r, sqlite3_stmt **s, const char *sql, struct err *e)
{
	if (!*s && sqlite3_prepare_v2(r->db, sql, -1, s, NULL) != SQLITE_OK)
		return fail(r, e);
	(void)sqlite3_reset(*s);
	return true;
}

static struct str text_at(sqlite3_stmt *s, int at)
{
	const char *p = (const char *)sqlite3_column_text(s, at);
	return p ? (struct str){p, (size_t)sqlite3_column_bytes(s, at)} : STR_NONE;
}

static int64_t product(const int64_t *a, const int64_t *b)
{
	int64_t sum = 0, one;
	for (int i = 0; i < METER_N_COUNTS; i++)
		if (!__builtin_mul_overflow(a[i], b[i], &one))
			(void)__builtin_add_overflow(sum, one, &sum);
	return sum;
}

// A row of `own` or `aborted`.
static void take_part(struct reader *r, sqlite3_stmt *s, struct audit_part *out)
{
	enum {
		TURNS = 1,
		COUNTS,
		COST = COUNTS + METER_N_COUNTS,
		UNKNOWN,
		LAST_MS,
		MODEL,
		ASKED,
		VERSION,
		ABOVE,
		FAST,
		US
	};
	struct str model = text_at(s, MODEL), asked = text_at(s, ASKED);
	struct audit_part p = {.session_id = sqlite3_column_int64(s, 0),
		.turns = sqlite3_column_int64(s, TURNS),
		.ours = sqlite3_column_int64(s, COST),
		.unknown = sqlite3_column_int64(s, UNKNOWN),
		.last_ms = sqlite3_column_int64(s, LAST_MS),
		.version = client_price_version(text_at(s, VERSION))};
	for (int i = 0; i < METER_N_COUNTS; i++)
		p.counts[i] = sqlite3_column_int64(s, COUNTS + i);
	p.answered = audit_model(&r->session, model);
	p.asked = asked.n ? audit_model(&r->session, asked) : p.answered;
	struct client_price_of of = {r->session.lines[p.asked].model, p.version,
		sqlite3_column_int64(s, ABOVE), sqlite3_column_int(s, FAST) != 0,
		sqlite3_column_int(s, US) != 0};
	client_price(&of, p.rates);
	p.client = product(p.counts, p.rates);
	p.is_special = of.above_tok > 0 || of.is_fast || of.is_us;
	p.is_lower_bound = client_writes_no_output(p.version);
	*out = p;
}

// Takes the rows of one session off the stream of all.
static bool take_own(struct reader *r, int64_t session_id, struct err *e)
{
	int rc = SQLITE_ROW;
	for (;;) {
		if (!r->has_own && (rc = sqlite3_step(r->own)) != SQLITE_ROW)
			return rc == SQLITE_DONE || fail(r, e);
		r->has_own = true;
		int64_t id = sqlite3_column_int64(r->own, 0);
		if (id > session_id)
			return true;
		r->has_own = false;
		if (id < session_id)
			continue;
		struct audit_part p;
		take_part(r, r->own, &p);
		audit_add_own(&r->session, &p);
	}
}

static void add_total(struct total *t, struct arena *a, struct str line, int64_t start_ms)
{
	int64_t pico = meter_total(line);
	if (t->n == MAX_TOTALS || pico < 0)
		return;
	t->lines[t->n] = arena_str(a, line);
	t->start_ms[t->n++] = start_ms;
	t->pico = (t->pico < 0 ? 0 : t->pico) + pico;
}

static bool read_meter(struct reader *r, int64_t session_id, struct total *out, struct err *e)
{
	int rc;
	out->source = AUDIT_METER;
	out->pico = -1;
	if (!prepare(r, &r->meter, beyond_meter_sql, e))
		return false;
	(void)sqlite3_bind_int64(r->meter, 1, session_id);
	while ((rc = sqlite3_step(r->meter)) == SQLITE_ROW)
		add_total(out, &r->texts, text_at(r->meter, 1), sqlite3_column_int64(r->meter, 0));
	return rc == SQLITE_DONE || fail(r, e);
}

// Of a client whose totals go on the greatest counts; else each process has its own.
static bool read_results(struct reader *r, struct str session, struct total *out, struct err *e)
{
	int rc;
	bool is_cumulative = client_is_cumulative(r->session.version);
	out->source = AUDIT_RESULT;
	out->pico = -1;
	if (!prepare(r, &r->result, audit_result_sql, e))
		return false;
	(void)ledger_bind(r->result, 1, session);
	while ((rc = sqlite3_step(r->result)) == SQLITE_ROW) {
		struct str line = text_at(r->result, 0);
		if (is_cumulative && meter_total(line) < out->pico)
			continue;
		if (is_cumulative)
			*out = (struct total){.source = AUDIT_RESULT, .pico = -1};
		add_total(out, &r->texts, line, 0);
	}
	return rc == SQLITE_DONE || fail(r, e);
}

static bool is_same_process(const struct total *t, int64_t start_ms)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->source != AUDIT_METER || t->start_ms[i] == start_ms)
			return true;
	return t->source == AUDIT_STATUS;
}

// The parent's turns that the fork began with.
static bool take_parent_turns(
	struct reader *r, int64_t session_id, int64_t parent_id, struct err *e)
{
	int rc;
	if (!prepare(r, &r->forked, audit_forked_sql, e))
		return false;
	(void)sqlite3_bind_int64(r->forked, 1, session_id);
	(void)sqlite3_bind_int64(r->forked, 2, parent_id);
	while ((rc = sqlite3_step(r->forked)) == SQLITE_ROW) {
		struct audit_part p;
		take_part(r, r->forked, &p);
		audit_take_fork_turns(&r->session, &p);
	}
	return rc == SQLITE_DONE || fail(r, e);
}

static bool take_fork(struct reader *r, int64_t session_id, const struct total *t, struct err *e)
{
	bool is_held = true, has_any = false;
	struct total of_parent = {0};
	if (t->source != AUDIT_METER && !client_is_cumulative(r->session.version))
		return true;
	if (!prepare(r, &r->parent, beyond_parent_sql, e))
		return false;
	(void)sqlite3_bind_int64(r->parent, 1, session_id);
	if (sqlite3_step(r->parent) != SQLITE_ROW)
		return true;
	int64_t parent_id = sqlite3_column_int64(r->parent, 0);
	if (!read_meter(r, parent_id, &of_parent, e))
		return false;
	for (size_t i = 0; i < of_parent.n && is_held; i++) {
		if (!is_same_process(t, of_parent.start_ms[i]))
			continue;
		has_any = true;
		is_held = audit_take_fork(&r->session, &r->scratch, of_parent.lines[i]);
	}
	// it went on after the fork
	return is_held || !has_any || take_parent_turns(r, session_id, parent_id, e);
}

static bool take_aborted(struct reader *r, int64_t session_id, struct err *e)
{
	int rc;
	if (!prepare(r, &r->aborted, audit_aborted_sql, e))
		return false;
	(void)sqlite3_bind_int64(r->aborted, 1, session_id);
	while ((rc = sqlite3_step(r->aborted)) == SQLITE_ROW) {
		struct audit_part p;
		take_part(r, r->aborted, &p);
		audit_take_aborted(&r->session, &p);
	}
	return rc == SQLITE_DONE || fail(r, e);
}

static void emit(struct reader *r, struct str session, int64_t session_id)
{
	const struct audit_session *s = &r->session;
	for (size_t i = 0; i < s->n_lines; i++) {
		const struct audit_line *l = &s->lines[i];
		bool is_rest = i == 0 && (l->reported || !s->has_counts);
		if (i == 0 ? !is_rest : !l->is_used)
			continue;
		r->rows = mem_reserve(r->rows, &r->cap_rows, r->n_rows + 1, sizeof *r->rows);
		struct audit_row *row = &r->rows[r->n_rows++];
		*row = (struct audit_row){.session = session,
			.session_id = session_id,
			.model = l->model.p ? arena_str(r->out, l->model) : STR_NONE,
			.source = s->source,
			.turns = l->turns,
			.reported = l->reported};
		memcpy(row->kinds, l->kinds, sizeof row->kinds);
	}
}

// The way that told most: all of them read one meter, which only grows.
static const struct total *choose(const struct total *all, size_t n)
{
	const struct total *best = NULL;
	for (size_t i = 0; i < n; i++)
		if (all[i].pico >= 0 && (!best || all[i].pico > best->pico))
			best = &all[i];
	return best;
}

static bool apply(struct reader *r, int64_t session_id, const struct total *t, struct err *e)
{
	struct audit_session *s = &r->session;
	s->source = t->source;
	for (size_t i = 0; i < t->n; i++)
		if (!audit_add_total(s, &r->scratch, t->lines[i])) {
			s->source = AUDIT_BAD;
			return true;
		}
	if (t->n == 0)
		s->lines[0].reported = t->pico;
	if ((s->is_linked && !take_fork(r, session_id, t, e)) ||
		(s->has_unknown && !take_aborted(r, session_id, e)))
		return false;
	audit_settle(s);
	return true;
}

// A row of `session`.
static bool audit_one(struct reader *r, sqlite3_stmt *row, struct err *e)
{
	enum {
		ID,
		UID,
		STATUS_COST,
		STATUS_MS,
		IS_TITLED,
		COMPACTIONS,
		HAS_RESULT,
		HAS_METER,
		IS_LINKED
	};
	struct total totals[] = {{.pico = -1}, {.pico = -1}, {.source = AUDIT_STATUS, .pico = -1}};
	bool is_known = sqlite3_column_type(row, ID) != SQLITE_NULL;
	int64_t session_id = is_known ? sqlite3_column_int64(row, ID) : -1;
	struct str uid = arena_str(r->out, text_at(row, UID)), status = text_at(row, STATUS_COST);
	arena_reset(&r->texts);
	audit_begin(&r->session);
	r->session.status_ms = sqlite3_column_int64(row, STATUS_MS);
	r->session.is_titled = sqlite3_column_int(row, IS_TITLED) != 0;
	r->session.is_linked = sqlite3_column_int(row, IS_LINKED) != 0;
	r->session.compactions = sqlite3_column_int64(row, COMPACTIONS);
	if (is_known && !take_own(r, session_id, e))
		return false;
	if (sqlite3_column_int(row, HAS_METER) && !read_meter(r, session_id, &totals[0], e))
		return false;
	if (sqlite3_column_int(row, HAS_RESULT) && !read_results(r, uid, &totals[1], e))
		return false;
	if (status.n && decimal_parse(status, 12, MAX_PICO, &totals[2].pico) == DECIMAL_BAD)
		totals[2].pico = -1;
	const struct total *best = choose(totals, sizeof totals / sizeof *totals);
	if (best && !apply(r, session_id, best, e))
		return false;
	if (!best && sqlite3_column_int(row, HAS_METER))
		r->session.source = AUDIT_BAD;
	emit(r, uid, session_id);
	return true;
}

static bool read_sessions(struct reader *r, struct str session, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	if (!prepare(r, &s, audit_session_sql, e) || !prepare(r, &r->own, audit_own_sql, e))
		return false;
	(void)ledger_bind(s, 1, session);
	(void)ledger_bind(r->own, 1, session);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		if (!audit_one(r, s, e))
			return false;
	return rc == SQLITE_DONE || fail(r, e);
}

bool audit_read(sqlite3 *db, struct arena *a, struct str session, struct audit_row **out,
	size_t *out_n, struct err *e)
{
	struct reader r = {.db = db, .out = a};
	bool ok = read_sessions(&r, session, e);
	sqlite3_stmt **all[] = {&r.own, &r.meter, &r.parent, &r.forked, &r.aborted, &r.result};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		ledger_finalize(all[i]);
	arena_free(&r.scratch);
	arena_free(&r.texts);
	arena_free(&r.session.names);
	free(r.session.lines);
	*out = ok ? r.rows : NULL;
	*out_n = ok ? r.n_rows : 0;
	if (!ok)
		free(r.rows);
	return ok;
}
