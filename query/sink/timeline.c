// SPDX-License-Identifier: MIT
#include "timeline.h"

#include "clock.h"
#include "sqlfn.h"

enum { HOUR_MS = 3600000, DAY_MS = 86400000, WEEK_DAYS = 7 };

int64_t timeline_step(enum value_type type)
{
	return type == VALUE_HOUR ? HOUR_MS : 1;
}

const char *timeline_units(enum value_type type)
{
	return type == VALUE_HOUR    ? "hours"
	       : type == VALUE_WEEK  ? "weeks"
	       : type == VALUE_MONTH ? "months"
				     : "days";
}

bool timeline_read(enum value_type type, struct str text, int64_t *out)
{
	int64_t ms, year, month;
	if (type == VALUE_MONTH) {
		struct str rest, first = str_split(text, '-', &rest);
		if (!str_int(first, 0, 9999, &year) || !str_int(rest, 1, 12, &month))
			return false;
		*out = year * 12 + month - 1;
		return true;
	}
	if ((type != VALUE_DAY && type != VALUE_HOUR && type != VALUE_WEEK) ||
		!clock_parse_iso(text, &ms))
		return false;
	*out = type == VALUE_HOUR ? ms : type == VALUE_DAY ? ms / DAY_MS : ms / DAY_MS / WEEK_DAYS;
	return true;
}

void timeline_add(struct buf *out, enum value_type type, int64_t n)
{
	// the epoch was a Thursday
	enum { FIRST_MONDAY = 4 };
	int64_t year;
	unsigned month, day;
	if (type == VALUE_HOUR) {
		char z[LOCAL_TEXT_BYTES];
		local_text_format(n, LOCAL_HOUR, z);
		buf_addz(out, z);
	} else if (type == VALUE_MONTH) {
		buf_printf(out, "%04lld-%02lld", (long long)(n / 12), (long long)(n % 12 + 1));
	} else {
		clock_civil_from_days(
			type == VALUE_WEEK ? n * WEEK_DAYS + FIRST_MONDAY : n, &year, &month, &day);
		buf_printf(out, "%04lld-%02u-%02u", (long long)year, month, day);
	}
}
