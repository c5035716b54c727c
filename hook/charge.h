// SPDX-License-Identifier: MIT
// What each turn is charged to: a branch, how it is known, and its pull request, or the reason why
// there is none. Decided as a turn is stored, and again when later evidence says otherwise: what
// that may change is put on a list (charge_due) in the transaction that brings the evidence.
#ifndef CCL_HOOK_CHARGE_H
#define CCL_HOOK_CHARGE_H

#include "store.h"

struct turn;

// The charge of a turn by its place, time and prompt (t->owner, t->prompt_id, t->id): its row id.
MUST_USE bool charge_find(struct store *st, const struct turn *t, int64_t *out, struct err *e);

// The repository and branch that a hint was seen in.
MUST_USE bool charge_place_hint(struct store *st, int64_t hint_id, struct err *e);

// A pull request was merged, closed or opened again: the branches that have it.
MUST_USE bool charge_renew_pr(struct store *st, int64_t project_id, int64_t number, struct err *e);

// New evidence of the branch's pull request: its claims, and what follows from them.
MUST_USE bool charge_renew_claim(
	struct store *st, int64_t project_id, int64_t branch_id, struct err *e);

// Puts turns on the list: those of a working tree; on a branch; of a session. 0: any.
MUST_USE bool charge_due_worktree(
	struct store *st, int64_t worktree_id, int64_t since_ms, struct err *e);
MUST_USE bool charge_due(struct store *st, int64_t project_id, int64_t branch_id,
	int64_t session_id, int64_t since_ms, struct err *e);

// And those of agents that worked on it in a tree of their own, whose money goes to the branch that
// sent them until their own has a pull request.
MUST_USE bool charge_due_agents(
	struct store *st, int64_t project_id, int64_t branch_id, struct err *e);

// Charges again what is due, inside the caller's transaction, until about max_turns were looked at.
// *out_is_done: nothing is left.
MUST_USE bool charge_settle(struct store *st, size_t max_turns, bool *out_is_done, struct err *e);

// All that is due, in short transactions of its own. The caller's catalog survives only success.
MUST_USE bool charge_run(struct store *st, struct err *e);

// Reads what git has to say of every working tree that the ledger knows and that is still there.
MUST_USE bool charge_look_around(struct store *st, struct err *e);

// For claim.c: decisions remembered for this batch are void.
void charge_forget(struct store *st);

#endif
