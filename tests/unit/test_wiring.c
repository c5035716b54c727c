// SPDX-License-Identifier: MIT
// Settings texts before and after: what is put in, that nothing else changes, that it comes out.
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

#include "arena.h"
#include "buf.h"
#include "command.h"
#include "settings.h"
#include "wiring.h"

#define HOOK "/o/ccl-hook"
// One line, as in a minified file; S without the timeout, for SessionEnd.
#define H                "{\"type\":\"command\",\"command\":\"" HOOK "\",\"args\":[],\"timeout\":10}"
#define S                "{\"type\":\"command\",\"command\":\"" HOOK "\",\"args\":[]}"
#define E(h)             "{\"command\":\"" HOOK "\",\"args\":[],\"type\":\"command\"" h "}"
#define G(h)             "{\"hooks\":[" h "]}"
#define M(event, groups) "\"" event "\":[" groups "]"
#define STOP             M("Stop", G(H))
#define SUB              M("SubagentStop", G(H))
#define END              M("SessionEnd", G(S))
#define START            M("SessionStart", G(H))
#define ALL              STOP "," SUB "," END "," START
#define OLD(path)        "{\"type\":\"command\",\"command\":\"" path "\"}"
#define USER             "{\"type\":\"command\",\"command\":\"say done\"}"

static const struct wiring_want exec_form = {
	.file = {"f.json", 6}, .hook_path = {HOOK, sizeof HOOK - 1}, .form = WIRING_EXEC};

static struct str apply(const struct wiring_want *want, struct str text, struct buf *out)
{
	AUTO(buf_free) struct buf notes = {0};
	struct err e = {0};
	buf_clear(out);
	if (!wiring_apply(want, text, out, &notes, &e))
		fail_msg("%s in: %s", e.text, text.p ? text.p : "(no file)");
	assert_int_equal(notes.n == 0, str_eq(buf_str(out), text)); // says what it did
	return buf_str(out);
}

static struct str take_out(struct str text, struct buf *out, bool *out_is_nothing)
{
	AUTO(buf_free) struct buf notes = {0};
	struct err e = {0};
	buf_clear(out);
	if (!wiring_remove(&exec_form, text, out, out_is_nothing, &notes, &e))
		fail_msg("%s in: %s", e.text, text.p ? text.p : "(no file)");
	return buf_str(out);
}

static void expect(struct str got, const char *want)
{
	if (!str_is(got, want))
		fail_msg("got\n%.*s\nnot\n%s", STR_ARG(got), want);
}

