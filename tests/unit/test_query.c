// SPDX-License-Identifier: MIT
// The query side without a screen: values, times, tables, formats, the report table.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "args.h"
#include "clock.h"
#include "forget.h"
#include "layout.h"
#include "ledger.h"
#include "line_at.h"
#include "report.h"
#include "sink.h"
#include "text.h"
#include "title.h"
#include "when.h"
#include "zone.h"

static void set_zone(const char *name)
{
	struct err e = {0};
	assert_true(zone_set(str_of(name), &e));
}

static void expect_human(enum value_type type, int64_t v, const char *want)
{
	struct buf b = {0};
	struct cell c = {.kind = CELL_INT, .i = v};
	value_add_human(&b, type, &c);
	assert_string_equal(buf_z(&b), want);
	buf_free(&b);
}

static void expect_machine(enum value_type type, struct cell c, const char *want)
{
	struct buf b = {0};
	value_add_machine(&b, type, &c);
	assert_string_equal(buf_z(&b), want);
	buf_free(&b);
}

static void test_usd(void **state)
{
	(void)state;
	expect_machine(
		VALUE_USD, (struct cell){.kind = CELL_INT, .i = 20050000000}, "0.020050000000");
	expect_machine(VALUE_USD, (struct cell){.kind = CELL_INT, .i = -1}, "-0.000000000001");
	expect_machine(VALUE_USD, (struct cell){.kind = CELL_INT, .i = INT64_MIN},
		"-9223372.036854775808");
	expect_human(VALUE_USD, 0, "$0.00");
	expect_human(VALUE_USD, 150000000000, "$0.15");
	expect_human(VALUE_USD, 12345670000000000, "$12,345.67");
	expect_human(VALUE_USD, 994999999999, "$0.99");
	expect_human(VALUE_USD, 995000000000, "$1.00");
	expect_human(VALUE_USD, 4300000000, "$0.0043");
	expect_human(VALUE_USD, 9960000000, "$0.01");
	expect_human(VALUE_USD, 1, "$0.000000000001");
	expect_human(VALUE_USD, -150000000000, "-$0.15");
}

static void test_tokens(void **state)
{
	(void)state;
	expect_human(VALUE_TOKENS, 999, "999");
	expect_human(VALUE_TOKENS, 1000, "1.0k");
	expect_human(VALUE_TOKENS, 999949, "999.9k");
	expect_human(VALUE_TOKENS, 999950, "1.0M");
	expect_human(VALUE_TOKENS, 1234567, "1.2M");
	expect_human(VALUE_TOKENS, 9700000000, "9.7B");
}

static void test_other_values(void **state)
{
	(void)state;
	set_zone("Europe/Berlin");
	expect_human(VALUE_SPAN, 604000, "10m 4s");
	expect_human(VALUE_SPAN, 0, "0s");
	expect_human(VALUE_SPAN, 59999, "1m 0s");
	expect_human(VALUE_SPAN, 7500000, "2h 5m");
	expect_human(VALUE_SPAN, 100000000, "1d 3h");
	expect_human(VALUE_INT, 1234567, "1,234,567");
	expect_human(VALUE_INT, -1234, "-1,234");
	expect_human(VALUE_BOOL, 1, "yes");
	expect_human(VALUE_TIME, 1792890000000, "2026-10-25 02:00");
	expect_machine(VALUE_TIME, (struct cell){.kind = CELL_INT, .i = 1792890000001},
		"2026-10-25T01:00:00.001Z");
	expect_machine(VALUE_SPAN, (struct cell){.kind = CELL_INT, .i = 604012}, "604.012");
	expect_machine(VALUE_BOOL, (struct cell){.kind = CELL_INT, .i = 0}, "false");
	expect_machine(
		VALUE_PCT, (struct cell){.kind = CELL_REAL, .r = 14.0 / 15}, "0.933333333333");
	expect_machine(VALUE_PCT, (struct cell){.kind = CELL_REAL, .r = 0.00001}, "0.00001");
	expect_machine(VALUE_PCT, (struct cell){.kind = CELL_REAL, .r = 1}, "1");
	expect_machine(VALUE_USD, (struct cell){.kind = CELL_NULL}, "");
}

static void expect_when(const char *text, const char *want)
{
	struct err e = {0};
	int64_t ms, now_ms, want_ms;
	assert_true(clock_parse_iso(STR("2026-10-25T12:00:00Z"), &now_ms));
	assert_true(clock_parse_iso(str_of(want), &want_ms));
	assert_true(when_parse(str_of(text), "--since", now_ms, &ms, &e));
	if (ms != want_ms)
		fail_msg("%s: %lld, not %s", text, (long long)ms, want);
}

