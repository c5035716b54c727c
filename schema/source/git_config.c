// SPDX-License-Identifier: MIT
#include "git.h"

#include <string.h>
#include <strings.h>

#include "err.h"
#include "git_entries.h"
#include "git_file.h"

enum { REMOTES_MAX = 32, RULES_MAX = 32 };

bool git_config_is_bare(struct arena *a, struct str common_dir)
{
	AUTO(git_entries_close) struct git_entries r = {0};
	if (!git_entries_open(a, common_dir, STR_NONE, &r))
		return false;
	bool is_bare = false;
	while (git_entries_next(&r))
		if (r.section == GIT_SECTION_CORE && str_is(buf_str(&r.key), "bare"))
			is_bare = r.value.n == 4 && strncasecmp(r.value.p, "true", 4) == 0;
	return is_bare;
}

struct remote {
	struct str name, url, resolved;
};

// What the config says, before it is judged. URLs hold secrets: all of this lives in an arena that
// dies with it.
struct facts {
	struct arena arena;
	struct remote remote[REMOTES_MAX];
	struct {
		struct str base, prefix;
	} rule[RULES_MAX]; // url.BASE.insteadOf = PREFIX
	size_t n_remotes, n_rules;
	struct str branch_remote, merge, editor_pr, pull_request;
};

static void free_facts(struct facts *f)
{
	arena_free(&f->arena);
}

static struct remote *find_remote(struct facts *f, struct str name)
{
	for (size_t i = 0; i < f->n_remotes; i++)
		if (str_eq(f->remote[i].name, name))
			return &f->remote[i];
	return NULL;
}

static void add_remote(struct facts *f, const struct git_entries *r)
{
	struct str name = buf_str(&r->sub), key = buf_str(&r->key), value = buf_str(&r->value);
	bool is_url = str_is(key, "url");
	if (!is_url && !str_is(key, "gh-resolved"))
		return;
	struct remote *to = find_remote(f, name);
	if (!to) {
		if (f->n_remotes == REMOTES_MAX)
			return;
		to = &f->remote[f->n_remotes++];
		to->name = arena_str(&f->arena, name);
	}
	if (!is_url)
		to->resolved = arena_str(&f->arena, value);
	else if (!to->url.p) // fetch takes the first
		to->url = arena_str(&f->arena, value);
}

static void add_branch(struct facts *f, const struct git_entries *r)
{
	struct str key = buf_str(&r->key), value = arena_str(&f->arena, buf_str(&r->value));
	if (str_is(key, "remote"))
		f->branch_remote = value;
	else if (str_is(key, "merge"))
		f->merge = value;
	else if (str_is(key, "github-pr-owner-number"))
		f->editor_pr = value; // seen several times in one section: the last one counts
	else if (str_is(key, "pullrequest"))
		f->pull_request = value;
}

static void read_facts(struct git_entries *r, struct facts *f)
{
	while (git_entries_next(r)) {
		switch (r->section) {
		case GIT_SECTION_OTHER:
		case GIT_SECTION_CORE: break;
		case GIT_SECTION_REMOTE: add_remote(f, r); break;
		case GIT_SECTION_BRANCH: add_branch(f, r); break;
		case GIT_SECTION_URL:
			if (f->n_rules == RULES_MAX || !str_is(buf_str(&r->key), "insteadof"))
				break;
			f->rule[f->n_rules].base = arena_str(&f->arena, buf_str(&r->sub));
			f->rule[f->n_rules++].prefix = arena_str(&f->arena, buf_str(&r->value));
			break;
		}
	}
}

// As git does: the longest prefix wins, and its base takes its place.
static bool read_repo(struct arena *a, struct facts *f, struct str url, struct pr_repo *out)
{
	size_t best = f->n_rules;
	for (size_t i = 0; i < f->n_rules; i++) {
		struct str prefix = f->rule[i].prefix;
		bool fits = prefix.n && url.n >= prefix.n && memcmp(url.p, prefix.p, prefix.n) == 0;
		if (fits && (best == f->n_rules || prefix.n > f->rule[best].prefix.n))
			best = i;
	}
	if (best < f->n_rules) {
		struct str base = f->rule[best].base, rest = str_from(url, f->rule[best].prefix.n);
		url = str_of(arena_printf(&f->arena, "%.*s%.*s", STR_ARG(base), STR_ARG(rest)));
	}
	return pr_remote_parse(a, url, out);
}

// The remote whose name or URL stands in branch.X.remote.
static bool read_head_repo(struct arena *a, struct facts *f, struct pr_repo *out)
{
	const struct remote *named = f->branch_remote.n ? find_remote(f, f->branch_remote) : NULL;
	struct str url = named ? named->url : f->branch_remote;
	return url.n && read_repo(a, f, url, out);
}