// before, after applying; removing must give `before` again, or `removed` where that is set because
// there was something of ours to begin with.
static const struct {
	const char *before, *after, *removed;
} texts[] = {
	// nothing there
	{"{\"a\":1}", "{\"a\":1,\"hooks\":{" ALL "}}", NULL},
	// hooks there, and empty: other order of events, and the blanks stay behind ours
	{"{\"a\":1,\"hooks\":{}}", "{\"a\":1,\"hooks\":{" START "," STOP "," SUB "," END "}}",
		NULL},
	{"{\"hooks\":{ },\"a\":1}", "{\"hooks\":{" START "," STOP "," SUB "," END " },\"a\":1}",
		NULL},
	// an event there, and empty: other order in our handler
	{"{\"hooks\":{\"Stop\":[]}}",
		"{\"hooks\":{" M("Stop", G(E(",\"timeout\":10"))) "," SUB "," END "," START "}}",
		NULL},
	{"{\"hooks\":{\"SessionEnd\":[ ],\"X\":7}}",
		"{\"hooks\":{\"SessionEnd\":[" G(E("")) " ],\"X\":7," STOP "," SUB "," START "}}",
		NULL},
	// other people's hooks, of the same event and of others; a key written with an escape
	{"{\"hooks\":{\"Stop\":[{\"matcher\":\"x\",\"hooks\":[" USER "]}],\"PreToolUse\":[]}}",
		"{\"hooks\":{\"Stop\":[{\"matcher\":\"x\",\"hooks\":[" USER
		"]}," G(H) "],\"PreToolUse\":[]," SUB "," END "," START "}}",
		NULL},
	{"{\"h\\u006foks\":{\"St\\u006fp\":[" G(USER) "]}}",
		"{\"h\\u006foks\":{\"St\\u006fp\":[" G(USER) "," G(H) "]," SUB "," END "," START
								      "}}",
		NULL},
	// already wired, also in a group of the user with a matcher that lets all through
	{"{\"hooks\":{" ALL "}}", "{\"hooks\":{" ALL "}}", "{}"},
	{"{\"hooks\":{\"Stop\":[{\"matcher\":\"*\",\"hooks\":[" USER "," H "]}]," SUB "," END
	 "," START "}}",
		"{\"hooks\":{\"Stop\":[{\"matcher\":\"*\",\"hooks\":[" USER "," H "]}]," SUB "," END
		"," START "}}",
		"{\"hooks\":{\"Stop\":[{\"matcher\":\"*\",\"hooks\":[" USER "]}]}}"},
	// an old path is updated in place, and its timeout stays; three of the same become one
	{"{\"hooks\":{\"Stop\":[" G(
		 "{\"type\":\"command\",\"command\":\"/old/ccl-hook\",\"timeout\":5}") "]}}",
		"{\"hooks\":{\"Stop\":[" G("{\"type\":\"command\",\"command\":\"" HOOK
					   "\",\"args\":[],\"timeout\":5}") "]," SUB "," END
									    "," START "}}",
		"{}"},
	{"{\"hooks\":{\"Stop\":[" G(OLD("/a/ccl-hook")) "," G(H) "," G(
		 OLD("ccl-hook")) "]," SUB "," END "," START "}}",
		"{\"hooks\":{" ALL "}}", "{}"},
	{"{\"hooks\":{\"Stop\":[" G(H "," H "," USER "," H) "]," SUB "," END "," START "}}",
		"{\"hooks\":{\"Stop\":[" G(H "," USER) "]," SUB "," END "," START "}}",
		"{\"hooks\":{\"Stop\":[" G(USER) "]}}"},
	// a narrow matcher: ours moves out, the user's stays; a block that empties goes
	{"{\"hooks\":{\"SessionStart\":[{\"matcher\":\"clear\",\"hooks\":[" H "," USER "]}]," STOP
	 "," SUB "," END "}}",
		"{\"hooks\":{\"SessionStart\":[{\"matcher\":\"clear\",\"hooks\":[" USER
		"]}," G(H) "]," STOP "," SUB "," END "}}",
		"{\"hooks\":{\"SessionStart\":[{\"matcher\":\"clear\",\"hooks\":[" USER "]}]}}"},
	{"{\"hooks\":{" STOP ",\"SubagentStop\":[{\"matcher\":\"Explore\",\"hooks\":[" H "]}]," END
	 "," START "}}",
		"{\"hooks\":{" STOP "," END "," START "," SUB "}}", "{}"},
	// an event we do not use: its key goes, or stays with the user's hook
	{"{\"hooks\":{\"PreToolUse\":[{\"matcher\":\"Bash\",\"hooks\":[" H "]}]," ALL "}}",
		"{\"hooks\":{" ALL "}}", "{}"},
	{"{\"hooks\":{" ALL ",\"PostToolUse\":[" G(H "," USER) "," G(H) "]}}",
		"{\"hooks\":{" ALL ",\"PostToolUse\":[" G(USER) "]}}",
		"{\"hooks\":{\"PostToolUse\":[" G(USER) "]}}"},
	// what keeps ours from running goes: `if`, `async`; a handler without type is replaced
	{"{\"hooks\":{\"Stop\":[" G("{\"if\":\"Bash(x)\",\"type\":\"command\",\"command\":\"" HOOK
				    "\",\"async\":true,\"args\":[]}") "]," SUB "," END "," START
								      "}}",
		"{\"hooks\":{\"Stop\":[" G(S) "]," SUB "," END "," START "}}", "{}"},
	{"{\"hooks\":{\"Stop\":[" G("{\"command\":\"" HOOK "\"}") "]," SUB "," END "," START "}}",
		"{\"hooks\":{" SUB "," END "," START "," STOP "}}", "{}"},
	// assignments and arguments are the user's: only the path in between changes, and no exec
	// form
	{"{\"hooks\":{\"Stop\":[" G(
		 OLD("CCL_LEDGER='/m y/l' '/old/ccl-hook' 2>/dev/null")) "]," SUB "," END "," START
									 "}}",
		"{\"hooks\":{\"Stop\":[" G(OLD("CCL_LEDGER='/m y/l' " HOOK
					       " 2>/dev/null")) "]," SUB "," END "," START "}}",
		"{}"},
	// not ours: another program, another type of hook, ours as an argument
	{"{\"hooks\":{\"Stop\":[" G(OLD("/o/not-ccl-hook")) "," G(OLD(
		 "nice " HOOK)) ",{\"hooks\":[{\"type\":\"prompt\",\"command\":\"" HOOK "\"}]}]}}",
		"{\"hooks\":{\"Stop\":[" G(OLD("/o/not-ccl-hook")) "," G(
			OLD("nice " HOOK)) ",{\"hooks\":[{\"type\":\"prompt\",\"command\":\"" HOOK
					   "\"}]}," G(H) "]," SUB "," END "," START "}}",
		NULL},
};

