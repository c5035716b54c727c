// SPDX-License-Identifier: MIT
#include "zone.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

enum { MS_PER_DAY = 86400000, MS_PER_HOUR = 3600000, MS_PER_QUARTER = 900000 };

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int read_offset(int64_t ms)
{
	time_t t = (time_t)floor_div(ms, 1000);
	struct tm tm;
	return localtime_r(&t, &tm) ? (int)tm.tm_gmtoff : 0;
}

// Since 1972 zones change their clocks at quarter hours only, and rows come in order of time.
static int offset_s(int64_t ms)
{
	static int64_t quarter = INT64_MIN;
	static int offset;
	int64_t q = floor_div(ms, MS_PER_QUARTER);
	if (q != quarter) {
		offset = read_offset(ms);
		quarter = q;
	}
	return offset;
}

static bool is_zone_file(const char *dir, struct str name)
{
	char path[512], magic[4];
	int n = snprintf(path, sizeof path, "%s/%.*s", dir, STR_ARG(name));
	if (n < 0 || (size_t)n >= sizeof path)
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	bool ok = read(fd, magic, sizeof magic) == 4 && memcmp(magic, "TZif", 4) == 0;
	(void)close(fd);
	return ok;
}

static bool is_zone_name(struct str name)
{
	if (!name.n || name.n > 64 || name.p[0] == '/' || str_has(name, ".."))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/",
			    name.p[i]))
			return false;
	return true;
}

bool zone_set(struct str name, struct err *e)
{
	const char *dirs[] = {getenv("TZDIR"), "/usr/share/zoneinfo", "/usr/lib/zoneinfo",
		"/usr/share/lib/zoneinfo", "/etc/zoneinfo"};
	bool is_known = str_is(name, "UTC");
	for (size_t i = 0; !is_known && i < sizeof dirs / sizeof *dirs; i++)
		is_known = dirs[i] && is_zone_name(name) && is_zone_file(dirs[i], name);
	if (!is_known)
		return err_set(e, ERR_USAGE,
			"--timezone %.*s: no such zone in the zoneinfo database (a name is like "
			"Europe/Berlin or UTC)",
			STR_ARG(name));
	char z[65];
	(void)snprintf(z, sizeof z, "%.*s", STR_ARG(name));
	(void)setenv("TZ", z, 1);
	tzset();
	return true;
}

struct zone_time zone_local(int64_t ms)
{
	struct zone_time t = {.offset_s = offset_s(ms)};
	int64_t wall_ms = ms + t.offset_s * INT64_C(1000);
	t.day_number = floor_div(wall_ms, MS_PER_DAY);
	int64_t rest_s = (wall_ms - t.day_number * MS_PER_DAY) / 1000;
	clock_civil_from_days(t.day_number, &t.year, &t.month, &t.day);
	t.hour = (unsigned)(rest_s / 3600);
	t.minute = (unsigned)(rest_s / 60 % 60);
	t.second = (unsigned)(rest_s % 60);
	return t;
}

int64_t zone_day_start_ms(int64_t day_number)
{
	// Zones lie between 12 hours west and 14 hours east of UTC.
	int64_t low_s = day_number * 86400 - 15 * 3600, high_s = day_number * 86400 + 13 * 3600;
	while (high_s - low_s > 1) {
		int64_t middle_s = low_s + (high_s - low_s) / 2;
		int64_t wall_s = middle_s + read_offset(middle_s * 1000);
		if (floor_div(wall_s, 86400) >= day_number)
			high_s = middle_s;
		else
			low_s = middle_s;
	}
	return high_s * 1000;
}

static int64_t month_start_day(const struct zone_time *t, int64_t n)
{
	int64_t months = t->year * 12 + t->month - 1 + n;
	int64_t year = floor_div(months, 12);
	return clock_days_from_civil(year, (unsigned)(months - year * 12) + 1, 1);
}

int64_t zone_start_ms(int64_t ms, enum zone_unit unit, int64_t n)
{
	struct zone_time t = zone_local(ms);
	// 1970-01-01 was a Thursday
	int64_t weekday = t.day_number + 3 - floor_div(t.day_number + 3, 7) * 7;
	switch (unit) {
	case ZONE_DAY: return zone_day_start_ms(t.day_number + n);
	case ZONE_WEEK: return zone_day_start_ms(t.day_number - weekday + n * 7);
	case ZONE_MONTH: return zone_day_start_ms(month_start_day(&t, n));
	}
	return 0;
}

int64_t zone_from_wall_ms(int64_t wall_ms)
{
	int64_t before_ms =
		wall_ms - read_offset(wall_ms - 26 * (int64_t)MS_PER_HOUR) * INT64_C(1000);
	int64_t after_ms =
		wall_ms - read_offset(wall_ms + 26 * (int64_t)MS_PER_HOUR) * INT64_C(1000);
	bool is_before = before_ms + read_offset(before_ms) * INT64_C(1000) == wall_ms;
	bool is_after = after_ms + read_offset(after_ms) * INT64_C(1000) == wall_ms;
	if (is_before && is_after)
		return before_ms < after_ms ? before_ms : after_ms;
	return is_after ? after_ms : before_ms;
}
