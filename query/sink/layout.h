// SPDX-License-Identifier: MIT
// How wide the columns of a table are, and which of them there is no room for.
#ifndef CCL_QUERY_LAYOUT_H
#define CCL_QUERY_LAYOUT_H

#include "arena.h"
#include "report_def.h"

enum { LAYOUT_GAP_COLS = 2 };

struct layout_column {
	const struct report_column *def;
	size_t need_cols; // the widest cell
	size_t head_cols; // the longest word of its name
	bool is_blank;    // nothing but 0 and NULL in it
	size_t cols;      // out: what it gets
	bool is_hidden;   // out
};

// Sets cols and is_hidden so that the table is at most max_cols wide (0: no limit), if it can be:
// texts are cut, the widest first; then minor columns go, sums before others and
// the last first; then other texts. Numbers
// are never cut, and the first column stays. Blank minor columns always go, and so do
// blank alerts, which otherwise always stay.
void layout_fit(struct layout_column *columns, size_t n, size_t max_cols);

// It is left out when it is blank.
bool layout_goes_blank(const struct layout_column *c);

size_t layout_cols(const struct layout_column *columns, size_t n); // of the whole table

#endif