static void texts_change_as_told(void **state)
{
	(void)state;
	AUTO(buf_free) struct buf once = {0};
	AUTO(buf_free) struct buf twice = {0};
	AUTO(buf_free) struct buf gone = {0};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bool is_nothing;
		struct str text = str_of(texts[i].before);
		expect(apply(&exec_form, text, &once), texts[i].after);
		expect(apply(&exec_form, buf_str(&once), &twice), texts[i].after);
		expect(take_out(buf_str(&once), &gone, &is_nothing),
			texts[i].removed ? texts[i].removed : texts[i].before);
		assert_false(is_nothing);
		expect(take_out(buf_str(&gone), &twice, &is_nothing), buf_z(&gone));
	}
}

// The style of the surroundings: indentation, line ends, blanks behind a colon.
static const struct {
	const char *before, *after;
} styles[] = {
	{"{\"a\": 1, \"hooks\": {\"X\": []}}\n",
		"{\"a\": 1, \"hooks\": {\"X\": [], \"Stop\": [{\"hooks\": [{\"type\": \"command\", "
		"\"command\": "
		"\"" HOOK "\", \"args\": [], \"timeout\": 10}]}], "},
	{"{\n\t\"a\": 1\n}\n",
		"{\n\t\"a\": 1,\n\t\"hooks\": {\n\t\t\"Stop\": [\n\t\t\t{\n\t\t\t\t\"hooks\": "
		"[\n\t\t\t\t\t{\n"
		"\t\t\t\t\t\t\"type\": \"command\",\n\t\t\t\t\t\t\"command\": \"" HOOK "\",\n"},
	{"{\r\n    \"a\": 1\r\n}", "{\r\n    \"a\": 1,\r\n    \"hooks\": {\r\n        \"Stop\": "
				   "[\r\n            {\r\n"},
	{"{\n  \"hooks\":{\n    \"Stop\":[\n      " G(USER) "\n    ]\n  }\n}\n",
		"{\n  \"hooks\":{\n    \"Stop\":[\n      " G(
			USER) ",\n      {\n        \"hooks\":[\n"
			      "          {\n            \"type\":\"command\",\n"},
	{"{\n  \"hooks\": {\n    \"Stop\": [" G(USER) "]\n  }\n}\n",
		"{\n  \"hooks\": {\n    \"Stop\": [" G(
			USER) ", {\"hooks\": [{\"type\": \"command\","},
	{"{}\n", "{\n  \"hooks\": {\n    \"Stop\": [\n      {\n        \"hooks\": [\n"},
	{"\xef\xbb\xbf{\n   \"hooks\": {},\n   \"a\": 1\n}",
		"\xef\xbb\xbf{\n   \"hooks\": {\n      \"SessionStart\": [\n         {\n"},
	{"{\n}\n", "{\"hooks\": {\n    \"Stop\": [\n      {\n"},
	{"", "{\n  \"hooks\": {\n    \"SubagentStop\": [\n"},
	{"\xef\xbb\xbf\r\n", "\xef\xbb\xbf{\r\n  \"hooks\": {\r\n    \"SubagentStop\": [\r\n"},
};

