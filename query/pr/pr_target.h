// SPDX-License-Identifier: MIT
// What `ccl pr link` and its like are told to work on, from the words on the command line.
#ifndef CCL_QUERY_PR_TARGET_H
#define CCL_QUERY_PR_TARGET_H

#include <sqlite3.h>

#include "arena.h"
#include "err.h"

struct pr_target {
	const char *scope;  // branch, session, turn
	struct str root;    // of the project; STR_NONE unless the scope is branch
	struct str target;  // branch name, session id, turn key
	int64_t project_id; // 0: a session or turn without a folder
	int64_t branch_id;  // 0: no such name so far
	bool is_seen;       // turns are charged to it: false only for a branch
	bool is_elsewhere;  // a branch of another repository than the one around us
};

// A branch of `project` (name, root or repository; STR_NONE: of the repository around the current
// folder, else of the only project that has it). ERR_USAGE: no branch name, or several projects;
// ERR_NO_INPUT: no such project, or none has the branch.
MUST_USE bool pr_target_branch(sqlite3 *db, struct arena *a, struct str branch, struct str project,
	struct pr_target *out, struct err *e);

// By the beginning of the id.
MUST_USE bool pr_target_session(
	sqlite3 *db, struct arena *a, struct str prefix, struct pr_target *out, struct err *e);
MUST_USE bool pr_target_turn(
	sqlite3 *db, struct arena *a, struct str prefix, struct pr_target *out, struct err *e);

// The project of the repository around the current folder; 0: there is none, or no turn was in it.
MUST_USE bool pr_target_here(sqlite3 *db, struct arena *a, int64_t *out_project_id, struct err *e);

struct pr_name {
	struct str repo; // host/owner/name
	int64_t number;
};

// `word`: 7, #7, !7, owner/name#7 or a page's URL. `repo` is what --repo says, or STR_NONE: then
// the URL's, else the one that the project's pull requests are in; with project_id 0 it stays
// STR_NONE. Case is that of the ledger, where it knows the repository.
MUST_USE bool pr_target_number(sqlite3 *db, struct arena *a, struct str word, struct str repo,
	int64_t project_id, struct pr_name *out, struct err *e);

#endif
