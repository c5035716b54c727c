// SPDX-License-Identifier: MIT
// One session while it is audited: its models, on both sides.
#ifndef CCL_QUERY_AUDIT_SESSION_H
#define CCL_QUERY_AUDIT_SESSION_H

#include "audit.h"
#include "client_price.h"

// Turns of one session that one price holds for, or one turn of it.
struct audit_part {
	int64_t session_id, turns, counts[METER_N_COUNTS], last_ms;
	int64_t ours;    // pico-USD; 0: no price
	int64_t unknown; // turns that were cut off, or have no final output; of one: its characters
	size_t answered; // model, a place in audit_session.lines
	size_t asked;    // the client prices by this one
	int64_t rates[METER_N_COUNTS], client; // the client's, and what they make
	int64_t version;
	bool is_lower_bound,
		is_special; // is_special: a large prompt, fast or US: not at the plain rates
};

struct audit_line {
	struct str model; // normalised; STR_NONE: of no model
	bool is_used;     // of this session
	bool has_turns, is_lower_bound, is_special, is_unsplit;
	int64_t turns;
	int64_t counts[METER_N_COUNTS]; // what the total has beyond what is explained so far
	int64_t reported, client;
	int64_t kinds[AUDIT_N_KINDS];
};

struct audit_session {
	struct audit_line *lines; // by model, all that were met; the first is of no model
	size_t n_lines, cap_lines;
	struct arena names;
	enum audit_source source;
	int64_t version; // the newest of its turns; CLIENT_NEWEST: none
	int64_t turns, last_ms, status_ms, compactions;
	bool is_titled, is_linked; // is_linked: other sessions hold messages of it
	bool has_unknown;          // a turn was cut off, or has no final output
	bool has_counts;           // of tokens; else the total is one figure (the status line's)
};

// The place of a model by any of its names.
size_t audit_model(struct audit_session *s, struct str name);
// Forgets one session, keeps the models.
void audit_begin(struct audit_session *s);
void audit_add_own(struct audit_session *s, const struct audit_part *p);
// A line of the meter or of a result; false: not to be believed.
MUST_USE bool audit_add_total(struct audit_session *s, struct arena *scratch, struct str line);
// What a fork's total begins with: a line of its parent, if the total can hold it, or turns.
MUST_USE bool audit_take_fork(struct audit_session *s, struct arena *scratch, struct str line);
void audit_take_fork_turns(struct audit_session *s, const struct audit_part *p);
void audit_take_aborted(struct audit_session *s, const struct audit_part *p);
// What is left, by kind.
void audit_settle(struct audit_session *s);

#endif
