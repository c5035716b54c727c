// SPDX-License-Identifier: MIT
#include "sqlfn.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "clock.h"
#include "ledger.h"
#include "model.h"
#include "plan.h"
#include "title.h"
#include "value.h"
#include "zone.h"

int local_text_format(int64_t ms, enum local_unit unit, char z[static LOCAL_TEXT_BYTES])
{
	enum { SIZE = LOCAL_TEXT_BYTES };
	int n;
	struct zone_time t = zone_local(ms);
	if (unit == LOCAL_WEEK)
		clock_civil_from_days(
			t.day_number - (t.day_number + 3) % 7, &t.year, &t.month, &t.day);
	if (unit == LOCAL_MONTH)
		n = snprintf(z, SIZE, "%04lld-%02u", (long long)t.year, t.month);
	else
		n = snprintf(z, SIZE, "%04lld-%02u-%02u", (long long)t.year, t.month, t.day);
	if (unit == LOCAL_HOUR) {
		int minutes = (t.offset_s < 0 ? -t.offset_s : t.offset_s) / 60;
		n += snprintf(z + n, (size_t)(SIZE - n), "T%02u:00:00%c%02d:%02d", t.hour,
			t.offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
	}
	return n;
}

void sqlfn_local_text(sqlite3_context *ctx, int64_t ms, enum local_unit unit)
{
	char z[LOCAL_TEXT_BYTES];
	int n = local_text_format(ms, unit, z);
	sqlite3_result_text(ctx, z, n, SQLITE_TRANSIENT);
}

static void local_text(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_INTEGER)
		sqlfn_local_text(ctx, sqlite3_value_int64(argv[0]),
			*(const enum local_unit *)sqlite3_user_data(ctx));
}

static void local_day_number(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_INTEGER)
		sqlite3_result_int64(ctx, zone_local(sqlite3_value_int64(argv[0])).day_number);
}

static void local_start(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	const char *unit = (const char *)sqlite3_value_text(argv[1]);
	if (sqlite3_value_type(argv[0]) != SQLITE_INTEGER || !unit)
		return;
	enum zone_unit u = *unit == 'w' ? ZONE_WEEK : *unit == 'm' ? ZONE_MONTH : ZONE_DAY;
	sqlite3_result_int64(
		ctx, zone_start_ms(sqlite3_value_int64(argv[0]), u, sqlite3_value_int64(argv[2])));
}

static void result_str(sqlite3_context *ctx, struct str s)
{
	if (s.p)
		sqlite3_result_text(ctx, s.p, (int)s.n, SQLITE_TRANSIENT);
}

static struct str value_str(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);
	return p ? (struct str){p, (size_t)sqlite3_value_bytes(v)} : STR_NONE;
}

static void model_priced_as(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct arena *a = sqlite3_user_data(ctx);
	(void)argc;
	result_str(ctx, model_normalise(a, value_str(argv[0])));
	arena_reset(a);
}

static void usd_short(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct buf b = {0};
	(void)argc;
	value_add_human(
		&b, VALUE_USD, &(struct cell){.kind = CELL_INT, .i = sqlite3_value_int64(argv[0])});
	result_str(ctx, buf_str(&b));
	buf_free(&b);
}

static void price_of_plan(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	int64_t pico;
	(void)argc;
	if (plan_price(value_str(argv[0]), &pico))
		sqlite3_result_int64(ctx, pico);
}

static void transcript_title(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct arena *a = sqlite3_user_data(ctx);
	const char *path = (const char *)sqlite3_value_text(argv[0]);
	(void)argc;
	if (!path || sqlite3_value_type(argv[1]) != SQLITE_INTEGER)
		return;
	struct str title = title_read(a, path, sqlite3_value_int64(argv[1]));
	result_str(ctx, title.n ? title : STR_NONE);
	arena_reset(a);
}

bool sqlfn_register(sqlite3 *db, struct err *e)
{
	static const enum local_unit units[] = {LOCAL_HOUR, LOCAL_DAY, LOCAL_WEEK, LOCAL_MONTH};
	static struct arena scratch; // of one call each; lives as long as the process
	static const struct {
		const char *name;
		int n_args;
		const void *data;
		void (*call)(sqlite3_context *, int, sqlite3_value **);
		int flags;
	} functions[] = {
		{"local_hour", 1, &units[0], local_text, SQLITE_INNOCUOUS},
		{"local_day", 1, &units[1], local_text, SQLITE_INNOCUOUS},
		{"local_week", 1, &units[2], local_text, SQLITE_INNOCUOUS},
		{"local_month", 1, &units[3], local_text, SQLITE_INNOCUOUS},
		{"local_day_number", 1, NULL, local_day_number, SQLITE_INNOCUOUS},
		{"local_start", 3, NULL, local_start, SQLITE_INNOCUOUS},
		{"usd_short", 1, NULL, usd_short, SQLITE_INNOCUOUS},
		{"plan_price", 1, NULL, price_of_plan, SQLITE_INNOCUOUS},
		{"model_priced_as", 1, &scratch, model_priced_as, SQLITE_INNOCUOUS},
		// reads files: what a ledger's own views say must not reach it
		{"transcript_title", 2, &scratch, transcript_title, SQLITE_DIRECTONLY},
	};
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (sqlite3_create_function_v2(db, functions[i].name, functions[i].n_args,
			    SQLITE_UTF8 | SQLITE_DETERMINISTIC | functions[i].flags,
			    (void *)(uintptr_t)functions[i].data, functions[i].call, NULL, NULL,
			    NULL) != SQLITE_OK)
			return ledger_fail(db, "registering functions", e);
	return true;
}
