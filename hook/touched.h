// SPDX-License-Identifier: MIT
// Turns that edit files of another repository than the one they were run in.
#ifndef CCL_HOOK_TOUCHED_H
#define CCL_HOOK_TOUCHED_H

#include "store.h"

struct touched {
	int64_t worktree_id, project_id; // 0: no other one, or more than one
};

// The one working tree in which all the files lie that the turn's calls edited, if it is not
// own_worktree_id. Files outside of any repository do not count.
MUST_USE bool touched_find(struct store *st, int64_t turn_id, int64_t own_worktree_id,
	struct touched *out, struct err *e);

// A call of the turn edits this file: charges the turn again if that lies in another working tree.
MUST_USE bool touched_note(
	struct store *st, int64_t turn_id, struct str tool, struct str path, struct err *e);

#endif
