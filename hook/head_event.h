// SPDX-License-Identifier: MIT
// What happened to HEAD of a working tree, in order of time, for head.c.
#ifndef CCL_HOOK_HEAD_EVENT_H
#define CCL_HOOK_HEAD_EVENT_H

#include "worktree.h"

enum event_kind {
	EVENT_CHECKOUT,
	EVENT_RENAME,
	EVENT_REBASE_START,
	EVENT_REBASE_FINISH,
	EVENT_COMMIT, // whatever puts work of one's own on the branch
	EVENT_SEEN,   // HEAD as a hook found it
};

struct event {
	enum event_kind kind;
	int64_t at_ms, from_id, to_id;
	bool is_detached, is_birth; // birth: `to` began with this checkout, from what was left
	struct str sha;             // of HEAD behind it
	int64_t branch_id;          // checked out behind it; set as it is applied
};

struct head_events { // p is to be freed
	struct event *p;
	size_t n, cap;
};

// Switches and commits of the reflog, to the millisecond where a Bash call tells, and HEAD as hooks
// found it, from the second of since_ms on. branch_id is not set. After false *out is to be freed,
// too.
MUST_USE bool head_events_load(struct store *st, const struct worktree *t, int64_t since_ms,
	struct head_events *out, struct err *e);

#endif
