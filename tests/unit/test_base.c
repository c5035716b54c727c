// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "arena.h"
#include "buf.h"
#include "clock.h"
#include "decimal.h"
#include "hash.h"
#include "path.h"

static void iso_times_round_trip(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{ "1970-01-01", 0 },
		{ "2026-11-21T22:55:30.123Z", 1795301730123 },
		{ "2026-11-21T22:55:30.123456Z", 1795301730123 },
		{ "2026-11-21 22:55", 1795301700000 },
		{ "2026-11-21T23:55:30.1+01:00", 1795301730100 },
		{ "2024-02-29", 1709164800000 },
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t ms = -1;
		assert_true(clock_parse_iso(str_of(good[i].text), &ms));
		assert_int_equal(ms, good[i].ms);
	}
	static const char *bad[] = { "", "2026", "2026-13-01", "2026-02-29", "2026-11-21T", "1969-12-31",
		"2026-11-21T25:00", "2026-11-21T10:00:00.Z", "2026-11-21T10:00Zx", "2026-00-10" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms;
		assert_false(clock_parse_iso(str_of(bad[i]), &ms));
	}
	char out[CLOCK_ISO_BYTES];
	clock_format_iso(1795301730123, out);
	assert_string_equal(out, "2026-11-21T22:55:30.123Z");
}

static void paths_are_compared_by_component(void **state)
{
	(void)state;
	struct arena a = { 0 };
	assert_true(path_is_inside(STR("/a/b"), STR("/a")));
	assert_true(path_is_inside(STR("/a"), STR("/a")));
	assert_false(path_is_inside(STR("/ab"), STR("/a")));
	assert_true(str_is(path_base(STR("/a/b.c/")), "b.c"));
	assert_true(str_is(path_dir(STR("/a/b")), "/a"));
	assert_true(str_is(path_dir(STR("/a")), "/"));
	assert_true(str_is(path_clean(&a, STR("/a//b/./c/../d/")), "/a/b/d"));
	assert_true(str_is(path_clean(&a, STR("/../..")), "/"));
	assert_true(str_is(path_join(&a, STR("/a/"), STR("b")), "/a/b"));
	arena_free(&a);
}

static void hashes_are_those_of_the_paper(void **state)
{
	(void)state;
	struct hash_key key = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };
	char in[15];
	for (int i = 0; i < 15; i++)
		in[i] = (char)i;
	assert_true(hash_sip(key, (struct str){ in, 15 }) == UINT64_C(0xa129ca6149be45e5));
}

static void integers_fill_the_whole_slice(void **state)
{
	(void)state;
	int64_t v;
	assert_true(str_int(STR("10000000"), 0, 10000000, &v) && v == 10000000);
	assert_false(str_int(STR("10000001"), 0, 10000000, &v));
	assert_false(str_int(STR("1.0"), 0, 10, &v));
	assert_false(str_int(STR(""), 0, 10, &v));
	assert_true(str_int(STR("-3"), -5, 10, &v) && v == -3);
	assert_false(str_int(STR("99999999999999999999"), 0, INT64_MAX, &v));
}

static void decimals_are_exact(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int digits;
		enum decimal what;
		int64_t value;
	} rows[] = {
		{ "3", 6, DECIMAL_EXACT, 3000000 },
		{ "0.50", 6, DECIMAL_EXACT, 500000 },
		{ ".5", 0, DECIMAL_ROUNDED, 1 },
		{ "0.4999999999999999999999999999999999999999999999", 0, DECIMAL_ROUNDED, 0 },
		{ "5.", 2, DECIMAL_EXACT, 500 },
		{ "3e-06", 12, DECIMAL_EXACT, 3000000 },
		{ "3.75E-6", 12, DECIMAL_EXACT, 3750000 },
		{ "1.5e+3", 0, DECIMAL_EXACT, 1500 },
		{ "0.43431299999999995", 12, DECIMAL_ROUNDED, 434313000000 },
		{ "0.0000000000005", 12, DECIMAL_ROUNDED, 1 },
		{ "0.00000000000049", 12, DECIMAL_ROUNDED, 0 },
		{ "0.00000000000005", 12, DECIMAL_ROUNDED, 0 },
		{ "1e-300", 12, DECIMAL_ROUNDED, 0 },
		{ "000", 18, DECIMAL_EXACT, 0 },
		{ "0e999", 18, DECIMAL_EXACT, 0 },
		{ "00012.340000000000000000000000000000000000000000000000000", 2, DECIMAL_EXACT, 1234 },
		{ "9.95", 1, DECIMAL_ROUNDED, 100 },
		{ "99999999999999999", 0, DECIMAL_EXACT, 99999999999999999 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t v = -1;
		assert_int_equal(decimal_parse(str_of(rows[i].text), rows[i].digits, INT64_MAX, &v), rows[i].what);
		assert_int_equal(v, rows[i].value);
	}
	static const char *bad[] = { "", ".", "-1", "+1", "1,5", "1.2.3", "1e", "1e+", "e5", "0x10", "NaN", "1 ",
		"1e1001", "1e19", "123456789012345678901", "1e-", "1e--1" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t v = -1;
		assert_int_equal(decimal_parse(str_of(bad[i]), 0, INT64_MAX, &v), DECIMAL_BAD);
		assert_int_equal(v, -1);
	}
	int64_t v;
	assert_int_equal(decimal_parse(STR("1000.000001"), 6, 1000000000, &v), DECIMAL_BAD);
	assert_int_equal(decimal_parse(STR("1000"), 6, 1000000000, &v), DECIMAL_EXACT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iso_times_round_trip),
		cmocka_unit_test(paths_are_compared_by_component),
		cmocka_unit_test(hashes_are_those_of_the_paper),
		cmocka_unit_test(integers_fill_the_whole_slice),
		cmocka_unit_test(decimals_are_exact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
