// SPDX-License-Identifier: MIT
#include "pulse.h"

#include <sys/stat.h>

#include "clock.h"
#include "ledger.h"

static bool is_off(sqlite3 *db)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	return sqlite3_prepare_v2(db, "SELECT 1 FROM setting WHERE key = 'guard' AND value = 'off'",
		       -1, &s, NULL) == SQLITE_OK &&
	       sqlite3_step(s) == SQLITE_ROW;
}

bool pulse_is_due(sqlite3 *db, const struct str *paths, size_t n_paths)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int64_t n_bytes = 0, now_ms = clock_now_ms();
	bool is_old = false;
	if (is_off(db))
		return false;
	if (sqlite3_prepare_v2(db,
		    "SELECT offset_bytes, read_ms FROM source_file WHERE device = ?1 AND inode = "
		    "?2",
		    -1, &s, NULL) != SQLITE_OK)
		return true;
	for (size_t i = 0; i < n_paths; i++) {
		struct stat st;
		if (stat(paths[i].p, &st) != 0)
			continue;
		(void)sqlite3_bind_int64(s, 1, (int64_t)st.st_dev);
		(void)sqlite3_bind_int64(s, 2, (int64_t)st.st_ino);
		if (sqlite3_step(s) != SQLITE_ROW)
			return true;
		int64_t n_new = (int64_t)st.st_size - sqlite3_column_int64(s, 0);
		int64_t age_ms = now_ms - sqlite3_column_int64(s, 1);
		(void)sqlite3_reset(s);
		n_bytes += n_new > 0 ? n_new : 0;
		is_old |= n_new != 0 && (age_ms >= PULSE_MS || age_ms < 0);
		if (is_old || n_bytes >= PULSE_BYTES)
			return true;
	}
	return false;
}

bool pulse_has_alert(sqlite3 *db, struct str session, bool *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT 1 FROM session AS s CROSS JOIN alert AS a ON a.session_id = s.id WHERE "
		    "s.uid = ?1 AND a.told_ms IS NULL LIMIT 1",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the alerts", e);
	(void)sqlite3_bind_text(s, 1, session.p, (int)session.n, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	*out = rc == SQLITE_ROW;
	return rc == SQLITE_ROW || rc == SQLITE_DONE || ledger_fail(db, "reading the alerts", e);
}
