// SPDX-License-Identifier: MIT
// What Claude Code itself says that turns have cost, for spend_read.c.
//
// Of a turn whose lines say it, that. Else its meter (cost-state) says what a model has cost in a
// session, of a fork less what its parent had: that is spread over the session's turns of the model
// in proportion to their cost at our prices, to the last pico-dollar. So what the meter counts
// beyond the turns is in it, but for models without a turn.
#ifndef CCL_QUERY_SPEND_REPORTED_H
#define CCL_QUERY_SPEND_REPORTED_H

#include <sqlite3.h>

#include "err.h"
#include "str.h"

// A turn, or (n_turns 0) a step of one.
struct reported {
	int64_t turn_id, n_turns, at_ms, origin_id, class_id, charge_id;
	int64_t prompt_id; // 0: none
	int64_t pico;
};

struct reported_list {
	struct reported *all; // to be freed
	size_t n, cap;
};

// Add the rows of the statements `told` and `metered` of spend_read.sql, which are bound.
MUST_USE bool reported_told(sqlite3_stmt *s, struct reported_list *out, struct err *e);
MUST_USE bool reported_metered(sqlite3_stmt *s, struct reported_list *out, struct err *e);

#endif
