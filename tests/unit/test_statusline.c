// SPDX-License-Identifier: MIT
// The status line in settings texts and files: put in, put around another one, and out again.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "sandbox.h"
#include "settings.h"
#include "statusline.h"
#include "wiring.h"

#define CCL        "/o/ccl"
#define OURS       "\"" CCL " statusline\""
#define LINE(c)    "\"statusLine\":{\"type\":\"command\",\"command\":" c "}"
#define AROUND(c)  "\"" CCL " statusline --with '" c "'\""
#define OF_NO_FILE "\"statusLine\":{\"padding\":0,\"command\":" OURS ",\"type\":\"command\"}"

static void expect(struct str got, const char *want)
{
	if (!str_is(got, want))
		fail_msg("got\n%.*s\nnot\n%s", STR_ARG(got), want);
}

static struct str put_line(const char *path, struct str text, struct buf *out)
{
	AUTO(buf_free) struct buf notes = {0};
	struct err e = {0};
	buf_clear(out);
	if (!statusline_put(STR("f.json"), str_of(path), text, out, &notes, &e))
		fail_msg("%s in: %s", e.text, text.p ? text.p : "(no file)");
	assert_int_equal(notes.n == 0, text.p && str_eq(buf_str(out), text)); // says what it did
	return buf_str(out);
}

static struct str cut_line(struct str text, struct buf *out, bool *out_is_nothing)
{
	AUTO(buf_free) struct buf notes = {0};
	struct err e = {0};
	buf_clear(out);
	if (!statusline_cut(STR("f.json"), text, out, out_is_nothing, &notes, &e))
		fail_msg("%s in: %s", e.text, text.p ? text.p : "(no file)");
	assert_int_equal(notes.n == 0, !*out_is_nothing && str_eq(buf_str(out), text));
	return buf_str(out);
}

