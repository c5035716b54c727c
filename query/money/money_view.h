// SPDX-License-Identifier: MIT
// How a report says money: whether a subscription makes it API-equivalent, and in which currency.
#ifndef CCL_QUERY_MONEY_VIEW_H
#define CCL_QUERY_MONEY_VIEW_H

#include <sqlite3.h>

#include "args.h"
#include "sink.h"

// --currency and --rate, before anything is read. ERR_USAGE: they do not fit each other, or the
// format, which is in USD for programs.
MUST_USE bool money_view_check(const struct args *args, struct err *e);

// Puts into *frame what is to be said of money, if a column has some, and sets the currency that
// value_add_human writes. From then on: before the report is run.
MUST_USE bool money_view_apply(sqlite3 *db, struct arena *a, const struct args *args,
	const struct report_def *def, struct sink_frame *frame, struct err *e);

#endif
