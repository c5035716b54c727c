// SPDX-License-Identifier: MIT
// Which rule saves which turn's money.
#ifndef CCL_QUERY_TIP_CLAIM_H
#define CCL_QUERY_TIP_CLAIM_H

#include "arena.h"
#include "err.h"

struct tip_claim {
	int64_t turn_id;
	size_t subject;
	int64_t saving_pico;
};

// The claims of one rule. Its memory is the caller's.
struct tip_claims {
	struct tip_claim *all;
	size_t n, cap;
	int64_t *savings_pico; // out: of each of n_subjects
	size_t n_subjects;
	int64_t total_pico; // out
};

// Each turn goes to one rule and one subject of it. ERR_FORMAT: a sum is too large.
MUST_USE bool tip_claim_settle(struct tip_claims *rules, size_t n, struct err *e);

#endif