static void the_style_is_that_of_the_file(void **state)
{
	(void)state;
	AUTO(buf_free) struct buf once = {0};
	AUTO(buf_free) struct buf other = {0};
	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
		bool is_nothing;
		struct str text = str_of(styles[i].before);
		struct str got = apply(&exec_form, text, &once);
		if (!str_starts(got, styles[i].after))
			fail_msg("got\n%.*s\nnot\n%s", STR_ARG(got), styles[i].after);
		expect(apply(&exec_form, got, &other), buf_z(&once));
		expect(take_out(got, &other, &is_nothing), styles[i].before);
		assert_false(is_nothing);
	}
	// Bytes that are not UTF-8 pass through.
	struct str bad = STR("{\"a\":\"\xff\xfe\"}");
	bool is_nothing;
	assert_true(str_starts(apply(&exec_form, bad, &once), "{\"a\":\"\xff\xfe\",\"hooks\":{"));
	expect(take_out(buf_str(&once), &other, &is_nothing), bad.p);
}

static void a_file_of_ours_alone_is_nothing(void **state)
{
	(void)state;
	AUTO(buf_free) struct buf made = {0};
	AUTO(buf_free) struct buf out = {0};
	bool is_nothing = false;
	struct str text = apply(&exec_form, STR_NONE, &made);
	assert_true(str_starts(text, "{\n  \"hooks\": {\n    \"Stop\": [\n"));
	assert_true(str_ends(text, "\n  }\n}\n"));
	(void)take_out(text, &out, &is_nothing);
	assert_true(is_nothing);
	// Not with a key of the user's beside ours, or below.
	buf_clear(&out);
	buf_addz(&out, "{\"a\": 1,");
	buf_add(&out, str_from(text, 1));
	AUTO(buf_free) struct buf rest = {0};
	expect(take_out(buf_str(&out), &rest, &is_nothing), "{\"a\": 1\n}\n");
	assert_false(is_nothing);
	(void)take_out(STR_NONE, &out, &is_nothing);
	assert_false(is_nothing);
}

static const struct {
	const char *text, *says;
} malformed[] = {
	{"{\"a\":1,}", "f.json:1:8: a comma before '}'"},
	{"{} {}", "f.json:1:4: something behind the end"},
	{"// x\n{}", "f.json:1:1: a comment"},
	{"[]", "f.json:1:1: the whole is an array, not an object"},
	{"null", "f.json:1:1: the whole is null, not an object"},
	{"{\"hooks\":[]}", "f.json:1:10: `hooks` is an array, not an object"},
	{"{\n \"hooks\": null}", "f.json:2:11: `hooks` is null, not an object"},
	{"{\"hooks\":\"x\"}", "f.json:1:10: `hooks` is a string, not an object"},
	{"{\"hooks\":true}", "f.json:1:10: `hooks` is true or false, not an object"},
	{"{\"hooks\":{\"Stop\":{}}}", "f.json:1:18: Stop is an object, not an array"},
	{"{\"hooks\":{\"SessionEnd\":7}}", "f.json:1:24: SessionEnd is a number, not an array"},
	{"{\"hooks\":{\"Stop\":[1]}}",
		"f.json:1:19: this group of hooks is a number, not an object"},
	{"{\"hooks\":{\"Stop\":[{}]}}", "f.json:1:19: this group has no key `hooks`"},
	{"{\"hooks\":{\"Stop\":[{\"hooks\":{}}]}}",
		"f.json:1:28: `hooks` of this group is an object"},
	{"{\"hooks\":{\"Stop\":[{\"hooks\":[\"x\"]}]}}", "f.json:1:29: this hook is a string"},
	{"{\"hooks\":{},\"hooks\":{}}", "f.json:1:13: hooks stands here a second time"},
	{"{\"hooks\":{\"Stop\":[],\"St\\u006fp\":[]}}",
		"f.json:1:21: Stop stands here a second time"},
	{"{\"hooks\":{\"Stop\":[{\"hooks\":[],\"hooks\":[]}]}}",
		"f.json:1:31: hooks stands here a second"},
};

