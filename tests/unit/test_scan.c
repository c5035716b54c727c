// SPDX-License-Identifier: MIT
// The scanner by itself. What it says of arbitrary texts is compared with Python's json in
// scan_differential.py; here stand the cases that must never be lost from such a random sample.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "scan_grammar.h"
#include "scan_walk.h"

static void check_text(struct str text, const char *want)
{
	struct arena a = {0};
	struct buf walk = {0};
	struct guarded g = guard(text);
	bool is_ok = walk_text(&a, g.text, &walk);
	if (want ? !is_ok || strcmp(buf_z(&walk), want) != 0 : is_ok)
		fail_msg("%.*s: %s %s, wanted %s", STR_ARG(text), is_ok ? "taken as" : "refused",
			is_ok ? buf_z(&walk) : "", want ? want : "to be refused");
	if (skips_text(g.text) != is_ok)
		fail_msg("%.*s: skipping it gives another answer than walking", STR_ARG(text));
	unguard(&g);
	buf_free(&walk);
	arena_free(&a);
}

static void grammar_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof grammar / sizeof *grammar; i++)
		check_text(grammar[i].text, grammar[i].walk);
}

// Every beginning of a good text is a bad one, and reading it stays within its bytes.
static void every_prefix(void **state)
{
	struct str text =
		STR("{\"a "
		    "b\":[1.5e-3,true,false,null,{\"\\u00e9\\n\":\"x\\ud83d\\ude00\xe2\x82\xac\"}],"
		    "\"c\":{\"d\":\"0123456789abcdef0123456789abcdef\"}}");
	(void)state;
	for (size_t n = 0; n < text.n; n++)
		check_text((struct str){text.p, n}, NULL);
	struct arena a = {0};
	struct buf walk = {0};
	assert_true(walk_text(&a, text, &walk));
	buf_free(&walk);
	arena_free(&a);
}

// What the 16-byte steps must not miss: each byte that ends a run, at each place of strings of each
// length around two steps, at each alignment, with the string's end as the end of readable memory.
static void special_byte_at(size_t length, size_t place, unsigned char special, size_t before)
{
	char text[96];
	size_t n = before;
	memset(text, ' ', before);
	text[n++] = '"';
	memset(text + n, 'x', length);
	text[n + place] = (char)special;
	n += length;
	text[n++] = '"';
	struct guarded g = guard((struct str){text, n});
	struct scan s = scan_begin(g.text);
	struct str raw = STR_NONE;
	bool is_ok = scan_string(&s, &raw);
	if (special == '"') {
		assert_true(is_ok);
		assert_int_equal(raw.n, place);
	} else if (special == '\\') { // \x, or \" at the end
		assert_false(is_ok);
		assert_ptr_equal(s.bad_at, g.text.p + before + 1);
	} else if (special < 0x20) {
		assert_false(is_ok);
	} else {
		assert_true(is_ok);
		assert_int_equal(raw.n, length);
		assert_true(scan_at_end(&s));
	}
	unguard(&g);
}

static void string_of_each_length(void **state)
{
	static const unsigned char specials[] = {'"', '\\', 0x00, 0x01, 0x0a, 0x1f, 0x20, 0x21,
		0x5b, 0x5d, 0x7f, 0x80, 0x9f, 0xa2, 0xdc, 0xff};
	(void)state;
	for (size_t length = 1; length <= 40; length++)
		for (size_t place = 0; place < length; place++)
			for (size_t i = 0; i < sizeof specials; i++)
				special_byte_at(length, place, specials[i], length % 17);
}

// Strings of each length that end where readable memory ends, without their closing quote.
static void open_string_of_each_length(void **state)
{
	char text[48];
	(void)state;
	memset(text, 'x', sizeof text);
	text[0] = '"';
	for (size_t length = 0; length <= 40; length++) {
		struct guarded g = guard((struct str){text, length + 1});
		struct scan s = scan_begin(g.text);
		struct str raw;
		assert_false(scan_string(&s, &raw));
		assert_true(s.is_bad);
		unguard(&g);
	}
}

static void escape_across_each_boundary(void **state)
{
	static const struct str escapes[] = {TEXT("\\n"), TEXT("\\u20ac"), TEXT("\\ud83d\\ude00"),
		TEXT("\xe2\x82\xac"), TEXT("\xff")};
	static const char *decoded[] = {
		"\n", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xe2\x82\xac", "\xef\xbf\xbd"};
	(void)state;
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
		for (size_t before = 0; before <= 40; before++) {
			struct arena a = {0};
			struct buf b = {0}, want = {0};
			buf_printf(&b, "%.*s", (int)before,
				"0123456789012345678901234567890123456789");
			buf_add(&want, buf_str(&b));
			buf_add(&b, escapes[i]);
			buf_addz(&want, decoded[i]);
			struct guarded g = guard(buf_str(&b));
			struct str s = scan_decode(&a, g.text, 4096);
			assert_int_equal(s.n, want.n);
			assert_memory_equal(s.p, want.p, s.n);
			unguard(&g);
			buf_free(&b);
			buf_free(&want);
			arena_free(&a);
		}
	}
}

