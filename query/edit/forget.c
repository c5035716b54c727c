// SPDX-License-Identifier: MIT
#include "forget.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "ledger.h"

static const char choose_sql[] =
	"CREATE TEMP TABLE IF NOT EXISTS gone_session (id INTEGER PRIMARY KEY);"
	"CREATE TEMP TABLE IF NOT EXISTS gone_project (id INTEGER PRIMARY KEY);"
	"DELETE FROM gone_session; DELETE FROM gone_project";

static const char choose_session_sql[] =
	"INSERT INTO gone_session SELECT id FROM session WHERE uid = ?1";
static const char choose_project_sql[] =
	"INSERT INTO gone_project SELECT id FROM project WHERE name = ?1 OR root = ?1 OR repo = ?1"
	" OR substr(root, -length(?1) - 1) = '/' || ?1 OR substr(repo, -length(?1) - 1) = '/' || "
	"?1";
static const char choose_project_sessions_sql[] =
	"INSERT INTO gone_session SELECT DISTINCT session_id FROM workdir"
	" WHERE project_id IN (SELECT id FROM gone_project)";

static bool run_with(sqlite3 *db, const char *sql, struct str value, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	return (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
		       sqlite3_bind_text(s, 1, value.p, (int)value.n, SQLITE_STATIC) == SQLITE_OK &&
		       sqlite3_step(s) == SQLITE_DONE) ||
	       ledger_fail(db, "choosing what to forget", e);
}

static bool read_counts(sqlite3 *db, struct forget_count *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT (SELECT count(*) FROM gone_session), (SELECT count(*) FROM origin AS o"
		    " JOIN turn AS t ON t.origin_id = o.id WHERE o.session_id IN gone_session)",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "counting what to forget", e);
	out->sessions = sqlite3_column_int64(s, 0);
	out->turns = sqlite3_column_int64(s, 1);
	return true;
}

bool forget_choose(
	sqlite3 *db, struct str what, bool is_project, struct forget_count *out, struct err *e)
{
	if (!ledger_exec(db, choose_sql, e))
		return false;
	if (!run_with(db, is_project ? choose_project_sql : choose_session_sql, what, e))
		return false;
	if (is_project && !ledger_exec(db, choose_project_sessions_sql, e))
		return false;
	return read_counts(db, out, e);
}

static bool remember_hashes(sqlite3 *db, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *read = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *write = NULL;
	struct hash_key key;
	int rc;
	if (!ledger_hash_key(db, &key, e))
		return false;
	if (sqlite3_prepare_v2(db, "SELECT uid FROM session WHERE id IN gone_session", -1, &read,
		    NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db, "INSERT OR IGNORE INTO forgotten VALUES (?1)", -1, &write,
			NULL) != SQLITE_OK)
		return ledger_fail(db, "forgetting", e);
	while ((rc = sqlite3_step(read)) == SQLITE_ROW) {
		struct str uid = {(const char *)sqlite3_column_text(read, 0),
			(size_t)sqlite3_column_bytes(read, 0)};
		if (sqlite3_bind_int64(write, 1, (int64_t)hash_sip(key, uid)) != SQLITE_OK ||
			sqlite3_step(write) != SQLITE_DONE || sqlite3_reset(write) != SQLITE_OK)
			return ledger_fail(db, "forgetting", e);
	}
	return rc == SQLITE_DONE || ledger_fail(db, "forgetting", e);
}

