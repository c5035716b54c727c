// SPDX-License-Identifier: MIT
// Cells of spend_read.h added up.
#ifndef CCL_QUERY_SPEND_CELL_H
#define CCL_QUERY_SPEND_CELL_H

#include "rowset.h"
#include "spend_read.h"

// Adds the measures of one cell (from SPEND_TURNS on) to another's; false: a sum is too large.
MUST_USE bool spend_add(int64_t *to, const int64_t *from);

// Whether they differ in nothing but their instant, turn and measures.
bool spend_is_like(const struct spend_cell *a, const struct spend_cell *b);

// A tool call of the turn. bytes of its result, or SPEND_NULL; of equal ones the smaller name
// counts.
void spend_add_call(struct spend_cell *c, int64_t name_id, int64_t result_bytes);

#endif
