// SPDX-License-Identifier: MIT
// The rows of a git working tree: the tree itself, and what its reflog says was done there.
#ifndef CCL_HOOK_WORKTREE_H
#define CCL_HOOK_WORKTREE_H

#include "git.h"
#include "store.h"

struct worktree {
	int64_t id, project_id, default_branch_id; // 0: unknown
	int64_t reflog_bytes, reflog_inode;        // logs/HEAD was read up to here
};

// host/owner/name of a repository in the arena; STR_NONE if its host is unknown.
struct str worktree_repo_name(struct arena *a, const struct pr_repo *repo);

// The row of a working tree, made if need be.
MUST_USE bool worktree_find(struct store *st, const struct git_place *g,
	const struct git_config *config, struct worktree *out, struct err *e);

// Whether a branch is the repository's default one; where that is not known, main and master are.
MUST_USE bool worktree_is_default(
	struct store *st, const struct worktree *t, int64_t branch_id, bool *out, struct err *e);

// Reads the entries that logs/HEAD has gained (all of its tail if it was written anew), and the
// births of the branches that they name. What follows from them is decided again (head.h).
MUST_USE bool worktree_read_moves(
	struct store *st, const struct git_place *g, struct worktree *t, struct err *e);

// HEAD as it is now, if that is something new. session_id 0: nobody's.
MUST_USE bool worktree_note_head(struct store *st, const struct worktree *t, int64_t session_id,
	const struct git_head *h, struct err *e);

// worktree_find, and what git says of a tree that was not looked at before.
MUST_USE bool worktree_first_sight(struct store *st, const struct git_place *g,
	const struct git_config *config, struct worktree *out, struct err *e);

#endif