// Before and after; taking out gives `before`, or `removed` where ours was there to begin with.
static const struct {
	const char *before, *after, *removed;
} texts[] = {
	// none there: the order of the keys says what was
	{"{\"a\":1}",
		"{\"a\":1,\"statusLine\":{\"type\":\"command\",\"command\":" OURS
		",\"padding\":0}}",
		NULL},
	{"{}",
		"{\n  \"statusLine\": {\n    \"type\": \"command\",\n    \"command\": " OURS
		",\n    \"padding\": 0\n  }\n}",
		NULL},
	{"{\n\t\"a\": 1\n}\n",
		"{\n\t\"a\": 1,\n\t\"statusLine\": {\n\t\t\"type\": "
		"\"command\",\n\t\t\"command\": " OURS ",\n\t\t\"padding\": 0\n\t}\n}\n",
		NULL},
	{"{ \"statusLine\" : null , \"a\": 1}",
		"{ \"statusLine\" : {\"padding\": 0, \"type\": \"command\", \"command\": " OURS
		"} , \"a\": 1}",
		NULL},
	{"",
		"{\n  \"statusLine\": {\n    \"command\": " OURS
		",\n    \"padding\": 0,\n    \"type\": \"command\"\n  }\n}",
		NULL},
	{"\xef\xbb\xbf\r\n",
		"\xef\xbb\xbf{\r\n  \"statusLine\": {\r\n    \"command\": " OURS
		",\r\n    \"padding\": 0,\r\n    \"type\": \"command\"\r\n  }\r\n}\r\n",
		NULL},
	// another program's: only its command changes, however it is spelled
	{"{" LINE("\"~/s.sh\"") "}", "{" LINE(AROUND("~/s.sh")) "}", NULL},
	{"{ \"st\\u0061tusLine\" : { \"command\":\"s\" , \"x\":[1], \"type\":\"comm\\u0061nd\","
	 "\"padding\" :2 }}\n",
		"{ \"st\\u0061tusLine\" : { \"command\":" AROUND(
			"s") " , \"x\":[1], \"type\":\"comm\\u0061nd\",\"padding\" :2 }}\n",
		NULL},
	{"{" LINE("\"a 'b c' \\\"$d\\\" \\u00e9\\ud83d\\ude00\\/ \\\\ \\n\"") "}",
		"{" LINE(AROUND("a '\\\\''b c'\\\\'' \\\"$d\\\" \\u00e9\\ud83d\\ude00\\/ \\\\ "
				"\\n")) "}",
		NULL},
	{"{" LINE("\"\\u0027\"") "}", "{" LINE(AROUND("'\\\\\\u0027'")) "}", NULL},
	{"{" LINE("\"'\\\\''\"") "}", "{" LINE(AROUND("'\\\\''\\\\'\\\\'''\\\\''")) "}", NULL},
	{"{" LINE("\"\\\\u0027 \\\\\"") "}", "{" LINE(AROUND("\\\\u0027 \\\\")) "}", NULL},
	{"{" LINE("\"echo ccl statusline\"") "}", "{" LINE(AROUND("echo ccl statusline")) "}",
		NULL},
	{"{" LINE("\"ccl days\"") "}", "{" LINE(AROUND("ccl days")) "}", NULL},
	{"{" LINE("\"/x/not-ccl statusline\"") "}", "{" LINE(AROUND("/x/not-ccl statusline")) "}",
		NULL},
	// ours already, with whatever the user added
	{"{" LINE(OURS) "}", "{" LINE(OURS) "}", "{}"},
	{"{" LINE("\"'" CCL "' statusline --json\"") ",\"a\":1}",
		"{" LINE("\"'" CCL "' statusline --json\"") ",\"a\":1}", "{\"a\":1}"},
	// ours at another place: only the path changes
	{"{" LINE("\"'/old p/ccl' statusline --with 'it'\\\\''s'\"") "}",
		"{" LINE(AROUND("it'\\\\''s")) "}", "{" LINE("\"it's\"") "}"},
	{"{" LINE("\"X='\\u00e9' \\\"/\\ud83d\\ude00/ccl\\\"  statusline -x\"") "}",
		"{" LINE("\"X='\\u00e9' " CCL "  statusline -x\"") "}", "{}"},
	{"{" LINE("\"ccl statusline\"") "}", "{" LINE(OURS) "}", "{}"},
	{"{" LINE("\"\\\"$HOME/ccl\\\" statusline\"") "}", "{" LINE(OURS) "}", "{}"},
	// another spelling of what it runs besides
	{"{" LINE("\"" CCL " statusline -x --with \\\"it's $\\\" -y\"") "}",
		"{" LINE("\"" CCL " statusline -x --with \\\"it's $\\\" -y\"") "}",
		"{" LINE("\"it's $\"") "}"},
	{"{" LINE("\"" CCL " statusline --with=s.sh\"") "}",
		"{" LINE("\"" CCL " statusline --with=s.sh\"") "}", "{" LINE("\"s.sh\"") "}"},
	{"{" LINE("\"" CCL " statusline --with 'a' 'b'\"") "}",
		"{" LINE("\"" CCL " statusline --with 'a' 'b'\"") "}", "{" LINE("\"a\"") "}"},
	{"{" LINE("\"" CCL " statusline --with\"") "}",
		"{" LINE("\"" CCL " statusline --with\"") "}", "{}"},
};

static void texts_change_as_told(void **state)
{
	(void)state;
	AUTO(buf_free) struct buf once = {0}, twice = {0}, gone = {0};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bool is_nothing;
		expect(put_line(CCL, str_of(texts[i].before), &once), texts[i].after);
		assert_true(statusline_is_in(buf_str(&once)));
		expect(put_line(CCL, buf_str(&once), &twice), texts[i].after);
		expect(cut_line(buf_str(&once), &gone, &is_nothing),
			texts[i].removed ? texts[i].removed : texts[i].before);
		assert_false(is_nothing);
		assert_false(statusline_is_in(buf_str(&gone)));
		expect(cut_line(buf_str(&gone), &twice, &is_nothing), buf_z(&gone));
	}
}

