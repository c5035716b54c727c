// SPDX-License-Identifier: MIT
// Sets, lifts and removes budgets, and notes who did: the only writer of budget and budget_change.
#ifndef CCL_EDIT_BUDGET_EDIT_H
#define CCL_EDIT_BUDGET_EDIT_H

#include "budget.h"

// Replaces the one of the same scope, target and period.
MUST_USE bool budget_set(sqlite3 *db, const struct budget *b, int64_t now_ms, struct err *e);

// Those of a scope; target and period limit them further (STR_NONE, -1: any). all_scopes: all.
struct budget_which {
	bool all_scopes;
	enum budget_scope scope;
	struct str target;
	int period;
};
MUST_USE bool budget_remove(
	sqlite3 *db, const struct budget_which *which, int64_t now_ms, int *out_n, struct err *e);

// More for one session, by its full id.
MUST_USE bool budget_allow(
	sqlite3 *db, struct str session, int64_t add_pico, int64_t now_ms, struct err *e);

// All are lifted until then; 0: in force again.
MUST_USE bool budget_off(sqlite3 *db, int64_t until_ms, int64_t now_ms, struct err *e);

#endif
