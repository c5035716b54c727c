// SPDX-License-Identifier: MIT
// The roll-up: changes are summed in memory and written once per batch and row.
#include "budget_state.h"

enum { QUARTER_MS = 900000, DAY_MS = 86400000 };

// From the first to the last turn of a row. What leaves it is mostly put back at once, changed.
struct reach {
	int64_t first_ms, last_ms, left_ms;
	int n_left; // went, and did not come back: first and last must be looked up again
};

static void reach_add(struct reach *r, int64_t at_ms, int sign)
{
	if (sign < 0) {
		r->left_ms = at_ms;
		r->n_left++;
		return;
	}
	if (r->n_left > 0 && r->left_ms == at_ms)
		r->n_left--;
	if (at_ms < r->first_ms)
		r->first_ms = at_ms;
	if (at_ms > r->last_ms)
		r->last_ms = at_ms;
}

struct rollup_change {
	int64_t quarter, origin_id, class_id, charge_id;
	int64_t turns, steps, input, output, write_5m, write_1h, read, searches, aborted;
	struct reach reach;
};

struct tool_change {
	int64_t session_id, name_id, n;
};

static bool same_rollup(const void *value, const void *key)
{
	const struct rollup_change *a = value, *b = key;
	return a->quarter == b->quarter && a->origin_id == b->origin_id &&
	       a->class_id == b->class_id && a->charge_id == b->charge_id;
}

struct charge_change {
	int64_t charge_id, session_id, day, class_id;
	struct portion sum;
	struct reach reach;
};

static bool same_charge(const void *value, const void *key)
{
	const struct charge_change *a = value, *b = key;
	return a->charge_id == b->charge_id && a->session_id == b->session_id && a->day == b->day &&
	       a->class_id == b->class_id;
}

static bool same_tool(const void *value, const void *key)
{
	const struct tool_change *a = value, *b = key;
	return a->session_id == b->session_id && a->name_id == b->name_id;
}

static uint64_t mix(int64_t a, int64_t b, int64_t c, int64_t d)
{
	int64_t v[4] = {a, b, c, d};
	return hash_fast((struct str){(const char *)v, sizeof v});
}

static void add_charge(struct store *st, const struct portion *p, int sign)
{
	struct charge_change key = {.charge_id = p->charge_id,
		.session_id = p->session_id,
		.day = p->at_ms / DAY_MS,
		.class_id = p->class_id};
	uint64_t hash = mix(key.charge_id, key.session_id, key.day, key.class_id);
	struct charge_change *c = table_find(&st->charge_rollup, hash, same_charge, &key);
	if (!c) {
		c = arena_alloc(&st->arena, sizeof *c);
		*c = key;
		c->reach.first_ms = INT64_MAX;
		table_add(&st->charge_rollup, hash, c);
	}
	c->sum.turns += sign * p->turns;
	c->sum.input += sign * p->input;
	c->sum.output += sign * p->output;
	c->sum.write_5m += sign * p->write_5m;
	c->sum.write_1h += sign * p->write_1h;
	c->sum.read += sign * p->read;
	c->sum.searches += sign * p->searches;
	reach_add(&c->reach, p->at_ms, sign);
}

