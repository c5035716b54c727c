// SPDX-License-Identifier: MIT
// Which program speaks to the forge of a repository, and the words that it is asked with.
//
// Every word is either a constant, `--option=value`, or an endpoint that begins with a constant;
// what stands in the values was validated: a name can become neither an option nor another
// endpoint.
#ifndef CCL_FORGE_HOST_H
#define CCL_FORGE_HOST_H

#include "arena.h"
#include "err.h"

enum forge_kind {
	FORGE_GITHUB,  // and GitHub Enterprise: gh
	FORGE_GITLAB,  // glab
	FORGE_OTHER,   // has no program that ccl knows
	FORGE_UNKNOWN, // a host whose name says nothing
};

struct forge_repo {
	enum forge_kind kind;
	struct str name; // host/owner/name, without .git
	struct str host, owner, repo;
};

// host/owner/name as the ledger has it. False: not of that shape, or nothing that a forge would
// call a repository. The kind is that of the host's name, or of the variable (GH_HOST, GITLAB_HOST)
// that names the host.
bool forge_repo_parse(struct arena *a, struct str name, struct forge_repo *out);

const char *forge_program(enum forge_kind kind); // gh, glab

enum { FORGE_MOST = 1000, FORGE_LEAST = 100 };

// For one list: of the `newest` (FORGE_LEAST to FORGE_MOST) pull requests on GitHub. GitLab gives a
// hundred at once, so there it is all that changed since_ms, page after page, or, for less than
// FORGE_MOST, the hundred that changed last.
char **forge_list_argv(struct arena *a, const struct forge_repo *r, struct str program,
	int64_t newest, int64_t since_ms);
// For the comments of a pull request, and who we are.
char **forge_comments_argv(
	struct arena *a, const struct forge_repo *r, struct str program, int64_t number);
char **forge_user_argv(struct arena *a, const struct forge_repo *r, struct str program);
// To write one; the JSON of it goes to stdin. `id` 0: a new one.
char **forge_write_argv(struct arena *a, const struct forge_repo *r, struct str program,
	int64_t number, int64_t id);

#endif
