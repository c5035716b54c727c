// SPDX-License-Identifier: MIT
// Lines that are no turns (compactions, errors, limits, evidence of pull requests) and stand in
// several places, as a fork copies those of its parent. The row belongs to the session that owns
// the turns which the sessions share, so whatever decides about turns decides here too; if they
// share none to the smaller id; within a session to the main loop, then to the smaller agent id.
#include <stdlib.h>

#include "charge.h"
#include "store.h"

static bool add_place(
	struct store *st, struct str uuid, int64_t session_id, int64_t agent_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO line_copy VALUES (:uuid, :session, :agent) ON CONFLICT DO NOTHING", e);
	if (!s)
		return false;
	store_bind(s, "tik", uuid, session_id, agent_id);
	return store_run(st, s, e);
}

bool store_line(struct store *st, sqlite3_stmt *s, struct str uuid, struct session *session,
	const struct agent *agent, struct err *e)
{
	bool has_row;
	if (!store_step(st, s, &has_row, e))
		return false;
	int64_t session_id = sqlite3_column_int64(s, 0), agent_id = sqlite3_column_int64(s, 1);
	(void)sqlite3_reset(s);
	int64_t mine = agent ? agent->id : 0;
	if (session_id == session->id && agent_id == mine)
		return true;
	store_mark(st, session);
	return add_place(st, uuid, session_id, agent_id, e) &&
	       add_place(st, uuid, session->id, mine, e);
}

static bool set_owner(struct store *st, const char *sql, const char *types, struct str uuid,
	int64_t session_id, int64_t agent_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, sql, e);
	if (!s)
		return false;
	store_bind(s, types, uuid, session_id, agent_id);
	return store_run(st, s, e);
}

// Evidence is seen from a folder, and so from a branch, of its session.
static bool move_hint(struct store *st, int64_t id, int64_t from_id, bool has_place,
	int64_t session_id, int64_t agent_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"UPDATE pr_hint SET session_id = ?2, agent_id = ?3, workdir_id ="
		" (SELECT mine.id FROM workdir AS theirs JOIN workdir AS mine ON"
		" mine.session_id = ?2 AND mine.path = theirs.path WHERE theirs.id = "
		"pr_hint.workdir_id)"
		" WHERE id = ?1",
		e);
	if (!s)
		return false;
	store_bind(s, "iik", id, session_id, agent_id);
	return store_run(st, s, e) && (!has_place || charge_place_hint(st, id, e)) &&
	       charge_due(st, 0, 0, from_id, 0, e);
}

// The row of a hint's line; with that of a command goes what it printed.
static bool move_hints(
	struct store *st, struct str uuid, int64_t session_id, int64_t agent_id, struct err *e)
{
	struct moved {
		int64_t id, from_id;
		bool has_place;
	};
	LIST(struct moved) list = {0};
	bool has_row = true, ok = true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT id, session_id, verb <> 'switch' FROM pr_hint WHERE uuid = ?1"
		" AND (session_id <> ?2 OR agent_id IS NOT ?3)"
		" UNION ALL SELECT h.id, h.session_id, 1 FROM pr_hint AS c JOIN line_copy AS l"
		" ON l.uuid = c.uuid JOIN pr_hint AS h ON h.session_id = l.session_id"
		" WHERE c.uuid = ?1 AND c.source = 'command' AND h.call_hash = c.call_hash"
		" AND h.source IN ('command-output', 'push-output')"
		" AND (h.session_id <> ?2 OR h.agent_id IS NOT ?3)",
		e);
	if (!s)
		return false;
	store_bind(s, "tik", uuid, session_id, agent_id);
	while (ok && has_row) {
		ok = store_step(st, s, &has_row, e);
		if (ok && has_row)
			*LIST_ADD(&list) = (struct moved){sqlite3_column_int64(s, 0),
				sqlite3_column_int64(s, 1), sqlite3_column_int(s, 2)};
	}
	(void)sqlite3_reset(s);
	for (size_t i = 0; ok && i < list.n; i++)
		ok = move_hint(st, list.p[i].id, list.p[i].from_id, list.p[i].has_place, session_id,
			agent_id, e);
	free(list.p);
	return ok;
}

// In whichever table the line's row is.
static bool set_owners(
	struct store *st, struct str uuid, int64_t session_id, int64_t agent_id, struct err *e)
{
	static const struct {
		const char *sql, *types;
	} tables[] = {
		{"UPDATE compaction SET session_id = ?2 WHERE uuid = ?1", "ti"},
		{"UPDATE quota_limit SET session_id = ?2 WHERE uuid = ?1", "ti"},
		{"UPDATE api_error SET session_id = ?2, agent_id = ?3 WHERE uuid = ?1", "tik"},
	};
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (!set_owner(st, tables[i].sql, tables[i].types, uuid, session_id, agent_id, e))
			return false;
	return move_hints(st, uuid, session_id, agent_id, e);
}

bool store_settle_lines(struct store *st, const struct session *session, struct err *e)
{
	sqlite3_stmt *q = store_sql(st,
		"WITH shared AS (SELECT uuid FROM line_copy WHERE session_id IN"
		"  (SELECT :id UNION ALL SELECT other_id FROM session_link WHERE session_id = "
		":id)),"
		" place AS (SELECT * FROM line_copy WHERE uuid IN (SELECT uuid FROM shared)),"
		" child(id, of_id) AS MATERIALIZED (SELECT DISTINCT c.session_id, o.session_id"
		"  FROM turn_copy AS c JOIN turn AS t ON t.id = c.turn_id"
		"  JOIN origin AS o ON o.id = t.origin_id"
		"  WHERE c.session_id IN (SELECT session_id FROM place)),"
		" ranked AS (SELECT p.*, row_number() OVER (PARTITION BY p.uuid ORDER BY"
		"   EXISTS (SELECT 1 FROM child JOIN line_copy AS other ON other.session_id = of_id"
		"    WHERE child.id = p.session_id AND other.uuid = p.uuid),"
		"   s.uid, a.uid IS NOT NULL, a.uid) AS rank"
		"  FROM place AS p JOIN session AS s ON s.id = p.session_id"
		"  LEFT JOIN agent AS a ON a.id = p.agent_id)"
		" SELECT uuid, session_id, agent_id FROM ranked WHERE rank = 1",
		e);
	bool has_row = true;
	if (!q)
		return false;
	store_bind(q, "i", session->id);
	while (has_row) {
		if (!store_step(st, q, &has_row, e))
			return false;
		if (!has_row)
			break;
		if (!set_owners(st, store_column(q, 0), sqlite3_column_int64(q, 1),
			    sqlite3_column_int64(q, 2), e))
			return false;
	}
	(void)sqlite3_reset(q);
	return true;
}
