// SPDX-License-Identifier: MIT
// Where a turn was made, for the files that decide what it is charged to (charge*.c).
#ifndef CCL_HOOK_SCENE_H
#define CCL_HOOK_SCENE_H

#include "claim.h"
#include "store.h"

enum { CHARGE_SURE = 60 }; // what is less sure is shown, not summed

// What the circumstances of a turn say, once per origin and batch.
struct scene {
	bool is_read; // else it has what scene_know() was told, or nothing
	int64_t origin_id, session_id, agent_id, prompt_id; // prompt: not part of the origin
	int64_t workdir_id, project_id, worktree_id, told_branch_id; // told: by the transcript
	int64_t review_number;       // of a working tree that was made for a pull request; 0: none
	bool is_plain;               // no repository
	bool is_missing;             // the folder is there no more
	bool is_touched;             // by its edits alone
	bool is_agent_tree;          // a working tree made for an agent
	bool is_ci;                  // of the session
	bool has_links, has_reviews; // perhaps: there are links, the session has hints
	int64_t ci_number, ci_branch_id;
	bool is_simple; // the same for all times: `simple_charge`
	int64_t simple_charge;
};

struct decision {
	int64_t project_id, branch_id, repo_id, number, confidence;
	const char *branch_source, *role, *source, *reason;
	bool has_claims;    // the branch has some, perhaps of another time
	struct claim claim; // what role and source may point to
};

// What is known of an origin already need not be read.
void scene_know(struct store *st, int64_t origin_id, int64_t session_id, int64_t agent_id,
	int64_t workdir_id, int64_t branch_id);
// The scene of an origin, read once per batch; the store's.
MUST_USE bool scene_find(struct store *st, int64_t origin_id, struct scene **out, struct err *e);

// By what the working tree had checked out; false in *out_known if nothing is known of that time.
MUST_USE bool scene_tree_branch(struct store *st, const struct scene *c, int64_t at_ms,
	struct decision *d, bool *out_known, struct err *e);

// The branch of a turn by all that is known, else d->reason.
MUST_USE bool scene_branch(
	struct store *st, const struct scene *c, int64_t at_ms, struct decision *d, struct err *e);

// branch_id 0: none, whatever the source.
void scene_set_branch(struct decision *d, int64_t branch_id, const char *source);

#endif
