// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "deed.h"

static void test_kinds(void **state)
{
	(void)state;
	static const struct {
		const char *tool, *target;
		enum deed kind;
	} cases[] = {
		{"Edit", "/a/b.c", DEED_EDIT},
		{"NotebookEdit", "/a/b.ipynb", DEED_EDIT},
		{"Write", "/a/b.c", DEED_WRITE},
		{"Grep", NULL, DEED_READ},
		{"WebFetch", NULL, DEED_WEB},
		{"Agent", "Explore", DEED_AGENT},
		{"Task", NULL, DEED_AGENT},
		{"ExitPlanMode", NULL, DEED_PLAN},
		{"TaskUpdate", NULL, DEED_TODO},
		{"TodoWrite", NULL, DEED_TODO},
		{"mcp__github__get_issue", NULL, DEED_OTHER},
		{NULL, NULL, DEED_OTHER},
		{"Bash", NULL, DEED_SHELL},
		{"Bash", "pytest", DEED_TEST},
		{"Bash", "cargo test", DEED_TEST},
		{"Bash", "npm test:unit", DEED_TEST},
		{"Bash", "make check", DEED_TEST},
		{"Bash", "make", DEED_BUILD},
		{"Bash", "npm install", DEED_BUILD},
		{"Bash", "docker run", DEED_BUILD},
		{"Bash", "git commit", DEED_GIT},
		{"Bash", "git log", DEED_READ},
		{"Bash", "gh pr", DEED_GIT},
		{"Bash", "rg", DEED_READ},
		{"Bash", "python3", DEED_SHELL},
		{"Edit", "pytest", DEED_EDIT},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (deed_of(str_of(cases[i].tool), str_of(cases[i].target)) != cases[i].kind)
			fail_msg("%s %s", cases[i].tool, cases[i].target);
}

static void test_files(void **state)
{
	(void)state;
	static const char *const tests[] = {"/a/tests/b.c", "/a/tests/unit/b.c", "/a/test_b.py",
		"/a/b_test.go", "/a/b.spec.ts", "b.test.js", "/a/__tests__/b.js"};
	// a project may be called tests
	static const char *const others[] = {
		"/home/u/tests/app/src/b.c", "/a/attest/b.c", "/a/latest.c", "tests", "/", ""};
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		if (!deed_is_test_file(str_of(tests[i])))
			fail_msg("%s is one", tests[i]);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (deed_is_test_file(str_of(others[i])))
			fail_msg("%s is none", others[i]);
	assert_true(deed_is_document(STR("/a/README.md")));
	assert_false(deed_is_document(STR("/a/md")));
	assert_false(deed_is_test_file(STR_NONE) || deed_is_document(STR_NONE));
}

#define CALLS(...) .calls = {__VA_ARGS__}

static void test_activities(void **state)
{
	(void)state;
	static const struct {
		struct deeds w;
		const char *activity;
	} cases[] = {
		{{.is_plan_mode = false}, "conversation"},
		{{.is_plan_mode = true}, "planning"},
		{{CALLS([DEED_EDIT] = 4), .main_edits = 4, .is_plan_mode = true}, "planning"},
		{{CALLS([DEED_PLAN] = 1, [DEED_READ] = 9)}, "planning"},
		{{CALLS([DEED_AGENT] = 1, [DEED_EDIT] = 3)}, "delegation"},
		{{CALLS([DEED_AGENT] = 1, [DEED_EDIT] = 3), .main_edits = 1}, "coding"},
		{{CALLS([DEED_EDIT] = 2), .main_edits = 2, .test_edits = 2, .fixes = 1}, "testing"},
		{{CALLS([DEED_EDIT] = 1, [DEED_WRITE] = 1), .main_edits = 2, .document_edits = 2},
			"documentation"},
		{{CALLS([DEED_EDIT] = 2), .main_edits = 2, .test_edits = 1, .fixes = 1},
			"debugging"},
		{{CALLS([DEED_EDIT] = 3), .main_edits = 3, .files = 3, .added = 40, .removed = 30},
			"refactoring"},
		{{CALLS([DEED_EDIT] = 3), .main_edits = 3, .files = 3, .added = 40, .removed = 29},
			"coding"},
		{{CALLS([DEED_EDIT] = 3), .main_edits = 3, .files = 2, .added = 40, .removed = 30},
			"coding"},
		{{CALLS([DEED_EDIT] = 3), .main_edits = 3, .files = 3}, "coding"},
		{{CALLS([DEED_READ] = 9, [DEED_TEST] = 1, [DEED_GIT] = 3)}, "testing"},
		{{CALLS([DEED_BUILD] = 1, [DEED_GIT] = 3)}, "build"},
		{{CALLS([DEED_READ] = 9, [DEED_GIT] = 1)}, "git"},
		{{CALLS([DEED_READ] = 9, [DEED_WEB] = 1)}, "research"},
		{{CALLS([DEED_READ] = 1, [DEED_SHELL] = 3)}, "exploration"},
		{{CALLS([DEED_TODO] = 1)}, "planning"},
		{{CALLS([DEED_SHELL] = 1)}, "general"},
		{{CALLS([DEED_OTHER] = 1)}, "general"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(deeds_activity(&cases[i].w), cases[i].activity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_activities),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
