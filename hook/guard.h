// SPDX-License-Identifier: MIT
// Budgets and runaway rules, applied to what an ingest found: levels that are crossed are fired
// (alarm.h), and a hook is given its answer. Everything fails open: what cannot be read stops
// nobody.
#ifndef CCL_HOOK_GUARD_H
#define CCL_HOOK_GUARD_H

#include "alarm.h"
#include "budget.h"
#include "heed.h"
#include "payload.h"
#include "watch.h"

// What the budgets say to a session.
struct guard_reading {
	struct str session; // STR_NONE: not read yet
	struct budget_place place;
	struct budget_reading *budgets;
	size_t n;
};

struct guard {
	struct watcher watcher;
	struct arena arena;
	struct budgets budgets;
	struct guard_reading reading;
	int64_t now_ms;
	bool is_lifted; // CCL_BUDGET=off, or `ccl budget off`
	bool has_fired; // since it was opened
};

// Reads the settings and budgets. Guard off: *out_is_on is false, nothing else is to be called but
// guard_close.
MUST_USE bool guard_open(struct guard *g, struct store *st, bool *out_is_on, struct err *e);
void guard_close(struct guard *g);

// Judges what is new, and fires. Inside a transaction.
MUST_USE bool guard_look(struct guard *g, const struct heed *heed, struct err *e);

// What a hook says.
struct guard_answer {
	struct buf message; // for the user; empty: nothing
	struct buf block;   // why the prompt or the call is refused; empty: it is not
	bool is_end_only;   // end the run, but deny nothing
	enum rule_level worst;
};

// Takes what this session is to be told, once. Inside a transaction.
MUST_USE bool guard_tell(
	struct guard *g, struct str session, struct guard_answer *out, struct err *e);

// Is a limit used up that is enforced? Calls that save work pass three times: inside a transaction.
MUST_USE bool guard_enforce(
	struct guard *g, const struct payload *p, struct guard_answer *out, struct err *e);

// Some budget is enforced.
bool guard_is_strict(const struct guard *g);

#endif
