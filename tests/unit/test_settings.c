// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "buf.h"
#include "settings.h"

static const char *const good[] = {
	"{}",
	" [ ] ",
	"\xef\xbb\xbf{\"a\":1}\r\n",
	"0",
	"-0",
	"1e400",
	"-0.5E+3",
	"123456789012345678901",
	"\"\"",
	"true",
	"null",
	"{\"a\":{\"b\":[1,2,{}]}}",
	"\"\\ud800\"",
	"\"\\u0000\"",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
	"{\"a\":1,\"a\":2}",
	"\"\xff\xfe\"",
	"[[],[[]],{}]",
	"\"\x7f\"",
};

static const struct {
	const char *text;
	size_t line, column;
	const char *says;
} bad[] = {
	{"", 1, 1, "ends where a value"},
	{" \n ", 2, 2, "ends where a value"},
	{"{", 1, 2, "a key in double quotes"},
	{"{\"a\":1,}", 1, 8, "a comma before '}'"},
	{"[1,\n]", 2, 1, "a comma before ']'"},
	{"{\n  // hello\n}", 2, 3, "a comment"},
	{"{\"a\":1 /* x */}", 1, 8, "a comment"},
	{"{\"a\": /* x */ 1}", 1, 7, "a comment"},
	{"{} // end", 1, 4, "a comment"},
	{"{}\n{}", 2, 1, "behind the end"},
	{"{}x", 1, 3, "behind the end"},
	{"{'a':1}", 1, 2, "a key in double quotes"},
	{"{a:1}", 1, 2, "a key in double quotes"},
	{"{\"a\" 1}", 1, 6, "a ':'"},
	{"{\"a\":1 \"b\":2}", 1, 8, "a ',' or '}'"},
	{"[1 2]", 1, 4, "a ',' or ']'"},
	{"[1}", 1, 3, "a ',' or ']'"},
	{"{\"a\":[1,2}", 1, 10, "a ',' or ']'"},
	{"\"abc", 1, 1, "never closed"},
	{"{\"\xc3\xa9\": \"abc", 1, 7, "never closed"},
	{"\"a\\", 1, 1, "never closed"},
	{"\"a\nb\"", 1, 3, "inside a string"},
	{"\"a\tb\"", 1, 3, "inside a string"},
	{"\"\\x41\"", 1, 3, "an escape"},
	{"\"\\u12g4\"", 1, 3, "an escape"},
	{"\"\\u12", 1, 3, "an escape"},
	{"01", 1, 2, "behind the end"},
	{"-", 1, 2, "a number"},
	{"1.", 1, 3, "a number"},
	{".5", 1, 1, "not a JSON value"},
	{"+1", 1, 1, "not a JSON value"},
	{"1e", 1, 3, "a number"},
	{"NaN", 1, 1, "not a JSON value"},
	{"undefined", 1, 1, "not a JSON value"},
	{"tru", 1, 1, "not a JSON value"},
	{"[True]", 1, 2, "not a JSON value"},
	{"\xff\xfe{\0", 1, 1, "UTF-16"},
	{"{\"a\":\"\xc3\xa9\xe2\x82\xac\" x}", 1, 11, "a ',' or '}'"},
};

static void strict_json_is_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct str root;
		struct err e = {0};
		if (!settings_check(STR("f"), str_of(good[i]), &root, &e))
			fail_msg("%s: %s", good[i], e.text);
	}
	// U+0000 may stand in a text as an escape only.
	struct str root;
	struct err e;
	assert_false(settings_check(STR("f"), STR("\"a\0b\""), &root, &e));
}

static void faults_are_named_with_line_and_column(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct str root = STR_NONE;
		struct err e = {0};
		char place[64];
		if (settings_check(STR("f.json"), str_of(bad[i].text), &root, &e))
			fail_msg("accepted: %s", bad[i].text);
		(void)snprintf(place, sizeof place, "f.json:%zu:%zu: ", bad[i].line, bad[i].column);
		if (!str_starts(str_of(e.text), place) || !str_has(str_of(e.text), bad[i].says))
			fail_msg("%s: got '%s', not '%s%s'", bad[i].text, e.text, place,
				bad[i].says);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_null(root.p);
	}
}

static void nesting_is_bounded(void **state)
{
	(void)state;
	struct str root;
	struct err e;
	AUTO(buf_free) struct buf b = {0};
	for (int i = 0; i < SETTINGS_MAX_DEPTH; i++)
		buf_addc(&b, '[');
	for (int i = 0; i < SETTINGS_MAX_DEPTH; i++)
		buf_addc(&b, ']');
	assert_true(settings_check(STR("f"), buf_str(&b), &root, &e));
	buf_clear(&b);
	for (int i = 0; i < 1000000; i++)
		buf_addc(&b, '[');
	assert_false(settings_check(STR("f"), buf_str(&b), &root, &e));
	assert_true(str_has(str_of(e.text), "512 levels"));
}

