// SPDX-License-Identifier: MIT
#include <stdlib.h>

#include "alarm.h"
#include "clock.h"
#include "past.h"
#include "zone.h"

enum {
	DAYS = 90,
	DAY_MS = 86400000,
	LOOK_SESSIONS = 64, // read in one transaction: to begin one takes as long as a look-up
	PAUSE_MS = 5,       // hooks wait for the lock
};

struct due_session {
	int64_t id;
	struct str uid;
};

struct past_agent {
	int64_t id, last_ms, n_rewrites;
	struct loop loop;
};

struct alerts { // to be fired
	LIST(struct alert) all;
};

struct fired { // the newest alert of a rule
	int64_t level, share_ppm, at_ms;
};

struct replay {
	struct store *st;
	struct watcher *w;
	const struct usual *usual;
	int64_t session_id;
	struct str session;
	struct watch watch;
	LIST(struct past_agent) agents;
	size_t burn_from; // the first turn within ten minutes
	struct fired fired[N_RULES];
	struct alerts *alerts;
};

static struct past_agent *find_agent(struct replay *r, int64_t id, bool *out_is_new)
{
	*out_is_new = false;
	for (size_t i = 0; i < r->agents.n; i++)
		if (r->agents.p[i].id == id)
			return &r->agents.p[i];
	struct past_agent *a = LIST_ADD(&r->agents);
	*a = (struct past_agent){.id = id};
	*out_is_new = true;
	return a;
}

static void add_calls(
	struct replay *r, struct past_agent *a, const struct past *p, const struct past_turn *t)
{
	struct watch *w = &r->watch;
	for (size_t i = 0; i < t->n_calls; i++) {
		const struct past_call *c = &p->calls.p[t->first_call + i];
		loop_add(&a->loop, &c->call);
		if (!c->is_progress)
			continue;
		w->progress_ms = t->at_ms;
		w->progress_pico = 0;
	}
	w->loops = loop_count(&a->loop);
}

static void add_money(struct replay *r, const struct past *p, size_t at)
{
	struct watch *w = &r->watch;
	const struct past_turn *t = &p->turns.p[at];
	w->now_ms = t->at_ms;
	w->is_plan = t->is_plan;
	w->cost_pico += t->cost_pico;
	w->tok += t->tok;
	w->unpriced_tok += t->unpriced_tok;
	w->burn_pico += t->cost_pico;
	w->n_burn++;
	for (; p->turns.p[r->burn_from].at_ms < t->at_ms - WATCH_BURN_MS; r->burn_from++) {
		w->burn_pico -= p->turns.p[r->burn_from].cost_pico;
		w->n_burn--;
	}
	if (t->prompt_ms > w->prompt_ms) {
		w->prompt_ms = t->prompt_ms;
		w->prompt_pico = w->prompt_agent_pico = w->n_started = 0;
	}
	w->prompt_pico += t->cost_pico;
	w->prompt_agent_pico += t->agent_id ? t->cost_pico : 0;
	w->progress_pico += t->cost_pico;
}

static void add_turn(struct replay *r, const struct past *p, size_t at)
{
	struct watch *w = &r->watch;
	const struct past_turn *t = &p->turns.p[at];
	bool is_new;
	add_money(r, p, at);
	struct past_agent *a = find_agent(r, t->agent_id, &is_new);
	a->last_ms = t->at_ms;
	a->n_rewrites = judge_is_rewrite(t->context_tok, t->write_tok, &r->w->rules)
				? a->n_rewrites + 1
				: 0;
	w->n_rewrites = a->n_rewrites;
	w->context_tok = t->context_tok;
	w->n_started += is_new && t->agent_id;
	add_calls(r, a, p, t);
	w->n_agents = 0;
	for (size_t i = 0; t->agent_id && i < r->agents.n; i++)
		w->n_agents +=
			r->agents.p[i].id && r->agents.p[i].last_ms > t->at_ms - WATCH_AGENTS_MS;
}

// As alarm_may_fire, from memory: most turns cross nothing.
static bool may_fire(const struct fired *f, const struct alert *x)
{
	if (!f->at_ms)
		return true;
	bool has_grown = x->level == f->level && x->share_ppm / 3 >= f->share_ppm / 2;
	return x->at_ms > f->at_ms && ((int64_t)x->level > f->level || has_grown ||
					      zone_start_ms(x->at_ms, ZONE_DAY, 0) > f->at_ms);
}

static void judge_rule(struct replay *r, enum rule rule)
{
	struct verdict v = judge(rule, &r->watch, r->usual, &r->w->rules);
	if (v.level == RULE_NONE)
		return;
	struct alert x = alarm_of_session(rule, &v, r->session_id, r->session, r->watch.now_ms);
	if (!may_fire(&r->fired[rule], &x))
		return;
	r->fired[rule] = (struct fired){x.level, x.share_ppm, x.at_ms};
	*LIST_ADD(&r->alerts->all) = x;
}