// Cut to a limit, within a character never; plain texts are not copied.
static void decoding_is_cut(void **state)
{
	struct arena a = {0};
	struct str raw = STR("ab\\u20ac\xf0\x9f\x98\x80\\ud83d\\ude00z");
	struct str full = scan_decode(&a, raw, 100);
	(void)state;
	assert_int_equal(full.n, 2 + 3 + 4 + 4 + 1);
	static const size_t lengths[] = {0, 1, 2, 2, 2, 5, 5, 5, 5, 9, 9, 9, 9, 13, 14, 14};
	for (size_t max = 0; max < sizeof lengths / sizeof *lengths; max++) {
		struct str s = scan_decode(&a, raw, max);
		assert_int_equal(s.n, lengths[max]);
		assert_memory_equal(s.p, full.p, s.n);
	}
	struct str plain = STR("plain text of more than sixteen bytes");
	assert_ptr_equal(scan_decode(&a, plain, 100).p, plain.p);
	assert_int_equal(scan_decode(&a, plain, 100).n, plain.n);
	assert_int_equal(scan_decode(&a, plain, 5).n, 5);
	assert_int_equal(scan_decode(&a, STR_NONE, 5).n, 0);
	// a broken byte grows to three, at the limit and behind it
	assert_int_equal(scan_decode(&a, STR("\xff\xff\xff"), 8).n, 6);
	assert_int_equal(scan_decode(&a, STR("\xff\xff\xff"), 9).n, 9);
	arena_free(&a);
}

static void each_reader_skips_other_types(void **state)
{
	static const char *values[] = {"{\"k\":[1]}", "[{},2]", "\"s\"", "-1.5", "true", "null"};
	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct str raw = STR("old");
		bool b = true;
		char text[64];
		int n = snprintf(
			text, sizeof text, "[%s,%s,%s,7]", values[i], values[i], values[i]);
		struct scan s = scan_begin((struct str){text, (size_t)n});
		struct scan_list list = {0};
		assert_true(scan_item(&s, &list));
		assert_int_equal(scan_string(&s, &raw), i == 2);
		assert_true(scan_item(&s, &list));
		assert_int_equal(scan_number(&s, &raw), i == 3);
		assert_true(scan_item(&s, &list));
		assert_int_equal(scan_bool(&s, &b), i == 4);
		assert_true(scan_item(&s, &list));
		assert_true(scan_number(&s, &raw));
		assert_true(str_is(raw, "7"));
		assert_false(scan_item(&s, &list));
		assert_false(scan_item(&s, &list));
		assert_true(scan_at_end(&s));
	}
}

// A list of another type is one value; its members are not handed out.
static void lists_of_other_types(void **state)
{
	struct scan s = scan_begin(STR("[[1],{\"a\":2},3]"));
	struct scan_list outer = {0}, object = {0}, array = {0}, none = {0};
	struct str key;
	(void)state;
	assert_true(scan_item(&s, &outer));
	assert_false(scan_key(&s, &object, &key));
	assert_true(scan_item(&s, &outer));
	assert_false(scan_item(&s, &array));
	assert_true(scan_item(&s, &outer));
	assert_false(scan_key(&s, &none, &key));
	assert_false(scan_item(&s, &outer));
	assert_true(scan_at_end(&s));
}

static void first_error_sticks(void **state)
{
	struct str text = STR("[1,2,x,4]"), raw;
	struct scan s = scan_begin(text);
	struct scan_list list = {0};
	int n = 0;
	(void)state;
	while (scan_item(&s, &list))
		n += scan_number(&s, &raw);
	assert_int_equal(n, 2);
	assert_true(s.is_bad);
	assert_ptr_equal(s.bad_at, text.p + 5);
	assert_int_equal(scan_peek(&s), SCAN_NONE);
	assert_false(scan_string(&s, &raw));
	assert_false(scan_at_end(&s));
	assert_null(scan_skip(&s).p);
	assert_ptr_equal(s.bad_at, text.p + 5);
}

static void skip_gives_the_bytes(void **state)
{
	struct scan s = scan_begin(STR(" [ {\"a\": [1, \"]\"]} , \"x\\\"y\" ] "));
	struct scan_list list = {0};
	(void)state;
	assert_true(scan_item(&s, &list));
	assert_true(str_is(scan_skip(&s), "{\"a\": [1, \"]\"]}"));
	assert_true(scan_item(&s, &list));
	assert_true(str_is(scan_skip(&s), "\"x\\\"y\""));
	assert_false(scan_item(&s, &list));
	assert_true(scan_at_end(&s));
}

