// SPDX-License-Identifier: MIT
// Local time: the process's zone (TZ), which --timezone sets for the whole run.
#ifndef CCL_BASE_ZONE_H
#define CCL_BASE_ZONE_H

#include "err.h"
#include "str.h"

struct zone_time {
	int64_t year, day_number; // days since 1970-01-01 of the local date
	unsigned month, day, hour, minute, second;
	int offset_s; // east of UTC
};

// Makes `name` the zone of this process. ERR_USAGE unless the zoneinfo database has it: the C
// library would silently take UTC for a name with a typing error.
MUST_USE bool zone_set(struct str name, struct err *e);

struct zone_time zone_local(int64_t ms);

// The first instant of a local date; where a clock change skips midnight, the instant behind it.
int64_t zone_day_start_ms(int64_t day_number);

enum zone_unit { ZONE_DAY, ZONE_WEEK, ZONE_MONTH }; // weeks begin on Monday

// The beginning of the day, week or month that holds `ms`, n of them later (or earlier).
int64_t zone_start_ms(int64_t ms, enum zone_unit unit, int64_t n);

// The instant at which local clocks show `wall_ms` (milliseconds since 1970 if they were UTC): the
// first of two; where it is skipped, as far behind the change as it was meant to be.
int64_t zone_from_wall_ms(int64_t wall_ms);

#endif
