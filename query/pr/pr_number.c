// SPDX-License-Identifier: MIT
#include <string.h>
#include <strings.h>

#include "ledger.h"
#include "pr_target.h"
#include "pr_url.h"

// Where a project is, and where its pull requests are: worktree.base_repo, project.repo, name.
struct home {
	struct str own, base;
};

static bool read_home(
	sqlite3 *db, struct arena *a, int64_t project_id, struct home *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	*out = (struct home){STR_NONE, STR_NONE};
	if (!project_id)
		return true;
	if (sqlite3_prepare_v2(db,
		    "SELECT repo, coalesce((SELECT base_repo FROM worktree WHERE project_id = p.id "
		    "AND "
		    "base_repo IS NOT NULL ORDER BY id LIMIT 1), repo, name) FROM project AS p "
		    "WHERE "
		    "id = ?1",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_int64(s, 1, project_id) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "reading the ledger", e);
	const char *own = (const char *)sqlite3_column_text(s, 0);
	const char *base = (const char *)sqlite3_column_text(s, 1);
	out->own = own ? arena_str(a, str_of(own)) : STR_NONE;
	out->base = arena_str(a, str_of(base));
	return true;
}

static bool is_nocase(struct str a, struct str b)
{
	return a.n == b.n && a.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static struct str join(struct arena *a, struct str host, struct str owner, struct str repo)
{
	return str_of(arena_printf(a, "%.*s%s%.*s%s%.*s", STR_ARG(host), host.n ? "/" : "",
		STR_ARG(owner), owner.n ? "/" : "", STR_ARG(repo)));
}

// As the ledger spells it.
static struct str respell(const struct home *home, struct str repo)
{
	return is_nocase(repo, home->base)  ? home->base
	       : is_nocase(repo, home->own) ? home->own
					    : repo;
}

// The only repository of the ledger with that owner and name, whatever its host; else as it is.
static bool find_host(sqlite3 *db, struct arena *a, struct str *repo, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT repo, count(DISTINCT repo) FROM project WHERE repo LIKE '%/%' AND "
		    "substr(repo, instr(repo, '/') + 1) = ?1 COLLATE NOCASE",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_text(s, 1, repo->p, (int)repo->n, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "reading the ledger", e);
	if (sqlite3_column_int(s, 1) == 1)
		*repo = arena_str(a, str_of((const char *)sqlite3_column_text(s, 0)));
	return true;
}

// owner/name stands on the project's host; what begins with a host says so by a dot, or is that
// one.
static bool read_repo(sqlite3 *db, struct arena *a, struct str text, const struct home *home,
	struct str *out, struct err *e)
{
	struct pr_repo parts;
	struct str rest, first = str_split(text, '/', &rest), unused;
	struct str host = str_split(home->own, '/', &unused);
	bool has_host = rest.n && (memchr(first.p, '.', first.n) || is_nocase(first, host)) &&
			memchr(rest.p, '/', rest.n);
	const char *z = has_host ? arena_printf(a, "https://%.*s", STR_ARG(text))
				 : arena_printf(a, "https://host.invalid/%.*s", STR_ARG(text));
	if (str_trim(text).n != text.n || memchr(text.p, '@', text.n) ||
		memchr(text.p, ':', text.n) || !pr_remote_parse(a, str_of(z), &parts) ||
		!parts.owner.n)
		return err_set(e, ERR_USAGE,
			"--repo %.*s: not a repository (owner/name or host/owner/name)",
			STR_ARG(text));
	*out = respell(home, join(a,
				     has_host      ? parts.host
				     : home->own.n ? host
						   : STR_NONE,
				     parts.owner, parts.repo));
	return has_host || home->own.n || find_host(db, a, out, e);
}

static bool not_a_number(struct str word, struct err *e)
{
	return err_set(e, ERR_USAGE,
		"%.*s: not the number or address of a pull request (7, owner/name#7, https://...)",
		STR_ARG(word));
}

bool pr_target_number(sqlite3 *db, struct arena *a, struct str word, struct str repo,
	int64_t project_id, struct pr_name *out, struct err *e)
{
	struct home home;
	struct pr_ref page;
	struct pr_name name = {.repo = STR_NONE};
	struct str digits, before = str_split(word, '#', &digits);
	if (!read_home(db, a, project_id, &home, e))
		return false;
	bool is_page = pr_url_parse(a, word, &page);
	if (repo.p && (is_page || (digits.p && before.n)))
		return err_set(e, ERR_USAGE, "%.*s names a repository: --repo is one too many",
			STR_ARG(word));
	if (is_page) {
		out->repo = respell(&home, join(a, page.host, page.owner, page.repo));
		out->number = page.number;
		return true;
	}
	if (!digits.p)
		digits = word.n && word.p[0] == '!' ? str_from(word, 1) : word;
	else if (before.n)
		repo = before;
	// a sign is none of ours
	if (!digits.n || digits.p[0] < '0' || digits.p[0] > '9' ||
		!str_int(digits, 1, INT32_MAX, &name.number))
		return not_a_number(word, e);
	if (!repo.p)
		name.repo = home.base;
	else if (!read_repo(db, a, repo, &home, &name.repo, e))
		return false;
	*out = name;
	return true;
}