static void test_when(void **state)
{
	struct err e = {0};
	int64_t ms;
	(void)state;
	set_zone("Europe/Berlin");
	expect_when("7d", "2026-10-18T12:00:00Z");
	expect_when("12h", "2026-10-25T00:00:00Z");
	expect_when("30m", "2026-10-25T11:30:00Z");
	expect_when("2w", "2026-10-11T12:00:00Z");
	expect_when("now", "2026-10-25T12:00:00Z");
	expect_when("today", "2026-10-24T22:00:00Z");
	expect_when("yesterday", "2026-10-23T22:00:00Z");
	expect_when("week", "2026-10-18T22:00:00Z");
	expect_when("month", "2026-09-30T22:00:00Z");
	expect_when("2026-10-26", "2026-10-25T23:00:00Z");
	expect_when("2026-10-25T02:30", "2026-10-25T00:30:00Z"); // the first of two
	expect_when("2026-10-25T02:30+01:00", "2026-10-25T01:30:00Z");
	expect_when("2026-10-25T02:30Z", "2026-10-25T02:30:00Z");
	expect_when("2026-03-29T02:30", "2026-03-29T01:30:00Z"); // skipped: 03:30
	expect_when("2026-03-29T03:00", "2026-03-29T01:00:00Z");
	static const char *const bad[] = {"", "d", "7", "7x", "-7d", "2026-13-01", "2026-02-30",
		"2026-10-25T25:00", "toda", "999999999d", "2026-10-25 "};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (when_parse(str_of(bad[i]), "--since", 0, &ms, &e))
			fail_msg("\"%s\" was taken for a time", bad[i]);
	assert_int_equal(e.code, ERR_USAGE);
}