void store_rollup_add(struct store *st, const struct portion *p, int sign)
{
	add_charge(st, p, sign);
	struct rollup_change key = {.quarter = p->at_ms / QUARTER_MS,
		.origin_id = p->origin_id,
		.class_id = p->class_id,
		.charge_id = p->charge_id};
	uint64_t hash = mix(key.quarter, key.origin_id, key.class_id, key.charge_id);
	struct rollup_change *c = table_find(&st->rollup, hash, same_rollup, &key);
	if (!c) {
		c = arena_alloc(&st->arena, sizeof *c);
		*c = key;
		c->reach.first_ms = INT64_MAX;
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
	reach_add(&c->reach, p->at_ms, sign);
}

void store_tool_add(struct store *st, int64_t session_id, int64_t name_id, int64_t n)
{
	struct tool_change key = {session_id, name_id, 0};
	uint64_t hash = mix(session_id, name_id, 0, 0);
	struct tool_change *c = table_find(&st->tool_rollup, hash, same_tool, &key);
	if (!c) {
		c = arena_alloc(&st->arena, sizeof *c);
		*c = key;
		table_add(&st->tool_rollup, hash, c);
	}
	c->n += n;
}

// Two plain statements instead of one upsert: an upsert costs SQLite half as much again to prepare
// (131,000 instructions of a hook), and the row is mostly there already. The columns that hardly
// ever change, at 5,000 instructions each, have a statement of their own.
#define ADD_ROLLUP                                                                                 \
	"UPDATE rollup SET turns = turns + ?5, input_tok = input_tok + ?7, output_tok = "          \
	"output_tok + ?8, cache_5m_tok = cache_5m_tok + ?9, cache_1h_tok = cache_1h_tok + ?10, "   \
	"cache_read_tok = cache_read_tok + ?11, first_ms = min(first_ms, ?14), last_ms = "         \
	"max(last_ms, ?15)"
#define ADD_SELDOM                                                                                 \
	", steps = steps + ?6, web_searches = web_searches + ?12, aborted = aborted + ?13"
#define WHERE_ROLLUP " WHERE quarter = ?1 AND origin_id = ?2 AND class_id = ?3 AND charge_id = ?4"

static bool write_change(struct store *st, const struct rollup_change *c, struct err *e)
{
	const char *const steps[] = {c->steps || c->searches || c->aborted
					     ? ADD_ROLLUP ADD_SELDOM WHERE_ROLLUP
					     : ADD_ROLLUP WHERE_ROLLUP,
		"INSERT INTO rollup VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"};
	for (size_t i = 0; i < 2; i++) {
		sqlite3_stmt *s = store_sql(st, steps[i], e);
		if (!s)
			return false;
		store_bind(s, "iiiiiiiiiiiiiii", c->quarter, c->origin_id, c->class_id,
			c->charge_id, c->turns, c->steps, c->input, c->output, c->write_5m,
			c->write_1h, c->read, c->searches, c->aborted, c->reach.first_ms,
			c->reach.last_ms);
		if (!store_run(st, s, e))
			return false;
		if (sqlite3_changes(st->db))
			break;
	}
	return true;
}

static bool change_budgets(struct store *st, const struct rollup_change *c, struct err *e)
{
	struct budget_change x = {c->quarter, c->origin_id, c->class_id, c->charge_id, c->turns,
		c->input, c->output, c->write_5m, c->write_1h, c->read, c->searches};
	return budget_state_change(st, &x, e);
}

// A row that something left: gone if empty, else its first and last turn are looked up.
static bool shrink(struct store *st, const struct rollup_change *c, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"DELETE FROM rollup WHERE quarter = :quarter AND origin_id = :origin AND class_id "
		"= :class"
		" AND charge_id = :charge AND turns = 0 AND steps = 0",
		e);
	if (!s)
		return false;
	store_bind(s, "iiii", c->quarter, c->origin_id, c->class_id, c->charge_id);
	if (!store_run(st, s, e))
		return false;
	if (sqlite3_changes(st->db))
		return true;
	// a row of steps takes its times from the turns that they belong to
	s = store_sql(st,
		"UPDATE rollup SET (first_ms, last_ms) = (SELECT min(at_ms), max(at_ms) FROM turn "
		"AS t"
		" WHERE t.at_ms >= :quarter * 900000 AND t.at_ms < (:quarter + 1) * 900000 AND "
		"t.origin_id = :origin AND t.charge_id = :charge"
		" AND (t.class_id = :class OR EXISTS"
		"  (SELECT 1 FROM turn_step AS x WHERE x.turn_id = t.id AND x.class_id = :class)))"
		" WHERE quarter = :quarter AND origin_id = :origin AND class_id = :class AND "
		"charge_id = :charge",
		e);
	if (!s)
		return false;
	store_bind(s, "iiii", c->quarter, c->origin_id, c->charge_id, c->class_id);
	return store_run(st, s, e);
}

static bool is_nothing(const struct rollup_change *c)
{
	return !c->turns && !c->steps && !c->input && !c->output && !c->write_5m && !c->write_1h &&
	       !c->read && !c->searches && !c->aborted;
}

