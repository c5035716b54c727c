// SPDX-License-Identifier: MIT
#include "guard.h"

#include <stdlib.h>

#include "budget_state.h"
#include "clock.h"
#include "shell.h"
#include "usd.h"
#include "zone.h"

enum { PASSES = 3 };

static bool is_lifted(const struct budgets *b, int64_t now_ms)
{
	const char *v = getenv("CCL_BUDGET");
	return (v && str_is(str_of(v), "off")) || b->off_until_ms > now_ms;
}

bool guard_open(struct guard *g, struct store *st, bool *out_is_on, struct err *e)
{
	*g = (struct guard){.now_ms = clock_now_ms()};
	g->watcher.st = st;
	g->watcher.pricer.db = st->db;
	if (!rules_read(st->db, &g->watcher.rules, e))
		return false;
	*out_is_on = g->watcher.rules.guard != GUARD_OFF;
	if (!*out_is_on)
		return true;
	if (!budget_list(st->db, &g->arena, &g->budgets, e))
		return false;
	g->is_lifted = is_lifted(&g->budgets, g->now_ms);
	return true;
}

void guard_close(struct guard *g)
{
	watch_close(&g->watcher);
	arena_free(&g->arena);
}

static bool fire(struct guard *g, struct alert *x, struct err *e)
{
	bool may;
	x->is_observed |= g->watcher.rules.guard == GUARD_OBSERVE;
	if (!alarm_may_fire(g->watcher.st, x, &may, e))
		return false;
	if (!may)
		return true;
	g->has_fired = true;
	return alarm_fire(g->watcher.st, x, false, e);
}

static bool judge_rule(struct guard *g, enum rule rule, const struct heed_session *h,
	struct watch *w, const struct usual *u, struct err *e)
{
	struct verdict v = judge(rule, w, u, &g->watcher.rules);
	if (v.level == RULE_NONE)
		return true;
	struct alert x = alarm_of_session(rule, &v, h->id, h->uid, w->now_ms);
	bool may;
	if (rule == RULE_P1) { // dear to look up: only where it would speak
		if (!alarm_may_fire(g->watcher.st, &x, &may, e))
			return false;
		if (!may)
			return true;
		if (!watch_find_progress(&g->watcher, h->id, w, e))
			return false;
		v = judge(rule, w, u, &g->watcher.rules);
		if (v.level == RULE_NONE)
			return true;
		x = alarm_of_session(rule, &v, h->id, h->uid, w->now_ms);
	}
	return fire(g, &x, e);
}

// "2026-11-21", "2026-11", the Monday of a week.
static struct str period_name(struct guard *g, const struct budget_reading *r)
{
	struct zone_time t = zone_local(r->since_ms);
	char *day = arena_printf(&g->arena, "%04lld-%02u-%02u", (long long)t.year, t.month, t.day);
	struct str name = str_of(day);
	if (r->budget->period == BUDGET_MONTH)
		name.n = 7;
	return r->budget->period == BUDGET_TOTAL ? STR("the beginning") : name;
}

static enum rule rule_of(const struct budget *b)
{
	if (b->scope == BUDGET_SESSION)
		return RULE_B1;
	if (b->scope == BUDGET_PR || b->scope == BUDGET_BRANCH)
		return RULE_B3;
	return b->period == BUDGET_DAY ? RULE_B2 : b->period == BUDGET_TOTAL ? RULE_B3 : RULE_B4;
}

static struct alert alert_of(struct guard *g, const struct budget_reading *r,
	const struct budget_place *place, int64_t at_ms)
{
	struct verdict v = {.level = r->level == BUDGET_OVER ? RULE_CRITICAL : RULE_WARN,
		.is_money = true,
		.value = r->spent_pico,
		.limit = r->limit_pico,
		.since_ms = r->budget->scope == BUDGET_SESSION ? 0 : r->since_ms};
	struct alert x =
		alarm_of_session(rule_of(r->budget), &v, place->session_id, place->session, at_ms);
	struct str period = period_name(g, r);
	x.scope = str_of(budget_scope_name(r->budget->scope));
	x.target = r->target;
	if (r->budget->scope == BUDGET_ALL)
		x.target = period;
	else if (r->budget->scope == BUDGET_PROJECT && r->budget->period != BUDGET_TOTAL)
		x.target = str_of(
			arena_printf(&g->arena, "%.*s, %.*s", STR_ARG(r->target), STR_ARG(period)));
	x.is_observed = r->budget->mode == BUDGET_OBSERVE;
	return x;
}

