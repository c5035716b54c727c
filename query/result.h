// SPDX-License-Identifier: MIT
// Rows in memory, and what every report can have done to them: sorted, cut, some columns only.
#ifndef CCL_QUERY_RESULT_H
#define CCL_QUERY_RESULT_H

#include "arena.h"
#include "err.h"
#include "value.h"

struct result {
	struct arena *arena; // owns everything below
	struct str name;     // of the report
	int version;
	const struct report_column *columns;
	size_t n_columns;
	const struct cell **rows; // n_columns cells each
	size_t n_rows, cap_rows;
	struct cell
		*totals;   // n_columns cells, NULL where a column has none; NULL: no totals at all
	bool is_total_row; // the totals are one of the rows
};

// A new row of NULLs.
struct cell *result_add_row(struct result *r);

// Sums of the total columns, and the ratios of such sums, over the rows where `key` (if not NULL)
// says `value`. If that is one row, the totals are all of it but the key.
void result_sum(struct result *r, const char *key, const char *value);

// "cost:desc"; ties stay in the order they had.
MUST_USE bool result_sort(struct result *r, struct str spec, struct err *e);
// The column that such an order goes by, or NULL.
const struct report_column *result_sort_column(const struct result *r, struct str spec);
// "day,cost": these columns, in this order.
MUST_USE bool result_choose(struct result *r, struct str spec, struct err *e);
void result_limit(struct result *r, size_t n);
// One more column behind the others, with texts[i] in row i; in the arena.
void result_add_column(
	struct result *r, const struct report_column *column, const struct str *texts);
// Without the columns that `keep` refuses.
void result_drop(struct result *r, bool (*keep)(const struct report_column *));
// Without the columns of what rows are not split by (enum report_by).
void result_keep_by(struct result *r, unsigned by);

#endif
