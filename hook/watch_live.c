// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>

#include "watch.h"

enum { TAIL_TURNS = 40 };

struct tail_turn {
	int64_t id, at_ms, context_tok, write_tok;
};

struct tail {
	LIST(struct tail_turn) turns;
};

struct own_origin {
	int64_t id, agent_id;
};

struct origins {
	LIST(struct own_origin) all;
	size_t n_agents; // different ones, about
};

static bool read_session(struct watcher *w, int64_t id, struct watch *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(
		w->st, "SELECT prompt_ms, progress_ms, window_tok FROM session WHERE id = :id", e);
	if (!s)
		return false;
	store_bind(s, "i", id);
	if (!store_step(w->st, s, &has_row, e))
		return false;
	out->prompt_ms = sqlite3_column_int64(s, 0);
	out->progress_ms = sqlite3_column_int64(s, 1);
	out->window_tok = sqlite3_column_int64(s, 2);
	(void)sqlite3_reset(s);
	return true;
}

static bool read_origins(struct watcher *w, int64_t session_id, struct origins *out, struct err *e)
{
	bool has_row = true;
	int64_t last_agent = 0;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT id, agent_id FROM origin WHERE session_id = :session ORDER BY id", e);
	if (!s)
		return false;
	store_bind(s, "i", session_id);
	while (has_row) {
		if (!store_step(w->st, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		int64_t agent = sqlite3_column_int64(s, 1);
		*LIST_ADD(&out->all) = (struct own_origin){sqlite3_column_int64(s, 0), agent};
		out->n_agents += agent && agent != last_agent;
		last_agent = agent;
	}
	(void)sqlite3_reset(s);
	return true;
}

// The newest turns of one origin, added to the tail.
static bool read_tail(struct watcher *w, int64_t origin_id, struct tail *out, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT id, at_ms, coalesce(input_tok, 0) + coalesce(cache_read_tok, 0), "
		"max(coalesce(cache_write_tok, 0), coalesce(cache_5m_tok, 0) + "
		"coalesce(cache_1h_tok, 0)) FROM turn WHERE origin_id = :origin ORDER BY id DESC "
		"LIMIT 40",
		e);
	if (!s)
		return false;
	store_bind(s, "i", origin_id);
	while (has_row) {
		if (!store_step(w->st, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		int64_t write = sqlite3_column_int64(s, 3);
		*LIST_ADD(&out->turns) = (struct tail_turn){sqlite3_column_int64(s, 0),
			sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2) + write, write};
	}
	(void)sqlite3_reset(s);
	return true;
}

static int by_time(const void *a, const void *b)
{
	const struct tail_turn *x = a, *y = b;
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

// The calls of a turn, put before those that later turns made.
static bool read_calls(struct watcher *w, int64_t turn_id, struct loop_call *calls, size_t *n,
	size_t max, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT name_id, input_hash, result_hash, error_hash, result_bytes IS NOT NULL, "
		"target_id FROM tool_call WHERE turn_id = :turn ORDER BY id DESC",
		e);
	if (!s)
		return false;
	store_bind(s, "i", turn_id);
	while (has_row) {
		if (!store_step(w->st, s, &has_row, e))
			return false;
		if (!has_row || *n == max)
			break;
		const struct call_kind *kind;
		if (!watch_kind(
			    w, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 5), &kind, e)) {
			(void)sqlite3_reset(s);
			return false;
		}
		calls[(*n)++] = (struct loop_call){.name_id = sqlite3_column_int64(s, 0),
			.input_hash = (uint64_t)sqlite3_column_int64(s, 1),
			.result_hash = (uint64_t)sqlite3_column_int64(s, 2),
			.error_hash = (uint64_t)sqlite3_column_int64(s, 3),
			.has_result = sqlite3_column_int(s, 4),
			.is_poll = kind->is_poll};
	}
	(void)sqlite3_reset(s);
	return true;
}

#define WORST(field, name)                                                                         \
	if (c->field > to->field) {                                                                \
		to->field = c->field;                                                              \
		to->name = c->name;                                                                \
	}

static void take_worst(struct loop_counts *to, const struct loop_counts *c)
{
	WORST(same_result, result_name_id)
	WORST(same_input, input_name_id)
	WORST(failing, failing_name_id)
	if (c->in_turn > to->in_turn) {
		to->in_turn = c->in_turn;
		to->in_turn_pct = c->in_turn_pct;
		to->turn_name_id = c->turn_name_id;
	}
}

// What the end of one conversation says.
static bool judge_tail(struct watcher *w, struct tail *t, struct watch *out, struct err *e)
{
	struct loop_call calls[LOOP_CALLS];
	struct loop loop = {.n = 0};
	size_t n_calls = 0;
	int64_t n_rewrites = 0;
	qsort(t->turns.p, t->turns.n, sizeof *t->turns.p, by_time);
	const struct tail_turn *last = &t->turns.p[t->turns.n - 1];
	size_t first = t->turns.n > TAIL_TURNS ? t->turns.n - TAIL_TURNS : 0;
	for (size_t i = first; i < t->turns.n; i++)
		n_rewrites = judge_is_rewrite(
				     t->turns.p[i].context_tok, t->turns.p[i].write_tok, &w->rules)
				     ? n_rewrites + 1
				     : 0;
	for (size_t i = t->turns.n; i-- > first && n_calls < LOOP_CALLS;)
		if (!read_calls(w, t->turns.p[i].id, calls, &n_calls, LOOP_CALLS, e))
			return false;
	while (n_calls)
		loop_add(&loop, &calls[--n_calls]);
	struct loop_counts counts = loop_count(&loop);
	take_worst(&out->loops, &counts);
	if (n_rewrites > out->n_rewrites)
		out->n_rewrites = n_rewrites;
	if (last->context_tok > out->context_tok)
		out->context_tok = last->context_tok;
	if (last->at_ms > out->now_ms) {
		out->now_ms = last->at_ms;
		out->turn_id = last->id;
	}
	return true;
}

static bool look_at_agents(struct watcher *w, const struct heed_session *h, const struct origins *o,
	struct watch *out, struct err *e)
{
	bool ok = true;
	for (size_t i = 0; i < h->n_agents && ok; i++) {
		struct tail tail = {0};
		for (size_t k = 0; k < o->all.n && ok; k++)
			if (o->all.p[k].agent_id == h->agents[i])
				ok = read_tail(w, o->all.p[k].id, &tail, e);
		if (ok && tail.turns.n)
			ok = judge_tail(w, &tail, out, e);
		free(tail.turns.p);
	}
	return ok;
}

static bool read_number(struct watcher *w, const char *sql, int64_t a, int64_t b, int64_t c,
	int64_t *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(w->st, sql, e);
	if (!s)
		return false;
	store_bind_at(s, 1, "i", a);
	if (sqlite3_bind_parameter_count(s) > 1)
		store_bind_at(s, 2, "i", b);
	if (sqlite3_bind_parameter_count(s) > 2)
		store_bind_at(s, 3, "i", c);
	if (!store_step(w->st, s, &has_row, e))
		return false;
	*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

static bool count_agents(struct watcher *w, const struct heed_session *h, const struct origins *o,
	struct watch *out, struct err *e)
{
	const int64_t(*l)[3] = (const int64_t(*)[3])w->rules.limit[RULE_S1];
	if (!o->n_agents)
		return true;
	if (!read_number(w, "SELECT max(depth) FROM agent WHERE session_id = ?1", h->id, 0, 0,
		    &out->depth, e))
		return false;
	if ((int64_t)o->n_agents >= l[0][RULE_WARN] / 1000 &&
		!read_number(w,
			"SELECT count(DISTINCT o.agent_id) FROM turn AS t CROSS JOIN origin AS o "
			"ON o.id = "
			"t.origin_id WHERE t.at_ms > ?2 AND t.at_ms <= ?3 AND o.session_id = ?1",
			h->id, out->now_ms - WATCH_AGENTS_MS, out->now_ms, &out->n_agents, e))
		return false;
	return (int64_t)o->n_agents < l[1][RULE_WARN] / 1000 ||
	       read_number(w,
		       "SELECT count(*) FROM (SELECT min((SELECT t.at_ms FROM turn AS t WHERE "
		       "t.origin_id = o.id ORDER BY t.id LIMIT 1)) AS first_ms FROM origin AS o "
		       "WHERE "
		       "o.session_id = ?1 AND o.agent_id IS NOT NULL GROUP BY o.agent_id) WHERE "
		       "first_ms "
		       ">= ?2",
		       h->id, out->prompt_ms, 0, &out->n_started, e);
}

static bool count_lines(
	struct watcher *w, const struct heed_session *h, struct watch *out, struct err *e)
{
	int64_t id = h->id, now = out->now_ms;
	if (h->has_error &&
		(!read_number(w,
			 "SELECT count(*) FROM api_error WHERE session_id = ?1 AND at_ms > ?2", id,
			 now - WATCH_ERRORS_MS, 0, &out->n_errors, e) ||
			!read_number(w,
				"SELECT max(retry_attempt) FROM api_error WHERE session_id = ?1 "
				"AND "
				"at_ms > ?2",
				id, now - WATCH_ERRORS_MS, 0, &out->n_retries, e) ||
			!read_number(w,
				"SELECT count(*) FROM api_error WHERE session_id = ?1 AND at_ms > "
				"?2 AND retry_attempt IS NULL",
				id, now - WATCH_LONG_MS, 0, &out->n_given_up, e)))
		return false;
	return !h->has_compaction ||
	       read_number(w,
		       "SELECT count(*) FROM compaction WHERE session_id = ?1 AND at_ms > ?2", id,
		       now - WATCH_LONG_MS, 0, &out->n_compactions, e);
}

// What only a session that cost something needs.
static bool add_money(struct watcher *w, int64_t session_id, struct watch *out, struct err *e)
{
	struct spent x;
	int64_t end_ms = out->now_ms + 1;
	if (!spent_stretch(&w->pricer, session_id, out->now_ms - WATCH_BURN_MS, end_ms, &x, e))
		return false;
	out->burn_pico = x.cost_pico;
	out->n_burn = x.turns;
	out->prompt_pico = out->progress_pico = out->cost_pico;
	if (out->prompt_ms) {
		if (!spent_stretch(&w->pricer, session_id, out->prompt_ms, end_ms, &x, e))
			return false;
		out->prompt_pico = x.cost_pico;
		out->prompt_agent_pico = x.agent_pico;
	}
	if (out->progress_ms &&
		!spent_stretch(&w->pricer, session_id, out->progress_ms + 1, end_ms, &x, e))
		return false;
	if (out->progress_ms)
		out->progress_pico = x.cost_pico;
	return true;
}

bool watch_live(struct watcher *w, const struct heed_session *h, struct watch *out, struct err *e)
{
	struct origins origins = {0};
	struct spent all;
	*out = (struct watch){.is_plan = w->is_plan};
	bool ok = read_session(w, h->id, out, e) && read_origins(w, h->id, &origins, e) &&
		  look_at_agents(w, h, &origins, out, e);
	if (h->line_ms > out->now_ms)
		out->now_ms = h->line_ms;
	bool has_news = out->now_ms > 0;
	ok = ok &&
	     (!has_news || (count_agents(w, h, &origins, out, e) && count_lines(w, h, out, e) &&
				   spent_session(&w->pricer, h->id, &all, e)));
	free(origins.all.p);
	if (!ok || !has_news)
		return false;
	out->cost_pico = all.cost_pico;
	out->tok = all.tok;
	out->unpriced_tok = all.unpriced_tok;
	return all.cost_pico < judge_least_pico(&w->rules) || add_money(w, h->id, out, e);
}

static bool newest_progress(
	struct watcher *w, int64_t session_id, int64_t since_ms, int64_t *out, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT t.at_ms, c.name_id, c.target_id FROM origin AS o CROSS JOIN turn AS t ON "
		"t.origin_id = o.id CROSS JOIN tool_call AS c ON c.turn_id = t.id WHERE "
		"o.session_id = "
		":session AND t.at_ms > :since AND c.error_hash IS NULL AND c.result_bytes IS NOT "
		"NULL",
		e);
	*out = 0;
	if (!s)
		return false;
	store_bind(s, "ii", session_id, since_ms);
	while (has_row) {
		if (!store_step(w->st, s, &has_row, e))
			return false;
		const struct call_kind *kind;
		if (!has_row || sqlite3_column_int64(s, 0) <= *out)
			continue;
		if (!watch_kind(
			    w, sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2), &kind, e)) {
			(void)sqlite3_reset(s);
			return false;
		}
		if (kind->is_progress)
			*out = sqlite3_column_int64(s, 0);
	}
	(void)sqlite3_reset(s);
	return true;
}

bool watch_find_progress(struct watcher *w, int64_t session_id, struct watch *out, struct err *e)
{
	struct spent x;
	int64_t at_ms, is_plan;
	if (!read_number(w,
		    "SELECT n.text = 'plan' FROM turn AS t CROSS JOIN prompt AS p ON p.id = "
		    "t.prompt_id CROSS "
		    "JOIN name AS n ON n.id = p.mode_id WHERE t.id = ?1",
		    out->turn_id, 0, 0, &is_plan, e))
		return false;
	out->is_plan |= is_plan != 0;
	if (!newest_progress(w, session_id, out->progress_ms, &at_ms, e))
		return false;
	if (!at_ms)
		return true;
	sqlite3_stmt *s =
		store_sql(w->st, "UPDATE session SET progress_ms = :at WHERE id = :id", e);
	if (!s)
		return false;
	store_bind(s, "ii", at_ms, session_id);
	out->progress_ms = at_ms;
	// what the call itself cost came before
	if (!store_run(w->st, s, e) ||
		!spent_stretch(&w->pricer, session_id, at_ms + 1, out->now_ms + 1, &x, e))
		return false;
	out->progress_pico = x.cost_pico;
	return true;
}
