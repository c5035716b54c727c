// SPDX-License-Identifier: MIT
#include "pr_find.h"

#include <stdlib.h>
#include <unistd.h>

#include "buf.h"
#include "git.h"
#include "ledger.h"

enum { MAX_REPOS = 8 };

struct repos {
	struct str name[MAX_REPOS];
	bool is_here[MAX_REPOS]; // work in the folder's repository was charged to it
	size_t n;
};

static struct str here(struct arena *a)
{
	char path[4096];
	struct git_place g;
	if (!getcwd(path, sizeof path) || !git_find(a, str_of(path), &g))
		return STR_NONE;
	return g.root;
}

static bool load(sqlite3 *db, struct arena *a, int64_t number, struct str repo, struct repos *out,
	struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct str root = here(a);
	int rc;
	if (sqlite3_prepare_v2(db,
		    "WITH known(repo, root) AS (SELECT r.text, p.root FROM charge AS c JOIN name "
		    "AS r ON "
		    "r.id = c.repo_id LEFT JOIN project AS p ON p.id = c.project_id WHERE c.number "
		    "= ?1"
		    " UNION ALL SELECT f.repo, p.root FROM forge_pr AS f LEFT JOIN project AS p ON "
		    "p.repo "
		    "= f.repo COLLATE NOCASE WHERE f.number = ?1)"
		    " SELECT repo, max(root IS NOT NULL AND root = ?3) FROM known WHERE ?2 IS NULL "
		    "OR repo "
		    "= ?2 COLLATE NOCASE OR substr(repo, -length(?2) - 1) = '/' || ?2 COLLATE "
		    "NOCASE"
		    " GROUP BY repo ORDER BY 2 DESC, 1 LIMIT 8",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "looking for a pull request", e);
	(void)sqlite3_bind_int64(s, 1, number);
	if (repo.p)
		(void)sqlite3_bind_text(s, 2, repo.p, (int)repo.n, SQLITE_STATIC);
	if (root.p)
		(void)sqlite3_bind_text(s, 3, root.p, (int)root.n, SQLITE_STATIC);
	*out = (struct repos){0};
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct str name = {(const char *)sqlite3_column_text(s, 0),
			(size_t)sqlite3_column_bytes(s, 0)};
		out->is_here[out->n] = sqlite3_column_int(s, 1);
		out->name[out->n++] = arena_str(a, name);
	}
	return rc == SQLITE_DONE || ledger_fail(db, "looking for a pull request", e);
}

static bool ambiguous(const struct repos *r, int64_t number, struct err *e)
{
	AUTO(buf_free) struct buf list = {0};
	for (size_t i = 0; i < r->n; i++)
		buf_printf(&list, "%s%.*s", i ? ", " : "", STR_ARG(r->name[i]));
	return err_set(e, ERR_USAGE,
		"several repositories have a pull request %lld: say which with --repo (%s)",
		(long long)number, buf_z(&list));
}

bool pr_find(sqlite3 *db, struct arena *a, int64_t number, struct str repo, struct str *out,
	struct err *e)
{
	struct repos r;
	if (!load(db, a, number, repo, &r, e))
		return false;
	if (r.n == 0)
		return err_set(e, ERR_NO_INPUT,
			"no pull request %lld%s%.*s is known: `ccl prs` lists those that are, `ccl "
			"pr "
			"resolve` asks the forge",
			(long long)number, repo.n ? " of " : "", STR_ARG(repo));
	bool is_clear = r.n == 1 || (r.is_here[0] && !r.is_here[1]);
	if (!is_clear)
		return ambiguous(&r, number, e);
	*out = r.name[0];
	return true;
}
