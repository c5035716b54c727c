// SPDX-License-Identifier: MIT
#include "budget.h"

#include "ledger.h"
#include "zone.h"

static const char *const scopes[] = {
	[BUDGET_ALL] = "all",
	[BUDGET_PROJECT] = "project",
	[BUDGET_BRANCH] = "branch",
	[BUDGET_PR] = "pr",
	[BUDGET_SESSION] = "session",
};
static const char *const periods[] = {
	[BUDGET_DAY] = "day",
	[BUDGET_WEEK] = "week",
	[BUDGET_MONTH] = "month",
	[BUDGET_TOTAL] = "total",
};
static const char *const modes[] = {
	[BUDGET_OBSERVE] = "observe",
	[BUDGET_WARN] = "warn",
	[BUDGET_ENFORCE] = "enforce",
};

const char *budget_scope_name(enum budget_scope scope)
{
	return scopes[scope];
}

const char *budget_period_name(enum budget_period period)
{
	return periods[period];
}

const char *budget_mode_name(enum budget_mode mode)
{
	return modes[mode];
}

static bool find_name(const char *const *names, size_t n, struct str name, size_t *out)
{
	for (size_t i = 0; i < n; i++) {
		if (!str_is(name, names[i]))
			continue;
		*out = i;
		return true;
	}
	return false;
}

bool budget_scope_parse(struct str name, enum budget_scope *out)
{
	size_t i;
	bool ok = find_name(scopes, sizeof scopes / sizeof *scopes, name, &i);
	if (ok)
		*out = (enum budget_scope)i;
	return ok;
}

bool budget_period_parse(struct str name, enum budget_period *out)
{
	size_t i;
	bool ok = find_name(periods, sizeof periods / sizeof *periods, name, &i);
	if (ok)
		*out = (enum budget_period)i;
	return ok;
}

bool budget_mode_parse(struct str name, enum budget_mode *out)
{
	size_t i;
	bool ok = find_name(modes, sizeof modes / sizeof *modes, name, &i);
	if (ok)
		*out = (enum budget_mode)i;
	return ok;
}

enum { NEAR_PCT = 80 };

static struct str column(sqlite3_stmt *s, struct arena *a, int i)
{
	const char *p = (const char *)sqlite3_column_text(s, i);
	return p ? arena_str(a, (struct str){p, (size_t)sqlite3_column_bytes(s, i)}) : STR_NONE;
}

// A row that a later ccl wrote with words of its own is not ours to judge.
static void take_budget(sqlite3_stmt *s, struct arena *a, struct budgets *out, size_t *cap)
{
	struct budget b = {.id = sqlite3_column_int64(s, 0),
		.target = column(s, a, 2),
		.limit_pico = sqlite3_column_int64(s, 4)};
	if (!budget_scope_parse(column(s, a, 1), &b.scope) ||
		!budget_period_parse(column(s, a, 3), &b.period) ||
		!budget_mode_parse(column(s, a, 5), &b.mode) || b.limit_pico <= 0)
		return;
	if (out->n == *cap) {
		struct budget *more = arena_alloc(a, sizeof *more * (*cap * 2 + 8));
		if (out->n)
			memcpy(more, out->p, sizeof *more * out->n);
		out->p = more;
		*cap = *cap * 2 + 8;
	}
	out->p[out->n++] = b;
}