static void a_moved_ccl_is_updated_in_place(void **state)
{
	(void)state;
	AUTO(buf_free) struct buf one = {0}, two = {0};
	static const char *const paths[] = {"/a b/ccl", "/it's/ccl", "/q\"\\\n/ccl", CCL,
		"/\xc3\xa9/ccl", "/ statusline --with '/ccl", "/$HOME/ccl", "/plain/ccl"};
	bool is_nothing;
	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
		if (texts[t].removed)
			continue;
		buf_clear(&one);
		buf_addz(&one, texts[t].before);
		for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
			(void)put_line(paths[i], buf_str(&one), &two);
			struct statusline_state s;
			struct err e;
			assert_true(statusline_survey(
				STR("f"), str_of(paths[i]), buf_str(&two), &s, &e));
			assert_int_equal(s.wiring, INSTALL_WIRED);
			assert_true(statusline_survey(
				STR("f"), STR("/elsewhere/ccl"), buf_str(&two), &s, &e));
			assert_int_equal(s.wiring, INSTALL_OUTDATED);
			buf_clear(&one);
			buf_add(&one, buf_str(&two));
		}
		expect(cut_line(buf_str(&one), &two, &is_nothing), texts[t].before);
	}
}

static void a_word_that_the_shell_expands_is_not_right(void **state)
{
	(void)state;
	AUTO(buf_free) struct buf out = {0};
	expect(put_line("/$HOME/ccl", STR("{" LINE("\"\\\"/$HOME/ccl\\\" statusline\"") "}"), &out),
		"{" LINE("\"'/$HOME/ccl' statusline\"") "}");
}

// Any text of a JSON string comes back, and the shell gives ours what it says.
static void any_command_comes_back(void **state)
{
	(void)state;
	static const char *const parts[] = {"'", "\\u0027", "\\\\", "\\\"", "a", " ", "\\n",
		"\xc3\xa9", "\\u00e9", "\\ud83d\\ude00", "\\ud83d", "\\/", "$x", "`", "!",
		"--with '"};
	enum { N_PARTS = sizeof parts / sizeof *parts };
	AUTO(buf_free) struct buf text = {0}, out = {0}, gone = {0};
	uint32_t seed = 5;
	put("ccl", "#!/bin/sh\n[ \"$1 $2 $#\" = 'statusline --with 3' ] && printf %s \"$3\"\n",
		0755);
	for (int i = 0; i < 3000; i++) {
		bool is_nothing;
		buf_clear(&text);
		buf_addz(&text, "{\"statusLine\":{\"type\":\"command\",\"command\":\"x");
		for (int k = i % 9; k >= 0; k--) {
			seed = seed * 1664525u + 1013904223u;
			buf_addz(&text, parts[(seed >> 16) % N_PARTS]);
		}
		buf_addz(&text, "\"}}");
		(void)put_line(in("ccl"), buf_str(&text), &out);
		expect(cut_line(buf_str(&out), &gone, &is_nothing), buf_z(&text));
		if (i % 30)
			continue;
		struct str root;
		struct err e;
		struct settings_item line, before, now;
		char got[256] = "";
		assert_true(settings_check(STR("f"), buf_str(&text), &root, &e));
		assert_true(settings_find(root, "statusLine", &line) &&
			    settings_find(line.value, "command", &before));
		assert_true(settings_check(STR("f"), buf_str(&out), &root, &e));
		assert_true(settings_find(root, "statusLine", &line) &&
			    settings_find(line.value, "command", &now));
		struct str command = settings_string(&sandbox_arena, now.value);
		FILE *f = popen(arena_str(&sandbox_arena, command).p, "r");
		assert_non_null(f);
		got[fread(got, 1, sizeof got - 1, f)] = '\0';
		assert_int_equal(pclose(f), 0);
		assert_true(str_is(settings_string(&sandbox_arena, before.value), got));
	}
}

