// SPDX-License-Identifier: MIT
#include "clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MS_PER_DAY = 86400000 };

int64_t clock_now_ms(void)
{
	const char *z = getenv("CCL_NOW");
	int64_t ms;
	if (z && *z && clock_parse_iso(str_of(z), &ms))
		return ms;
	struct timespec t;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_mono_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void clock_sleep_ms(int ms)
{
	struct timespec t = {ms / 1000, (ms % 1000) * 1000000L};
	(void)nanosleep(&t, NULL);
}

// Howard Hinnant's civil-day arithmetic (public domain description, chrono-Compatible Low-Level
// Date Algorithms).
int64_t clock_days_from_civil(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * ((int64_t)m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

void clock_civil_from_days(int64_t z, int64_t *year, unsigned *month, unsigned *day)
{
	z += 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

// Reads exactly n digits at *p.
static bool digits(const char **p, const char *end, int n, int *out)
{
	int v = 0;
	if (end - *p < n)
		return false;
	for (int i = 0; i < n; i++) {
		char c = (*p)[i];
		if (c < '0' || c > '9')
			return false;
		v = v * 10 + (c - '0');
	}
	*p += n;
	*out = v;
	return true;
}

static bool literal(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return false;
	(*p)++;
	return true;
}

// "Z", "+hh:mm", "+hhmm" or nothing; the offset east of UTC in minutes.
static bool zone(const char **p, const char *end, int *out_min)
{
	*out_min = 0;
	if (*p == end || literal(p, end, 'Z') || literal(p, end, 'z'))
		return true;
	int sign = **p == '-' ? -1 : 1, h, m = 0;
	if (!literal(p, end, '+') && !literal(p, end, '-'))
		return false;
	if (!digits(p, end, 2, &h))
		return false;
	(void)literal(p, end, ':');
	if (*p != end && !digits(p, end, 2, &m))
		return false;
	*out_min = sign * (h * 60 + m);
	return h <= 23 && m <= 59;
}

static bool time_of_day(const char **p, const char *end, int64_t *out_ms)
{
	int h, mi, s = 0, frac = 0;
	if (!digits(p, end, 2, &h) || !literal(p, end, ':') || !digits(p, end, 2, &mi))
		return false;
	if (literal(p, end, ':')) {
		if (!digits(p, end, 2, &s))
			return false;
		if (literal(p, end, '.')) {
			int n = 0;
			for (; *p != end && **p >= '0' && **p <= '9'; (*p)++, n++)
				if (n < 3)
					frac = frac * 10 + (**p - '0');
			if (n == 0)
				return false;
			for (; n < 3; n++)
				frac *= 10;
		}
	}
	if (h > 23 || mi > 59 || s > 60)
		return false;
	*out_ms = ((h * 60 + mi) * 60 + s) * INT64_C(1000) + frac;
	return true;
}

static unsigned days_in_month(int y, int m)
{
	static const unsigned char n[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return m == 2 && is_leap ? 29 : n[m - 1];
}

bool clock_parse_iso(struct str t, int64_t *out_ms)
{
	if (!t.p)
		return false;
	const char *p = t.p, *end = t.p + t.n;
	int y, m, d, zone_min = 0;
	int64_t tod_ms = 0;
	if (!digits(&p, end, 4, &y) || !literal(&p, end, '-') || !digits(&p, end, 2, &m) ||
		!literal(&p, end, '-') || !digits(&p, end, 2, &d))
		return false;
	if (y < 1970 || m < 1 || m > 12 || d < 1 || (unsigned)d > days_in_month(y, m))
		return false;
	if (p != end) {
		if (!literal(&p, end, 'T') && !literal(&p, end, ' '))
			return false;
		if (!time_of_day(&p, end, &tod_ms) || !zone(&p, end, &zone_min) || p != end)
			return false;
	}
	*out_ms = clock_days_from_civil(y, (unsigned)m, (unsigned)d) * MS_PER_DAY + tod_ms -
		  zone_min * INT64_C(60000);
	return true;
}

static void set_digits(char *z, int n, unsigned v)
{
	while (n-- > 0) {
		z[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

void clock_format_iso(int64_t ms, char out[static CLOCK_ISO_BYTES])
{
	int64_t days = ms >= 0 ? ms / MS_PER_DAY : -((-ms + MS_PER_DAY - 1) / MS_PER_DAY);
	int64_t rest = ms - days * MS_PER_DAY, y;
	unsigned m, d;
	clock_civil_from_days(days, &y, &m, &d);
	// by hand: reports print many
	memcpy(out, "0000-00-00T00:00:00.000Z", CLOCK_ISO_BYTES);
	set_digits(out, 4, (unsigned)y % 10000u);
	set_digits(out + 5, 2, m);
	set_digits(out + 8, 2, d);
	set_digits(out + 11, 2, (unsigned)(rest / 3600000));
	set_digits(out + 14, 2, (unsigned)(rest / 60000 % 60));
	set_digits(out + 17, 2, (unsigned)(rest / 1000 % 60));
	set_digits(out + 20, 3, (unsigned)(rest % 1000));
}