static void malformed_texts_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
		struct str text = str_of(malformed[i].text);
		struct buf out = {0}, notes = {0};
		struct err e = {0};
		struct wiring_survey survey;
		bool is_nothing;
		assert_false(wiring_apply(&exec_form, text, &out, &notes, &e));
		if (!str_starts(str_of(e.text), malformed[i].says))
			fail_msg("%s: got '%s'", malformed[i].text, e.text);
		assert_false(wiring_remove(&exec_form, text, &out, &is_nothing, &notes, &e));
		assert_true(str_starts(str_of(e.text), malformed[i].says));
		assert_false(wiring_survey(&exec_form, text, &survey, &e));
		assert_null(out.p);
		assert_null(notes.p);
	}
	// What ccl does not touch may be as it likes.
	struct buf out = {0};
	(void)apply(&exec_form,
		STR("{\"hooks\":{\"New\":{\"x\":[]},\"PreToolUse\":[3,{},{\"hooks\":0}]}}"), &out);
	buf_free(&out);
}

// The command that stands first in the text.
static void expect_command(
	const char *path, enum wiring_form form, const char *before, const char *command)
{
	AUTO(buf_free) struct buf out = {0};
	AUTO(buf_free) struct buf again = {0};
	struct wiring_want want = {.file = STR("f"), .hook_path = str_of(path), .form = form};
	struct str text = apply(&want, str_of(before), &out);
	if (!str_has(text, command))
		fail_msg("%s: %.*s\nhas no %s", path, STR_ARG(text), command);
	expect(apply(&want, text, &again), buf_z(&out));
}

#define FIRST "\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\""

static void commands_suit_the_client(void **state)
{
	(void)state;
	struct arena a = {0};
	expect_command("/a b/ccl-hook", WIRING_EXEC, "{}",
		"\"command\": \"/a b/ccl-hook\",\n            \"args\": []");
	expect_command("/a b/ccl-hook", WIRING_SHELL, "{}",
		"\"command\": \"'/a b/ccl-hook'\",\n            \"timeout\"");
	expect_command("/a b/ccl-hook", WIRING_ANY, "{}", "\"command\": \"'/a b/ccl-hook'\"");
	expect_command("/a-b_c.d/ccl-hook", WIRING_SHELL, "{}", "\"/a-b_c.d/ccl-hook\"");
	expect_command("/it's/ccl-hook", WIRING_SHELL, "{}", "\"'/it'\\\\''s/ccl-hook'\"");
	expect_command("/q\"\\/ccl-hook", WIRING_SHELL, "{}", "\"'/q\\\"\\\\/ccl-hook'\"");
	expect_command("/q\"\n/ccl-hook", WIRING_EXEC, "{}", "\"/q\\\"\\u000a/ccl-hook\"");
	expect_command("/\xc3\xa9/ccl-hook", WIRING_SHELL, "{}", "\"'/\xc3\xa9/ccl-hook'\"");
	expect_command("/$HOME/ccl-hook", WIRING_SHELL, "{}", "\"'/$HOME/ccl-hook'\"");
	// The old path of an exec form with blanks in it.
	expect_command("/o/ccl-hook", WIRING_EXEC,
		"{\"hooks\":{\"Stop\":[" G(
			"{\"type\":\"command\",\"command\":\"/x y/ccl-hook\",\"args\":[]}") "]}}",
		FIRST "/o/ccl-hook\",\"args\":[]}]}]");
	// The quotes look right, but a shell would put something in for $HOME.
	expect_command("/$HOME/ccl-hook", WIRING_SHELL,
		"{\"hooks\":{\"Stop\":[" G(OLD("\\\"/$HOME/ccl-hook\\\"")) "]}}",
		FIRST "'/$HOME/ccl-hook'\"}]}]");
	// From one form to the other, and from a mistake of somebody's to either.
	static const char *const old[] = {"/a b/ccl-hook", "'/a b/ccl-hook'",
		"\\\"/a b/ccl-hook\\\"", "/a\\\\ b/ccl-hook", "'/x y/ccl-hook'", "/x/ccl-hook",
		"~/b/ccl-hook", "ccl-hook"};
	for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
		for (int has_args = 0; has_args < 2; has_args++) {
			char text[256];
			(void)snprintf(text, sizeof text,
				"{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\","
				"\"command\":\"%s\"%s}]}]}}",
				old[i], has_args ? ",\"args\":[]" : "");
			const char *exec = FIRST "/a b/ccl-hook\",\"args\":[]}]}]";
			const char *shell = FIRST "'/a b/ccl-hook'\"}]}]";
			if (!has_args && i >= 1 && i <= 3) // any quotes that work will do
				shell = arena_printf(&a, "%s%s\"}]}]", FIRST, old[i]);
			expect_command("/a b/ccl-hook", WIRING_EXEC, text, exec);
			expect_command("/a b/ccl-hook", WIRING_SHELL, text, shell);
			expect_command("/a b/ccl-hook", WIRING_ANY, text, has_args ? exec : shell);
		}
	}
	arena_free(&a);
}

