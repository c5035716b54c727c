// SPDX-License-Identifier: MIT
// A column of small graphs: what each row of a report cost on each of the last 30 days.
#ifndef CCL_QUERY_TREND_H
#define CCL_QUERY_TREND_H

#include "report.h"

enum { TREND_DAYS = 30 };

// Adds the column `trend` to the result of report_run(). The report's trend_sql has a row for each
// row of the report and day: the columns that tell the report's rows apart, under their names,
// `day` (0 to 29, today) and `cost`.
MUST_USE bool trend_add(
	sqlite3 *db, const struct request *req, bool is_utf8, struct result *r, struct err *e);

// A character for each value, by its part of the greatest; blank for 0. values: n of them.
void trend_add_graph(struct buf *out, const int64_t *values, size_t n, bool is_utf8);

#endif
