// SPDX-License-Identifier: MIT
// Times are milliseconds since 1970-01-01 UTC in an int64_t named *_ms.
#ifndef CCL_BASE_CLOCK_H
#define CCL_BASE_CLOCK_H

#include "str.h"

enum { CLOCK_ISO_BYTES = 25 }; // "2026-11-21T22:55:30.123Z" and the NUL

int64_t clock_now_ms(void);  // CCL_NOW (ISO, UTC) if set, else the system's clock
int64_t clock_mono_ms(void); // for measuring how long something took
void clock_sleep_ms(int ms);

// ISO 8601: a date, or date and time with optional seconds, fraction and zone (Z or +hh:mm; none
// means UTC). False for anything else, and for years outside 1970..9999.
bool clock_parse_iso(struct str s, int64_t *out_ms);
// "2026-11-21T22:55:30.123Z"
void clock_format_iso(int64_t ms, char out[static CLOCK_ISO_BYTES]);

// Days since 1970-01-01 of a civil date, and back (proleptic Gregorian).
int64_t clock_days_from_civil(int64_t year, unsigned month, unsigned day);
void clock_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);

#endif
