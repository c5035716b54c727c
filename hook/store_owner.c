// SPDX-License-Identifier: MIT
// Who a turn belongs to when it stands in several places.
#include "turn.h"

// -1: a goes first, by what the two sightings say alone; 0: their sessions decide.
static int compare(const struct owner *a, const struct owner *b)
{
	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	if (a->is_sidechain != b->is_sidechain)
		return b->is_sidechain ? -1 : 1;
	if (a->is_foreign != b->is_foreign)
		return b->is_foreign ? -1 : 1;
	return 0;
}

// Which of two agents of one session a message belongs to, all else being equal.
static bool is_agent_before(
	struct store *st, const struct agent *mine, int64_t other_id, bool *out, struct err *e)
{
	bool has_row;
	*out = !mine && other_id;
	if (!mine || !other_id || mine->id == other_id)
		return true;
	sqlite3_stmt *s = store_sql(st, "SELECT uid FROM agent WHERE id = :id", e);
	if (!s)
		return false;
	store_bind(s, "i", other_id);
	if (!store_step(st, s, &has_row, e))
		return false;
	*out = has_row && str_cmp(mine->uid, store_column(s, 0)) < 0;
	(void)sqlite3_reset(s);
	return true;
}

// A session that holds a turn is linked with every other that does: its owner, and those with a
// copy.
static bool link_sessions(
	struct store *st, struct session *mine, int64_t other_id, int64_t turn_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO session_link VALUES (:a, :b), (:b, :a)"
		" UNION SELECT :a, session_id FROM turn_copy WHERE turn_id = :turn AND session_id "
		"<> :a"
		" UNION SELECT session_id, :a FROM turn_copy WHERE turn_id = :turn AND session_id "
		"<> :a"
		" ON CONFLICT DO NOTHING",
		e);
	if (!s)
		return false;
	store_bind(s, "iii", mine->id, other_id, turn_id);
	mine->has_links = true;
	mine->is_own_stale = true;
	store_mark(st, mine);
	return store_run(st, s, e) && store_mark_id(st, other_id, e);
}

// The row of a session that does not own the turn; the better of two sightings there stays.
bool turn_write_copy(struct store *st, int64_t turn_id, const struct owner *o, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO turn_copy VALUES (:turn, :session, :origin, :at, :sidechain, :foreign)"
		" ON CONFLICT DO UPDATE SET origin_id = excluded.origin_id, at_ms = excluded.at_ms,"
		" is_sidechain = excluded.is_sidechain, is_foreign = excluded.is_foreign"
		" WHERE (excluded.at_ms, excluded.is_sidechain, excluded.is_foreign) < (at_ms, "
		"is_sidechain, is_foreign)",
		e);
	if (!s)
		return false;
	store_bind(s, "iiiiii", turn_id, o->session_id, o->origin_id, o->at_ms,
		(int64_t)o->is_sidechain, (int64_t)o->is_foreign);
	return store_run(st, s, e);
}

bool store_move_calls(struct store *st, int64_t turn_id, int64_t from, int64_t to, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT name_id, count(*) FROM tool_call WHERE turn_id = :turn AND name_id IS NOT "
		"NULL GROUP BY name_id",
		e);
	bool has_row = from != to;
	if (!s)
		return false;
	store_bind(s, "i", turn_id);
	while (has_row) {
		if (!store_step(st, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		store_tool_add(st, from, sqlite3_column_int64(s, 0), -sqlite3_column_int64(s, 1));
		store_tool_add(st, to, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1));
	}
	(void)sqlite3_reset(s);
	return true;
}

bool turn_delete_copy(struct store *st, int64_t turn_id, int64_t session_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(
		st, "DELETE FROM turn_copy WHERE turn_id = :turn AND session_id = :session", e);
	if (!s)
		return false;
	store_bind(s, "ii", turn_id, session_id);
	return store_run(st, s, e);
}

// Decides between the turn's owner and a sighting; *t gets the winner's place.
bool turn_decide_owner(struct store *st, struct turn *t, const struct sighting *x,
	const struct owner *mine, struct err *e)
{
	struct owner old = t->owner;
	int order = compare(mine, &old);
	if (mine->session_id == old.session_id) {
		bool is_before = false;
		if (order == 0 &&
			!is_agent_before(st, x->origin->agent, t->agent_id, &is_before, e))
			return false;
		if (order < 0 || is_before)
			t->owner = *mine;
		return true;
	}
	if (!link_sessions(st, x->origin->session, old.session_id, t->id, e))
		return false;
	if (order >= 0)
		return turn_write_copy(
			st, t->id, mine, e); // a tie is settled at the end of the batch
	st->has_new_owners = true;
	t->owner = *mine;
	return turn_delete_copy(st, t->id, mine->session_id, e) &&
	       turn_write_copy(st, t->id, &old, e) &&
	       store_move_calls(st, t->id, old.session_id, mine->session_id, e);
}
