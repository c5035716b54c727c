// SPDX-License-Identifier: MIT
// Prices of classes, for spend_read.c.
#ifndef CCL_QUERY_SPEND_RATE_H
#define CCL_QUERY_SPEND_RATE_H

#include <sqlite3.h>

#include "err.h"
#include "str.h"

enum { RATE_N = 6 };

// Of a class within a time: pico-USD per token, in the order of the columns from SPEND_INPUT on.
struct rate {
	int64_t class_id, from_ms, until_ms, model_id;
	bool is_priced;
	int64_t rates[RATE_N];
};

struct rates {
	struct rate *all; // by class, then time
	size_t n, cap;
};

// Takes the rows of the statement `rate` of spend_read.sql. False: SQLite failed.
MUST_USE bool rates_read(struct rates *r, sqlite3_stmt *s);
void rates_free(struct rates *r);

// NULL: a class that the filters leave out.
const struct rate *rates_find(const struct rates *r, int64_t class_id, int64_t at_ms);

#endif
