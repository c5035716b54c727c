// SPDX-License-Identifier: MIT
// The roll-up: changes are summed in memory and written once per batch and row.
#include "store.h"

enum { QUARTER_MS = 900000 };

struct rollup_change {
	int64_t quarter, origin_id, class_id;
	int64_t turns, steps, input, output, write_5m, write_1h, read, searches, aborted;
	int64_t first_ms, last_ms;
	bool is_shrinking; // something left it: first and last must be looked up again
};

struct tool_change {
	int64_t session_id, name_id, n;
};

static bool same_rollup(const void *value, const void *key)
{
	const struct rollup_change *a = value, *b = key;
	return a->quarter == b->quarter && a->origin_id == b->origin_id &&
	       a->class_id == b->class_id;
}

static bool same_tool(const void *value, const void *key)
{
	const struct tool_change *a = value, *b = key;
	return a->session_id == b->session_id && a->name_id == b->name_id;
}

static uint64_t mix(int64_t a, int64_t b, int64_t c)
{
	int64_t v[3] = {a, b, c};
	return hash_fast((struct str){(const char *)v, sizeof v});
}

void store_rollup_add(struct store *st, const struct portion *p, int sign)
{
	struct rollup_change key = {.quarter = p->at_ms / QUARTER_MS,
		.origin_id = p->origin_id,
		.class_id = p->class_id};
	uint64_t hash = mix(key.quarter, key.origin_id, key.class_id);
	struct rollup_change *c = table_find(&st->rollup, hash, same_rollup, &key);
	if (!c) {
		c = arena_alloc(&st->arena, sizeof *c);
		*c = key;
		c->first_ms = INT64_MAX;
		table_add(&st->rollup, hash, c);
	}
	c->turns += sign * p->turns;
	c->steps += sign * p->steps;
	c->input += sign * p->input;
	c->output += sign * p->output;
	c->write_5m += sign * p->write_5m;
	c->write_1h += sign * p->write_1h;
	c->read += sign * p->read;
	c->searches += sign * p->searches;
	c->aborted += sign * p->aborted;
	if (sign < 0)
		c->is_shrinking = true;
	if (sign > 0 && p->at_ms < c->first_ms)
		c->first_ms = p->at_ms;
	if (sign > 0 && p->at_ms > c->last_ms)
		c->last_ms = p->at_ms;
}

void store_tool_add(struct store *st, int64_t session_id, int64_t name_id, int64_t n)
{
	struct tool_change key = {session_id, name_id, 0};
	uint64_t hash = mix(session_id, name_id, 0);
	struct tool_change *c = table_find(&st->tool_rollup, hash, same_tool, &key);
	if (!c) {
		c = arena_alloc(&st->arena, sizeof *c);
		*c = key;
		table_add(&st->tool_rollup, hash, c);
	}
	c->n += n;
}

static bool write_change(struct store *st, const struct rollup_change *c, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO rollup VALUES (:quarter, :origin, :class, :turns, :steps, :input, "
		":output, :write_5m,"
		" :write_1h, :read, :searches, :aborted, :first, :last) ON CONFLICT DO UPDATE SET"
		" turns = turns + excluded.turns, steps = steps + excluded.steps,"
		" input_tok = input_tok + excluded.input_tok, output_tok = output_tok + "
		"excluded.output_tok,"
		" cache_5m_tok = cache_5m_tok + excluded.cache_5m_tok,"
		" cache_1h_tok = cache_1h_tok + excluded.cache_1h_tok,"
		" cache_read_tok = cache_read_tok + excluded.cache_read_tok,"
		" web_searches = web_searches + excluded.web_searches, aborted = aborted + "
		"excluded.aborted,"
		" first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, "
		"excluded.last_ms)",
		e);
	if (!s)
		return false;
	store_bind(s, "iiiiiiiiiiiiii", c->quarter, c->origin_id, c->class_id, c->turns, c->steps,
		c->input, c->output, c->write_5m, c->write_1h, c->read, c->searches, c->aborted,
		c->first_ms, c->last_ms);
	return store_run(st, s, e);
}

// A row that something left: gone if empty, else its first and last turn are looked up.
static bool shrink(struct store *st, const struct rollup_change *c, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"DELETE FROM rollup WHERE quarter = :quarter AND origin_id = :origin AND class_id "
		"= :class"
		" AND turns = 0 AND steps = 0",
		e);
	if (!s)
		return false;
	store_bind(s, "iii", c->quarter, c->origin_id, c->class_id);
	if (!store_run(st, s, e))
		return false;
	if (sqlite3_changes(st->db))
		return true;
	// a row of steps takes its times from the turns that they belong to
	s = store_sql(st,
		"UPDATE rollup SET (first_ms, last_ms) = (SELECT min(at_ms), max(at_ms) FROM turn "
		"AS t"
		" WHERE t.at_ms >= :quarter * 900000 AND t.at_ms < (:quarter + 1) * 900000 AND "
		"t.origin_id = :origin"
		" AND (t.class_id = :class OR EXISTS"
		"  (SELECT 1 FROM turn_step AS x WHERE x.turn_id = t.id AND x.class_id = :class)))"
		" WHERE quarter = :quarter AND origin_id = :origin AND class_id = :class",
		e);
	if (!s)
		return false;
	store_bind(s, "iii", c->quarter, c->origin_id, c->class_id);
	return store_run(st, s, e);
}

static bool is_nothing(const struct rollup_change *c)
{
	return !c->turns && !c->steps && !c->input && !c->output && !c->write_5m && !c->write_1h &&
	       !c->read && !c->searches && !c->aborted;
}

static bool write_tool(struct store *st, const struct tool_change *c, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO tool_rollup VALUES (:session, :name, :n)"
		" ON CONFLICT DO UPDATE SET calls = calls + excluded.calls",
		e);
	if (!s || c->n == 0)
		return s != NULL;
	store_bind(s, "iii", c->session_id, c->name_id, c->n);
	if (!store_run(st, s, e))
		return false;
	if (c->n > 0)
		return true;
	s = store_sql(st,
		"DELETE FROM tool_rollup WHERE session_id = :session AND name_id = :name AND calls "
		"= 0",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", c->session_id, c->name_id);
	return store_run(st, s, e);
}

bool store_rollup_flush(struct store *st, struct err *e)
{
	for (size_t i = 0; i < st->rollup.cap; i++) {
		struct rollup_change *c = st->rollup.slots[i].value;
		if (!c)
			continue;
		if (c->first_ms == INT64_MAX && is_nothing(c))
			continue;
		if (!write_change(st, c, e) || (c->is_shrinking && !shrink(st, c, e)))
			return false;
	}
	for (size_t i = 0; i < st->tool_rollup.cap; i++) {
		struct tool_change *c = st->tool_rollup.slots[i].value;
		if (c && !write_tool(st, c, e))
			return false;
	}
	return true;
}