// Budgets of all, of projects and branches whose period is not the one that is kept.
static bool make_states(struct guard *g, struct err *e)
{
	for (size_t i = 0; i < g->budgets.n; i++) {
		const struct budget *b = &g->budgets.p[i];
		struct spent unused;
		if (b->scope == BUDGET_SESSION || b->scope == BUDGET_PR)
			continue;
		e->code = ERR_NONE;
		if (spent_state(&g->watcher.pricer, b->id, g->now_ms, &unused, e))
			continue;
		if (e->code != ERR_NONE || !budget_state_make(g->watcher.st, b, g->now_ms, e))
			return false;
	}
	return true;
}

// Read once for a session: what was judged is what is enforced.
static bool read_budgets(struct guard *g, struct str session, struct err *e)
{
	struct guard_reading *r = &g->reading;
	if (r->session.p && str_eq(r->session, session))
		return true;
	*r = (struct guard_reading){.session = arena_str(&g->arena, session)};
	e->code = ERR_NONE;
	if (!g->budgets.n || g->is_lifted)
		return true;
	if (!budget_find_place(g->watcher.st->db, &g->arena, session, &r->place, e))
		return e->code == ERR_NONE;
	return make_states(g, e) && budget_look(&g->watcher.pricer, &g->arena, &g->budgets,
					    &r->place, g->now_ms, &r->budgets, &r->n, e);
}

static bool look_at_budgets(
	struct guard *g, const struct heed_session *h, int64_t at_ms, struct err *e)
{
	if (g->now_ms < at_ms) // of a turn's day, whatever this clock says
		g->now_ms = at_ms;
	if (!read_budgets(g, h->uid, e))
		return false;
	struct budget_reading *r = g->reading.budgets;
	for (size_t i = 0; i < g->reading.n; i++) {
		struct alert x = alert_of(g, &r[i], &g->reading.place, at_ms);
		// a week or month near its end with little left is no news
		bool is_steady = x.rule == RULE_B4 && r[i].level == BUDGET_NEAR &&
				 budget_projected_pico(&r[i], g->now_ms) <= r[i].limit_pico;
		if (r[i].level != BUDGET_OK && !is_steady && !g->watcher.rules.is_off[x.rule] &&
			!fire(g, &x, e))
			return false;
	}
	return true;
}

// R3: the pull request that the session works on.
static bool look_at_pr(struct guard *g, const struct heed_session *h, const struct usual *u,
	int64_t at_ms, struct err *e)
{
	struct budget_place place;
	struct spent spent;
	if (!u->n_prs)
		return true;
	e->code = ERR_NONE;
	if (!budget_find_place(g->watcher.st->db, &g->arena, h->uid, &place, e))
		return e->code == ERR_NONE;
	if (!place.pr_number)
		return true;
	if (!spent_pr(&g->watcher.pricer, place.pr_repo_id, place.pr_number, &spent, e))
		return false;
	struct verdict v = judge_outlier(RULE_R3, spent.cost_pico, u, &g->watcher.rules);
	if (v.level == RULE_NONE)
		return true;
	struct alert x = alarm_of_session(RULE_R3, &v, h->id, h->uid, at_ms);
	x.scope = STR("pr");
	x.target = str_of(arena_printf(
		&g->arena, "%.*s#%lld", STR_ARG(place.pr_repo), (long long)place.pr_number));
	return fire(g, &x, e);
}

static bool look_at_session(struct guard *g, const struct heed_session *h, struct err *e)
{
	struct watch w;
	struct usual u = {0};
	e->code = ERR_NONE;
	if (!watch_live(&g->watcher, h, &w, e))
		return e->code == ERR_NONE;
	bool is_dear = w.cost_pico >= judge_least_pico(&g->watcher.rules);
	if (is_dear && !watch_usual(&g->watcher, &u, e))
		return false;
	for (enum rule rule = RULE_R1; rule < N_RULES; rule++)
		if (rule != RULE_R3 && !judge_rule(g, rule, h, &w, &u, e))
			return false;
	return look_at_budgets(g, h, w.now_ms, e) &&
	       (!is_dear || look_at_pr(g, h, &u, w.now_ms, e));
}

bool guard_look(struct guard *g, const struct heed *heed, struct err *e)
{
	for (size_t i = 0; i < heed->sessions.n; i++)
		if (!look_at_session(g, &heed->sessions.p[i], e))
			return false;
	return true;
}

