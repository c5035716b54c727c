// SPDX-License-Identifier: MIT
#include "pr_target.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "git.h"
#include "ledger.h"
#include "report.h"

enum { MAX_CANDIDATES = 6 };

static struct str column(struct arena *a, sqlite3_stmt *s, int at)
{
	const char *p = (const char *)sqlite3_column_text(s, at);
	return p ? arena_str(a, (struct str){p, (size_t)sqlite3_column_bytes(s, at)}) : STR_NONE;
}

static bool prepare(sqlite3 *db, const char *sql, struct str one, struct str two,
	sqlite3_stmt **out, struct err *e)
{
	if (sqlite3_prepare_v2(db, sql, -1, out, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the ledger", e);
	if (one.p)
		(void)sqlite3_bind_text(*out, 1, one.p, (int)one.n, SQLITE_STATIC);
	if (two.p)
		(void)sqlite3_bind_text(*out, 2, two.p, (int)two.n, SQLITE_STATIC);
	return true;
}

static bool several(struct arena *a, const char *what, struct str name, const struct str *found,
	size_t n, const char *cure, struct err *e)
{
	const char *list = "";
	for (size_t i = 0; i < n && i + 1 < MAX_CANDIDATES; i++)
		list = arena_printf(a, "%s%s%.*s", list, i ? ", " : "", STR_ARG(found[i]));
	return err_set(e, ERR_USAGE, "several %s %.*s: %s%s%s", what, STR_ARG(name), list,
		n == MAX_CANDIDATES ? ", ..." : "", cure);
}

static struct str folder_here(struct arena *a)
{
	char *z = getcwd(NULL, 0);
	struct str cwd = z ? arena_str(a, str_of(z)) : STR_NONE;
	free(z);
	return cwd;
}

bool pr_target_here(sqlite3 *db, struct arena *a, int64_t *out_project_id, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct git_place place;
	int64_t id = 0;
	if (git_find(a, folder_here(a), &place)) {
		if (!prepare(db, "SELECT id FROM project WHERE root = ?1", place.root, STR_NONE, &s,
			    e))
			return false;
		int rc = sqlite3_step(s);
		if (rc != SQLITE_ROW && rc != SQLITE_DONE)
			return ledger_fail(db, "reading the ledger", e);
		id = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	}
	*out_project_id = id;
	return true;
}

struct projects {
	int64_t ids[MAX_CANDIDATES];
	struct str roots[MAX_CANDIDATES];
	size_t n, n_seen; // those that have the branch come first
};

static bool list_projects(sqlite3 *db, struct arena *a, struct str branch, struct str project,
	struct projects *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	*out = (struct projects){0};
	if (!prepare(db,
		    "SELECT * FROM (SELECT id, root, EXISTS (SELECT 1 FROM charge AS c JOIN name "
		    "AS b "
		    "ON b.id = c.branch_id WHERE c.project_id = p.id AND b.text = ?1) AS is_seen "
		    "FROM "
		    "project AS p WHERE ?2 IS NULL OR name = ?2 OR root = ?2 OR repo = ?2 OR "
		    "substr(root, -length(?2) - 1) = '/' || ?2 OR substr(repo, -length(?2) - 1) = "
		    "'/' "
		    "|| ?2) WHERE is_seen OR ?2 IS NOT NULL ORDER BY is_seen DESC, root LIMIT 6",
		    branch, project, &s, e))
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		out->ids[out->n] = sqlite3_column_int64(s, 0);
		out->roots[out->n++] = column(a, s, 1);
		out->n_seen += sqlite3_column_int(s, 2) != 0;
	}
	return rc == SQLITE_DONE || ledger_fail(db, "reading the ledger", e);
}

static bool choose_project(sqlite3 *db, struct arena *a, struct str branch, struct str project,
	int64_t *out_id, struct err *e)
{
	struct projects found;
	int64_t here = 0;
	if (!project.p && !pr_target_here(db, a, &here, e))
		return false;
	if (here) {
		*out_id = here;
		return true;
	}
	if (!list_projects(db, a, branch, project, &found, e))
		return false;
	if (!found.n && project.p)
		return err_set(e, ERR_NO_INPUT,
			"no project is called %.*s: `ccl projects` lists them", STR_ARG(project));
	if (!found.n)
		return err_set(e, ERR_NO_INPUT,
			"no turn was on a branch %.*s: --project says where it will be",
			STR_ARG(branch));
	if (found.n > 1 && found.n_seen != 1)
		return several(a, found.n_seen ? "projects have a branch" : "projects are called",
			found.n_seen ? branch : project, found.roots,
			found.n_seen ? found.n_seen : found.n, ": --project chooses one", e);
	*out_id = found.ids[0];
	return true;
}

bool pr_target_branch(sqlite3 *db, struct arena *a, struct str branch, struct str project,
	struct pr_target *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct pr_target t = {.scope = "branch", .target = branch};
	int64_t here;
	if (!git_is_branch_name(branch))
		return err_set(e, ERR_USAGE, "%.*s: not the name of a branch", STR_ARG(branch));
	if (!choose_project(db, a, branch, project, &t.project_id, e) ||
		!pr_target_here(db, a, &here, e) ||
		!prepare(db,
			"SELECT p.root, b.id, EXISTS (SELECT 1 FROM charge WHERE project_id = p.id "
			"AND "
			"branch_id = b.id) FROM project AS p LEFT JOIN name AS b ON b.text = ?1 "
			"WHERE "
			"p.id = ?2",
			branch, STR_NONE, &s, e))
		return false;
	(void)sqlite3_bind_int64(s, 2, t.project_id);
	if (sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "reading the ledger", e);
	t.root = column(a, s, 0);
	t.branch_id = sqlite3_column_int64(s, 1);
	t.is_seen = sqlite3_column_int(s, 2) != 0;
	t.is_elsewhere = here != t.project_id;
	*out = t;
	return true;
}

// The project that most of these turns were in.
static bool project_of(sqlite3 *db, const char *where, struct str id, int64_t *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	char sql[400];
	(void)sqlite3_snprintf(sizeof sql, sql,
		"SELECT w.project_id FROM session AS s JOIN origin AS o ON o.session_id = s.id "
		"JOIN turn "
		"AS t ON t.origin_id = o.id JOIN workdir AS w ON w.id = o.workdir_id WHERE %s = ?1 "
		"AND "
		"w.project_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
		where);
	if (!prepare(db, sql, id, STR_NONE, &s, e))
		return false;
	int rc = sqlite3_step(s);
	*out = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	return rc == SQLITE_ROW || rc == SQLITE_DONE || ledger_fail(db, "reading the ledger", e);
}

bool pr_target_session(
	sqlite3 *db, struct arena *a, struct str prefix, struct pr_target *out, struct err *e)
{
	struct pr_target t = {.scope = "session", .is_seen = true};
	if (!report_session(db, a, prefix, &t.target, e) ||
		!project_of(db, "s.uid", t.target, &t.project_id, e))
		return false;
	*out = t;
	return true;
}

bool pr_target_turn(
	sqlite3 *db, struct arena *a, struct str prefix, struct pr_target *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct pr_target t = {.scope = "turn", .is_seen = true};
	struct str found[MAX_CANDIDATES];
	size_t n = 0;
	int rc;
	if (!prepare(db,
		    "SELECT key FROM turn WHERE key >= ?1 AND key < ?1 || char(1114111) ORDER BY "
		    "key "
		    "LIMIT 6",
		    prefix, STR_NONE, &s, e))
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		found[n++] = column(a, s, 0);
	if (rc != SQLITE_DONE)
		return ledger_fail(db, "looking for a turn", e);
	if (n == 0)
		return err_set(e, ERR_NO_INPUT,
			"no turn begins with %.*s: `ccl session ID` lists them", STR_ARG(prefix));
	if (n > 1 && !str_eq(found[0], prefix))
		return several(a, "turns begin with", prefix, found, n, "", e);
	t.target = found[0];
	if (!project_of(db, "t.key", t.target, &t.project_id, e))
		return false;
	*out = t;
	return true;
}
