// SPDX-License-Identifier: MIT
#include "forge.h"

#include <stdio.h>

#include "ledger.h"

static const char doing[] = "storing the forge's answer";

static bool bind_str(sqlite3_stmt *s, const char *name, struct str v)
{
	int at = sqlite3_bind_parameter_index(s, name);
	return !v.p || sqlite3_bind_text(s, at, v.p, (int)v.n, SQLITE_STATIC) == SQLITE_OK;
}

// Negative: NULL.
static bool bind_ms(sqlite3_stmt *s, const char *name, int64_t v)
{
	int at = sqlite3_bind_parameter_index(s, name);
	return v < 0 || sqlite3_bind_int64(s, at, v) == SQLITE_OK;
}

static bool run_with_repo(sqlite3 *db, const char *sql, struct str repo, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	return (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
		       bind_str(s, ":repo", repo) && sqlite3_step(s) == SQLITE_DONE) ||
	       ledger_fail(db, doing, e);
}

bool forge_is_off(sqlite3 *db)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	return sqlite3_prepare_v2(db, "SELECT 1 FROM setting WHERE key = 'forge' AND value = 'off'",
		       -1, &s, NULL) == SQLITE_OK &&
	       sqlite3_step(s) == SQLITE_ROW;
}

bool forge_read_state(sqlite3 *db, struct str repo, struct forge_state *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct forge_state state = {.newest = FORGE_MOST};
	if (sqlite3_prepare_v2(db,
		    "SELECT asked_ms, answered_ms, failures, newest, coalesce(error, ''),"
		    " (SELECT count(*) FROM forge_pr WHERE repo = :repo COLLATE NOCASE)"
		    " FROM forge_repo WHERE repo = :repo COLLATE NOCASE ORDER BY asked_ms DESC "
		    "LIMIT 1",
		    -1, &s, NULL) != SQLITE_OK ||
		!bind_str(s, ":repo", repo))
		return ledger_fail(db, "reading what the forge answered", e);
	int rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		state.asked_ms = sqlite3_column_int64(s, 0);
		state.answered_ms = sqlite3_column_int64(s, 1);
		state.failures = sqlite3_column_int64(s, 2);
		state.newest = sqlite3_column_int64(s, 3);
		(void)snprintf(state.error, sizeof state.error, "%s",
			(const char *)sqlite3_column_text(s, 4));
		state.n_prs = sqlite3_column_int64(s, 5);
	} else if (rc != SQLITE_DONE) {
		return ledger_fail(db, "reading what the forge answered", e);
	}
	if (state.newest < FORGE_LEAST || state.newest > FORGE_MOST)
		state.newest = FORGE_MOST;
	*out = state;
	return true;
}

static const char old_sql[] =
	"SELECT merged_ms IS NOT NULL, closed_ms IS NOT NULL FROM forge_pr WHERE repo = :repo AND "
	"number = :number";

// The default branch by the clones of the repository, else by its usual names.
static const char store_sql[] =
	"WITH usual(text) AS (SELECT n.text FROM worktree AS t JOIN project AS p ON p.id = "
	"t.project_id JOIN name AS n ON n.id = t.default_branch_id WHERE :repo = p.repo COLLATE "
	"NOCASE OR :repo = t.base_repo COLLATE NOCASE)"
	" INSERT INTO forge_pr(repo, number, title, state, head_repo, head_ref, base_ref, "
	"is_default_base, created_ms, merged_ms, closed_ms)"
	" SELECT :repo, :number, :title, :state, :head_repo, :head_ref, :base_ref,"
	" CASE WHEN EXISTS (SELECT 1 FROM usual) THEN :base_ref IN (SELECT text FROM usual) ELSE "
	":base_ref IN ('main', 'master') END, :created, :merged, :closed WHERE true"
	" ON CONFLICT(repo, number) DO UPDATE SET title = excluded.title, state = excluded.state,"
	" head_repo = excluded.head_repo, head_ref = excluded.head_ref, base_ref = "
	"excluded.base_ref,"
	" is_default_base = excluded.is_default_base, created_ms = excluded.created_ms,"
	" merged_ms = excluded.merged_ms, closed_ms = excluded.closed_ms"
	" WHERE (title, state, head_repo, head_ref, base_ref, is_default_base, created_ms, "
	"merged_ms, "
	"closed_ms) IS NOT (excluded.title, excluded.state, excluded.head_repo, excluded.head_ref, "
	"excluded.base_ref, excluded.is_default_base, excluded.created_ms, excluded.merged_ms, "
	"excluded.closed_ms)";

struct statements {
	sqlite3 *db;
	sqlite3_stmt *old, *store;
};

static bool store_pr(struct statements *st, const struct answer_pr *pr, struct forge_change *out)
{
	sqlite3_stmt *s = st->store;
	(void)sqlite3_reset(st->old);
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	if (!bind_str(st->old, ":repo", pr->repo) || !bind_ms(st->old, ":number", pr->number))
		return false;
	int rc = sqlite3_step(st->old);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return false;
	bool is_old = rc == SQLITE_ROW, was_merged = is_old && sqlite3_column_int(st->old, 0);
	bool was_closed = is_old && sqlite3_column_int(st->old, 1);
	if (!bind_str(s, ":repo", pr->repo) || !bind_ms(s, ":number", pr->number) ||
		!bind_str(s, ":title", pr->title.p ? pr->title : STR("")) ||
		!bind_str(s, ":state", str_of(pr->state)) ||
		!bind_str(s, ":head_repo", pr->head_repo) ||
		!bind_str(s, ":head_ref", pr->head_ref) ||
		!bind_str(s, ":base_ref", pr->base_ref) ||
		!bind_ms(s, ":created", pr->created_ms) || !bind_ms(s, ":merged", pr->merged_ms) ||
		!bind_ms(s, ":closed", pr->closed_ms) || sqlite3_step(s) != SQLITE_DONE)
		return false;
	out->has_changed |= sqlite3_changes(st->db) > 0;
	out->n_new += !is_old;
	out->n_merged += is_old && !was_merged && pr->merged_ms >= 0;
	out->n_closed += is_old && !was_closed && pr->closed_ms >= 0 && pr->merged_ms < 0;
	return true;
}