// Children first; foreign keys are off, for SQLite would look for the children of each row anew.
static const char delete_sql[] =
	"CREATE TEMP TABLE gone_origin AS SELECT id FROM origin WHERE session_id IN gone_session;"
	"CREATE TEMP TABLE gone_turn AS SELECT t.id FROM turn AS t JOIN gone_origin AS o"
	" ON o.id = t.origin_id;"
	"CREATE TEMP TABLE gone_key AS SELECT key FROM turn WHERE id IN (SELECT id FROM gone_turn);"
	"CREATE TEMP TABLE gone_prompt AS SELECT id FROM prompt WHERE session_id IN gone_session;"
	"CREATE TEMP TABLE gone_file AS SELECT f.id FROM source_file AS f JOIN session AS s"
	" ON instr(f.path, '/' || s.uid || '.jsonl') OR instr(f.path, '/' || s.uid || '/')"
	" WHERE s.id IN gone_session;"
	"DELETE FROM rollup WHERE origin_id IN (SELECT id FROM gone_origin);"
	"DELETE FROM charge_rollup WHERE session_id IN gone_session;"
	"DELETE FROM tool_call WHERE turn_id IN (SELECT id FROM gone_turn);"
	"DELETE FROM turn_step WHERE turn_id IN (SELECT id FROM gone_turn);"
	"DELETE FROM turn_reported WHERE turn_id IN (SELECT id FROM gone_turn);"
	"DELETE FROM turn_copy WHERE turn_id IN (SELECT id FROM gone_turn)"
	" OR session_id IN gone_session OR origin_id IN (SELECT id FROM gone_origin);"
	"DELETE FROM turn WHERE id IN (SELECT id FROM gone_turn);"
	"UPDATE turn SET prompt_id = NULL WHERE prompt_id IN (SELECT id FROM gone_prompt);"
	"UPDATE prompt SET file_id = NULL, offset_bytes = NULL"
	" WHERE file_id IN (SELECT id FROM gone_file);"
	"UPDATE session SET title_file_id = NULL, title_offset_bytes = NULL"
	" WHERE title_file_id IN (SELECT id FROM gone_file);"
	"UPDATE session SET request_session = NULL"
	" WHERE request_session IN (SELECT uid FROM session WHERE id IN gone_session);"
	"DELETE FROM prompt WHERE id IN (SELECT id FROM gone_prompt);";

