// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "udiff.h"

// As printed by `diff -u`, without the times.
static const struct {
	const char *old, *new, *diff;
} table[] = {
	{"a\nb\n", "a\nb\n", ""},
	{"", "", ""},
	{"", "a\n", "--- o\n+++ n\n@@ -0,0 +1 @@\n+a\n"},
	{"a\n", "", "--- o\n+++ n\n@@ -1 +0,0 @@\n-a\n"},
	{"a", "b",
		"--- o\n+++ n\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at "
		"end of file\n"},
	{"a\nb", "a\nb\n",
		"--- o\n+++ n\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nX\n6\n7\n8\n9\n",
		"--- o\n+++ n\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n", "0\n1\n2\n3\n4\n5\n6\n7\n",
		"--- o\n+++ n\n@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -5,4 +6,3 @@\n 5\n 6\n 7\n-8\n"},
	{"1\n2\n3\n4\n5\n6\n", "X\n2\n3\n4\n5\nY\n",
		"--- o\n+++ n\n@@ -1,6 +1,6 @@\n-1\n+X\n 2\n 3\n 4\n 5\n-6\n+Y\n"},
	{"a\nb\nc\n", "a\nx\nb\nc\ny\n", "--- o\n+++ n\n@@ -1,3 +1,5 @@\n a\n+x\n b\n c\n+y\n"},
};

static void it_is_a_unified_diff(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct buf out = {0};
		udiff_write(&out, STR("o"), str_of(table[i].old), STR("n"), str_of(table[i].new));
		assert_string_equal(buf_z(&out), table[i].diff);
		buf_free(&out);
	}
}

// Too many lines to compare each with each: then one block, which is right if not short.
static void large_texts_end(void **state)
{
	(void)state;
	struct buf a = {0}, b = {0}, out = {0};
	for (int i = 0; i < 4000; i++) {
		if (i == 2000) {
			buf_addz(&a, "same\n");
			buf_addz(&b, "same\n");
		}
		buf_printf(&a, "a%d\n", i);
		buf_printf(&b, "b%d\n", i);
	}
	udiff_write(&out, STR("o"), buf_str(&a), STR("n"), buf_str(&b));
	assert_true(str_starts(buf_str(&out), "--- o\n+++ n\n@@ -1,4001 +1,4001 @@\n-a0\n-a1\n"));
	assert_true(str_has(buf_str(&out), "\n-same\n"));
	assert_true(str_ends(buf_str(&out), "+b3998\n+b3999\n"));
	buf_free(&a);
	buf_free(&b);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_a_unified_diff),
		cmocka_unit_test(large_texts_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
