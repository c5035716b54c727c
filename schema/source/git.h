// SPDX-License-Identifier: MIT
// What a git repository is at this instant, by reading its files: no child process, no writes.
//
// Everything read is untrusted and may change or be torn while we look. Only regular files are
// opened, without blocking. Nothing that a remote's URL holds besides host, owner and repository
// gets out, and no commit subject does. Reftable repositories are recognised, their refs are not
// read. Configuration is the repository's own: neither includes nor the user's ~/.gitconfig are
// read.
#ifndef CCL_SOURCE_GIT_H
#define CCL_SOURCE_GIT_H

#include "arena.h"
#include "pr_url.h"

enum { GIT_NAME_MAX_BYTES = 255, GIT_SHA_BYTES = 65 };

// A name that git would accept for a branch (git check-ref-format), at most GIT_NAME_MAX_BYTES, and
// that no program could take for an option. Bytes above 0x7f are not checked to be UTF-8.
bool git_is_branch_name(struct str name);

struct git_place {
	// The repository's main working tree, which all its linked worktrees share; its common
	// folder if it is bare (then linked worktrees share that); a submodule is a repository of
	// its own.
	struct str root;
	struct str top;        // of the working tree around cwd; absent if bare
	struct str git_dir;    // holds HEAD and logs/HEAD
	struct str common_dir; // holds config and refs; git_dir unless this is a linked worktree
	bool is_worktree;      // a linked one
	bool is_submodule;
	bool is_bare; // there is no main working tree
};

// The repository around `cwd`, an absolute path; all paths are real paths in the arena. A cwd
// within .git belongs to the working tree beside it. False if there is none, or cwd is missing or
// unreadable.
bool git_find(struct arena *a, struct str cwd, struct git_place *out);

enum git_head_kind {
	GIT_HEAD_NONE, // HEAD names something that is no branch, or no valid one
	GIT_HEAD_BRANCH,
	GIT_HEAD_DETACHED,
	GIT_HEAD_REFTABLE, // its branch stands in a binary file
};

enum git_op {
	GIT_OP_NONE,
	GIT_OP_REBASE,
	GIT_OP_BISECT,
};

struct git_head {
	enum git_head_kind kind;
	struct str branch; // of HEAD; if detached by `op`, the branch that this will return to
	enum git_op op;    // looked at only if detached
	char sha[GIT_SHA_BYTES]; // empty if unknown: no commit yet, or reftable
};

// False, *out untouched: HEAD is missing, unreadable or malformed.
bool git_read_head(struct arena *a, const struct git_place *place, struct git_head *out);

// A repository has host.n == 0 if it is not known, a number is 0.
struct git_config {
	// What this repository is called: the first of origin, branch.X.remote, the remote with a
	// gh-resolved entry, the only remote, whose URL says so.
	struct pr_repo repo;
	struct pr_repo base; // where gh sends pull requests (remote.R.gh-resolved), if it was asked
	struct pr_repo head; // branch.X.remote: where the branch is pulled from, perhaps a fork
	struct str default_branch; // refs/remotes/R/HEAD of that first remote; absent without one
	struct str merge;          // branch.X.merge, a branch
	int64_t merge_number;      // branch.X.merge, a pull or merge request of `head`
	struct pr_ref editor_pr;   // branch.X.github-pr-owner-number (VS Code); it has no host
	int64_t pull_request;      // branch.X.pullRequest (Magit Forge)
};

// `branch` absent: none of its entries. False, *out untouched: there is no readable config.
bool git_read_config(
	struct arena *a, const struct git_place *place, struct str branch, struct git_config *out);

enum git_move_kind {
	GIT_MOVE_OTHER, // and the steps of a rebase between start and finish
	GIT_MOVE_CHECKOUT,
	GIT_MOVE_COMMIT, // initial and am, too
	GIT_MOVE_AMEND,
	GIT_MOVE_RENAME,
	GIT_MOVE_RESET,
	GIT_MOVE_REBASE_START,
	GIT_MOVE_REBASE_FINISH, // or abort: HEAD is back on the branch `to`
	GIT_MOVE_MERGE,
	GIT_MOVE_PULL,
	GIT_MOVE_CLONE,
	GIT_MOVE_CHERRY_PICK,
	GIT_MOVE_REVERT,
	GIT_MOVE_BIRTH, // in a branch's own log: created from `from`
};

struct git_move {
	int64_t at_ms; // whole seconds
	enum git_move_kind kind;
	// Names as git wrote them: for a checkout what was left and what was asked for, which may
	// be a tag or remote branch; absent if it cannot be a branch (a commit's hash, HEAD~2).
	struct str from, to;
	char old_sha[GIT_SHA_BYTES], new_sha[GIT_SHA_BYTES]; // zeros: nothing before, or deleted
	int64_t pr_number; // in a commit's or merge's subject, by its forge's wording; else 0
};

// The next entry of a reflog's text. False when no whole line is left; *rest then is the torn one.
// Malformed lines are passed over. `from` and `to` are slices of the text.
bool git_next_move(struct str *rest, struct git_move *out);

#endif
