// SPDX-License-Identifier: MIT
// Hooks that are wanted only while the guard is on or a budget is enforced: they come and go, and
// in the end the text is that of before.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "buf.h"
#include "wiring.h"

#define HOOK             "/o/ccl-hook"
#define H(timeout)       "{\"type\":\"command\",\"command\":\"" HOOK "\",\"args\":[]" timeout "}"
#define G(h)             "{\"hooks\":[" h "]}"
#define M(event, groups) "\"" event "\":[" groups "]"
#define LONG             H(",\"timeout\":10")
#define SHORT            H(",\"timeout\":5")
#define BASE                                                                                       \
	M("Stop", G(LONG))                                                                         \
	"," M("SubagentStop", G(LONG)) "," M("SessionEnd", G(H(""))) "," M("SessionStart", G(LONG))
#define PROMPT M("UserPromptSubmit", G(SHORT))
#define PRE    M("PreToolUse", G(SHORT))
#define POST   M("PostToolUse", G(SHORT))
#define USER   "{\"type\":\"command\",\"command\":\"say done\"}"

static struct wiring_want want(bool has_guard, bool has_enforce)
{
	return (struct wiring_want){.file = STR("f.json"),
		.hook_path = STR(HOOK),
		.form = WIRING_EXEC,
		.has_guard = has_guard,
		.has_enforce = has_enforce};
}

// Applies in place; the notes are those of this time.
static void apply(struct buf *text, bool has_guard, bool has_enforce, struct buf *notes)
{
	AUTO(buf_free) struct buf out = {0};
	struct wiring_want w = want(has_guard, has_enforce);
	struct err e = {0};
	buf_clear(notes);
	if (!wiring_apply(&w, text->p ? buf_str(text) : STR_NONE, &out, notes, &e))
		fail_msg("%s in: %s", e.text, buf_z(text));
	assert_int_equal(notes->n == 0, text->p && str_eq(buf_str(&out), buf_str(text)));
	buf_clear(text);
	buf_add(text, buf_str(&out));
}

static bool take_out(struct buf *text)
{
	AUTO(buf_free) struct buf out = {0}, notes = {0};
	struct wiring_want w = want(false, false);
	struct err e = {0};
	bool is_nothing;
	if (!wiring_remove(&w, buf_str(text), &out, &is_nothing, &notes, &e))
		fail_msg("%s in: %s", e.text, buf_z(text));
	buf_clear(text);
	buf_add(text, buf_str(&out));
	return is_nothing;
}

static void expect(struct buf *got, const char *is)
{
	if (!str_is(buf_str(got), is))
		fail_msg("got\n%s\nnot\n%s", buf_z(got), is);
}

static void what_is_wanted_is_wired(void **state)
{
	(void)state;
	AUTO(buf_free) struct buf text = {0}, notes = {0};
	buf_addz(&text, "{\"a\":1}");
	apply(&text, false, false, &notes);
	expect(&text, "{\"a\":1,\"hooks\":{" BASE "}}");
	apply(&text, true, false, &notes);
	expect(&notes, "added a hook for PostToolUse\n");
	expect(&text, "{\"a\":1,\"hooks\":{" BASE "," POST "}}");
	apply(&text, true, true, &notes);
	expect(&notes, "added a hook for UserPromptSubmit\nadded a hook for PreToolUse\n");
	expect(&text, "{\"a\":1,\"hooks\":{" BASE "," POST "," PROMPT "," PRE "}}");
	apply(&text, true, true, &notes);
	expect(&notes, "");
	apply(&text, true, false, &notes);
	expect(&notes, "took out the hook under \"UserPromptSubmit\": no budget is enforced\n"
		       "took out the hook under \"PreToolUse\": no budget is enforced\n");
	expect(&text, "{\"a\":1,\"hooks\":{" BASE "," POST "}}");
	apply(&text, false, false, &notes);
	expect(&notes, "took out the hook under \"PostToolUse\": the guard is off\n");
	expect(&text, "{\"a\":1,\"hooks\":{" BASE "}}");
	apply(&text, false, true, &notes); // each for itself
	expect(&text, "{\"a\":1,\"hooks\":{" BASE "," PROMPT "," PRE "}}");
	// All at once, into nothing.
	buf_clear(&text);
	buf_addz(&text, "{\"a\":1}");
	apply(&text, true, true, &notes);
	expect(&text, "{\"a\":1,\"hooks\":{" BASE "," PROMPT "," PRE "," POST "}}");
}

