// SPDX-License-Identifier: MIT
#include "alert.h"

#include "ledger.h"

static struct str column(sqlite3_stmt *s, struct arena *a, int i)
{
	const char *p = (const char *)sqlite3_column_text(s, i);
	return p ? arena_str(a, (struct str){p, (size_t)sqlite3_column_bytes(s, i)}) : STR_NONE;
}

bool alert_take(sqlite3_stmt *s, struct arena *a, struct alert *out)
{
	struct alert x = {.id = sqlite3_column_int64(s, 0),
		.level = sqlite3_column_int(s, 2) >= RULE_CRITICAL ? RULE_CRITICAL : RULE_WARN,
		.scope = column(s, a, 3),
		.target = column(s, a, 4),
		.session_id = sqlite3_column_int64(s, 5),
		.session = column(s, a, 6),
		.since_ms = sqlite3_column_int64(s, 7),
		.at_ms = sqlite3_column_int64(s, 8),
		.is_money = sqlite3_column_type(s, 9) == SQLITE_NULL,
		.value = sqlite3_column_int64(s, 9),
		.is_second = sqlite3_column_int(s, 10) != 0,
		.share_ppm = sqlite3_column_int64(s, 11),
		.name_id = sqlite3_column_int64(s, 12),
		.name = column(s, a, 13),
		.is_observed = sqlite3_column_int(s, 14) != 0};
	if (!rule_find(column(s, a, 1), &x.rule))
		return false;
	*out = x;
	return true;
}

// owner/name#12 of host/owner/name
static bool spent_target_pr(struct pricer *p, struct str target, struct spent *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct str number, repo = str_split(target, '#', &number);
	int64_t n;
	*out = (struct spent){0};
	if (!str_int(number, 1, INT32_MAX, &n))
		return true;
	if (sqlite3_prepare_v2(p->db, "SELECT id FROM name WHERE text = ?1", -1, &s, NULL) !=
		SQLITE_OK)
		return ledger_fail(p->db, "reading what was spent", e);
	(void)sqlite3_bind_text(s, 1, repo.p, (int)repo.n, SQLITE_STATIC);
	return sqlite3_step(s) != SQLITE_ROW || spent_pr(p, sqlite3_column_int64(s, 0), n, out, e);
}

// The budget that a share is of; 0: it is gone.
static bool read_limit(struct pricer *p, const struct alert *x, int64_t *out_pico, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(p->db,
		    "SELECT limit_pico FROM budget WHERE scope = ?1 AND substr(?2, 1, "
		    "length(target)) = target ORDER BY length(target) DESC, period = CASE ?3 WHEN "
		    "'B2' "
		    "THEN 'day' ELSE 'month' END DESC LIMIT 1",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(p->db, "reading the budgets", e);
	(void)sqlite3_bind_text(s, 1, x->scope.p, (int)x->scope.n, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 2, x->target.p, (int)x->target.n, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 3, rule_defs[x->rule].id, -1, SQLITE_STATIC);
	*out_pico = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	return true;
}

static bool read_first(struct pricer *p, int64_t session_id, int64_t *out_ms, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(p->db,
		    "SELECT min(first_ms) FROM charge_rollup WHERE session_id = ?1", -1, &s,
		    NULL) != SQLITE_OK)
		return ledger_fail(p->db, "reading what was spent", e);
	(void)sqlite3_bind_int64(s, 1, session_id);
	*out_ms = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	return true;
}

// By the turns; 0: that cannot be told.
static bool sum_up(struct pricer *p, const struct alert *x, struct spent *out, struct err *e)
{
	int64_t since_ms = x->since_ms, end_ms = x->at_ms + 1;
	*out = (struct spent){0};
	if (str_is(x->scope, "project"))
		return true;
	if (str_is(x->scope, "pr"))
		return spent_target_pr(p, x->target, out, e);
	if (str_is(x->scope, "branch"))
		return spent_branch(p, x->target, out, e);
	if (str_is(x->scope, "all"))
		return spent_stretch(p, 0, since_ms, end_ms, out, e);
	return (since_ms > 0 || read_first(p, x->session_id, &since_ms, e)) &&
	       spent_stretch(p, x->session_id, since_ms, end_ms, out, e);
}

static bool read_money(struct pricer *p, const struct alert *x, int64_t *out_pico, struct err *e)
{
	struct spent spent;
	int64_t limit_pico = 0;
	// a branch has gone on since, and of a project nothing smaller than all is summed up here
	bool is_wide =
		str_is(x->scope, "project") || str_is(x->scope, "pr") || str_is(x->scope, "branch");
	if (x->rule <= RULE_B4 && is_wide && !read_limit(p, x, &limit_pico, e))
		return false;
	if (limit_pico > 0) {
		*out_pico = (int64_t)((double)limit_pico * (double)x->share_ppm / 1e6);
		return true;
	}
	if (!sum_up(p, x, &spent, e))
		return false;
	*out_pico = spent.cost_pico * (x->rule == RULE_R1 ? 6 : 1);
	return true;
}

bool alert_find(struct pricer *p, const struct alert *x, struct rule_finding *out, struct err *e)
{
	struct rule_finding f = {.rule = x->rule,
		.level = x->level,
		.is_money = x->is_money,
		.is_second = x->is_second,
		.value = x->value,
		.scope = x->scope,
		.target = x->target,
		.session = x->session,
		.about = x->name};
	if (x->is_money && !read_money(p, x, &f.value, e))
		return false;
	double limit = x->share_ppm > 0 ? (double)f.value * 1e6 / (double)x->share_ppm : 0;
	// to the cent, or the whole count
	double unit = x->is_money ? 1e10 : 1;
	f.limit = (int64_t)(limit / unit + 0.5) * (int64_t)unit;
	*out = f;
	return true;
}

void alert_say(const struct rule_finding *f, struct buf *out)
{
	buf_addz(out, f->level == RULE_CRITICAL ? "ccl, critical: " : "ccl: ");
	rule_say(f, out);
	buf_printf(out, " [%s]. ", rule_defs[f->rule].id);
	rule_say_cure(f, out);
	buf_addc(out, '.');
}
