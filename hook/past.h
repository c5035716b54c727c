// SPDX-License-Identifier: MIT
// A session's turns in the order of time, priced, with their calls: for what is judged afterwards.
#ifndef CCL_HOOK_PAST_H
#define CCL_HOOK_PAST_H

#include "loop.h"
#include "watch.h"

struct past_call {
	struct loop_call call;
	bool is_progress; // an edit, commit or test that went well
};

struct past_turn {
	int64_t id, at_ms, agent_id; // 0: the main loop
	int64_t prompt_ms;           // of the prompt that it answers, if a human typed it; else 0
	bool is_plan;                // asked in plan mode
	int64_t cost_pico, tok, unpriced_tok, context_tok, write_tok;
	size_t first_call, n_calls;
};

struct past {
	LIST(struct past_turn) turns;
	LIST(struct past_call) calls;
};

// Steps within a turn are left out. Zero-initialise *out, or use it again.
MUST_USE bool past_read(
	struct watcher *w, int64_t session_id, bool with_calls, struct past *out, struct err *e);
void past_free(struct past *p);

// Judges every session that has got turns since this was last done, as if its hooks had run, and
// fires what was crossed, as told. Only sessions of the last 90 days. Holds the lock for one
// session's alerts at a time. Not inside a transaction.
MUST_USE bool past_judge_all(struct store *st, struct err *e);

#endif