// What git calls the repository, and in *remote the remote that says so; NULL if none does.
static const struct remote *choose_remote(struct arena *a, struct facts *f, struct pr_repo *out)
{
	struct remote *resolved = NULL;
	for (size_t i = 0; i < f->n_remotes && !resolved; i++)
		if (f->remote[i].resolved.n)
			resolved = &f->remote[i];
	struct remote *candidates[] = {find_remote(f, STR("origin")),
		find_remote(f, f->branch_remote), resolved,
		f->n_remotes == 1 ? &f->remote[0] : NULL};
	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
		if (candidates[i] && read_repo(a, f, candidates[i]->url, out))
			return candidates[i];
	return NULL;
}

// gh writes "base", or owner/name of another repository on the same host.
static void read_base(struct arena *a, struct facts *f, struct pr_repo *out)
{
	for (size_t i = 0; i < f->n_remotes; i++) {
		struct pr_repo r, named;
		struct str resolved = f->remote[i].resolved;
		if (!resolved.n || !read_repo(a, f, f->remote[i].url, &r))
			continue;
		const char *url =
			arena_printf(a, "https://%.*s/%.*s", STR_ARG(r.host), STR_ARG(resolved));
		if (str_is(resolved, "base"))
			*out = r;
		else if (pr_remote_parse(a, str_of(url), &named))
			*out = named;
		return;
	}
}

// owner#repo#N
static void read_editor_pr(struct arena *a, struct str value, struct pr_ref *out)
{
	struct str rest, number, owner = str_split(value, '#', &rest),
				 repo = str_split(rest, '#', &number);
	struct pr_repo r;
	int64_t n;
	if (!str_int(number, 1, INT32_MAX, &n) || str_has(owner, "/") || str_has(repo, "/"))
		return;
	// the same rules as for the names in a URL
	const char *url =
		arena_printf(a, "https://h.invalid/%.*s/%.*s", STR_ARG(owner), STR_ARG(repo));
	if (pr_remote_parse(a, str_of(url), &r))
		*out = (struct pr_ref){STR_NONE, r.owner, r.repo, n};
}

// refs/heads/x; or the head of a request: refs/pull/N/head (GitHub, Gitea, Azure),
// refs/merge-requests/N/head (GitLab), refs/pull-requests/N/from (Bitbucket Server).
static void read_merge(struct arena *a, struct str ref, struct git_config *out)
{
	out->merge = arena_str(a, git_branch_of_ref(ref));
	static const char *const prefixes[] = {
		"refs/pull/", "refs/merge-requests/", "refs/pull-requests/"};
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		if (!str_starts(ref, prefixes[i]))
			continue;
		struct str end, number = str_split(str_from(ref, strlen(prefixes[i])), '/', &end);
		if (str_is(end, "head") || str_is(end, "merge") || str_is(end, "from"))
			(void)str_int(number, 1, INT32_MAX, &out->merge_number);
	}
}

static struct str read_default_branch(struct arena *a, struct str common_dir, struct str remote)
{
	if (!git_is_branch_name(remote))
		return STR_NONE;
	const char *prefix = arena_printf(a, "refs/remotes/%.*s/", STR_ARG(remote));
	struct str line = git_file_line(a, common_dir, arena_printf(a, "%sHEAD", prefix));
	struct str ref = str_starts(line, "ref:") ? str_trim(str_from(line, 4)) : STR_NONE;
	struct str name = str_starts(ref, prefix) ? str_from(ref, strlen(prefix)) : STR_NONE;
	return git_is_branch_name(name) ? name : STR_NONE;
}

bool git_read_config(
	struct arena *a, const struct git_place *place, struct str branch, struct git_config *out)
{
	AUTO(git_entries_close) struct git_entries r = {0};
	AUTO(free_facts) struct facts f = {0};
	if (!git_entries_open(a, place->common_dir, branch, &r))
		return false;
	read_facts(&r, &f);
	struct git_config c = {.merge_number = 0};
	const struct remote *remote = choose_remote(a, &f, &c.repo);
	if (remote)
		c.default_branch = read_default_branch(a, place->common_dir, remote->name);
	(void)read_head_repo(a, &f, &c.head);
	read_base(a, &f, &c.base);
	read_merge(a, f.merge, &c);
	read_editor_pr(a, f.editor_pr, &c.editor_pr);
	(void)str_int(f.pull_request, 1, INT32_MAX, &c.pull_request);
	*out = c;
	return true;
}
