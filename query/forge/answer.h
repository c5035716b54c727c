// SPDX-License-Identifier: MIT
// What gh and glab answered, read as what a stranger wrote: the only file that knows the JSON
// library.
//
// An answer is one JSON array, or several one after another (a page each). What an entry holds
// reaches the caller only in its right shape: numbers 1 to 2^31-1, times, branch names by
// git_is_branch_name, repositories as host/owner/name, titles of one short line. An entry whose
// shape is wrong is counted and left out; an answer that is no such JSON is ERR_FORMAT.
#ifndef CCL_FORGE_ANSWER_H
#define CCL_FORGE_ANSWER_H

#include "host.h"

enum { ANSWER_TITLE_BYTES = 200 };

struct answer_pr {
	struct str
		repo; // host/owner/name: as it was asked for, in the forge's upper and lower case
	int64_t number;
	struct str title;     // clean, at most ANSWER_TITLE_BYTES; may be empty
	const char *state;    // open, draft, merged, closed
	struct str head_repo; // absent: a fork that is gone or that the forge does not name
	struct str head_ref, base_ref;
	int64_t created_ms, merged_ms, closed_ms; // -1: it was not
};

MUST_USE bool answer_read_list(struct arena *a, const struct forge_repo *r, struct str json,
	struct answer_pr **out, size_t *out_n, size_t *out_n_bad, struct err *e);

struct answer_comment {
	int64_t id;
	struct str author; // login; absent: not told
	bool is_bot;       // GitHub says that it is no person
};

// The comments whose first line is `marker`, in the order of the answer.
MUST_USE bool answer_read_comments(struct arena *a, const struct forge_repo *r, struct str json,
	const char *marker, struct answer_comment **out, size_t *out_n, struct err *e);

// The login of an object that describes a user; absent if it has none.
struct str answer_read_login(struct arena *a, const struct forge_repo *r, struct str json);

#endif
