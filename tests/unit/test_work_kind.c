// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "work_kind.h"

static void test_kinds(void **state)
{
	(void)state;
	static const struct {
		const char *tool, *target;
		enum work_kind kind;
	} cases[] = {
		{"Edit", "/a/b.c", WORK_EDIT},
		{"NotebookEdit", "/a/b.ipynb", WORK_EDIT},
		{"Write", "/a/b.c", WORK_WRITE},
		{"Grep", NULL, WORK_READ},
		{"WebFetch", NULL, WORK_WEB},
		{"Agent", "Explore", WORK_AGENT},
		{"Task", NULL, WORK_AGENT},
		{"ExitPlanMode", NULL, WORK_PLAN},
		{"TaskUpdate", NULL, WORK_TODO},
		{"TodoWrite", NULL, WORK_TODO},
		{"mcp__github__get_issue", NULL, WORK_OTHER},
		{NULL, NULL, WORK_OTHER},
		{"Bash", NULL, WORK_SHELL},
		{"Bash", "pytest", WORK_TEST},
		{"Bash", "cargo test", WORK_TEST},
		{"Bash", "npm test:unit", WORK_TEST},
		{"Bash", "make check", WORK_TEST},
		{"Bash", "make", WORK_BUILD},
		{"Bash", "npm install", WORK_BUILD},
		{"Bash", "docker run", WORK_BUILD},
		{"Bash", "git commit", WORK_GIT},
		{"Bash", "git log", WORK_READ},
		{"Bash", "gh pr", WORK_GIT},
		{"Bash", "rg", WORK_READ},
		{"Bash", "python3", WORK_SHELL},
		{"Edit", "pytest", WORK_EDIT},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (work_kind_of(str_of(cases[i].tool), str_of(cases[i].target)) != cases[i].kind)
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
		if (!work_is_test_file(str_of(tests[i])))
			fail_msg("%s is one", tests[i]);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (work_is_test_file(str_of(others[i])))
			fail_msg("%s is none", others[i]);
	assert_true(work_is_document(STR("/a/README.md")));
	assert_false(work_is_document(STR("/a/md")));
	assert_false(work_is_test_file(STR_NONE) || work_is_document(STR_NONE));
}

#define CALLS(...) .calls = {__VA_ARGS__}

static void test_activities(void **state)
{
	(void)state;
	static const struct {
		struct work w;
		const char *activity;
	} cases[] = {
		{{.is_plan_mode = false}, "conversation"},
		{{.is_plan_mode = true}, "planning"},
		{{CALLS([WORK_EDIT] = 4), .main_edits = 4, .is_plan_mode = true}, "planning"},
		{{CALLS([WORK_PLAN] = 1, [WORK_READ] = 9)}, "planning"},
		{{CALLS([WORK_AGENT] = 1, [WORK_EDIT] = 3)}, "delegation"},
		{{CALLS([WORK_AGENT] = 1, [WORK_EDIT] = 3), .main_edits = 1}, "coding"},
		{{CALLS([WORK_EDIT] = 2), .main_edits = 2, .test_edits = 2, .fixes = 1}, "testing"},
		{{CALLS([WORK_EDIT] = 1, [WORK_WRITE] = 1), .main_edits = 2, .document_edits = 2},
			"documentation"},
		{{CALLS([WORK_EDIT] = 2), .main_edits = 2, .test_edits = 1, .fixes = 1},
			"debugging"},
		{{CALLS([WORK_EDIT] = 3), .main_edits = 3, .files = 3, .added = 40, .removed = 30},
			"refactoring"},
		{{CALLS([WORK_EDIT] = 3), .main_edits = 3, .files = 3, .added = 40, .removed = 29},
			"coding"},
		{{CALLS([WORK_EDIT] = 3), .main_edits = 3, .files = 2, .added = 40, .removed = 30},
			"coding"},
		{{CALLS([WORK_EDIT] = 3), .main_edits = 3, .files = 3}, "coding"},
		{{CALLS([WORK_READ] = 9, [WORK_TEST] = 1, [WORK_GIT] = 3)}, "testing"},
		{{CALLS([WORK_BUILD] = 1, [WORK_GIT] = 3)}, "build"},
		{{CALLS([WORK_READ] = 9, [WORK_GIT] = 1)}, "git"},
		{{CALLS([WORK_READ] = 9, [WORK_WEB] = 1)}, "research"},
		{{CALLS([WORK_READ] = 1, [WORK_SHELL] = 3)}, "exploration"},
		{{CALLS([WORK_TODO] = 1)}, "planning"},
		{{CALLS([WORK_SHELL] = 1)}, "general"},
		{{CALLS([WORK_OTHER] = 1)}, "general"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(work_activity(&cases[i].w), cases[i].activity);
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
