// SPDX-License-Identifier: MIT
// What spend_read.c and spend_turn.c share: a reading under way.
#ifndef CCL_QUERY_SPEND_READER_H
#define CCL_QUERY_SPEND_READER_H

#include "rowset.h"
#include "spend_prompt.h"
#include "spend_rate.h"
#include "spend_read.h"

struct spend_reader {
	sqlite3 *db;
	const struct spend_filter *filter;
	struct spend_cells *out;
	struct rates rates;
	struct rowset origins;
	sqlite3_stmt *origin;   // reads some
	bool is_complete;       // an origin that is not in origins is OUTSIDE
	struct rowset cut_days; // by charge: those in which a price changes
	struct rowset charges;  // those that a branch filter leaves
	struct spend_prompts prompts;
	struct spend_turn *turns; // where calls are asked for, by id once they are all read
	size_t n_turns, cap_turns;
	size_t last_turn; // that had a call: the next call is of it, or of the next one
};

// In which cell a turn is.
struct spend_turn {
	int64_t id;
	size_t cell;
};

// Where a row stands and what it counts to.
struct spend_place {
	int64_t at_ms, origin_id, class_id, charge_id;
};

// From four columns of a row, the first of them.
struct spend_place spend_place(sqlite3_stmt *s, int first);
// An integer, or SPEND_NULL.
int64_t spend_int(sqlite3_stmt *s, int at);

// Makes a cell behind the last one, without its measures: SPEND_UNKNOWN is 1 if all output is a
// lower bound. *out_rate: NULL if the filters leave it out. It counts from spend_end_cell() on,
// which takes its measures up to SPEND_WEB_SEARCHES, SPEND_UNKNOWN, SPEND_FIRST_MS and
// SPEND_LAST_MS and may make it part of the last one.
MUST_USE bool spend_begin_cell(struct spend_reader *r, const struct spend_place *p,
	struct spend_cell **out, const struct rate **out_rate, struct err *e);
MUST_USE bool spend_end_cell(
	struct spend_reader *r, struct spend_cell *c, const struct rate *rate, struct err *e);

typedef bool spend_add_row(struct spend_reader *r, sqlite3_stmt *s, struct err *e);
// The rows of a statement of spend_read.sql that takes :first and :last, which is left out.
MUST_USE bool spend_rows(struct spend_reader *r, const char *sql, int64_t first, int64_t last,
	spend_add_row *add, struct err *e);

// Turns and their steps from first to last. Those of a short window are found by an index; where
// all of time is asked for every row is read, in the order in which they stand.
MUST_USE bool spend_turns(struct spend_reader *r, int64_t first_ms, int64_t last_ms, struct err *e);

#endif