static void judge_now(struct replay *r)
{
	for (enum rule rule = RULE_R1; rule < N_RULES; rule++)
		if (rule != RULE_R3)
			judge_rule(r, rule);
}

static bool load_fired(struct replay *r, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(r->st,
		"SELECT rule, level, share_ppm, at_ms FROM alert WHERE target = :target AND scope "
		"= "
		"'session' ORDER BY at_ms, id",
		e);
	if (!s)
		return false;
	store_bind(s, "t", r->session);
	while (has_row) {
		enum rule rule;
		if (!store_step(r->st, s, &has_row, e))
			return false;
		if (has_row && rule_find(store_column(s, 0), &rule))
			r->fired[rule] = (struct fired){sqlite3_column_int64(s, 1),
				sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3)};
	}
	(void)sqlite3_reset(s);
	return true;
}

// Errors and compactions of all sessions, by session and time.
struct line_event {
	int64_t session_id, at_ms, n_retries; // -1: the call was given up
	bool is_compaction;
};

struct line_events {
	LIST(struct line_event) all;
};

static bool load_events(struct store *st, struct line_events *out, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT session_id, at_ms, coalesce(retry_attempt, -1), 0 FROM api_error UNION ALL "
		"SELECT session_id, at_ms, 0, 1 FROM compaction ORDER BY 1, 2",
		e);
	if (!s)
		return false;
	while (has_row) {
		if (!store_step(st, s, &has_row, e))
			return false;
		if (has_row)
			*LIST_ADD(&out->all) = (struct line_event){sqlite3_column_int64(s, 0),
				sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2),
				sqlite3_column_int(s, 3) != 0};
	}
	(void)sqlite3_reset(s);
	return true;
}

// As of the i-th event, what lies within ten minutes and half an hour before it.
static void count_events(struct watch *w, const struct line_event *events, size_t i)
{
	w->n_errors = w->n_retries = w->n_given_up = w->n_compactions = 0;
	w->now_ms = events[i].at_ms;
	for (size_t k = i + 1; k-- > 0 && events[k].session_id == events[i].session_id;) {
		const struct line_event *x = &events[k];
		int64_t age_ms = w->now_ms - x->at_ms;
		if (age_ms >= WATCH_LONG_MS)
			break;
		w->n_compactions += x->is_compaction;
		w->n_given_up += x->n_retries < 0;
		w->n_errors += !x->is_compaction && age_ms < WATCH_ERRORS_MS;
		if (age_ms < WATCH_ERRORS_MS && x->n_retries > w->n_retries)
			w->n_retries = x->n_retries;
	}
}

static void judge_events(struct replay *r, const struct line_events *events)
{
	for (size_t i = 0; i < events->all.n; i++) {
		if (events->all.p[i].session_id != r->session_id)
			continue;
		count_events(&r->watch, events->all.p, i);
		judge_rule(r, RULE_E1);
		judge_rule(r, RULE_X3);
	}
}

static bool judge_depth(struct replay *r, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s =
		store_sql(r->st, "SELECT max(depth) FROM agent WHERE session_id = :session", e);
	if (!s)
		return false;
	store_bind(s, "i", r->session_id);
	if (!store_step(r->st, s, &has_row, e))
		return false;
	r->watch.depth = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	judge_rule(r, RULE_S2);
	return true;
}

static bool fire_all(struct store *st, struct alerts *alerts, struct err *e)
{
	bool ok = true;
	if (!alerts->all.n)
		return true;
	if (!ledger_exec(st->db, "BEGIN IMMEDIATE", e))
		return false;
	for (size_t i = 0; ok && i < alerts->all.n; i++)
		ok = alarm_fire(st, &alerts->all.p[i], true, e);
	alerts->all.n = 0;
	ok = ledger_end(st->db, ok, e);
	clock_sleep_ms(PAUSE_MS);
	return ok;
}

static bool judge_session(struct watcher *w, const struct usual *usual,
	const struct line_events *events, const struct due_session *due, struct past *past,
	struct alerts *alerts, struct err *e)
{
	struct replay r = {.st = w->st,
		.w = w,
		.usual = usual,
		.session_id = due->id,
		.session = due->uid,
		.alerts = alerts};
	bool ok = past_read(w, due->id, true, past, e) && load_fired(&r, e);
	for (size_t i = 0; ok && i < past->turns.n; i++) {
		add_turn(&r, past, i);
		judge_now(&r);
	}
	if (ok && past->turns.n) {
		judge_events(&r, events);
		ok = judge_depth(&r, e);
	}
	free(r.agents.p);
	return ok;
}