static void test_zone(void **state)
{
	struct err e = {0};
	int64_t ms, want;
	(void)state;
	assert_false(zone_set(STR("Europe/Berln"), &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_false(zone_set(STR("../zoneinfo/UTC"), &e));
	assert_false(zone_set(STR(""), &e));
	// midnight of this day does not exist in Cairo: it begins at 01:00
	set_zone("Africa/Cairo");
	assert_true(clock_parse_iso(STR("2026-04-24T12:00:00Z"), &ms));
	assert_true(clock_parse_iso(STR("2026-04-23T22:00:00Z"), &want));
	assert_int_equal(zone_start_ms(ms, ZONE_DAY, 0), want);
	assert_int_equal(zone_local(want).hour, 1);
	assert_int_equal(zone_local(want - 1).hour, 23);
	// a Monday, at whatever distance
	set_zone("Asia/Kolkata");
	for (int64_t day = 0; day < 800; day++) {
		int64_t week = zone_start_ms(1790000000000 + day * 86400000, ZONE_WEEK, 0);
		assert_int_equal((zone_local(week).day_number + 3) % 7, 0);
		assert_true(week <= 1790000000000 + day * 86400000);
	}
	assert_true(clock_parse_iso(STR("2026-01-31T20:00:00Z"), &ms));
	assert_int_equal(zone_local(zone_start_ms(ms, ZONE_MONTH, 0)).month, 2);
	assert_int_equal(zone_local(zone_start_ms(ms, ZONE_MONTH, -2)).month, 12);
	set_zone("UTC");
}

static void expect_clean(const char *text, const char *want)
{
	struct buf b = {0};
	text_add_clean(&b, str_of(text));
	assert_string_equal(buf_z(&b), want);
	buf_free(&b);
}

static void test_text(void **state)
{
	struct buf b = {0};
	(void)state;
	text_init();
	expect_clean("plain \xc3\xa4", "plain \xc3\xa4");
	expect_clean("\033[31m\r\n\t\177",
		"\xe2\x90\x9b[31m\xe2\x90\x8d\xe2\x90\x8a\xe2\x90\x89\xe2\x90\xa1");
	expect_clean("\xc2\x9b"
		     "31m",
		"<U+009B>31m"); // CSI as one character
	expect_clean("a\xe2\x80\xae"
		     "b\xe2\x81\xa6\xef\xbb\xbf",
		"a<U+202E>b<U+2066><U+FEFF>");
	expect_clean("\xff\xc3\xe4\xb8", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	expect_clean("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); // a surrogate
	assert_int_equal(text_cols(STR("\xe6\x94\xaf\xe6\x89\x95")), 4);
	assert_int_equal(text_cols(STR("e\xcc\x81")), 1);
	text_add_cut(&b, STR("\xe6\x94\xaf\xe6\x89\x95\xe3\x81\x84"), 4);
	assert_string_equal(buf_z(&b), "\xe6\x94\xaf\xe2\x80\xa6"); // 2 + 1 columns
	buf_clear(&b);
	text_add_cut_path(&b, STR("/home/user/api"), 8);
	assert_string_equal(buf_z(&b), "\xe2\x80\xa6ser/api");
	buf_clear(&b);
	text_add_json(&b, STR("a\"\\\n\xe2\x80\xae\xff"));
	assert_string_equal(buf_z(&b), "\"a\\\"\\\\\\u000a\\u202e\xef\xbf\xbd\"");
	buf_free(&b);
}

static const struct report_column nasty_columns[] = {
	{.name = "name", .type = VALUE_TEXT, .about = "n"},
	{.name = "n", .type = VALUE_INT, .about = "c", .is_total = true},
};

static struct result nasty_rows(struct arena *a)
{
	static const char *const names[] = {
		"=1+1", "+x", "-x", "@x", "\tx", "\rx", "a,\"b\"", "\033]0;x\007", "p|q"};
	struct result r = {.arena = a,
		.name = STR("nasty"),
		.version = 1,
		.columns = nasty_columns,
		.n_columns = 2};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct cell *row = result_add_row(&r);
		row[0] = (struct cell){.kind = CELL_TEXT, .s = str_of(names[i])};
		row[1] = (struct cell){.kind = CELL_INT, .i = -(int64_t)i};
	}
	result_sum(&r, NULL, NULL);
	return r;
}

static void test_sinks_neutralise(void **state)
{
	static const struct sink_kind *const kinds[] = {
		&sink_table, &sink_csv, &sink_tsv, &sink_md, &sink_json};
	struct arena a = {0};
	struct result r = nasty_rows(&a);
	struct sink_frame frame = {.title = "T", .empty = "", .max_cols = 80};
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct buf b = {0};
		sink_write(kinds[i], &r, frame, &b);
		for (size_t k = 0; k < b.n; k++)
			if ((unsigned char)b.p[k] < 0x20 && b.p[k] != '\n' &&
				(b.p[k] != '\t' || kinds[i] != &sink_tsv))
				fail_msg("%s lets 0x%02x through", kinds[i]->name, b.p[k]);
		if (kinds[i] == &sink_csv) {
			static const char want[] = "name,n\n'=1+1,0\n'+x,-1\n'-x,-2\n'@x,-3\n";
			assert_memory_equal(b.p, want, sizeof want - 1);
			assert_non_null(strstr(buf_z(&b), "\n\"a,\"\"b\"\"\",-6\n"));
		}
		if (kinds[i] == &sink_md) {
			assert_non_null(strstr(buf_z(&b), "| p\\|q | -8 |"));
			assert_non_null(strstr(buf_z(&b), "| **total** | **-36** |"));
		}
		buf_free(&b);
	}
	arena_free(&a);
}

static void test_colour_only_if_asked(void **state)
{
	struct arena a = {0};
	struct buf b = {0};
	struct result r = nasty_rows(&a);
	(void)state;
	sink_write(&sink_table, &r,
		(struct sink_frame){.title = "T", .empty = "", .is_color = true}, &b);
	assert_non_null(strstr(buf_z(&b), "\033[1mT\033[0m"));
	buf_free(&b);
	arena_free(&a);
}

static void test_result(void **state)
{
	struct arena a = {0};
	struct err e = {0};
	struct result r = nasty_rows(&a);
	(void)state;
	assert_true(result_sort(&r, STR("n"), &e));
	assert_int_equal(r.rows[0][1].i, -8);
	assert_true(result_sort(&r, STR("name:desc"), &e));
	assert_string_equal(r.rows[0][0].s.p, "p|q");
	assert_false(result_sort(&r, STR("n:up"), &e));
	assert_false(result_sort(&r, STR("none"), &e));
	assert_non_null(strstr(e.text, "name, n"));
	assert_true(result_choose(&r, STR("n, name"), &e));
	assert_string_equal(r.columns[0].name, "n");
	assert_int_equal(r.totals[0].i, -36);
	assert_false(result_choose(&r, STR("n,,name"), &e));
	result_limit(&r, 2);
	assert_int_equal(r.n_rows, 2);
	assert_int_equal(r.totals[0].i, -36);
	arena_free(&a);
}

static void test_layout(void **state)
{
	static const struct report_column defs[] = {
		{.name = "id", .type = VALUE_ID},
		{.name = "title", .type = VALUE_TEXT},
		{.name = "cost", .type = VALUE_USD},
		{.name = "read", .type = VALUE_TOKENS, .is_minor = true},
		{.name = "none", .type = VALUE_INT, .is_minor = true},
	};
	struct layout_column c[] = {{&defs[0], 8, 2, false, 0, false},
		{&defs[1], 60, 5, false, 0, false}, {&defs[2], 9, 4, false, 0, false},
		{&defs[3], 6, 4, false, 0, false}, {&defs[4], 1, 4, true, 0, false}};
	(void)state;
	layout_fit(c, 5, 0);
	assert_true(c[4].is_hidden);
	assert_int_equal(layout_cols(c, 5), 8 + 60 + 9 + 6 + 3 * LAYOUT_GAP_COLS);
	layout_fit(c, 5, 80);
	assert_int_equal(layout_cols(c, 5), 80);
	assert_int_equal(c[1].cols, 51);
	layout_fit(c, 5, 40);
	assert_true(c[3].is_hidden); // minor
	assert_false(c[1].is_hidden);
	assert_int_equal(c[2].cols, 9); // numbers are not cut
	layout_fit(c, 5, 20);
	assert_true(c[1].is_hidden);
	assert_false(c[0].is_hidden || c[2].is_hidden);
}

static bool parse(struct args *out, struct err *e, const char *one, const char *two)
{
	char *argv[] = {(char *)(uintptr_t) "ccl", (char *)(uintptr_t) "days",
		(char *)(uintptr_t)one, (char *)(uintptr_t)two};
	const struct report_def *def = report_find(STR("days"));
	return args_parse(two   ? 4
			  : one ? 3
				: 2,
		argv, 2, "days", args_options_of(def), def, out, e);
}

static void test_args(void **state)
{
	struct args a;
	struct err e = {0};
	(void)state;
	assert_true(parse(&a, &e, "--since=7d", "-oday,cost"));
	assert_true(str_is(a.values[OPT_SINCE], "7d"));
	assert_true(str_is(a.values[OPT_COLUMNS], "day,cost"));
	assert_true(parse(&a, &e, "--", "--json"));
	assert_int_equal(a.n_positionals, 1);
	static const struct {
		const char *one, *two, *says;
	} bad[] = {
		{"--sinc", "7d", "did you mean --since?"},
		{"--yes", NULL, "takes no --yes"},
		{"--limit", NULL, "wants a value"},
		{"--since=", NULL, "wants a value"},
		{"--json=1", NULL, "takes no value"},
		{"--json", "--md", "one format"},
		{"-x", NULL, "unknown option"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(parse(&a, &e, bad[i].one, bad[i].two));
		assert_int_equal(e.code, ERR_USAGE);
		if (!strstr(e.text, bad[i].says))
			fail_msg("%s: %s", bad[i].one, e.text);
	}
	static const char *const names[] = {"sessions", "days"};
	assert_string_equal(args_nearest(STR("sesions"), names, 2), "sessions");
	assert_null(args_nearest(STR("budget"), names, 2));
}

// Longer than what is read at once, up to a limit.
static void test_line_at(void **state)
{
	enum { LINE = 100000, MAX = LINE + 1 };
	char path[] = "/tmp/ccl-line-XXXXXX", *text = mem_alloc(2 * LINE + 3);
	struct arena a = {0};
	int fd = mkstemp(path);
	(void)state;
	memset(text, 'a', LINE);
	text[LINE] = '\n';
	memset(text + LINE + 1, 'b', LINE + 1);
	text[2 * LINE + 2] = '\n';
	assert_true(fd >= 0 && write(fd, text, 2 * LINE + 3) == 2 * LINE + 3);
	struct str line = line_at(&a, path, 0, MAX);
	assert_true(str_eq(line, (struct str){text, LINE}));
	assert_int_equal(line_at(&a, path, LINE, MAX).n, 0);
	assert_non_null(line_at(&a, path, LINE, MAX).p);
	assert_null(line_at(&a, path, LINE + 1, MAX).p);
	assert_int_equal(line_at(&a, path, LINE + 1, MAX + 1).n, LINE + 1);
	assert_null(line_at(&a, path, 0, 100).p);
	assert_null(line_at(&a, path, 2 * LINE + 3, MAX).p);
	assert_null(line_at(&a, path, INT64_MAX, MAX).p);
	assert_null(line_at(&a, path, -1, MAX).p);
	assert_true(str_is(line_flatten(&a, STR(" a\n\t b\r\n")), "a b"));
	assert_int_equal(line_flatten(&a, STR("\n")).n, 0);
	(void)close(fd);
	(void)unlink(path);
	free(text);
	arena_free(&a);
}

static void test_title(void **state)
{
	static const char lines[] = "{\"type\":\"ai-title\",\"aiTitle\":\"a\\n b\\tc \"}\n"
				    "{\"type\":\"user\",\"summary\":\"no title\"}\n"
				    "{\"type\":\"summary\",\"summary\":\"torn";
	char path[] = "/tmp/ccl-title-XXXXXX";
	struct arena a = {0};
	int fd = mkstemp(path);
	(void)state;
	assert_true(fd >= 0 && write(fd, lines, sizeof lines - 1) == (ssize_t)sizeof lines - 1);
	assert_true(str_is(title_read(&a, path, 0), "a b c"));
	assert_null(title_read(&a, path, 1).p);
	assert_null(title_read(&a, path, 41).p); // another type
	assert_null(
		title_read(&a, path, (int64_t)(strstr(lines, "{\"type\":\"summary") - lines)).p);
	assert_null(title_read(&a, path, 100000).p);
	assert_null(title_read(&a, path, -1).p);
	assert_null(title_read(&a, "/nonexistent", 0).p);
	assert_null(title_read(&a, "/tmp", 0).p);
	(void)close(fd);
	(void)unlink(path);
	arena_free(&a);
}

// A fresh ledger in a folder of its own; CCL_LEDGER names it.
static struct str fresh_ledger(struct arena *a, sqlite3 **out)
{
	char dir[] = "/tmp/ccl-query-XXXXXX";
	struct err e = {0};
	assert_non_null(mkdtemp(dir));
	struct str path = str_of(arena_printf(a, "%s/ledger.db", dir));
	(void)setenv("CCL_LEDGER", path.p, 1);
	if (!ledger_open_write(path, 1000, out, &e))
		fail_msg("%s", e.text);
	return path;
}

static void remove_ledger(struct arena *a, struct str path)
{
	static const char *const tails[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
		(void)unlink(arena_printf(a, "%s%s", path.p, tails[i]));
	(void)rmdir(arena_printf(a, "%.*s", (int)(path.n - 10), path.p));
}

static void check_columns(sqlite3_stmt *s, const struct report_def *def)
{
	int n = sqlite3_column_count(s);
	size_t found = 0;
	for (size_t c = 0; c < def->n_columns; c++)
		for (int i = 0; i < n; i++)
			found += strcmp(sqlite3_column_name(s, i), def->columns[c].name) == 0;
	if (found != def->n_columns || (size_t)n != found)
		fail_msg("%s: %d columns are selected, %zu of %zu declared ones once", def->name, n,
			found, def->n_columns);
}

// What stands below a table or a chart, and beside the bars of one.
static void check_more(sqlite3 *db, const struct report_def *def, const struct request *req)
{
	const char *all[] = {def->footer_sql, def->chart_footer_sql, def->trend_sql};
	struct cell totals[REPORT_MAX_COLUMNS] = {0};
	struct result r = {.columns = def->columns, .n_columns = def->n_columns, .totals = totals};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct err e = {0};
		sqlite3_stmt *s = NULL;
		if (!all[i])
			continue;
		if (!report_bind(db, all[i], req, &r, &s, &e))
			fail_msg("%s: %s", def->name, e.text);
		assert_true(sqlite3_stmt_readonly(s));
		(void)sqlite3_finalize(s);
	}
}

// Every report prepares on a fresh ledger, only reads, and yields what it declares.
static void test_every_report(void **state)
{
	struct arena a = {0};
	struct err e = {0};
	sqlite3 *db;
	struct str path = fresh_ledger(&a, &db);
	size_t n = 0;
	(void)state;
	ledger_close(&db);
	assert_true(report_open(&a, &db, &e));
	for (size_t i = 0; i < n_report_defs; i++) {
		const struct report_def *def = &report_defs[i];
		struct request req = {.def = def, .until_ms = LEDGER_NO_END_MS, .by = BY_MODEL};
		struct result r;
		sqlite3_stmt *s = NULL;
		if (!def->sql)
			continue;
		if (sqlite3_prepare_v2(db, def->sql, -1, &s, NULL) != SQLITE_OK)
			fail_msg("%s: %s", def->name, sqlite3_errmsg(db));
		assert_true(sqlite3_stmt_readonly(s));
		check_columns(s, def);
		(void)sqlite3_finalize(s);
		for (size_t p = 0; p < def->n_params; p++)
			// without a rule, the SQL of all of them runs
			req.params[p] =
				str_is(str_of(def->params[p].name), "rule") ? STR_NONE : STR("1");
		check_more(db, def, &req);
		if (def->window == WINDOW_PULL_REQUEST || def->window == WINDOW_TURN ||
			def->window == WINDOW_PROMPT) {
			assert_false(report_run(db, &a, &req, &r, &e));
			assert_int_equal(e.code, ERR_NO_INPUT);
			continue;
		}
		if (!report_run(db, &a, &req, &r, &e))
			fail_msg("%s: %s", def->name, e.text);
		// a fresh ledger has prices, and nothing else
		assert_int_equal(r.n_rows > 0, strcmp(def->name, "prices") == 0);
		n++;
	}
	assert_true(n >= 12);
	ledger_close(&db);
	remove_ledger(&a, path);
	arena_free(&a);
}

// After forget no row of any table names the session or what only it used.
static void test_forget(void **state)
{
	struct arena a = {0};
	struct err e = {0};
	sqlite3 *db;
	struct str path = fresh_ledger(&a, &db);
	struct forget_count n;
	sqlite3_stmt *s = NULL;
	(void)state;
	assert_true(ledger_exec(db,
		"INSERT INTO name VALUES (1, 'secret-branch'), (2, 'kept');"
		"INSERT INTO project VALUES (1, '/p', 'p', NULL);"
		"INSERT INTO session(id, uid, kind_id) VALUES (1, 'aaa', 1), (2, 'bbb', 2);"
		"INSERT INTO session_link VALUES (1, 2), (2, 1);"
		"INSERT INTO line_copy VALUES ('u', 1, NULL), ('u', 2, NULL);"
		"INSERT INTO workdir VALUES (1, 1, '/p', 1, 'git', NULL);"
		"INSERT INTO origin(id, key_hash, session_id, workdir_id, branch_id) VALUES (1, 1, "
		"1, 1, 1);"
		"INSERT INTO model VALUES (1, 'm', 'm', 0);"
		"INSERT INTO class(id, key_hash, model_id, above_tok) VALUES (1, 1, 1, 0);"
		"INSERT INTO turn(id, key, key_hash, at_ms, origin_id, class_id, is_sidechain, "
		"is_foreign,"
		" is_output_final) VALUES (1, 'k', 1, 5, 1, 1, 0, 0, 1);"
		"INSERT INTO tool_call(key_hash, turn_id) VALUES (1, 1);"
		"INSERT INTO rollup VALUES (0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5, 5)",
		&e));
	assert_true(forget_choose(db, STR("nobody"), false, &n, &e));
	assert_int_equal(n.sessions, 0);
	assert_true(forget_choose(db, STR("aaa"), false, &n, &e));
	assert_int_equal(n.sessions, 1);
	assert_int_equal(n.turns, 1);
	if (!forget_run(db, &e))
		fail_msg("%s", e.text);
	assert_int_equal(
		sqlite3_prepare_v2(db,
			"SELECT (SELECT count(*) FROM turn) + (SELECT count(*) FROM rollup)"
			" + (SELECT count(*) FROM tool_call) + (SELECT count(*) FROM origin)"
			" + (SELECT count(*) FROM workdir) + (SELECT count(*) FROM project)"
			" + (SELECT count(*) FROM session_link)"
			" + (SELECT count(*) FROM pragma_foreign_key_check),"
			" (SELECT group_concat(text) FROM name), (SELECT count(*) FROM forgotten)",
			-1, &s, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(s, 0), 0);
	assert_string_equal((const char *)sqlite3_column_text(s, 1), "kept");
	assert_int_equal(sqlite3_column_int(s, 2), 1);
	(void)sqlite3_finalize(s);
	ledger_close(&db);
	remove_ledger(&a, path);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usd),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_other_values),
		cmocka_unit_test(test_when),
		cmocka_unit_test(test_zone),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_sinks_neutralise),
		cmocka_unit_test(test_colour_only_if_asked),
		cmocka_unit_test(test_result),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_args),
		cmocka_unit_test(test_line_at),
		cmocka_unit_test(test_title),
		cmocka_unit_test(test_every_report),
		cmocka_unit_test(test_forget),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
