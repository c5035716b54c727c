// SPDX-License-Identifier: MIT
#include "choose.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "clock.h"
#include "git.h"
#include "ledger.h"

enum { RECENT_DAYS = 90, MAX_CANDIDATES = 6, QUARTERS_PER_DAY = 96 };

static const int64_t quarter_ms = 900000;

static bool is_nocase(struct str a, struct str b)
{
	return a.n == b.n && a.n && strncasecmp(a.p, b.p, a.n) == 0;
}

struct here { // of the working folder; absent outside a repository
	struct str repo, base;
};

static struct str name_of(struct arena *a, const struct pr_repo *r)
{
	if (!r->host.n)
		return STR_NONE;
	return str_of(arena_printf(a, "%.*s/%.*s%s%.*s", STR_ARG(r->host), STR_ARG(r->owner),
		r->owner.n ? "/" : "", STR_ARG(r->repo)));
}

static struct here look_here(struct arena *a)
{
	struct here h = {0};
	struct git_place place;
	struct git_config config;
	char *cwd = getcwd(NULL, 0);
	if (cwd && git_find(a, str_of(cwd), &place) &&
		git_read_config(a, &place, STR_NONE, &config)) {
		h.repo = name_of(a, &config.repo);
		h.base = name_of(a, &config.base);
	}
	free(cwd);
	return h;
}

// Pull requests stand where they are sent to.
static bool is_here(const struct here *h, struct str repo)
{
	return is_nocase(h->base, repo) || is_nocase(h->repo, repo);
}

// All rows of one column, at most `max`.
static bool read_names(
	sqlite3_stmt *s, struct arena *a, struct str *out, size_t max, size_t *out_n, struct err *e)
{
	int rc;
	size_t n = 0;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && n < max)
		out[n++] = arena_str(a, (struct str){(const char *)sqlite3_column_text(s, 0),
						(size_t)sqlite3_column_bytes(s, 0)});
	*out_n = n;
	return rc == SQLITE_DONE || rc == SQLITE_ROW ||
	       ledger_fail(sqlite3_db_handle(s), "reading the repositories", e);
}

static const char recent_sql[] =
	"WITH used AS (SELECT w.project_id, max(r.last_ms) AS last_ms FROM rollup AS r JOIN origin "
	"AS o "
	"ON o.id = r.origin_id JOIN workdir AS w ON w.id = o.workdir_id WHERE r.quarter >= ?1 "
	"GROUP BY 1),"
	" repo AS (SELECT p.repo, u.last_ms FROM used AS u JOIN project AS p ON p.id = u.project_id"
	" UNION ALL SELECT t.base_repo, u.last_ms FROM used AS u JOIN worktree AS t ON "
	"t.project_id = "
	"u.project_id)"
	" SELECT min(repo) FROM repo WHERE repo IS NOT NULL GROUP BY lower(repo) ORDER BY "
	"max(last_ms) "
	"DESC, 1";

bool choose_repos(sqlite3 *db, struct arena *a, struct str *out, size_t *out_n, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct here here = look_here(a);
	int64_t first = clock_now_ms() / quarter_ms - RECENT_DAYS * QUARTERS_PER_DAY;
	size_t n, n_here = 0;
	if (sqlite3_prepare_v2(db, recent_sql, -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_int64(s, 1, first) != SQLITE_OK)
		return ledger_fail(db, "reading the repositories", e);
	if (!read_names(s, a, out, CHOOSE_MAX_REPOS, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct str repo = out[i];
		if (!is_here(&here, repo))
			continue;
		memmove(out + n_here + 1, out + n_here, (i - n_here) * sizeof *out);
		out[n_here++] = repo;
	}
	*out_n = n;
	return true;
}

static bool too_many(struct str what, const struct str *found, size_t n, struct err *e)
{
	char list[256] = "";
	size_t at = 0;
	for (size_t i = 0; i < n && i + 1 < MAX_CANDIDATES && at + found[i].n + 3 < sizeof list;
		i++) {
		memcpy(list + at, i ? ", " : "", i ? 2 : 0);
		at += i ? 2 : 0;
		memcpy(list + at, found[i].p, found[i].n);
		at += found[i].n;
	}
	return err_set(e, ERR_USAGE, "%.*s is in several repositories: --repo %.*s%s",
		STR_ARG(what), (int)at, list, n == MAX_CANDIDATES ? ", ..." : "");
}

// The only one, or the one that we stand in.
static bool pick(struct arena *a, struct str what, const struct str *found, size_t n,
	struct str *out, struct err *e)
{
	struct here here = look_here(a);
	for (size_t i = 0; n > 1 && i < n; i++)
		if (is_nocase(here.base, found[i]) ||
			(!here.base.n && is_nocase(here.repo, found[i]))) {
			*out = found[i];
			return true;
		}
	if (n > 1)
		return too_many(what, found, n, e);
	*out = found[0];
	return true;
}

static const char named_sql[] = "SELECT min(repo) FROM (SELECT repo FROM project UNION SELECT "
				"base_repo FROM worktree UNION "
				"SELECT repo FROM forge_repo) WHERE repo = ?1 COLLATE NOCASE OR "
				"substr(repo, -length(?1) - 1) = "
				"'/' || ?1 COLLATE NOCASE GROUP BY lower(repo) LIMIT 6";

bool choose_repo(sqlite3 *db, struct arena *a, struct str text, struct str *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct str found[MAX_CANDIDATES], rest, first;
	size_t n;
	if (sqlite3_prepare_v2(db, named_sql, -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_text(s, 1, text.p, (int)text.n, SQLITE_STATIC) != SQLITE_OK)
		return ledger_fail(db, "reading the repositories", e);
	if (!read_names(s, a, found, MAX_CANDIDATES, &n, e))
		return false;
	if (n)
		return pick(a, text, found, n, out, e);
	first = str_split(text, '/', &rest);
	if (!rest.n)
		return err_set(
			e, ERR_NO_INPUT, "no repository is called %.*s: OWNER/NAME", STR_ARG(text));
	bool has_host = str_has(first, ".") && str_has(rest, "/");
	*out = has_host ? text : str_of(arena_printf(a, "github.com/%.*s", STR_ARG(text)));
	return true;
}