// Claude Code writes its settings anew when one changes: other blanks, and spellings of its own.
static void a_rewritten_file_is_understood(void **state)
{
	(void)state;
	AUTO(buf_free) struct buf out = {0};
	bool is_nothing;
	expect(cut_line(STR("{\n  \"statusLine\": {\n    \"type\": \"command\",\n    \"command\": "
			    "\"" CCL " statusline --with '\xc3\xa9 '\\\\''x'\\\\'' /'\"\n  }\n}"),
		       &out, &is_nothing),
		"{\n  \"statusLine\": {\n    \"type\": \"command\",\n    \"command\": "
		"\"\xc3\xa9 'x' /\"\n  }\n}");
	// One that escapes more than it must.
	expect(cut_line(STR("{" LINE("\"" CCL " statusline --with \\u0027\\u00e9 "
				     "\\u0027\\\\\\u0027\\u0027x\\u0027\"") "}"),
		       &out, &is_nothing),
		"{" LINE("\"\xc3\xa9 'x\"") "}");
	(void)cut_line(STR("{" OF_NO_FILE "}"), &out, &is_nothing);
	assert_true(is_nothing);
}

// No file, or a blank one: hooks and status line come and go in any order.
static void both_of_ours_leave_nothing(void **state)
{
	(void)state;
	static const char *const befores[] = {NULL, "", "\n", "{}", "{ }", "{\"a\":1}",
		"{\"hooks\":{}}", "{\"statusLine\":null}", "{" LINE("\"s\"") "}"};
	struct wiring_want want = {.file = STR("f"), .hook_path = STR("/o/ccl-hook")};
	for (size_t i = 0; i < sizeof befores / sizeof *befores; i++) {
		for (unsigned order = 0; order < 4; order++) {
			AUTO(buf_free) struct buf text = {0}, out = {0}, notes = {0};
			struct err e;
			bool is_nothing = false;
			struct str now = str_of(befores[i]);
			for (unsigned k = 0; k < 4; k++) {
				bool is_hooks = (k + (order >> k / 2)) & 1;
				assert_false(is_nothing);
				buf_clear(&out);
				assert_true(k < 2      ? is_hooks ? wiring_apply(
									    &want, now, &out, &notes, &e)
								  : statusline_put(STR("f"), STR(CCL),
									    now, &out, &notes, &e)
						 : is_hooks ? wiring_remove(&want, now, &out,
								      &is_nothing, &notes, &e)
						       : statusline_cut(STR("f"), now, &out,
								 &is_nothing, &notes, &e));
				buf_clear(&text);
				buf_add(&text, buf_str(&out));
				now = buf_str(&text);
			}
			assert_int_equal(is_nothing, befores[i] == NULL);
			if (befores[i])
				expect(now, befores[i]);
		}
	}
}

// The other key of ours takes over what one tells, unless the user has brought something.
static void what_was_there_is_handed_on(void **state)
{
	(void)state;
	assert_int_equal(origin_of_new(STR("{" OF_NO_FILE "}")), ORIGIN_NO_FILE);
	assert_int_equal(origin_of_new(STR("{\"a\":1," OF_NO_FILE "}")), ORIGIN_NO_KEY);
	assert_int_equal(origin_of_new(STR("{\"a\":" OURS "}")), ORIGIN_NO_KEY);
	assert_int_equal(origin_of_new(STR("{" LINE(OURS) "}")), ORIGIN_NO_KEY);
	assert_int_equal(origin_of_new(STR("{\"statusLine\":{\"padding\":0,\"command\":" AROUND(
				 "s") ",\"type\":\"command\"}}")),
		ORIGIN_NO_KEY);
	assert_int_equal(origin_of_new(STR("{}")), ORIGIN_NO_KEY);
}