static void blanks_and_marks(void **state)
{
	(void)state;
	assert_true(settings_is_blank(STR("")));
	assert_true(settings_is_blank(STR("\xef\xbb\xbf \r\n\t")));
	assert_true(settings_is_blank(STR_NONE));
	assert_false(settings_is_blank(STR("{}")));
	assert_int_equal(settings_body(STR("\xef\xbb\xbf{}")).n, 2);
	size_t line, column;
	struct str text = STR("\xef\xbb\xbf{\r\n \"\xc3\xa9\": 1}");
	settings_place(text, text.p + text.n - 2, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 7);
}

static void items_are_slices_of_the_text(void **state)
{
	(void)state;
	struct str text = STR(" { \"a\" : [ 1 , {\"x\":\"]}\"} ,\"\\\"\" ] "
			      ",\n\"b\":-1.5e3,\"a\":null } "),
		   root;
	struct err e;
	struct settings_item it = {0}, el = {0};
	assert_true(settings_check(STR("f"), text, &root, &e));
	assert_ptr_equal(root.p, text.p + 1);
	assert_true(settings_next(root, &it));
	assert_true(str_is(it.key, "\"a\""));
	assert_true(str_is(it.value, "[ 1 , {\"x\":\"]}\"} ,\"\\\"\" ]"));
	assert_true(settings_next(it.value, &el) && str_is(el.value, "1") && !el.key.p);
	assert_true(settings_next(it.value, &el) && str_is(el.value, "{\"x\":\"]}\"}"));
	assert_true(settings_next(it.value, &el) && str_is(el.value, "\"\\\"\""));
	assert_false(settings_next(it.value, &el));
	assert_int_equal(settings_count(it.value), 3);
	assert_true(settings_next(root, &it) && str_is(it.value, "-1.5e3"));
	assert_true(str_is(settings_extent(&it), "\"b\":-1.5e3"));
	assert_int_equal(settings_find(root, "a", &it), 2);
	assert_true(str_is(it.value, "null"));
	assert_int_equal(settings_find(root, "c", &it), 0);
	assert_null(it.value.p);
	assert_int_equal(settings_count(STR("{}")), 0);
	assert_int_equal(settings_count(STR("[ ]")), 0);
	assert_int_equal(settings_count(STR("\"[1]\"")), 0);
	assert_int_equal(settings_find(STR("[1]"), "", &it), 0);
}

static void escapes_are_seen_through(void **state)
{
	(void)state;
	const struct {
		struct str json, plain;
	} table[] = {
		{STR("\"\\u0068ooks\""), STR("hooks")},
		{STR("\"\\ud83d\\ude00\\n\\/\\\"\\\\\""), STR("\xf0\x9f\x98\x80\n/\"\\")},
		{STR("\"\\ud83dx\""), STR("\xef\xbf\xbdx")},
		{STR("\"\\ude00\\ud83d\""), STR("\xef\xbf\xbd\xef\xbf\xbd")},
		{STR("\"\\ud83d\\u0041\""), STR("\xef\xbf\xbd"
						"A")},
		{STR("\"\\u00e9\\u20AC\\u0000\""), STR("\xc3\xa9\xe2\x82\xac\0")},
		{STR("\"\""), STR("")},
	};
	struct arena a = {0};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct str got = settings_string(&a, table[i].json);
		assert_non_null(got.p);
		assert_int_equal(got.n, table[i].plain.n);
		assert_memory_equal(got.p, table[i].plain.p, got.n);
		struct str json = table[i].json;
		assert_ptr_equal(settings_string_at(json, 0), json.p + 1);
		assert_ptr_equal(settings_string_at(json, got.n), json.p + json.n - 1);
		assert_ptr_equal(settings_string_at(json, got.n + 9), json.p + json.n - 1);
	}
	struct str mixed = STR("\"\\u00e9\\ud83d\\ude00\\/\xc3\xa9x\"");
	static const size_t places[][2] = {{2, 7}, {6, 19}, {7, 21}, {8, 22}, {9, 23}, {10, 24}};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		assert_ptr_equal(settings_string_at(mixed, places[i][0]), mixed.p + places[i][1]);
	assert_null(settings_string(&a, STR("1")).p);
	assert_true(settings_string_is(STR("\"\\u0068ooks\""), "hooks"));
	assert_false(settings_string_is(STR("\"hooks\""), "hook"));
	assert_false(settings_string_is(STR("null"), "null"));
	struct settings_item it;
	assert_int_equal(settings_find(STR("{\"hooks\":1,\"\\u0068ooks\":2}"), "hooks", &it), 2);
	arena_free(&a);
}

