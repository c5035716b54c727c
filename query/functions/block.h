// SPDX-License-Identifier: MIT
// The five-hour windows of a subscription in which there are turns: the view five_hour_block.
#ifndef CCL_QUERY_BLOCK_H
#define CCL_QUERY_BLOCK_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct block {
	int64_t start_ms, end_ms; // half-open
};

struct blocks {
	struct block *all; // by time, none overlaps another; to be freed
	size_t n, cap;
};

MUST_USE bool block_read(sqlite3 *db, struct blocks *out, struct err *e);

// The one that holds an instant, NULL: none. Every turn has one.
const struct block *block_find(const struct blocks *b, int64_t ms);

// The first begin or end of one behind an instant that is no multiple of step_ms; INT64_MAX: there
// is none.
int64_t block_next_cut_ms(const struct blocks *b, int64_t after_ms, int64_t step_ms);

#endif
