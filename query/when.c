// SPDX-License-Identifier: MIT
#include "when.h"

#include <string.h>

#include "clock.h"
#include "zone.h"

static bool parse_word(struct str text, int64_t now_ms, int64_t *out_ms)
{
	if (str_is(text, "now"))
		*out_ms = now_ms;
	else if (str_is(text, "today"))
		*out_ms = zone_start_ms(now_ms, ZONE_DAY, 0);
	else if (str_is(text, "yesterday"))
		*out_ms = zone_start_ms(now_ms, ZONE_DAY, -1);
	else if (str_is(text, "week"))
		*out_ms = zone_start_ms(now_ms, ZONE_WEEK, 0);
	else if (str_is(text, "month"))
		*out_ms = zone_start_ms(now_ms, ZONE_MONTH, 0);
	else
		return false;
	return true;
}

// "7d"
static bool parse_span(struct str text, int64_t *out_ms)
{
	static const struct {
		char letter;
		int64_t unit_ms;
	} units[] = {{'m', 60000}, {'h', 3600000}, {'d', 86400000}, {'w', 604800000}};
	int64_t n;
	if (text.n < 2 || !str_int((struct str){text.p, text.n - 1}, 0, 100000, &n))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (text.p[text.n - 1] == units[i].letter) {
			*out_ms = n * units[i].unit_ms;
			return true;
		}
	return false;
}

// So long before now.
static bool parse_ago(struct str text, int64_t now_ms, int64_t *out_ms)
{
	int64_t span_ms;
	if (!parse_span(text, &span_ms))
		return false;
	*out_ms = now_ms > span_ms ? now_ms - span_ms : 0;
	return true;
}

bool when_span(struct str text, const char *option, int64_t *out_ms, struct err *e)
{
	int64_t ms;
	if (!parse_span(text, &ms) || ms <= 0)
		return err_set(e, ERR_USAGE, "%s %.*s: not a time span such as 30m, 1h or 2d",
			option, STR_ARG(text));
	*out_ms = ms;
	return true;
}

static bool has_zone(struct str text)
{
	char last = text.p[text.n - 1];
	return last == 'Z' || last == 'z' ||
	       (text.n > 11 && (memchr(text.p + 11, '+', text.n - 11) ||
				       memchr(text.p + 11, '-', text.n - 11)));
}

bool when_parse(struct str text, const char *option, int64_t now_ms, int64_t *out_ms, struct err *e)
{
	int64_t ms;
	if (parse_word(text, now_ms, out_ms) || parse_ago(text, now_ms, out_ms))
		return true;
	if (!clock_parse_iso(text, &ms))
		return err_set(e, ERR_USAGE,
			"%s %.*s: not a time (2026-11-21, 2026-11-21T14:30, 7d, 12h, 30m, 2w, "
			"today, yesterday, week, month)",
			option, STR_ARG(text));
	if (text.n == 10)
		ms = zone_day_start_ms(ms / 86400000);
	else if (!has_zone(text))
		ms = zone_from_wall_ms(ms);
	*out_ms = ms < 0 ? 0 : ms;
	return true;
}
