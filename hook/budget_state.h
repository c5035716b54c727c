// SPDX-License-Identifier: MIT
// Writes table budget_state: tokens of the current period of each budget of all, of a project or a
// branch, so that a hook need not sum up a month.
#ifndef CCL_HOOK_BUDGET_STATE_H
#define CCL_HOOK_BUDGET_STATE_H

#include "budget.h"
#include "store.h"

// A change of the roll-up, on its way there. Signed counts.
struct budget_change {
	int64_t quarter, origin_id, class_id, charge_id;
	int64_t turns, input, output, write_5m, write_1h, read, searches;
};
MUST_USE bool budget_state_change(struct store *st, const struct budget_change *c, struct err *e);

// Sums up the period that holds now_ms from the roll-up. Inside a transaction.
MUST_USE bool budget_state_make(
	struct store *st, const struct budget *b, int64_t now_ms, struct err *e);

// What projects hold has changed: theirs are made anew when somebody looks.
MUST_USE bool budget_state_drop_projects(struct store *st, struct err *e);

#endif
