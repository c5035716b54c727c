// SPDX-License-Identifier: MIT
// What `ccl pr link` and the commit trailer read: numbers and repositories, a branch's log,
// folders; and running another program.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "program.h"
#include "clock.h"
#include "ledger.h"
#include "pr_target.h"
#include "tally.h"
#include "trailer.h"

static sqlite3 *db;
static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	struct err e = {0};
	return sqlite3_open(":memory:", &db) == SQLITE_OK &&
			       ledger_exec(db,
				       "CREATE TABLE project(id INTEGER PRIMARY KEY, root, name, "
				       "repo);"
				       "CREATE TABLE worktree(id INTEGER PRIMARY KEY, project_id, "
				       "base_repo);"
				       "INSERT INTO project VALUES (1, '/u/api', 'api', "
				       "'git.corp/Acme/api'),"
				       "(2, '/u/fork', 'fork', 'github.com/me/fork'), (3, "
				       "'/u/local', 'local', NULL);"
				       "INSERT INTO worktree VALUES (1, 2, 'github.com/up/fork')",
				       &e)
		       ? 0
		       : 1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return sqlite3_close(db);
}

// "host/owner/name#7", or NULL
static const char *number(int64_t project_id, const char *word, const char *repo)
{
	struct err e = {0};
	struct pr_name out;
	if (!pr_target_number(db, &arena, str_of(word), str_of(repo), project_id, &out, &e))
		return e.code == ERR_USAGE ? NULL : "wrong error";
	return arena_printf(&arena, "%.*s#%lld", STR_ARG(out.repo), (long long)out.number);
}

static void test_numbers(void **state)
{
	(void)state;
	assert_string_equal(number(1, "7", NULL), "git.corp/Acme/api#7");
	assert_string_equal(number(1, "#7", NULL), "git.corp/Acme/api#7");
	assert_string_equal(number(1, "!2147483647", NULL), "git.corp/Acme/api#2147483647");
	assert_string_equal(number(2, "7", NULL), "github.com/up/fork#7"); // where gh sends them
	assert_string_equal(number(2, "7", "ME/fork"), "github.com/me/fork#7");
	assert_string_equal(number(3, "7", NULL), "local#7");
	assert_string_equal(number(0, "7", NULL), "#7");
	// as the ledger spells it
	assert_string_equal(number(1, "acme/API#7", NULL), "git.corp/Acme/api#7");
	assert_string_equal(number(1, "7", "GIT.corp/acme/api"), "git.corp/Acme/api#7");
	assert_string_equal(number(3, "7", "me/fork"), "github.com/me/fork#7");
	assert_string_equal(number(3, "7", "nobody/knows"), "nobody/knows#7");
	assert_string_equal(number(1, "7", "group/sub/api"), "git.corp/group/sub/api#7");
	assert_string_equal(
		number(1, "7", "gitlab.com/group/sub/api"), "gitlab.com/group/sub/api#7");
	assert_string_equal(number(1, "https://u:secret@GitHub.com/up/fork/pull/9/files?x#y", NULL),
		"github.com/up/fork#9");
	assert_string_equal(number(1, "https://dev.azure.com/o/p/_git/r/pullrequest/3", NULL),
		"dev.azure.com/o/p/r#3");
}