static bool read_terms(sqlite3 *db, struct budgets *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT (SELECT until_ms FROM budget_change WHERE act IN ('off', 'on') ORDER "
		    "BY "
		    "id DESC LIMIT 1), (SELECT value FROM setting WHERE key = 'budget.near')",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the budgets", e);
	if (sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "reading the budgets", e);
	int64_t near = sqlite3_column_int64(s, 1);
	out->off_until_ms = sqlite3_column_int64(s, 0);
	out->near_pct = near > 0 && near < 100 ? near : NEAR_PCT;
	return true;
}

bool budget_list(sqlite3 *db, struct arena *a, struct budgets *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct budgets list = {0};
	size_t cap = 0;
	int rc;
	if (sqlite3_prepare_v2(db,
		    "SELECT id, scope, target, period, limit_pico, mode FROM budget ORDER BY id",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the budgets", e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		take_budget(s, a, &list, &cap);
	if (rc != SQLITE_DONE)
		return ledger_fail(db, "reading the budgets", e);
	if (list.n && !read_terms(db, &list, e))
		return false;
	*out = list;
	return true;
}

void budget_period_bounds(
	enum budget_period period, int64_t now_ms, int64_t *out_since_ms, int64_t *out_until_ms)
{
	static const enum zone_unit units[] = {
		[BUDGET_DAY] = ZONE_DAY, [BUDGET_WEEK] = ZONE_WEEK, [BUDGET_MONTH] = ZONE_MONTH};
	if (period == BUDGET_TOTAL) {
		*out_since_ms = 0;
		*out_until_ms = LEDGER_NO_END_MS;
		return;
	}
	*out_since_ms = zone_start_ms(now_ms, units[period], 0);
	*out_until_ms = zone_start_ms(now_ms, units[period], 1);
}

// Small statements, for joins take SQLite longer to prepare than all of these. One row of numbers.
static bool read_row(sqlite3 *db, const char *sql, struct str text, int64_t number, int64_t *out,
	int n, bool *out_found, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "looking for the session", e);
	if (text.p)
		(void)sqlite3_bind_text(s, 1, text.p, (int)text.n, SQLITE_STATIC);
	else
		(void)sqlite3_bind_int64(s, 1, number);
	int rc = sqlite3_step(s);
	*out_found = rc == SQLITE_ROW;
	for (int i = 0; i < n && *out_found; i++)
		out[i] = sqlite3_column_int64(s, i);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ||
	       ledger_fail(db, "looking for the session", e);
}

static bool read_names(
	sqlite3 *db, struct arena *a, int64_t branch_id, struct budget_place *out, struct err *e)
{
	const int64_t ids[] = {branch_id, out->pr_repo_id};
	struct str *to[] = {&out->branch, &out->pr_repo};
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	for (int i = 0; i < 2; i++) {
		if (!ids[i])
			continue;
		if (!s && sqlite3_prepare_v2(db, "SELECT text FROM name WHERE id = ?1", -1, &s,
				  NULL) != SQLITE_OK)
			return ledger_fail(db, "looking for the session", e);
		(void)sqlite3_bind_int64(s, 1, ids[i]);
		if (sqlite3_step(s) == SQLITE_ROW)
			*to[i] = column(s, a, 0);
		(void)sqlite3_reset(s);
	}
	return true;
}

static bool read_project(sqlite3 *db, struct arena *a, struct budget_place *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!out->project_id)
		return true;
	if (sqlite3_prepare_v2(db, "SELECT name, root, repo FROM project WHERE id = ?1", -1, &s,
		    NULL) != SQLITE_OK)
		return ledger_fail(db, "looking for the session", e);
	(void)sqlite3_bind_int64(s, 1, out->project_id);
	if (sqlite3_step(s) == SQLITE_ROW) {
		out->project = column(s, a, 0);
		out->root = column(s, a, 1);
		out->repo = column(s, a, 2);
	}
	return true;
}

bool budget_find_place(
	sqlite3 *db, struct arena *a, struct str session, struct budget_place *out, struct err *e)
{
	enum { PROJECT, BRANCH, REPO, NUMBER, IS_COUNTED, N };
	int64_t id, charge_id, c[N];
	bool is_there;
	if (!read_row(db, "SELECT id FROM session WHERE uid = ?1", session, 0, &id, 1, &is_there,
		    e) ||
		!is_there)
		return false;
	if (!read_row(db,
		    "SELECT charge_id FROM charge_rollup WHERE session_id = ?1 AND turns > 0 ORDER "
		    "BY "
		    "last_ms DESC LIMIT 1",
		    STR_NONE, id, &charge_id, 1, &is_there, e) ||
		!is_there)
		return false;
	if (!read_row(db,
		    "SELECT project_id, branch_id, repo_id, number, reason IS NULL FROM charge "
		    "WHERE id = "
		    "?1",
		    STR_NONE, charge_id, c, N, &is_there, e) ||
		!is_there)
		return false;
	struct budget_place p = {
		.session_id = id, .session = arena_str(a, session), .project_id = c[PROJECT]};
	if (c[NUMBER] && c[IS_COUNTED]) {
		p.pr_repo_id = c[REPO];
		p.pr_number = c[NUMBER];
	}
	if (!read_names(db, a, c[BRANCH], &p, e) || !read_project(db, a, &p, e))
		return false;
	*out = p;
	return true;
}

// What `ccl budget allow` added for this session.
static bool read_allowance(sqlite3 *db, struct str session, int64_t *out_pico, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT sum(amount_pico) FROM budget_change WHERE act = 'allow' AND target = "
		    "?1",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the budgets", e);
	(void)sqlite3_bind_text(s, 1, session.p, (int)session.n, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "reading the budgets", e);
	*out_pico = sqlite3_column_int64(s, 0);
	return true;
}

// The last components of a path or of host/owner/name, as --project takes them.
static bool is_tail(struct str whole, struct str part)
{
	return whole.n > part.n && whole.p[whole.n - part.n - 1] == '/' &&
	       str_eq(str_from(whole, whole.n - part.n), part);
}

static bool is_project(const struct budget_place *place, struct str target)
{
	return str_eq(place->project, target) || str_eq(place->root, target) ||
	       str_eq(place->repo, target) || is_tail(place->root, target) ||
	       is_tail(place->repo, target);
}

static bool applies(const struct budget *b, const struct budget_place *place)
{
	switch (b->scope) {
	case BUDGET_ALL: return true;
	case BUDGET_PROJECT: return place->project_id && is_project(place, b->target);
	case BUDGET_BRANCH: return place->branch.n && str_eq(place->branch, b->target);
	case BUDGET_PR: return place->pr_number != 0;
	case BUDGET_SESSION: return true;
	}
	return false;
}

// False with *e unset: nobody has counted yet.
static bool read_spent(struct pricer *p, const struct budget *b, const struct budget_place *place,
	int64_t now_ms, struct spent *out, struct err *e)
{
	switch (b->scope) {
	case BUDGET_ALL:
	case BUDGET_PROJECT:
	case BUDGET_BRANCH: return spent_state(p, b->id, now_ms, out, e);
	case BUDGET_PR: return spent_pr(p, place->pr_repo_id, place->pr_number, out, e);
	case BUDGET_SESSION: return spent_session(p, place->session_id, out, e);
	}
	return false;
}

static struct str name_target(
	struct arena *a, const struct budget *b, const struct budget_place *place)
{
	switch (b->scope) {
	case BUDGET_ALL: return STR("");
	case BUDGET_PROJECT:
	case BUDGET_BRANCH: return b->target;
	case BUDGET_PR:
		return str_of(arena_printf(
			a, "%.*s#%lld", STR_ARG(place->pr_repo), (long long)place->pr_number));
	case BUDGET_SESSION: return place->session;
	}
	return STR_NONE;
}

static enum budget_level level_of(const struct budget_reading *r, int64_t near_pct)
{
	double share = (double)r->spent_pico / (double)r->limit_pico;
	return r->spent_pico >= r->limit_pico    ? BUDGET_OVER
	       : share * 100 >= (double)near_pct ? BUDGET_NEAR
						 : BUDGET_OK;
}

bool budget_look(struct pricer *p, struct arena *a, const struct budgets *budgets,
	const struct budget_place *place, int64_t now_ms, struct budget_reading **out,
	size_t *out_n, struct err *e)
{
	struct budget_reading *list = arena_alloc(a, sizeof *list * (budgets->n + 1));
	size_t n = 0;
	for (size_t i = 0; i < budgets->n; i++) {
		const struct budget *b = &budgets->p[i];
		struct budget_reading r = {.budget = b, .limit_pico = b->limit_pico};
		struct spent spent;
		int64_t more_pico = 0;
		if (!applies(b, place))
			continue;
		if (b->scope == BUDGET_SESSION &&
			!read_allowance(p->db, place->session, &more_pico, e))
			return false;
		e->code = ERR_NONE;
		if (!read_spent(p, b, place, now_ms, &spent, e)) {
			if (e->code != ERR_NONE)
				return false;
			continue;
		}
		budget_period_bounds(b->period, now_ms, &r.since_ms, &r.until_ms);
		r.target = name_target(a, b, place);
		r.limit_pico += more_pico;
		r.spent_pico = spent.cost_pico;
		r.level = level_of(&r, budgets->near_pct);
		list[n++] = r;
	}
	*out = list;
	*out_n = n;
	return true;
}

int64_t budget_projected_pico(const struct budget_reading *r, int64_t now_ms)
{
	double gone = (double)(now_ms - r->since_ms), all = (double)(r->until_ms - r->since_ms);
	if (r->budget->period == BUDGET_TOTAL || gone <= 0)
		return r->spent_pico;
	double pico = (double)r->spent_pico * (all / gone);
	return pico < 9e18 ? (int64_t)pico : INT64_MAX;
}
