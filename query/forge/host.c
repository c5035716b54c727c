// SPDX-License-Identifier: MIT
#include "host.h"

#include <stdlib.h>
#include <strings.h>

#include "clock.h"
#include "pr_url.h"

static bool is_nocase(struct str s, const char *z)
{
	return z && s.n == strlen(z) && strncasecmp(s.p, z, s.n) == 0;
}

// One of the words between the host's dots is it, or begins with it: gitlab2.example.org.
static bool has_label(struct str host, const char *word, bool is_start)
{
	while (host.p) {
		struct str label = str_split(host, '.', &host);
		if (is_start ? str_starts(label, word) : str_is(label, word))
			return true;
	}
	return false;
}

static enum forge_kind kind_of(struct str host)
{
	static const char *const others[] = {"bitbucket", "codeberg", "gitea", "forgejo", "gerrit",
		"azure", "visualstudio", "sourcehut", "git-codecommit"};
	if (is_nocase(host, getenv("GH_HOST")))
		return FORGE_GITHUB;
	if (is_nocase(host, getenv("GITLAB_HOST")))
		return FORGE_GITLAB;
	if (has_label(host, "github", true) || has_label(host, "ghe", false))
		return FORGE_GITHUB;
	if (has_label(host, "gitlab", true))
		return FORGE_GITLAB;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (has_label(host, others[i], true))
			return FORGE_OTHER;
	return FORGE_UNKNOWN;
}

// What the programs take for a name; Azure's escapes are not among it.
static bool is_plain(struct str s, bool may_nest)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			       (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
		if (!is_word && !(may_nest && c == '/'))
			return false;
	}
	return s.n > 0 && s.p[0] != '-';
}

bool forge_repo_parse(struct arena *a, struct str name, struct forge_repo *out)
{
	struct pr_repo r;
	struct str url = str_of(arena_printf(a, "https://%.*s", STR_ARG(name)));
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || strchr("@:?#", name.p[i])) // no user, port or query
			return false;
	if (!name.n || !pr_remote_parse(a, url, &r))
		return false;
	enum forge_kind kind = kind_of(r.host);
	bool is_asked = kind == FORGE_GITHUB || kind == FORGE_GITLAB;
	if (is_asked && (!is_plain(r.owner, kind == FORGE_GITLAB) || !is_plain(r.repo, false) ||
				r.host.p[0] == '-'))
		return false;
	url = str_of(arena_printf(
		a, "%.*s/%.*s/%.*s", STR_ARG(r.host), STR_ARG(r.owner), STR_ARG(r.repo)));
	*out = (struct forge_repo){kind, url, r.host, r.owner, r.repo};
	return true;
}

const char *forge_program(enum forge_kind kind)
{
	return kind == FORGE_GITLAB ? "glab" : "gh";
}

enum { MAX_WORDS = 12 };

static char **words(struct arena *a, const char *const *w, size_t n)
{
	char **argv = arena_alloc(a, MAX_WORDS * sizeof *argv);
	for (size_t i = 0; i < n; i++)
		argv[i] = arena_printf(a, "%s", w[i]);
	return argv;
}
#define WORDS(a, ...)                                                                              \
	words(a, (const char *const[]){__VA_ARGS__},                                               \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

// group/sub/project as one part of an endpoint
static const char *gitlab_id(struct arena *a, const struct forge_repo *r)
{
	struct str rest = r->owner;
	const char *id = "";
	while (rest.p) {
		struct str part = str_split(rest, '/', &rest);
		id = arena_printf(a, "%s%.*s%%2F", id, STR_ARG(part));
	}
	return arena_printf(a, "%s%.*s", id, STR_ARG(r->repo));
}

static const char *host_option(struct arena *a, const struct forge_repo *r)
{
	return arena_printf(a, "--hostname=%.*s", STR_ARG(r->host));
}

static char **gitlab_list(struct arena *a, const struct forge_repo *r, struct str program,
	int64_t newest, int64_t since_ms)
{
	char since[CLOCK_ISO_BYTES];
	const char *path = arena_printf(a,
		"projects/%s/merge_requests?scope=all&state=all&order_by=updated_at&sort=desc"
		"&per_page=100",
		gitlab_id(a, r));
	if (newest < FORGE_MOST)
		return WORDS(a, program.p, "api", host_option(a, r), "--method=GET", path);
	clock_format_iso(since_ms, since);
	return WORDS(a, program.p, "api", host_option(a, r), "--method=GET", "--paginate",
		arena_printf(a, "%s&updated_after=%s", path, since));
}

char **forge_list_argv(struct arena *a, const struct forge_repo *r, struct str program,
	int64_t newest, int64_t since_ms)
{
	if (r->kind == FORGE_GITLAB)
		return gitlab_list(a, r, program, newest, since_ms);
	return WORDS(a, program.p, "pr", "list",
		arena_printf(a, "--repo=%.*s/%.*s/%.*s", STR_ARG(r->host), STR_ARG(r->owner),
			STR_ARG(r->repo)),
		"--state=all", arena_printf(a, "--limit=%lld", (long long)newest),
		"--json=number,title,state,isDraft,headRefName,headRepositoryOwner,headRepository,"
		"baseRefName,isCrossRepository,createdAt,mergedAt,closedAt,url");
}

char **forge_comments_argv(
	struct arena *a, const struct forge_repo *r, struct str program, int64_t number)
{
	const char *path =
		r->kind == FORGE_GITLAB
			? arena_printf(a, "projects/%s/merge_requests/%lld/notes?per_page=100",
				  gitlab_id(a, r), (long long)number)
			: arena_printf(a, "repos/%.*s/%.*s/issues/%lld/comments?per_page=100",
				  STR_ARG(r->owner), STR_ARG(r->repo), (long long)number);
	return WORDS(a, program.p, "api", host_option(a, r), "--method=GET", "--paginate", path);
}

char **forge_user_argv(struct arena *a, const struct forge_repo *r, struct str program)
{
	return WORDS(a, program.p, "api", host_option(a, r), "--method=GET", "user");
}

char **forge_write_argv(
	struct arena *a, const struct forge_repo *r, struct str program, int64_t number, int64_t id)
{
	bool is_gitlab = r->kind == FORGE_GITLAB;
	const char *path = is_gitlab ? arena_printf(a, "projects/%s/merge_requests/%lld/notes",
					       gitlab_id(a, r), (long long)number)
			   : id      ? arena_printf(a, "repos/%.*s/%.*s/issues/comments",
					       STR_ARG(r->owner), STR_ARG(r->repo))
				     : arena_printf(a, "repos/%.*s/%.*s/issues/%lld/comments",
					       STR_ARG(r->owner), STR_ARG(r->repo), (long long)number);
	if (id)
		path = arena_printf(a, "%s/%lld", path, (long long)id);
	const char *method = !id ? "POST" : is_gitlab ? "PUT" : "PATCH";
	return WORDS(a, program.p, "api", host_option(a, r), arena_printf(a, "--method=%s", method),
		"--header=Content-Type: application/json", "--input=-", path);
}
