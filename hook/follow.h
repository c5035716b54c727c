// SPDX-License-Identifier: MIT
// The detached child: the last lines of a turn often reach the file 10 to 107 ms after Stop fires,
// and what a hook could not do in its time is done here, without Claude Code waiting.
#ifndef CCL_HOOK_FOLLOW_H
#define CCL_HOOK_FOLLOW_H

#include "err.h"
#include "str.h"

struct follow_job {
	struct str ledger;
	const struct str *paths; // the one whose end matters first
	size_t n_paths;
	struct str prompt;         // of the payload
	bool is_stop, must_follow; // wait up to 1 s for the end of the answer
	bool has_alert;            // somebody is to be notified
	bool is_shown;             // a terminal shows it already
	struct str
		catch_up; // STR_NONE, or a transcript: read all that is new in its projects folder
};

// Starts a child in a session of its own, with stdio closed, and returns at once.
void follow_detached(const struct follow_job *job);

// The write-ahead log has grown beyond what every open should have to read.
bool follow_wants_checkpoint(struct str ledger);

#endif
