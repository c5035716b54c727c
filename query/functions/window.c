// SPDX-License-Identifier: MIT
#include "window.h"

#include "ledger.h"
#include "table_function.h"

struct window window_of(sqlite3_value *const *args)
{
	return (struct window){
		table_int(args[0], 0), table_int(args[1], LEDGER_NO_END_MS), table_text(args[2])};
}

bool window_has_many(sqlite3 *db, const struct window *w, bool *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	*out = w->since_ms <= 0 && w->until_ms >= LEDGER_NO_END_MS;
	if (*out)
		return true;
	if (sqlite3_prepare_v2(db,
		    "SELECT count(*) * 4 > (SELECT max(id) FROM turn) FROM (SELECT 1 FROM turn "
		    "WHERE at_ms >= ?1 AND at_ms < ?2 LIMIT (SELECT coalesce(max(id), 0) / 4 + 1 "
		    "FROM turn))",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_int64(s, 1, w->since_ms) != SQLITE_OK ||
		sqlite3_bind_int64(s, 2, w->until_ms) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "counting the turns", e);
	*out = sqlite3_column_int(s, 0) != 0;
	return true;
}

bool window_prepare(sqlite3 *db, const struct window *w, const struct window_sql *sql,
	sqlite3_stmt **out, struct err *e)
{
	bool is_session = w->session.p != NULL, has_many = false;
	if (!is_session && !window_has_many(db, w, &has_many, e))
		return false;
	const char *z = is_session ? sql->session : has_many ? sql->all : sql->some;
	int rc = sqlite3_prepare_v2(db, z, -1, out, NULL);
	if (rc == SQLITE_OK && is_session)
		rc = sqlite3_bind_text(*out, 3, w->session.p, (int)w->session.n, SQLITE_STATIC);
	else if (rc == SQLITE_OK && !has_many)
		rc = sqlite3_bind_int64(*out, 1, w->since_ms) |
		     sqlite3_bind_int64(*out, 2, w->until_ms);
	return rc == SQLITE_OK || ledger_fail(db, "reading turns", e);
}