static const char delete_rest_sql[] =
	"DELETE FROM tool_rollup WHERE session_id IN gone_session;"
	"DELETE FROM line_copy WHERE session_id IN gone_session;"
	"DELETE FROM compaction WHERE session_id IN gone_session;"
	"DELETE FROM api_error WHERE session_id IN gone_session;"
	"DELETE FROM quota_limit WHERE session_id IN gone_session;"
	"DELETE FROM open_request WHERE session_id IN gone_session;"
	"DELETE FROM cost_state WHERE session_id IN gone_session;"
	// others' turns on a branch may have been charged by what this session told
	"INSERT INTO charge_due(project_id, branch_id, since_ms) SELECT DISTINCT project_id, "
	"on_branch_id, 0 FROM pr_hint WHERE session_id IN gone_session AND on_branch_id IS NOT "
	"NULL;"
	"DELETE FROM pr_hint WHERE session_id IN gone_session;"
	"UPDATE pr_hint SET prompt_id = NULL WHERE prompt_id IN (SELECT id FROM gone_prompt);"
	"DELETE FROM pr_link WHERE scope = 'session' AND target IN (SELECT uid FROM session WHERE "
	"id IN gone_session);"
	"DELETE FROM pr_link WHERE scope = 'turn' AND target IN (SELECT key FROM gone_key);"
	"DELETE FROM pr_link WHERE scope = 'branch' AND root IN (SELECT root FROM project WHERE id "
	"IN "
	"gone_project);"
	"DELETE FROM session_link WHERE session_id IN gone_session OR other_id IN gone_session;"
	"UPDATE git_obs SET session_id = NULL WHERE session_id IN gone_session;"
	"DELETE FROM git_obs WHERE worktree_id IN (SELECT id FROM worktree"
	" WHERE project_id IN gone_project);"
	"DELETE FROM git_move WHERE worktree_id IN (SELECT id FROM worktree"
	" WHERE project_id IN gone_project);"
	"DELETE FROM head_span WHERE worktree_id IN (SELECT id FROM worktree"
	" WHERE project_id IN gone_project);"
	"UPDATE workdir SET worktree_id = NULL WHERE worktree_id IN (SELECT id FROM worktree"
	" WHERE project_id IN gone_project);"
	"UPDATE pr_hint SET workdir_id = NULL, project_id = NULL WHERE project_id IN gone_project;"
	"DELETE FROM worktree WHERE project_id IN gone_project;"
	"DELETE FROM origin WHERE session_id IN gone_session;"
	"DELETE FROM agent WHERE session_id IN gone_session;"
	"DELETE FROM workdir WHERE session_id IN gone_session;"
	"DELETE FROM source_file WHERE id IN (SELECT id FROM gone_file);"
	"DELETE FROM charge WHERE id <> 0 AND id NOT IN (SELECT charge_id FROM charge_rollup);"
	"DELETE FROM claim WHERE NOT EXISTS (SELECT 1 FROM charge AS c WHERE c.project_id = "
	"claim.project_id AND c.branch_id = claim.branch_id);"
	"DELETE FROM charge_due WHERE branch_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM charge "
	"AS c "
	"WHERE c.project_id = charge_due.project_id AND c.branch_id = charge_due.branch_id);"
	"DELETE FROM charge_due WHERE session_id IN gone_session OR project_id IN gone_project;"
	"DELETE FROM alert WHERE session_id IN gone_session;"
	"DELETE FROM print_result WHERE session IN (SELECT uid FROM session WHERE id IN "
	"gone_session);"
	"DELETE FROM budget_change WHERE act = 'allow' AND target IN (SELECT uid FROM session "
	"WHERE id IN "
	"gone_session);"
	"DELETE FROM work_note WHERE work_id IN (SELECT id FROM work WHERE root IN (SELECT root "
	"FROM"
	" project WHERE id IN gone_project));"
	"DELETE FROM work WHERE root IN (SELECT root FROM project WHERE id IN gone_project);"
	"DELETE FROM budget_state;" // made anew by the next hook
	"DELETE FROM session WHERE id IN gone_session;"
	"DELETE FROM project WHERE id NOT IN (SELECT project_id FROM workdir)"
	" AND id NOT IN (SELECT project_id FROM worktree);"
	"CREATE TEMP TABLE known_repo AS SELECT repo FROM project WHERE repo IS NOT NULL"
	" UNION SELECT base_repo FROM worktree WHERE base_repo IS NOT NULL;"
	"DELETE FROM forge_pr WHERE repo COLLATE NOCASE NOT IN (SELECT repo FROM known_repo);"
	"DELETE FROM forge_repo WHERE repo COLLATE NOCASE NOT IN (SELECT repo FROM known_repo);";

// Which columns hold words is read from the schema, so that a new one is not overlooked.
static bool delete_names(sqlite3 *db, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	AUTO(buf_free) struct buf sql = {0};
	int rc;
	if (sqlite3_prepare_v2(db,
		    "SELECT t.name, f.\"from\" FROM sqlite_schema AS t, "
		    "pragma_foreign_key_list(t.name) AS f"
		    " WHERE t.type = 'table' AND f.\"table\" = 'name'",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "forgetting", e);
	buf_addz(&sql, "DELETE FROM name WHERE id NOT IN (SELECT 0");
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		buf_printf(&sql, " UNION ALL SELECT %s FROM %s WHERE %s IS NOT NULL",
			(const char *)sqlite3_column_text(s, 1),
			(const char *)sqlite3_column_text(s, 0),
			(const char *)sqlite3_column_text(s, 1));
	buf_addz(&sql, ")");
	if (rc != SQLITE_DONE)
		return ledger_fail(db, "forgetting", e);
	return ledger_exec(db, buf_z(&sql), e);
}

bool forget_run(sqlite3 *db, struct err *e)
{
	if (!ledger_exec(
		    db, "PRAGMA secure_delete = ON; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE", e))
		return false;
	bool ok = remember_hashes(db, e) && ledger_exec(db, delete_sql, e) &&
		  ledger_exec(db, delete_rest_sql, e) && delete_names(db, e);
	if (!ledger_end(db, ok, e))
		return false;
	// what was deleted still stands in the log until it is taken over
	(void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return true;
}
