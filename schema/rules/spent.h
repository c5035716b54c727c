// SPDX-License-Identifier: MIT
// What something has cost so far, for those who may take a millisecond: no views, sums of few rows,
// priced by class_rate. Agents are included everywhere.
#ifndef CCL_RULES_SPENT_H
#define CCL_RULES_SPENT_H

#include <sqlite3.h>

#include "err.h"
#include "str.h"

struct spent {
	int64_t cost_pico;  // of what has a price
	int64_t agent_pico; // that part of it which subagents spent; only by spent_stretch
	int64_t turns;
	int64_t tok, unpriced_tok; // of all kinds
	int64_t write_tok, read_tok;
};

// Token counts of one class at one time.
struct spent_tok {
	int64_t class_id, at_ms;
	int64_t turns, input, output, write_5m, write_1h, read, searches;
};

struct spent_rate {
	int64_t class_id, from_ms, until_ms;
	int64_t input, output, write_5m, write_1h, read, search; // pico-USD each
};

// Rates that were looked up, and statements. Zero-initialise, set db.
struct pricer {
	sqlite3 *db;
	sqlite3_stmt *find_rate, *turns, *rollup, *state;
	struct spent_rate *rates;
	size_t n_rates, cap_rates;
	int64_t *classes; // whose rates were looked up
	size_t n_classes, cap_classes;
};
void pricer_close(struct pricer *p); // for AUTO(); db stays the caller's

// Adds it to *sum.
MUST_USE bool spent_add(
	struct pricer *p, const struct spent_tok *tok, struct spent *sum, struct err *e);

// Adds every row of a statement that is bound already: class_id, at_ms, turns, input, output,
// 5-minute and 1-hour writes, reads, searches. Finalises it.
MUST_USE bool spent_add_rows(struct pricer *p, sqlite3_stmt *s, struct spent *sum, struct err *e);

// All of a session (its row id).
MUST_USE bool spent_session(struct pricer *p, int64_t session_id, struct spent *out, struct err *e);

// Of a session, or of all (0), from since_ms to before until_ms.
MUST_USE bool spent_stretch(struct pricer *p, int64_t session_id, int64_t since_ms,
	int64_t until_ms, struct spent *out, struct err *e);

// What counts for a pull request: by its repository (a row id of name) and number, however sure but
// for guesses below 60.
MUST_USE bool spent_pr(
	struct pricer *p, int64_t repo_id, int64_t number, struct spent *out, struct err *e);

// A branch, by its name, in all repositories that have one of that name.
MUST_USE bool spent_branch(struct pricer *p, struct str branch, struct spent *out, struct err *e);

// What ccl-hook keeps for a budget of all, of a project or branch. False without an error
// (ERR_NONE): it has nothing for the period that holds now_ms.
bool spent_state(
	struct pricer *p, int64_t budget_id, int64_t now_ms, struct spent *out, struct err *e);

#endif