static bool find_session(struct guard *g, struct str uid, int64_t *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(g->watcher.st, "SELECT id FROM session WHERE uid = :uid", e);
	if (!s)
		return false;
	store_bind(s, "t", uid);
	return store_find(g->watcher.st, s, out, e);
}

bool guard_tell(struct guard *g, struct str session, struct guard_answer *out, struct err *e)
{
	int64_t id;
	if (!find_session(g, session, &id, e))
		return false;
	return !id ||
	       alarm_tell(g->watcher.st, &g->watcher.pricer, id, &out->message, &out->worst, e);
}

bool guard_is_strict(const struct guard *g)
{
	bool is_strict = false;
	for (size_t i = 0; i < g->budgets.n; i++)
		is_strict |= g->budgets.p[i].mode == BUDGET_ENFORCE;
	return is_strict && !g->is_lifted && g->watcher.rules.guard == GUARD_WARN;
}

// One more call passes that saves work; false in *out: three have.
static bool let_pass(
	struct guard *g, const struct alert *x, struct str call, bool *out, struct err *e)
{
	struct store *st = g->watcher.st;
	uint64_t hash = call.n ? hash_sip(st->key, call) : 0;
	sqlite3_stmt *s = store_sql(g->watcher.st,
		"UPDATE alert SET n_passed = n_passed + (pass_hash IS NOT :hash), pass_hash = "
		":hash WHERE id = (SELECT id FROM alert WHERE "
		"target = :target AND rule = :rule AND scope = :scope AND level = 2 ORDER BY at_ms "
		"DESC, id DESC LIMIT 1) AND (n_passed < :most OR pass_hash = :hash)",
		e);
	if (!s)
		return false;
	store_bind(s, "Htzti", hash, x->target, rule_defs[x->rule].id, x->scope, (int64_t)PASSES);
	if (!store_run(g->watcher.st, s, e))
		return false;
	*out = sqlite3_changes(g->watcher.st->db) > 0;
	return true;
}

// Clients before 2.1.240 take the deny form for an answer, and try the next tool without end, each
// try a paid call; what ends their run is `continue: false` alone, though that one call is made
// then. Later ones end at the first. So every other refusal does not deny.
static bool count_refusal(struct guard *g, int64_t session_id, bool *out_is_end_only, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(g->watcher.st,
		"UPDATE session SET n_refused = n_refused + 1 WHERE id = :id RETURNING n_refused % "
		"2 = 0",
		e);
	if (!s)
		return false;
	store_bind(s, "i", session_id);
	if (!store_step(g->watcher.st, s, &has_row, e))
		return false;
	*out_is_end_only = has_row && sqlite3_column_int(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

static void add_reason(const struct alert *x, const struct budget_reading *r, struct buf *out)
{
	struct rule_finding f = {.rule = x->rule,
		.level = RULE_CRITICAL,
		.is_money = true,
		.value = r->spent_pico,
		.limit = r->limit_pico,
		.scope = x->scope,
		.target = x->target,
		.session = x->session};
	buf_addz(out, "ccl stopped this: ");
	rule_say(&f, out);
	buf_printf(out, " [%s]. ", rule_defs[f.rule].id);
	rule_say_cure(&f, out);
	buf_addz(out, x->rule == RULE_B1 ? "; `ccl budget off --for 1h` lifts all." : ".");
}

bool guard_enforce(
	struct guard *g, const struct payload *p, struct guard_answer *out, struct err *e)
{
	bool is_call = str_is(p->event, "PreToolUse"), passes = false;
	if (!guard_is_strict(g))
		return true;
	if (!read_budgets(g, p->session, e))
		return false;
	struct budget_reading *r = g->reading.budgets;
	for (size_t i = 0; i < g->reading.n; i++) {
		if (r[i].budget->mode != BUDGET_ENFORCE || r[i].level != BUDGET_OVER)
			continue;
		struct alert x = alert_of(g, &r[i], &g->reading.place, g->now_ms);
		if (is_call && str_is(p->tool, "Bash") && shell_saves_work(p->command) &&
			!let_pass(g, &x, p->tool_use, &passes, e))
			return false;
		if (passes || out->block.n)
			continue;
		if (is_call && !count_refusal(g, g->reading.place.session_id, &out->is_end_only, e))
			return false;
		add_reason(&x, &r[i], &out->block);
	}
	return true;
}
