// SPDX-License-Identifier: MIT
// Which branch a working tree had checked out at any time: head_span, from the entries of its
// reflog, what hooks found in HEAD, and the Bash calls that switched branches.
//
// A reflog knows the second of a switch, not the millisecond. If a Bash call of that second ran the
// switch, turns up to that call still count for the branch that was left.
#ifndef CCL_HOOK_HEAD_H
#define CCL_HOOK_HEAD_H

#include "worktree.h"

struct head {
	int64_t branch_id;          // 0: detached, or not known
	int64_t carry_id;           // the branch that was then created from this one; 0: none
	const char *source;         // as head_span.source; "unknown" if nothing was seen
	int64_t since_ms, until_ms; // until: INT64_MAX: so far
	int64_t before_id;          // the branch until since_ms; 0: none
};

MUST_USE bool head_at(
	struct store *st, int64_t worktree_id, int64_t at_ms, struct head *out, struct err *e);

// Decides again what follows from evidence of first_ms or later: four hours before it (for work
// that is carried to a branch created later) and all behind it. Turns and hints that this changes
// become due (charge_due).
MUST_USE bool head_update(
	struct store *st, const struct worktree *t, int64_t first_ms, struct err *e);

// A Bash call that switches branches was seen: if the reflog has a switch of its second, when that
// was is known better now.
MUST_USE bool head_note_switch(struct store *st, int64_t workdir_id, int64_t at_ms, struct err *e);

#endif
