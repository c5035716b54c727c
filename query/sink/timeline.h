// SPDX-License-Identifier: MIT
// Days, hours, weeks and months as numbers, to find those between two rows.
#ifndef CCL_QUERY_TIMELINE_H
#define CCL_QUERY_TIMELINE_H

#include "value.h"

// The number of a cell's text on the line of its kind; neighbours are 1 apart, but hours, which are
// milliseconds, 3,600,000. False: the type or the text is none of these.
bool timeline_read(enum value_type type, struct str text, int64_t *out);
int64_t timeline_step(enum value_type type);
// "days"
const char *timeline_units(enum value_type type);
// The text of a number, as reports write it.
void timeline_add(struct buf *out, enum value_type type, int64_t n);

#endif
