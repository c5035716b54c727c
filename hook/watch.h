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
	struct table kinds; // struct call_kind, in arena
	struct arena arena;
	bool is_plan; // permission mode of the hook's payload
};

// The session as of its newest call, from the ends of the conversations that have something new.
// False with *e unset (ERR_NONE): there is nothing new of its own.
bool watch_live(struct watcher *w, const struct heed_session *h, struct watch *out, struct err *e);

// P1 would speak: whether its prompt was asked in plan mode, and where the session last made
// progress, looked up in all that came since out->progress_ms, and stored.
MUST_USE bool watch_find_progress(
	struct watcher *w, int64_t session_id, struct watch *out, struct err *e);

// What is usual, from table baseline.
MUST_USE bool watch_usual(struct watcher *w, struct usual *out, struct err *e);

// What a tool and its target (row ids of name) say of a call.
struct call_kind {
	int64_t name_id, target_id;
	bool is_poll;     // may be repeated: it looks whether something is ready
	bool is_progress; // moves the work on, if it goes well: an edit, a commit, a test
};
MUST_USE bool watch_kind(struct watcher *w, int64_t name_id, int64_t target_id,
	const struct call_kind **out, struct err *e);

void watch_close(struct watcher *w); // the store stays the caller's

#endif