static void test_no_numbers(void **state)
{
	(void)state;
	static const char *const words[] = {"", "0", "-1", "+7", " 7", "7 ", "7;x", "0x7", "1e3",
		"2147483648", "99999999999999999999", "#", "##7", "7#", "a/b#", "b#7", "../b#7",
		"https://github.com/up/fork", "ftp://github.com/up/fork/pull/9", "--output=x"};
	static const char *const repos[] = {"api", "/", "a/", "a b/c", "a/$(x)", "../b", "a/..",
		"-a/b", "u:p@h.x/a/b", "https://h.x/a/b", "git@h.x:a/b", "a/b\n", "ext::sh/a"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		assert_null(number(1, words[i], NULL));
	for (size_t i = 0; i < sizeof repos / sizeof *repos; i++)
		assert_null(number(1, "7", repos[i]));
	assert_null(number(1, "https://github.com/up/fork/pull/9", "up/fork"));
}

#define LINE(s, message)                                                                           \
	"0000000000000000000000000000000000000001 0000000000000000000000000000000000000002 a "     \
	"<a@b> " s " +0000\t" message "\n"

static void test_since(void **state)
{
	(void)state;
	assert_int_equal(trailer_since_ms(STR("")), 0);
	assert_int_equal(trailer_since_ms(STR("nonsense\n")), 0);
	assert_int_equal(trailer_since_ms(STR(LINE("1795132800", "branch: Created from main"))),
		(1795132800 - 4 * 3600) * INT64_C(1000));
	assert_int_equal(trailer_since_ms(STR(LINE("1795132800", "branch: Created from main")
					 LINE("1795132900", "commit: One"))),
		INT64_C(1795132901000));
	// what an amend, a reset or a merge left unpaid, the next commit pays for
	assert_int_equal(trailer_since_ms(STR(LINE("1795132900", "commit: One") LINE("1795133000",
				 "commit (amend): One") LINE("1795133100", "reset: moving to HEAD^")
					 LINE("1795133200", "merge x: Fast-forward"))),
		INT64_C(1795132901000));
	assert_int_equal(trailer_since_ms(STR(LINE("1795132900", "commit (initial): One") "torn")),
		INT64_C(1795132901000));
}

static void test_folder_names(void **state)
{
	(void)state;
	assert_string_equal(
		trailer_folder_name(&arena, STR("/home/u/my_api.x")), "-home-u-my-api-x");
	assert_string_equal(trailer_folder_name(&arena, STR("/h/\xc3\xa9t\xc3\xa9")), "-h--t-");
	assert_string_equal(trailer_folder_name(&arena, STR("/\xf0\x9f\x99\x82")), "---");
	char long_path[400];
	memset(long_path, 'x', sizeof long_path);
	assert_int_equal(strlen(trailer_folder_name(&arena, (struct str){long_path, 400})), 200);
}

static void test_tally_in_words(void **state)
{
	(void)state;
	const struct {
		struct tally t;
		const char *want;
	} cases[] = {
		{{41, 0, INT64_C(6120000000000)}, "41 turns, $6.12"},
		{{1, 0, INT64_C(20000000000)}, "1 turn, $0.02"},
		{{3, 1, INT64_C(20000000000)}, "3 turns, $0.02 (1 has no price)"},
		{{3, 3, 0}, "3 turns without a price"},
		{{0, 0, 0}, "0 turns"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = {0};
		tally_add(&b, &cases[i].t);
		assert_string_equal(buf_z(&b), cases[i].want);
		buf_free(&b);
	}
}

static enum err_code run(const char *script, int limit_ms, struct buf *out, int *status)
{
	struct err e = {0};
	const char *argv[] = {"sh", "-c", script, NULL};
	struct program c = {.argv = argv, .limit_ms = limit_ms, .out = out};
	buf_clear(out);
	return program_run(&c, status, &e) ? ERR_NONE : e.code;
}

static void test_child(void **state)
{
	(void)state;
	struct buf out = {0};
	struct err e = {0};
	int status = -1;
	assert_int_equal(run("echo a; echo b >&2; cat; exit 3", 5000, &out, &status), ERR_NONE);
	assert_int_equal(status, 3);
	assert_string_equal(buf_z(&out), "a\n");
	assert_int_equal(run("kill -9 $$", 5000, &out, &status), ERR_IO);
	int64_t start_ms = clock_mono_ms();
	assert_int_equal(run("sleep 30", 50, &out, &status), ERR_BUSY);
	assert_int_equal(run("exec >&-; exec sleep 30", 50, &out, &status), ERR_BUSY);
	assert_true(clock_mono_ms() - start_ms < 10000);
	// more than is kept
	assert_int_equal(run("head -c 3000000 /dev/zero", 20000, &out, &status), ERR_NONE);
	assert_true(out.n <= PROGRAM_MAX_OUTPUT_BYTES);
	const char *none[] = {"/nowhere/x", NULL};
	struct program c = {.argv = none};
	assert_false(program_run(&c, &status, &e));
	assert_int_equal(e.code, ERR_IO);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_no_numbers),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_folder_names),
		cmocka_unit_test(test_tally_in_words),
		cmocka_unit_test(test_child),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
