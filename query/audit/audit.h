// SPDX-License-Identifier: MIT
// Claude Code's own total of a session beside ours, and what the difference is made of:
//
//   session_audit(session)   session, session_id, model, source, turns, reported, and the money of
//                            each enum audit_kind, by its name
//
// One row for each session (or the one whose full id is given) and model that either side has; of
// the sessions that only a result names, session_id is NULL. model is normalised; NULL: what the
// total says of no model. turns: all that the session owns, by the model that answered. source is
// NULL, and so are the others, where Claude Code left no total.
//
// Of all that Claude Code has told of a session the highest total counts: its meter only grows. The
// kinds are computed from counts of tokens and the client's own rates (client_price.h), the total
// is what it said: so what they leave of the difference is unexplained indeed.
#ifndef CCL_QUERY_AUDIT_H
#define CCL_QUERY_AUDIT_H

#include <sqlite3.h>

#include "arena.h"
#include "err.h"

enum audit_source { AUDIT_NONE, AUDIT_METER, AUDIT_RESULT, AUDIT_STATUS, AUDIT_BAD };

enum audit_kind {
	AUDIT_COMPACTION,    // calls that wrote the summary of a compaction
	AUDIT_TITLE,         // calls that made a title
	AUDIT_INNER,         // inner calls of WebSearch, WebFetch, prompt and agent hooks, ...
	AUDIT_FORK,          // the parent's total, which a fork's begins with
	AUDIT_INTERRUPTED,   // an answer that was cut off: its estimate, less what the turn says
	AUDIT_UNWRITTEN,     // output that clients 2.1.8 to 2.1.60 never wrote into the transcript
	AUDIT_OTHER_PROCESS, // less: turns of another process, which the total does not hold
	AUDIT_UNSEEN,        // turns of a session that left no transcript
	AUDIT_RATES,         // the client's rates for the turns, less ours
	AUDIT_N_KINDS,
};

struct audit_row {
	struct str session, model; // model STR_NONE: none
	int64_t session_id;        // -1: a session that is not in the ledger
	enum audit_source source;
	int64_t turns;
	int64_t reported, kinds[AUDIT_N_KINDS]; // pico-USD
};

// `session` STR_NONE: all. In the arena; to be freed: *out.
MUST_USE bool audit_read(sqlite3 *db, struct arena *a, struct str session, struct audit_row **out,
	size_t *out_n, struct err *e);

// session_audit, and audit_why(source, turns, own_turns, difference, kinds ...): the difference in
// one sentence.
MUST_USE bool audit_register(sqlite3 *db, struct err *e);

#endif
