// SPDX-License-Identifier: MIT
#include "past.h"

#include <stdlib.h>

static int by_time(const void *a, const void *b)
{
	const struct past_turn *x = a, *y = b;
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static bool add_turn(struct watcher *w, sqlite3_stmt *s, struct past *out, struct err *e)
{
	struct spent sum = {0};
	struct spent_tok t = {.class_id = sqlite3_column_int64(s, 3),
		.at_ms = sqlite3_column_int64(s, 1),
		.input = sqlite3_column_int64(s, 5),
		.output = sqlite3_column_int64(s, 6),
		.write_5m = sqlite3_column_int64(s, 7),
		.write_1h = sqlite3_column_int64(s, 8),
		.read = sqlite3_column_int64(s, 9),
		.searches = sqlite3_column_int64(s, 10)};
	if (!spent_add(&w->pricer, &t, &sum, e))
		return false;
	int64_t write = t.write_5m + t.write_1h;
	*LIST_ADD(&out->turns) = (struct past_turn){.id = sqlite3_column_int64(s, 0),
		.at_ms = t.at_ms,
		.agent_id = sqlite3_column_int64(s, 2),
		.prompt_ms = sqlite3_column_int64(s, 4),
		.is_plan = sqlite3_column_int(s, 11) != 0,
		.cost_pico = sum.cost_pico,
		.tok = sum.tok,
		.unpriced_tok = sum.unpriced_tok,
		.context_tok = t.input + t.read + write,
		.write_tok = write};
	return true;
}

static bool read_calls(struct watcher *w, struct past_turn *t, struct past *out, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT name_id, input_hash, result_hash, error_hash, result_bytes IS NOT NULL, "
		"target_id FROM tool_call WHERE turn_id = :turn ORDER BY id",
		e);
	if (!s)
		return false;
	store_bind(s, "i", t->id);
	t->first_call = out->calls.n;
	while (has_row) {
		if (!store_step(w->st, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		const struct call_kind *kind;
		if (!watch_kind(
			    w, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 5), &kind, e)) {
			(void)sqlite3_reset(s);
			return false;
		}
		struct past_call *c = LIST_ADD(&out->calls);
		c->call = (struct loop_call){.name_id = kind->name_id,
			.input_hash = (uint64_t)sqlite3_column_int64(s, 1),
			.result_hash = (uint64_t)sqlite3_column_int64(s, 2),
			.error_hash = (uint64_t)sqlite3_column_int64(s, 3),
			.has_result = sqlite3_column_int(s, 4),
			.is_poll = kind->is_poll};
		c->is_progress = kind->is_progress && c->call.has_result && !c->call.error_hash;
		t->n_calls++;
	}
	(void)sqlite3_reset(s);
	return true;
}

bool past_read(
	struct watcher *w, int64_t session_id, bool with_calls, struct past *out, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT t.id, t.at_ms, o.agent_id, t.class_id, (SELECT p.at_ms FROM prompt AS p "
		"WHERE p.id = t.prompt_id AND p.is_prompt = 1), coalesce(t.input_tok, 0), "
		"coalesce(t.output_tok, 0), max(coalesce(t.cache_write_tok, 0) - "
		"coalesce(t.cache_1h_tok, 0), coalesce(t.cache_5m_tok, 0)), "
		"coalesce(t.cache_1h_tok, "
		"0), coalesce(t.cache_read_tok, 0), coalesce(t.n_web_search, 0), (SELECT n.text = "
		"'plan' FROM prompt AS p JOIN name AS n ON n.id = p.mode_id WHERE p.id = "
		"t.prompt_id) FROM origin AS o "
		"CROSS "
		"JOIN turn AS t ON t.origin_id = o.id WHERE o.session_id = :session",
		e);
	if (!s)
		return false;
	out->turns.n = out->calls.n = 0;
	store_bind(s, "i", session_id);
	while (has_row) {
		if (!store_step(w->st, s, &has_row, e))
			return false;
		if (has_row && !add_turn(w, s, out, e)) {
			(void)sqlite3_reset(s);
			return false;
		}
	}
	(void)sqlite3_reset(s);
	if (out->turns.n)
		qsort(out->turns.p, out->turns.n, sizeof *out->turns.p, by_time);
	for (size_t i = 0; with_calls && i < out->turns.n; i++)
		if (!read_calls(w, &out->turns.p[i], out, e))
			return false;
	return true;
}

void past_free(struct past *p)
{
	free(p->turns.p);
	free(p->calls.p);
	*p = (struct past){0};
}
