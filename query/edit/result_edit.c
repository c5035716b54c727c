// SPDX-License-Identifier: MIT
#include "result_edit.h"

#include "ledger.h"

bool result_add(sqlite3 *db, const struct print_result *r, int64_t now_ms, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	return (sqlite3_prepare_v2(db,
			"INSERT INTO print_result(key, session, given_ms, line, subtype, "
			"terminal_reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
			-1, &s, NULL) == SQLITE_OK &&
		       ledger_bind(s, 1, r->key) && ledger_bind(s, 2, r->session) &&
		       sqlite3_bind_int64(s, 3, now_ms) == SQLITE_OK &&
		       ledger_bind(s, 4, r->line) && ledger_bind(s, 5, r->subtype) &&
		       ledger_bind(s, 6, r->terminal_reason) && sqlite3_step(s) == SQLITE_DONE) ||
	       ledger_fail(db, "keeping the result", e);
}