static void unchecked_bytes_do_no_harm(void **state)
{
	(void)state;
	static const char *const junk[] = {"{", "[", "\"", "{\"", "[,,]", "[}", "{\"a\"",
		"{\"a\":", "[\"\\", "{]]]]", "\"\\u\\u\\u\"", "\"\\ud83d\\u\"", "{\"a\":,\"b\"}",
		"[\\]", "{:::}", "[}]", "{\"a\":]}"};
	struct arena a = {0};
	for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
		// An exact allocation, so that the sanitizer sees a byte too many.
		size_t n = strlen(junk[i]);
		char *copy = malloc(n);
		assert_non_null(copy);
		memcpy(copy, junk[i], n);
		struct settings_item it = {0};
		int k = 0;
		while (k < 20 && settings_next((struct str){copy, n}, &it))
			k += settings_string(&a, it.value).n < 20;
		assert_in_range(k, 0, 5); // and it ends
		(void)settings_string(&a, (struct str){copy, n});
		free(copy);
	}
	arena_free(&a);
}

// One line per text: 1 if Python's json takes it, and NaN counts as refused, as in JavaScript.
static const char oracle[] = "import sys, json, struct\n"
			     "sys.setrecursionlimit(10000)\n"
			     "def refuse(c): raise ValueError(c)\n"
			     "data = open(sys.argv[1], 'rb').read()\n"
			     "at = 0; out = []\n"
			     "while at < len(data):\n"
			     "  n, = struct.unpack_from('=I', data, at); at += 4\n"
			     "  text = data[at:at + n].decode('utf-8', 'replace'); at += n\n"
			     "  try: json.loads(text, parse_constant=refuse); out.append('1')\n"
			     "  except ValueError: out.append('0')\n"
			     "open(sys.argv[1], 'w').write(''.join(out))\n";

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

// A good text with up to three bytes changed, taken out or put in.
static size_t mutate(uint32_t *seed, char out[static 256])
{
	static const char *const seeds[] = {
		"{\"a\": [1, 2.5e3, {\"b\": null}], \"c\": \"x\\u00e9y\"}",
		"[true, false, -0.1, \"\\\\\", {}, []]", "{\"hooks\":{\"Stop\":[{\"hooks\":[]}]}}"};
	static const char bytes[] = "{}[]:,\"\\0123456789eE+-.truefalsn /\n\tu\xc3\xa9\x01";
	size_t n = (size_t)snprintf(out, 200, "%s", seeds[next_random(seed) % 3]);
	for (uint32_t k = next_random(seed) % 4; k > 0; k--) {
		size_t at = next_random(seed) % n;
		char c = bytes[next_random(seed) % (sizeof bytes - 1)];
		switch (next_random(seed) % 3) {
		case 0: out[at] = c; break;
		case 1: memmove(out + at, out + at + 1, --n - at); break;
		default: memmove(out + at + 1, out + at, n++ - at); out[at] = c;
		}
	}
	return n;
}

static void python_agrees_on_what_is_json(void **state)
{
	(void)state;
	enum { N_TEXTS = 20000 };
	char path[] = "/tmp/ccl-settings-XXXXXX", text[256];
	uint32_t seed = 42;
	static char ours[N_TEXTS], theirs[N_TEXTS];
	size_t n_good = 0;
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
	assert_non_null(f);
	for (size_t i = 0; i < N_TEXTS; i++) {
		uint32_t n = (uint32_t)mutate(&seed, text);
		struct str root;
		struct err e;
		bool is_good = settings_check(STR("f"), (struct str){text, n}, &root, &e);
		ours[i] = is_good ? '1' : '0';
		n_good += is_good;
		assert_int_equal(fwrite(&n, 1, sizeof n, f), sizeof n);
		assert_int_equal(fwrite(text, 1, n, f), n);
	}
	assert_int_equal(fclose(f), 0);
	pid_t pid = fork();
	if (pid == 0) {
		execlp("python3", "python3", "-c", oracle, path, (char *)NULL);
		_exit(127);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fread(theirs, 1, N_TEXTS, f), N_TEXTS);
	(void)fclose(f);
	(void)unlink(path);
	seed = 42;
	for (size_t i = 0; i < N_TEXTS; i++) {
		size_t n = mutate(&seed, text);
		if (ours[i] != theirs[i])
			fail_msg("ours %c, Python %c: %.*s", ours[i], theirs[i], (int)n, text);
	}
	assert_in_range(n_good, N_TEXTS / 10, N_TEXTS * 9 / 10); // else it compares nothing
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strict_json_is_accepted),
		cmocka_unit_test(faults_are_named_with_line_and_column),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(blanks_and_marks),
		cmocka_unit_test(items_are_slices_of_the_text),
		cmocka_unit_test(escapes_are_seen_through),
		cmocka_unit_test(unchecked_bytes_do_no_harm),
		cmocka_unit_test(python_agrees_on_what_is_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
