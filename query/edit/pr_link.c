// SPDX-License-Identifier: MIT
#include "pr_link.h"

#include "embedded.h"
#include "ledger.h"

static void free_sql(char **z)
{
	sqlite3_free(*z);
}

// Binds id to ?1 and runs to the end.
static bool run_for(sqlite3 *db, const char *sql, int64_t id, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_int64(s, 1, id) != SQLITE_OK || sqlite3_step(s) != SQLITE_DONE)
		return ledger_fail(db, "writing a link", e);
	return true;
}

// Turns on the branch, of the session.
static const char due_sql[] =
	"INSERT INTO charge_due(project_id, branch_id, session_id, since_ms)"
	" SELECT x.project_id, x.branch_id, x.session_id, 0 FROM ("
	"SELECT p.id AS project_id, b.id AS branch_id, NULL AS session_id FROM pr_link AS l JOIN "
	"project AS p ON p.root = l.root JOIN name AS b ON b.text = l.target WHERE l.id = ?1 AND "
	"l.scope = 'branch'"
	" UNION SELECT NULL, NULL, s.id FROM pr_link AS l JOIN session AS s ON s.uid = l.target "
	"WHERE l.id = ?1 AND l.scope = 'session'"
	" UNION SELECT NULL, NULL, o.session_id FROM pr_link AS l JOIN turn AS t ON t.key = "
	"l.target JOIN origin AS o ON o.id = t.origin_id WHERE l.id = ?1 AND l.scope = 'turn'"
	") AS x WHERE NOT EXISTS (SELECT 1 FROM charge_due AS d WHERE d.project_id IS x.project_id "
	"AND d.branch_id IS x.branch_id AND d.session_id IS x.session_id AND d.since_ms = 0)";

// Whatever is charged to a pull request of that number, or would be without the row: which
// repository it is in does not matter, a turn too many only takes time.
static const char due_pr_sql[] =
	"WITH link AS (SELECT number FROM pr_link WHERE id = ?1 AND scope = 'pr')"
	" INSERT INTO charge_due(project_id, branch_id, session_id, since_ms)"
	" SELECT project_id, branch_id, NULL, 0 FROM charge WHERE number IN link AND project_id IS "
	"NOT "
	"NULL AND branch_id IS NOT NULL"
	" UNION SELECT project_id, branch_id, NULL, 0 FROM (%s) AS x WHERE number IN link AND "
	"branch_id IS NOT NULL"
	" UNION SELECT NULL, NULL, r.session_id, 0 FROM charge AS c JOIN charge_rollup AS r ON "
	"r.charge_id = c.id WHERE c.number IN link"
	" UNION SELECT NULL, NULL, session_id, 0 FROM pr_hint WHERE number IN link"
	" UNION SELECT NULL, NULL, id, 0 FROM session WHERE ci_pr_number IN link";

static bool add_due(sqlite3 *db, int64_t id, struct err *e)
{
	AUTO(free_sql) char *sql = sqlite3_mprintf(due_pr_sql, embedded_pr_evidence);
	if (!sql)
		return err_set(e, ERR_IO, "out of memory");
	return run_for(db, due_sql, id, e) && run_for(db, sql, id, e);
}

static bool add(sqlite3 *db, const struct pr_link *l, int64_t now_ms, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "INSERT INTO pr_link(made_ms, act, scope, root, target, repo, number, role, "
		    "since_ms, until_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "writing a link", e);
	(void)sqlite3_bind_int64(s, 1, now_ms);
	(void)ledger_bind(s, 2, str_of(l->act));
	(void)ledger_bind(s, 3, str_of(l->scope));
	(void)ledger_bind(s, 4, l->root);
	(void)ledger_bind(s, 5, l->target);
	if (l->number) {
		(void)ledger_bind(s, 6, l->repo);
		(void)sqlite3_bind_int64(s, 7, l->number);
	}
	(void)ledger_bind(s, 8, l->role);
	(void)sqlite3_bind_int64(s, 9, l->since_ms);
	(void)sqlite3_bind_int64(s, 10, l->until_ms);
	return (sqlite3_step(s) == SQLITE_DONE || ledger_fail(db, "writing a link", e)) &&
	       add_due(db, sqlite3_last_insert_rowid(db), e);
}

bool pr_link_add(sqlite3 *db, const struct pr_link *links, size_t n, int64_t now_ms, struct err *e)
{
	bool ok = true;
	if (!ledger_exec(db, "BEGIN IMMEDIATE", e))
		return false;
	for (size_t i = 0; ok && i < n; i++)
		ok = add(db, &links[i], now_ms, e);
	return ledger_end(db, ok, e);
}

static bool find(sqlite3 *db, int64_t id, int64_t *out_id, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    id ? "SELECT id, undone_ms FROM pr_link WHERE id = ?1"
		       : "SELECT id, undone_ms FROM pr_link WHERE undone_ms IS NULL ORDER BY id "
			 "DESC LIMIT 1",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "looking for a link", e);
	(void)sqlite3_bind_int64(s, 1, id);
	int rc = sqlite3_step(s);
	if (rc == SQLITE_DONE && id)
		return err_set(e, ERR_NO_INPUT, "there is no link %lld: `ccl pr log` lists them",
			(long long)id);
	if (rc == SQLITE_DONE)
		return err_set(
			e, ERR_NO_INPUT, "there is nothing to undo: `ccl pr log` lists all links");
	if (rc != SQLITE_ROW)
		return ledger_fail(db, "looking for a link", e);
	if (sqlite3_column_type(s, 1) != SQLITE_NULL)
		return err_set(e, ERR_USAGE, "link %lld was undone before", (long long)id);
	*out_id = sqlite3_column_int64(s, 0);
	return true;
}

static bool undo(sqlite3 *db, int64_t id, int64_t now_ms, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, "UPDATE pr_link SET undone_ms = ?2 WHERE id = ?1", -1, &s,
		    NULL) != SQLITE_OK ||
		sqlite3_bind_int64(s, 1, id) != SQLITE_OK ||
		sqlite3_bind_int64(s, 2, now_ms) != SQLITE_OK || sqlite3_step(s) != SQLITE_DONE)
		return ledger_fail(db, "taking a link back", e);
	return add_due(db, id, e);
}

bool pr_link_undo(sqlite3 *db, int64_t id, int64_t now_ms, int64_t *out_id, struct err *e)
{
	int64_t found = 0;
	if (!ledger_exec(db, "BEGIN IMMEDIATE", e))
		return false;
	bool ok = find(db, id, &found, e) && undo(db, found, now_ms, e);
	if (!ledger_end(db, ok, e))
		return false;
	*out_id = found;
	return true;
}