static const struct {
	const char *text, *says;
} refused[] = {
	{"{\"a\":1,}", "f.json:1:8: a comma before '}'"},
	{"[]", "f.json:1:1: the whole is an array, not an object"},
	{"{\n \"statusLine\": []}", "f.json:2:16: `statusLine` is an array, not an object"},
	{"{\"statusLine\":\"ccl\"}", "f.json:1:15: `statusLine` is a string, not an object"},
	{"{\"statusLine\":false}", "f.json:1:15: `statusLine` is true or false, not an object"},
	{"{\"statusLine\":{}}", "f.json:1:15: `statusLine` has no `type`"},
	{"{\"statusLine\":{\"command\":\"x\"}}", "f.json:1:15: `statusLine` has no `type`"},
	{"{\"statusLine\":{\"type\":\"static\",\"command\":\"x\"}}",
		"f.json:1:23: `statusLine` has another `type`"},
	{"{\"statusLine\":{\"type\":7,\"command\":\"x\"}}",
		"f.json:1:23: `statusLine` has another `type`"},
	{"{\"statusLine\":{\"type\":\"command\"}}", "f.json:1:15: `statusLine` has no `command`"},
	{"{" LINE("[\"x\"]") "}",
		"f.json:1:43: `command` of `statusLine` is an array, not a string"},
	{"{" LINE("null") "}", "f.json:1:43: `command` of `statusLine` is null, not a string"},
	{"{" LINE("\" \\t\"") "}", "f.json:1:43: `command` of `statusLine` is empty"},
	{"{" LINE("\"x\"") "," LINE("\"x\"") "}", "f.json:1:48: statusLine stands here a second"},
	{"{\"statusLine\":{\"type\":\"command\",\"command\":\"x\",\"command\":\"y\"}}",
		"f.json:1:47: command stands here a second"},
	{"{\"statusLine\":{\"type\":\"command\",\"type\":\"command\",\"command\":\"x\"}}",
		"f.json:1:33: type stands here a second"},
};

static void other_types_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct str text = str_of(refused[i].text);
		struct buf out = {0}, notes = {0};
		struct statusline_state s;
		struct err e = {0};
		bool is_nothing;
		assert_false(statusline_put(STR("f.json"), STR(CCL), text, &out, &notes, &e));
		if (!str_starts(str_of(e.text), refused[i].says))
			fail_msg("%s: got '%s'", refused[i].text, e.text);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_false(statusline_cut(STR("f.json"), text, &out, &is_nothing, &notes, &e));
		assert_false(statusline_survey(STR("f.json"), STR(CCL), text, &s, &e));
		assert_true(str_starts(str_of(e.text), refused[i].says));
		assert_null(out.p);
		assert_null(notes.p);
		assert_false(statusline_is_in(text));
	}
}

static void a_survey_tells_each_state(void **state)
{
	(void)state;
	struct statusline_state s;
	struct err e;
	static const struct {
		const char *text;
		enum install_wiring wiring;
		bool is_around;
	} table[] = {
		{NULL, INSTALL_MISSING, false},
		{"", INSTALL_MISSING, false},
		{"{\"statusLine\":null}", INSTALL_MISSING, false},
		{"{" LINE("\"s --with x\"") "}", INSTALL_MISSING, false},
		{"{" LINE(OURS) "}", INSTALL_WIRED, false},
		{"{" LINE(AROUND("s")) "}", INSTALL_WIRED, true},
		{"{" LINE("\"/x/ccl statusline --with=s\"") "}", INSTALL_OUTDATED, true},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_true(
			statusline_survey(STR("f.json"), STR(CCL), str_of(table[i].text), &s, &e));
		assert_int_equal(s.wiring, table[i].wiring);
		assert_int_equal(s.is_around, table[i].is_around);
		assert_string_equal(s.hidden, "");
	}
	assert_true(statusline_survey(
		STR("f.json"), STR(CCL), STR("{\"disableAllHooks\":true}"), &s, &e));
	assert_true(str_starts(str_of(s.hidden), "f.json: disableAllHooks is true"));
}

static int set_up(void **state)
{
	(void)state;
	sandbox_enter();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sandbox_leave();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_change_as_told),
		cmocka_unit_test(a_moved_ccl_is_updated_in_place),
		cmocka_unit_test(a_word_that_the_shell_expands_is_not_right),
		cmocka_unit_test_setup_teardown(any_command_comes_back, set_up, tear_down),
		cmocka_unit_test(a_rewritten_file_is_understood),
		cmocka_unit_test(what_was_there_is_handed_on),
		cmocka_unit_test(both_of_ours_leave_nothing),
		cmocka_unit_test(other_types_are_refused),
		cmocka_unit_test(a_survey_tells_each_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