#define ADD_CHARGE                                                                                 \
	"UPDATE charge_rollup SET turns = turns + ?5, input_tok = input_tok + ?6, output_tok = "   \
	"output_tok + ?7, cache_5m_tok = cache_5m_tok + ?8, cache_1h_tok = cache_1h_tok + ?9, "    \
	"cache_read_tok = cache_read_tok + ?10, first_ms = min(first_ms, ?12), last_ms = "         \
	"max(last_ms, ?13)"
#define WHERE_CHARGE " WHERE charge_id = ?1 AND session_id = ?2 AND day = ?3 AND class_id = ?4"

static bool write_charge(struct store *st, const struct charge_change *c, struct err *e)
{
	const struct portion *p = &c->sum;
	const char *const steps[] = {p->searches ? ADD_CHARGE
					     ", web_searches = web_searches + ?11" WHERE_CHARGE
						 : ADD_CHARGE WHERE_CHARGE,
		"INSERT INTO charge_rollup VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"};
	for (size_t i = 0; i < 2; i++) {
		sqlite3_stmt *s = store_sql(st, steps[i], e);
		if (!s)
			return false;
		store_bind(s, "iiiiiiiiiiiii", c->charge_id, c->session_id, c->day, c->class_id,
			p->turns, p->input, p->output, p->write_5m, p->write_1h, p->read,
			p->searches, c->reach.first_ms, c->reach.last_ms);
		if (!store_run(st, s, e))
			return false;
		if (sqlite3_changes(st->db))
			break;
	}
	return true;
}

static bool shrink_charge(struct store *st, const struct charge_change *c, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"DELETE FROM charge_rollup WHERE charge_id = :charge AND session_id = :session AND "
		"day = :day AND class_id = :class"
		" AND turns = 0 AND input_tok = 0 AND output_tok = 0 AND cache_5m_tok = 0"
		" AND cache_1h_tok = 0 AND cache_read_tok = 0 AND web_searches = 0",
		e);
	if (!s)
		return false;
	store_bind(s, "iiii", c->charge_id, c->session_id, c->day, c->class_id);
	if (!store_run(st, s, e))
		return false;
	if (sqlite3_changes(st->db))
		return true;
	s = store_sql(st,
		"UPDATE charge_rollup SET (first_ms, last_ms) = (SELECT min(q.first_ms), "
		"max(q.last_ms) FROM origin AS o CROSS JOIN rollup AS q"
		"  ON q.quarter >= :day * 96 AND q.quarter < (:day + 1) * 96 AND q.origin_id = o.id"
		"  AND q.class_id = :class AND q.charge_id = :charge WHERE o.session_id = :session)"
		" WHERE charge_id = :charge AND session_id = :session AND day = :day AND class_id "
		"= :class",
		e);
	if (!s)
		return false;
	store_bind(s, "iiii", c->day, c->class_id, c->charge_id, c->session_id);
	return store_run(st, s, e);
}

static bool is_empty(const struct charge_change *c)
{
	const struct portion *p = &c->sum;
	return c->reach.first_ms == INT64_MAX && !p->turns && !p->input && !p->output &&
	       !p->write_5m && !p->write_1h && !p->read && !p->searches;
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
		if (c->reach.first_ms == INT64_MAX && is_nothing(c))
			continue;
		if (!write_change(st, c, e) || !change_budgets(st, c, e) ||
			(c->reach.n_left && !shrink(st, c, e)))
			return false;
	}
	for (size_t i = 0; i < st->charge_rollup.cap; i++) { // after the roll-up, which it reads
		struct charge_change *c = st->charge_rollup.slots[i].value;
		if (!c || is_empty(c))
			continue;
		if (!write_charge(st, c, e) || (c->reach.n_left && !shrink_charge(st, c, e)))
			return false;
	}
	for (size_t i = 0; i < st->tool_rollup.cap; i++) {
		struct tool_change *c = st->tool_rollup.slots[i].value;
		if (c && !write_tool(st, c, e))
			return false;
	}
	table_clear(&st->rollup);
	table_clear(&st->charge_rollup);
	table_clear(&st->tool_rollup);
	return true;
}
