// SPDX-License-Identifier: MIT
// The pull request of a branch, in stretches of time: claim, from schema/rules/pr_evidence.sql.
//
// A branch may be used again after its pull request was merged or closed: an instance of it ends
// then, half an hour later for the clean-up, or when the branch is created anew, or when another
// pull request is opened from it. The default branch has none but, in a fork, what was committed
// just before one was opened from it.
#ifndef CCL_HOOK_CLAIM_H
#define CCL_HOOK_CLAIM_H

#include "store.h"

struct claim {
	int64_t repo_id, number; // 0: none
	char role[8], source[16];
	int64_t confidence; // 0: no claim
};

// What work on the branch at that time belongs to.
MUST_USE bool claim_at(struct store *st, int64_t project_id, int64_t branch_id, int64_t at_ms,
	struct claim *out, struct err *e);

// Decides the branch's claims again; *out_has_changed: its turns are to be charged again.
MUST_USE bool claim_update(struct store *st, int64_t project_id, int64_t branch_id,
	bool *out_has_changed, struct err *e);

// Whether the branch is the default one of the project's repository.
MUST_USE bool claim_is_default(
	struct store *st, int64_t project_id, int64_t branch_id, bool *out, struct err *e);

#endif