// Texts of before. Whatever was wired in between, in whatever order, taking out gives them again.
static const char *const befores[] = {"{}", "{ }", "{\n}\n", "{\"a\":1}", "{\n  \"a\": 1\n}\n",
	"{\"hooks\":{}}", "{\"hooks\": { },\"a\":1}", "{\n\t\"hooks\": {\n\t}\n}", "", " \r\n",
	"\xef\xbb\xbf\n", "{\"hooks\":{\"PostToolUse\":[]}}",
	"{\n  \"hooks\": {\n    \"PreToolUse\": [ ],\n    \"PostToolUse\": []\n  }\n}\n",
	"{\"hooks\":{\"PreToolUse\":[{\"matcher\":\"Bash\",\"hooks\":[" USER
	"]}],\"UserPromptSubmit\":[" G(USER) "]}}",
	"{\"hooks\":{\"PostToolUse\":[{\"matcher\":\"*\",\"hooks\":[]},{\"hooks\":[" USER "]}]}}"};

static void removing_gives_the_bytes_of_before(void **state)
{
	(void)state;
	enum { N_ROUNDS = 4 };
	AUTO(buf_free) struct buf text = {0}, notes = {0};
	for (size_t i = 0; i < sizeof befores / sizeof *befores; i++) {
		for (unsigned path = 0; path < 1u << (2 * N_ROUNDS); path++) {
			buf_clear(&text);
			buf_addz(&text, befores[i]);
			for (unsigned r = 0; r < N_ROUNDS; r++)
				apply(&text, path >> (2 * r) & 1, path >> (2 * r) & 2, &notes);
			assert_false(take_out(&text));
			expect(&text, befores[i]);
		}
	}
	for (unsigned path = 0; path < 64; path++) { // no file
		struct buf none = {0};
		for (unsigned r = 0; r < 3; r++)
			apply(&none, path >> (2 * r) & 1, path >> (2 * r) & 2, &notes);
		assert_true(take_out(&none));
		buf_free(&none);
	}
}

static void others_under_the_same_events_stay(void **state)
{
	(void)state;
	AUTO(buf_free) struct buf text = {0}, notes = {0};
#define BASH "{\"matcher\":\"Bash\",\"hooks\":[" USER "]}"
	buf_addz(&text, "{\"hooks\":{\"PreToolUse\":[" BASH "],\"PostToolUse\":[" G(USER) "]}}");
	apply(&text, true, true, &notes);
	expect(&text, "{\"hooks\":{\"PreToolUse\":[" BASH "," G(SHORT) "],\"PostToolUse\":[" G(
			      USER) "," G(SHORT) "]," BASE "," PROMPT "}}");
	apply(&text, false, false, &notes);
	expect(&text,
		"{\"hooks\":{\"PreToolUse\":[" BASH "],\"PostToolUse\":[" G(USER) "]," BASE "}}");
	// In the user's own group: "*" lets every tool through, "Edit" does not.
	buf_clear(&text);
	buf_addz(&text, "{\"hooks\":{" BASE ",\"PostToolUse\":[{\"matcher\":\"*\",\"hooks\":[" USER
			"," SHORT "]}],\"PreToolUse\":[{\"matcher\":\"Edit\",\"hooks\":[" SHORT
			"," USER "]}]," PROMPT "}}");
	apply(&text, true, true, &notes);
	expect(&notes, "took out the hook under \"PreToolUse\": it would not run every time\n"
		       "added a hook for PreToolUse\n");
	expect(&text, "{\"hooks\":{" BASE ",\"PostToolUse\":[{\"matcher\":\"*\",\"hooks\":[" USER
		      "," SHORT "]}],\"PreToolUse\":[{\"matcher\":\"Edit\",\"hooks\":[" USER
		      "]}," G(SHORT) "]," PROMPT "}}");
	// A rule or `async` would let calls through.
	buf_clear(&text);
	buf_addz(&text, "{\"hooks\":{" BASE "," PROMPT ",\"PreToolUse\":[" G(
				"{\"if\":\"Bash(x)\",\"type\":\"command\",\"command\":\"" HOOK
				"\",\"args\":[],\"async\":true,\"timeout\":5}") "]}}");
	apply(&text, false, true, &notes);
	expect(&text, "{\"hooks\":{" BASE "," PROMPT "," PRE "}}");
}

