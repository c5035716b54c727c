// SPDX-License-Identifier: MIT
// SQL functions that reports use. NULL in, NULL out.
//
//   local_hour(ms) local_day(ms) local_week(ms) local_month(ms)   text, in the process's zone
//   local_day_number(ms)            days since 1970 of the local date
//   local_start(ms, unit, n)        where the n-th 'day', 'week' or 'month' from that of ms begins
//   usd_short(pico)                 money as people read it
//   plan_price(plan)                pico-USD a month; api: 0
//   model_priced_as(name)           the id that a price is looked up by
//   transcript_title(path, offset)  title.h; not in views
#ifndef CCL_QUERY_SQLFN_H
#define CCL_QUERY_SQLFN_H

#include <sqlite3.h>

#include "err.h"
#include "str.h"

enum local_unit { LOCAL_HOUR, LOCAL_DAY, LOCAL_WEEK, LOCAL_MONTH };

enum { LOCAL_TEXT_BYTES = 48 };

// In the process's zone, as the functions write it; returns its length.
int local_text_format(int64_t ms, enum local_unit unit, char out[static LOCAL_TEXT_BYTES]);
// What the function of that name results in.
void sqlfn_local_text(sqlite3_context *ctx, int64_t ms, enum local_unit unit);

MUST_USE bool sqlfn_register(sqlite3 *db, struct err *e);

#endif