static void the_shell_agrees_on_quotes(void **state)
{
	(void)state;
	static const char *const words[] = {"/plain", "/a b", "/it's", "/\"q\"", "/$HOME`x`",
		"/a\\b", "/*?[", "~/x", "/new\nline", "", "/\xc3\xa9", "=x", "A=b", "#x",
		"/;|&<>()"};
	struct arena a = {0};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		AUTO(buf_free) struct buf line = {0};
		char got[64] = "";
		buf_addz(&line, "printf %s ");
		size_t start = line.n;
		command_quote(&line, str_of(words[i]));
		FILE *f = popen(buf_z(&line), "r");
		assert_non_null(f);
		got[fread(got, 1, sizeof got - 1, f)] = '\0';
		assert_int_equal(pclose(f), 0);
		assert_string_equal(got, words[i]);
		struct command c = command_parse(&a, str_from(buf_str(&line), start));
		assert_true(
			str_is(c.program, words[i]) && c.is_literal && !c.before.n && !c.after.n);
	}
	AUTO(buf_free) struct buf empty = {0};
	command_quote(&empty, STR(""));
	expect(buf_str(&empty), "''");
	arena_free(&a);
}

static void a_survey_tells_each_state(void **state)
{
	(void)state;
	struct wiring_survey s;
	struct err e;
	assert_true(wiring_survey(&exec_form,
		STR("{\"disableAllHooks\":true,\"hooks\":{" STOP
		    ",\"SubagentStop\":[" G(H) "," G(H) "],\"SessionEnd\":[" G(
			    OLD("/x/ccl-hook")) "],\"PreCompact\":[" G(H) "]}}"),
		&s, &e));
	assert_int_equal(s.events[0].wiring, INSTALL_WIRED);
	assert_int_equal(s.events[1].wiring, INSTALL_DUPLICATE);
	assert_int_equal(s.events[1].n_entries, 2);
	assert_int_equal(s.events[2].wiring, INSTALL_OUTDATED);
	assert_int_equal(s.events[3].wiring, INSTALL_MISSING);
	assert_string_equal(s.events[3].name, "SessionStart");
	assert_int_equal(s.n_stray, 1);
	assert_true(s.is_all_disabled);
	assert_true(wiring_survey(&exec_form, STR("{\"disableAllHooks\":\"true\"}"), &s, &e));
	assert_false(s.is_all_disabled);
	assert_true(wiring_survey(&exec_form, STR_NONE, &s, &e));
	assert_int_equal(s.events[0].wiring, INSTALL_MISSING);
	struct wiring_want unknown = exec_form;
	unknown.form = WIRING_ANY;
	assert_true(wiring_survey(&unknown, STR("{\"hooks\":{" STOP "}}"), &s, &e));
	assert_int_equal(s.events[0].wiring, INSTALL_WIRED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_change_as_told),
		cmocka_unit_test(the_style_is_that_of_the_file),
		cmocka_unit_test(a_file_of_ours_alone_is_nothing),
		cmocka_unit_test(malformed_texts_are_refused),
		cmocka_unit_test(commands_suit_the_client),
		cmocka_unit_test(the_shell_agrees_on_quotes),
		cmocka_unit_test(a_survey_tells_each_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