// `depth` brackets around `inner`: objects, arrays or both in turn.
static void nest(struct buf *b, size_t depth, const char *kinds, const char *inner)
{
	size_t n = strlen(kinds);
	buf_clear(b);
	for (size_t i = 0; i < depth; i++)
		buf_addz(b, kinds[i % n] == '{' ? "{\"k\":" : "[");
	buf_addz(b, inner);
	for (size_t i = depth; i-- > 0;)
		buf_addc(b, kinds[i % n] == '{' ? '}' : ']');
}

static void nesting(void **state)
{
	static const size_t depths[] = {1, 63, 64, 65, 1022, 1023, 1024, 1025, 1026, 2048, 100000};
	static const char *kinds[] = {"{", "[", "{[", "[{{"};
	struct buf b = {0};
	(void)state;
	for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
		for (size_t k = 0; k < 4; k++) {
			nest(&b, depths[i], kinds[k], "\"]}\\\"\"");
			struct guarded g = guard(buf_str(&b));
			assert_true(skips_text(g.text));
			unguard(&g);
			g = guard((struct str){b.p, b.n - 1}); // the last bracket is missing
			assert_false(skips_text(g.text));
			unguard(&g);
			buf_addc(&b, ']');
			assert_false(skips_text(buf_str(&b)));
			nest(&b, depths[i], kinds[k], "\"\\\"");
			assert_false(skips_text(buf_str(&b)));
		}
		nest(&b, depths[i], "[",
			"[},]"); // grammar is checked to this depth, brackets below it
		assert_int_equal(skips_text(buf_str(&b)), false);
	}
	// exactly: an error in the innermost of 1024 levels is seen
	nest(&b, SCAN_MAX_DEPTH, "[", "1,");
	assert_false(skips_text(buf_str(&b)));
	nest(&b, SCAN_MAX_DEPTH, "{", "1,");
	assert_false(skips_text(buf_str(&b)));
	nest(&b, SCAN_MAX_DEPTH - 1, "{[", "[1,2}");
	assert_false(skips_text(buf_str(&b)));
	buf_free(&b);
}

// A value behind a deep one is read all the same.
static void going_on_behind_deep_values(void **state)
{
	struct buf deep = {0}, b = {0};
	(void)state;
	for (size_t depth = SCAN_MAX_DEPTH - 2; depth < SCAN_MAX_DEPTH + 3; depth++) {
		nest(&deep, depth, "[{", "{}");
		buf_clear(&b);
		buf_printf(&b, "{\"a\":%s,\"b\":[%s,", buf_z(&deep), buf_z(&deep));
		buf_printf(&b, "%s],\"c\":5}", buf_z(&deep));
		struct scan s = scan_begin(buf_str(&b));
		struct scan_list list = {0};
		struct str key, value = STR_NONE;
		while (scan_key(&s, &list, &key))
			if (str_is(key, "c"))
				assert_true(scan_number(&s, &value));
			else
				(void)scan_skip(&s);
		assert_true(str_is(value, "5"));
		assert_true(scan_at_end(&s));
	}
	buf_free(&deep);
	buf_free(&b);
}

static void huge_numbers(void **state)
{
	struct buf b = {0};
	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_addc(&b, '9');
	struct scan s = scan_begin(buf_str(&b));
	struct str raw;
	assert_true(scan_number(&s, &raw));
	assert_int_equal(raw.n, 100000);
	int64_t v = 5;
	assert_false(str_int(raw, 0, INT64_MAX, &v));
	assert_int_equal(v, 5);
	buf_free(&b);
}

static void a_text_that_is_absent(void **state)
{
	struct scan s = scan_begin(STR_NONE);
	struct scan_list list = {0};
	struct str key;
	(void)state;
	assert_int_equal(scan_peek(&s), SCAN_NONE);
	assert_false(scan_key(&s, &list, &key));
	assert_false(scan_at_end(&s));
	assert_int_equal(scan_utf16_units(STR_NONE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar_table),
		cmocka_unit_test(every_prefix),
		cmocka_unit_test(string_of_each_length),
		cmocka_unit_test(open_string_of_each_length),
		cmocka_unit_test(escape_across_each_boundary),
		cmocka_unit_test(decoding_is_cut),
		cmocka_unit_test(each_reader_skips_other_types),
		cmocka_unit_test(lists_of_other_types),
		cmocka_unit_test(first_error_sticks),
		cmocka_unit_test(skip_gives_the_bytes),
		cmocka_unit_test(nesting),
		cmocka_unit_test(going_on_behind_deep_values),
		cmocka_unit_test(huge_numbers),
		cmocka_unit_test(a_text_that_is_absent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
