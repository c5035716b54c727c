// SPDX-License-Identifier: MIT
// What Claude Code's own meter counted in a session beyond its turns (titles, compaction, inner
// calls):
//
//   session_beyond(session_id)   turns, unattributed
//
// One row for a session that has a meter. turns: all that it owns. unattributed: pico-USD; the
// counts of the meter, by model, less those of its turns, and of a fork less those of the session
// that it was forked from in the same process, at our prices of the day of its last turn. NULL
// where the meter counted less than the turns say, where a model has no price, or where the sum
// cannot be believed (a model above 10,000 USD): then it is unknown, not nothing.
#ifndef CCL_QUERY_BEYOND_H
#define CCL_QUERY_BEYOND_H

#include "meter.h"
#include "rowset.h"

#include <sqlite3.h>

#include "err.h"

struct beyond_price {
	size_t model;
	int64_t from_ms, until_ms, rates[METER_N_COUNTS];
};

// What a session, or one turn of it, owns of one model.
struct beyond_own {
	int64_t session_id;
	size_t model;
	int64_t counts[METER_N_COUNTS], turns, last_ms;
};

struct beyond_balance {
	bool is_used, is_cost_bad;
	int64_t counts[METER_N_COUNTS], cost_pico;
};

// Zero-initialise, set db, and give it back with beyond_free.
struct beyond {
	sqlite3 *db;
	sqlite3_stmt *meter, *parent, *own;
	struct arena names, scratch;
	struct str *models; // all names met so far: elsewhere a model is its place here
	size_t n_models, cap_models;
	struct beyond_balance *balance; // of one session, by model
	size_t cap_balance;
	struct beyond_price *prices;
	size_t n_prices, cap_prices;
	struct beyond_own *all; // by session, once many sessions were asked for
	size_t n_all, cap_all;
	size_t n_asked;
	int64_t *starts; // of the processes of one session
	size_t n_starts, cap_starts;
};

struct beyond_sum {
	bool has_meter, is_known;
	int64_t turns, unattributed;
};

// What the meters of a session, of a fork less its parent's, say that each model has cost.
MUST_USE bool beyond_meters(struct beyond *b, int64_t session_id, struct err *e);
// After that: of one model, by priced_as, else its name. -1: they do not say it.
int64_t beyond_cost(struct beyond *b, struct str model);

MUST_USE bool beyond_of(
	struct beyond *b, int64_t session_id, struct beyond_sum *out, struct err *e);
void beyond_free(struct beyond *b);

MUST_USE bool beyond_register(sqlite3 *db, struct err *e);

#endif
