// SPDX-License-Identifier: MIT
#include "tip_dismiss.h"

#include "ledger.h"

bool tip_dismiss(sqlite3 *db, const char *rule, int64_t until_ms, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	return (sqlite3_prepare_v2(db,
			"INSERT INTO tip_dismissed VALUES (?1, ?2) ON CONFLICT (rule) DO UPDATE "
			"SET until_ms = excluded.until_ms",
			-1, &s, NULL) == SQLITE_OK &&
		       sqlite3_bind_text(s, 1, rule, -1, SQLITE_STATIC) == SQLITE_OK &&
		       sqlite3_bind_int64(s, 2, until_ms) == SQLITE_OK &&
		       sqlite3_step(s) == SQLITE_DONE) ||
	       ledger_fail(db, "dismissing a tip", e);
}

bool tip_restore(sqlite3 *db, const char *rule, int64_t now_ms, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	bool was_dismissed = false;
	int rc = sqlite3_prepare_v2(
		db, "DELETE FROM tip_dismissed WHERE rule = ?1 RETURNING until_ms", -1, &s, NULL);
	if (rc != SQLITE_OK || sqlite3_bind_text(s, 1, rule, -1, SQLITE_STATIC) != SQLITE_OK)
		return ledger_fail(db, "restoring a tip", e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		was_dismissed = sqlite3_column_int64(s, 0) > now_ms;
	if (rc != SQLITE_DONE)
		return ledger_fail(db, "restoring a tip", e);
	return was_dismissed ||
	       err_set(e, ERR_USAGE, "%s is not dismissed: `ccl tips` says what is", rule);
}
