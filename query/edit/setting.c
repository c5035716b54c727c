// SPDX-License-Identifier: MIT
#include "setting.h"

#include <string.h>

#include "ledger.h"

const struct setting_def setting_defs[] = {
	{"carry", "on",
		"Work on the default branch counts for the branch that was then made from it",
		true},
	{"forge", "on", "`ccl pr resolve` may ask the forge, through gh or glab", false},
};
const size_t n_setting_defs = sizeof setting_defs / sizeof *setting_defs;

static void finalize(sqlite3_stmt **s)
{
	(void)sqlite3_finalize(*s);
}

const struct setting_def *setting_find(struct str key)
{
	for (size_t i = 0; i < n_setting_defs; i++)
		if (str_is(key, setting_defs[i].key))
			return &setting_defs[i];
	return NULL;
}

static bool is_set_to(
	sqlite3 *db, const struct setting_def *def, const char *value, bool *out, struct err *e)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT coalesce((SELECT value FROM setting WHERE key = ?1), ?2) = "
		    "coalesce(?3, ?2)",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_text(s, 1, def->key, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_bind_text(s, 2, def->fallback, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_bind_text(s, 3, value, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "reading the settings", e);
	*out = sqlite3_column_int(s, 0) != 0;
	return true;
}

static bool write(sqlite3 *db, const struct setting_def *def, const char *value, struct err *e)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
	const char *sql =
		value ? "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET "
			"value = excluded.value"
		      : "DELETE FROM setting WHERE key = ?1";
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_text(s, 1, def->key, -1, SQLITE_STATIC) != SQLITE_OK ||
		(value && sqlite3_bind_text(s, 2, value, -1, SQLITE_STATIC) != SQLITE_OK) ||
		sqlite3_step(s) != SQLITE_DONE)
		return ledger_fail(db, "writing the settings", e);
	return true;
}

// All turns, from the start; one such row is enough.
static const char due_sql[] =
	"INSERT INTO charge_due(since_ms) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM charge_due "
	"WHERE "
	"project_id IS NULL AND branch_id IS NULL AND session_id IS NULL AND since_ms = 0)";

bool setting_set(sqlite3 *db, const struct setting_def *def, const char *value,
	bool *out_has_changed, struct err *e)
{
	bool is_same = false;
	if (!ledger_exec(db, "BEGIN IMMEDIATE", e))
		return false;
	if (is_set_to(db, def, value, &is_same, e) && write(db, def, value, e) &&
		(is_same || !def->is_charged || ledger_exec(db, due_sql, e)) &&
		ledger_exec(db, "COMMIT", e)) {
		*out_has_changed = !is_same;
		return true;
	}
	(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}