// R3 of every pull request that was worked on lately.
static bool judge_prs(
	struct watcher *w, const struct usual *u, struct alerts *alerts, struct err *e)
{
	bool has_row = true, ok = true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT c.repo_id, c.number, (SELECT text FROM name WHERE id = c.repo_id), "
		"max(x.last_ms), "
		"x.session_id FROM charge AS c CROSS JOIN charge_rollup AS x ON x.charge_id = c.id "
		"WHERE "
		"c.number IS NOT NULL AND c.reason IS NULL GROUP BY 1, 2 HAVING max(x.last_ms) > "
		":since",
		e);
	if (!s || !u->n_prs)
		return s != NULL;
	store_bind(s, "i", clock_now_ms() - (int64_t)DAYS * DAY_MS);
	while (ok && has_row) {
		struct spent x;
		bool may;
		ok = store_step(w->st, s, &has_row, e);
		if (!ok || !has_row)
			break;
		ok = spent_pr(
			&w->pricer, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), &x, e);
		struct verdict v = ok ? judge_outlier(RULE_R3, x.cost_pico, u, &w->rules)
				      : (struct verdict){.level = RULE_NONE};
		if (v.level == RULE_NONE)
			continue;
		struct alert a = alarm_of_session(RULE_R3, &v, sqlite3_column_int64(s, 4), STR_NONE,
			sqlite3_column_int64(s, 3));
		a.scope = STR("pr");
		a.target = str_of(arena_printf(&w->st->arena, "%.*s#%lld",
			STR_ARG(store_column(s, 2)), (long long)sqlite3_column_int64(s, 1)));
		ok = alarm_may_fire(w->st, &a, &may, e);
		if (ok && may)
			*LIST_ADD(&alerts->all) = a;
	}
	(void)sqlite3_reset(s);
	return ok;
}

static bool note_judged(struct store *st, int64_t turn_id, struct err *e)
{
	sqlite3_stmt *s =
		store_sql(st, "INSERT OR REPLACE INTO meta VALUES ('judged_turn_id', :id)", e);
	if (!s)
		return false;
	store_bind(s, "i", turn_id);
	return store_run(st, s, e);
}

// The sessions with turns that were not judged; *out_last: the newest turn.
static bool find_due(struct store *st, struct arena *a, struct due_session **out, size_t *out_n,
	int64_t *out_last, struct err *e)
{
	LIST(struct due_session) due = {0};
	bool has_row = true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT s.id, s.uid, max(t.id), max(t.at_ms) > :since FROM turn AS t CROSS JOIN "
		"origin AS "
		"o ON o.id = t.origin_id CROSS JOIN session AS s ON s.id = o.session_id WHERE t.id "
		"> "
		"coalesce((SELECT value FROM meta WHERE key = 'judged_turn_id'), 0) GROUP BY s.id",
		e);
	*out_last = 0;
	if (!s)
		return false;
	store_bind(s, "i", clock_now_ms() - (int64_t)DAYS * DAY_MS);
	while (has_row) {
		if (!store_step(st, s, &has_row, e)) {
			free(due.p);
			return false;
		}
		if (!has_row)
			break;
		int64_t last = sqlite3_column_int64(s, 2);
		*out_last = last > *out_last ? last : *out_last;
		if (sqlite3_column_int(s, 3))
			*LIST_ADD(&due) = (struct due_session){
				sqlite3_column_int64(s, 0), arena_str(a, store_column(s, 1))};
	}
	(void)sqlite3_reset(s);
	*out = due.p;
	*out_n = due.n;
	return true;
}

static bool judge_sessions(struct watcher *w, const struct usual *usual,
	const struct line_events *events, const struct due_session *due, size_t n,
	struct alerts *alerts, struct err *e)
{
	struct past past = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < n; i += LOOK_SESSIONS) {
		ok = ledger_exec(w->st->db, "BEGIN", e);
		if (!ok)
			break;
		for (size_t k = i; ok && k < n && k < i + LOOK_SESSIONS; k++)
			ok = judge_session(w, usual, events, &due[k], &past, alerts, e);
		ok = ledger_end(w->st->db, ok, e) && fire_all(w->st, alerts, e);
	}
	past_free(&past);
	return ok;
}

bool past_judge_all(struct store *st, struct err *e)
{
	struct watcher w = {.st = st, .pricer = {.db = st->db}};
	struct usual usual;
	struct alerts alerts = {0};
	struct arena a = {0};
	struct line_events events = {0};
	struct due_session *due = NULL;
	size_t n = 0;
	int64_t last;
	bool ok = rules_read(st->db, &w.rules, e);
	if (ok && w.rules.guard != GUARD_OFF)
		ok = watch_usual(&w, &usual, e) && find_due(st, &a, &due, &n, &last, e) &&
		     (!n || (load_events(st, &events, e) &&
				    judge_sessions(&w, &usual, &events, due, n, &alerts, e) &&
				    judge_prs(&w, &usual, &alerts, e) &&
				    fire_all(st, &alerts, e))) &&
		     (!last || note_judged(st, last, e));
	free(due);
	free(events.all.p);
	free(alerts.all.p);
	arena_free(&a);
	watch_close(&w);
	return ok;
}
