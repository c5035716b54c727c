// SPDX-License-Identifier: MIT
#include "ignore.h"

#include "ledger.h"

static bool run(sqlite3 *db, const char *sql, struct str path, struct err *e)
{
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
		  sqlite3_bind_text(s, 1, path.p, (int)path.n, SQLITE_STATIC) == SQLITE_OK &&
		  sqlite3_step(s) == SQLITE_DONE;
	if (!ok)
		(void)ledger_fail(db, "writing the settings", e);
	(void)sqlite3_finalize(s);
	return ok;
}

bool ignore_set(sqlite3 *db, struct str path, struct err *e)
{
	return run(db, "INSERT OR IGNORE INTO ignored_path VALUES (?1)", path, e);
}

bool ignore_unset(sqlite3 *db, struct str path, struct err *e)
{
	if (!run(db, "DELETE FROM ignored_path WHERE path = ?1", path, e))
		return false;
	return sqlite3_changes(db) > 0 || err_set(e, ERR_USAGE,
						  "%.*s is not ignored: `ccl config` "
						  "lists what is",
						  STR_ARG(path));
}
