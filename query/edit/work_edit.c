// SPDX-License-Identifier: MIT
#include "work_edit.h"

#include "ledger.h"

static bool fail(sqlite3 *db, struct err *e)
{
	return ledger_fail(db, "writing the work sessions", e);
}

bool work_find_open(sqlite3 *db, struct str root, int64_t *out_id, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, "SELECT id FROM work WHERE root = ?1 AND ended_ms IS NULL", -1,
		    &s, NULL) != SQLITE_OK)
		return fail(db, e);
	(void)ledger_bind(s, 1, root);
	int rc = sqlite3_step(s);
	*out_id = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	return rc == SQLITE_ROW || rc == SQLITE_DONE || fail(db, e);
}

static bool find_or_say(sqlite3 *db, struct str root, int64_t *out_id, struct err *e)
{
	if (!work_find_open(db, root, out_id, e))
		return false;
	return *out_id ||
	       err_set(e, ERR_USAGE,
		       "no work session is open in %.*s: `ccl work start TYPE \"GOAL\"` starts one",
		       STR_ARG(root));
}

static bool insert(sqlite3 *db, struct str type, struct str goal, struct str root, int64_t now_ms,
	int64_t *out_id, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int64_t open_id;
	if (!work_find_open(db, root, &open_id, e))
		return false;
	if (open_id)
		return err_set(e, ERR_USAGE,
			"work session %lld is open in %.*s: `ccl work end` ends it",
			(long long)open_id, STR_ARG(root));
	if (sqlite3_prepare_v2(db,
		    "INSERT INTO work(type, goal, root, started_ms) VALUES (?1, ?2, ?3, ?4)", -1,
		    &s, NULL) != SQLITE_OK)
		return fail(db, e);
	(void)ledger_bind(s, 1, type);
	(void)ledger_bind(s, 2, goal);
	(void)ledger_bind(s, 3, root);
	(void)sqlite3_bind_int64(s, 4, now_ms);
	if (sqlite3_step(s) != SQLITE_DONE)
		return fail(db, e);
	*out_id = sqlite3_last_insert_rowid(db);
	return true;
}

bool work_start(sqlite3 *db, struct str type, struct str goal, struct str root, int64_t now_ms,
	int64_t *out_id, struct err *e)
{
	return ledger_exec(db, "BEGIN IMMEDIATE", e) &&
	       ledger_end(db, insert(db, type, goal, root, now_ms, out_id, e), e);
}

// `sql` takes the id, the time and the text.
static bool change(sqlite3 *db, const char *sql, struct str root, struct str text, int64_t now_ms,
	int64_t *out_id, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!find_or_say(db, root, out_id, e))
		return false;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		return fail(db, e);
	(void)sqlite3_bind_int64(s, 1, *out_id);
	(void)sqlite3_bind_int64(s, 2, now_ms);
	(void)ledger_bind(s, 3, text);
	return sqlite3_step(s) == SQLITE_DONE || fail(db, e);
}

bool work_note(sqlite3 *db, struct str root, struct str text, int64_t now_ms, int64_t *out_id,
	struct err *e)
{
	return ledger_exec(db, "BEGIN IMMEDIATE", e) &&
	       ledger_end(db,
		       change(db, "INSERT INTO work_note(work_id, at_ms, text) VALUES (?1, ?2, ?3)",
			       root, text, now_ms, out_id, e),
		       e);
}

bool work_end(sqlite3 *db, struct str root, struct str lesson, int64_t now_ms, int64_t *out_id,
	struct err *e)
{
	return ledger_exec(db, "BEGIN IMMEDIATE", e) &&
	       ledger_end(db,
		       change(db,
			       "UPDATE work SET ended_ms = max(started_ms, ?2), lesson = ?3 WHERE "
			       "id = ?1",
			       root, lesson, now_ms, out_id, e),
		       e);
}
