// SPDX-License-Identifier: MIT
// Reads what a session does (struct watch of judge.h) from the ledger.
#ifndef CCL_HOOK_WATCH_H
#define CCL_HOOK_WATCH_H

#include "heed.h"
#include "judge.h"
#include "spent.h"
#include "store.h"

struct watcher {
	struct store *st;
	struct pricer pricer;
	struct rules rules;
	bool is_plan; // permission mode of the hook's payload
};

// The session as of its newest call, from the ends of the conversations that have something new.
// False with *e unset (ERR_NONE): it has no turn of its own.
bool watch_live(struct watcher *w, const struct heed_session *h, struct watch *out, struct err *e);

// P1 would speak: whether its prompt was asked in plan mode, and where the session last made
// progress, looked up in all that came since out->progress_ms, and stored.
MUST_USE bool watch_find_progress(
	struct watcher *w, int64_t session_id, struct watch *out, struct err *e);

// What is usual, from table baseline.
MUST_USE bool watch_usual(struct watcher *w, struct usual *out, struct err *e);

// A call that moves the work on if it goes well: an edit, a commit, a test.
bool watch_is_progress(struct str tool, struct str target);

// A call that may be repeated: it looks whether something is ready.
bool watch_is_poll(struct str tool, struct str target, const struct rules *r);

#endif