static void malformed_events_matter_only_if_wanted(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
		bool has_guard, has_enforce;
	} bad[] = {
		{"{\"hooks\":{\"PostToolUse\":{}}}",
			"f.json:1:25: PostToolUse is an object, not an array", true, false},
		{"{\"hooks\":{\"PreToolUse\":[3]}}",
			"f.json:1:25: this group of hooks is a number, not an object", false, true},
		{"{\"hooks\":{\"UserPromptSubmit\":[],\"UserPromptSubmit\":[]}}",
			"f.json:1:33: UserPromptSubmit stands here a second time", false, true},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		AUTO(buf_free) struct buf text = {0}, notes = {0};
		struct buf out = {0};
		struct err e = {0};
		struct wiring_want w = want(bad[i].has_guard, bad[i].has_enforce);
		assert_false(wiring_apply(&w, str_of(bad[i].text), &out, &notes, &e));
		assert_null(out.p);
		if (!str_starts(str_of(e.text), bad[i].says))
			fail_msg("%s: got '%s'", bad[i].text, e.text);
		buf_addz(&text, bad[i].text);
		apply(&text, !bad[i].has_guard, !bad[i].has_enforce, &notes);
		assert_false(take_out(&text));
		expect(&text, bad[i].text);
	}
}

static void a_survey_knows_what_is_wanted(void **state)
{
	(void)state;
	struct wiring_survey s;
	struct err e;
	struct wiring_want w = want(true, false);
	struct str text = STR("{\"hooks\":{" BASE "," PRE ",\"PreCompact\":[" G(SHORT) "]}}");
	assert_true(wiring_survey(&w, text, &s, &e));
	assert_int_equal(s.n_stray, 1);
	for (size_t i = 0; i < 4; i++)
		assert_true(
			s.events[i].wiring == INSTALL_WIRED && s.events[i].need == INSTALL_ALWAYS);
	assert_string_equal(s.events[4].name, "UserPromptSubmit");
	assert_int_equal(s.events[4].wiring, INSTALL_UNUSED);
	assert_string_equal(s.events[5].name, "PreToolUse");
	assert_int_equal(s.events[5].wiring, INSTALL_UNWANTED);
	assert_int_equal(s.events[5].need, INSTALL_FOR_ENFORCE);
	assert_string_equal(s.events[6].name, "PostToolUse");
	assert_int_equal(s.events[6].wiring, INSTALL_MISSING);
	assert_int_equal(s.events[6].need, INSTALL_FOR_GUARD);
	w = want(false, true);
	assert_true(wiring_survey(&w, text, &s, &e));
	assert_int_equal(s.events[4].wiring, INSTALL_MISSING);
	assert_int_equal(s.events[5].wiring, INSTALL_WIRED);
	assert_int_equal(s.events[6].wiring, INSTALL_UNUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wanted_is_wired),
		cmocka_unit_test(removing_gives_the_bytes_of_before),
		cmocka_unit_test(others_under_the_same_events_stay),
		cmocka_unit_test(malformed_events_matter_only_if_wanted),
		cmocka_unit_test(a_survey_knows_what_is_wanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