static bool store_all(
	sqlite3 *db, const struct answer_pr *prs, size_t n, struct forge_change *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *old = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *store = NULL;
	if (sqlite3_prepare_v2(db, old_sql, -1, &old, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db, store_sql, -1, &store, NULL) != SQLITE_OK)
		return ledger_fail(db, doing, e);
	struct statements st = {db, old, store};
	for (size_t i = 0; i < n; i++)
		if (!store_pr(&st, &prs[i], out))
			return ledger_fail(db, doing, e);
	return true;
}

// One spelling of the name, whatever upper and lower case it was first asked for in.
static bool respell(sqlite3 *db, struct str repo, struct err *e)
{
	return run_with_repo(db,
		       "UPDATE OR REPLACE forge_pr SET repo = :repo WHERE repo <> :repo AND repo = "
		       ":repo COLLATE NOCASE",
		       repo, e) &&
	       run_with_repo(db,
		       "UPDATE OR REPLACE forge_repo SET repo = :repo WHERE repo <> :repo AND repo "
		       "= "
		       ":repo COLLATE NOCASE",
		       repo, e);
}

// The clones of the repository, and of the forks that its pull requests come from.
static const char due_sql[] =
	"INSERT INTO charge_due(project_id, since_ms) SELECT x.id, 0 FROM"
	" (SELECT id FROM project WHERE repo = :repo COLLATE NOCASE"
	" UNION SELECT project_id FROM worktree WHERE base_repo = :repo COLLATE NOCASE"
	" UNION SELECT p.id FROM forge_pr AS f JOIN project AS p ON p.repo = f.head_repo COLLATE "
	"NOCASE"
	" WHERE f.repo = :repo) AS x WHERE NOT EXISTS (SELECT 1 FROM charge_due AS d WHERE "
	"d.project_id"
	" = x.id AND d.branch_id IS NULL AND d.session_id IS NULL AND d.since_ms = 0)";

static bool store_repo(sqlite3 *db, struct str repo, const char *why, int64_t newest,
	int64_t now_ms, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	return (sqlite3_prepare_v2(db,
			"INSERT INTO forge_repo(repo, asked_ms, answered_ms, error, failures, "
			"newest)"
			" VALUES (:repo, :now, CASE WHEN :why IS NULL THEN :now END, :why, :why IS "
			"NOT "
			"NULL, :newest)"
			" ON CONFLICT(repo) DO UPDATE SET asked_ms = excluded.asked_ms, "
			"answered_ms = "
			"coalesce(excluded.answered_ms, answered_ms), error = excluded.error, "
			"failures = "
			"CASE WHEN excluded.error IS NULL THEN 0 ELSE failures + 1 END, newest = "
			"excluded.newest",
			-1, &s, NULL) == SQLITE_OK &&
		       bind_str(s, ":repo", repo) && bind_ms(s, ":now", now_ms) &&
		       bind_str(s, ":why", str_of(why)) && bind_ms(s, ":newest", newest) &&
		       sqlite3_step(s) == SQLITE_DONE) ||
	       ledger_fail(db, doing, e);
}

bool forge_store_answer(sqlite3 *db, struct str repo, const struct answer_pr *prs, size_t n,
	int64_t newest, int64_t now_ms, struct forge_change *out, struct err *e)
{
	struct forge_change change = {0};
	struct str name = n ? prs[0].repo : repo;
	if (!ledger_exec(db, "BEGIN IMMEDIATE", e))
		return false;
	bool ok = respell(db, name, e) && store_all(db, prs, n, &change, e) &&
		  store_repo(db, name, NULL, newest, now_ms, e) &&
		  (!change.has_changed || run_with_repo(db, due_sql, name, e));
	if (!ledger_end(db, ok, e))
		return false;
	*out = change;
	return true;
}

// As it is spelt in the ledger.
static bool spelling(sqlite3 *db, struct arena *a, struct str *repo, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, "SELECT repo FROM forge_repo WHERE repo = :repo COLLATE NOCASE",
		    -1, &s, NULL) != SQLITE_OK ||
		!bind_str(s, ":repo", *repo))
		return ledger_fail(db, doing, e);
	int rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*repo = arena_str(a, str_of((const char *)sqlite3_column_text(s, 0)));
	return rc == SQLITE_ROW || rc == SQLITE_DONE || ledger_fail(db, doing, e);
}

bool forge_store_failure(sqlite3 *db, struct str repo, const char *why, int64_t newest,
	int64_t now_ms, struct err *e)
{
	struct arena a = {0};
	bool ok = spelling(db, &a, &repo, e) && store_repo(db, repo, why, newest, now_ms, e);
	arena_free(&a);
	return ok;
}
