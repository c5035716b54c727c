// SPDX-License-Identifier: MIT
#include "git_repo.h"

#include "git_file.h"
#include "mutate.h"

static const char *const kinds[] = {"other", "checkout", "commit", "amend", "rename", "reset",
	"rebase-start", "rebase-finish", "merge", "pull", "clone", "cherry-pick", "revert",
	"birth"};

// "kind[:from>to][#number] ..." of a log.
static const char *moves_of(struct str text, struct str *rest)
{
	const char *out = "";
	struct git_move m;
	while (git_next_move(&text, &m)) {
		assert_true(strlen(m.old_sha) == 40 && strlen(m.new_sha) == 40);
		out = arena_printf(&arena, "%s%s", out, kinds[m.kind]);
		if (m.from.n || m.to.n)
			out = arena_printf(
				&arena, "%s:%.*s>%.*s", out, STR_ARG(m.from), STR_ARG(m.to));
		if (m.pr_number)
			out = arena_printf(&arena, "%s#%lld", out, (long long)m.pr_number);
		out = arena_printf(&arena, "%s ", out);
	}
	*rest = text;
	return out;
}

static const char *moves_of_file(const char *path)
{
	struct buf b = {0};
	struct str rest;
	assert_true(git_file_read(at(path), 1 << 20, &b));
	const char *moves = moves_of(arena_str(&arena, buf_str(&b)), &rest);
	assert_int_equal(rest.n, 0);
	buf_free(&b);
	return moves;
}

static void a_reflog_tells_every_move(void **state)
{
	(void)state;
	make_repo("moves");
	run("cd moves && c() { echo \"$1\" >>\"$2\"; git add -A; git commit -qm \"$1\"; }\n"
	    "git checkout -q -b feat/z; c 'two (#3)' g; git commit -q --amend -m 'two (#4) and "
	    "(#12)'\n"
	    "git checkout -q main; c 'three (#x)' h; git checkout -q feat/z; git rebase -q main\n"
	    "git branch -m feat/z z2; git checkout -q main; git merge -q --no-ff z2; git reset -q "
	    "--hard HEAD~1\n"
	    "git checkout -q --detach; git checkout -q main; git tag v1; git checkout -q v1; git "
	    "checkout -q -\n"
	    "git cherry-pick z2; git revert --no-edit HEAD");
	run("git clone -q moves cloned; cd moves && "
	    "git commit -q --allow-empty -m 'Merged PR 7: x' && cd ../cloned && git pull -q && "
	    "git checkout -q -b mine && git commit -q --allow-empty -m 'Merge pull request #9 from "
	    "a/b' && "
	    "cd ../moves && git commit -q --allow-empty -m y && cd ../cloned && git pull -q "
	    "--rebase origin main");
	assert_string_equal(moves_of_file("moves/.git/logs/HEAD"),
		"commit checkout:main>feat/z commit#3 amend#12 checkout:feat/z>main commit "
		"checkout:main>feat/z "
		"rebase-start other rebase-finish:>feat/z rename:feat/z>z2 rename:feat/z>z2 "
		"checkout:z2>main "
		"merge:z2> reset checkout:main> checkout:>main checkout:main>v1 checkout:>main "
		"cherry-pick revert "
		"commit#7 commit ");
	assert_string_equal(
		moves_of_file("cloned/.git/logs/HEAD"), "clone pull checkout:main>mine commit:b>#9 "
							"rebase-start other rebase-finish:>mine ");
	assert_string_equal(moves_of_file("moves/.git/logs/refs/heads/z2"),
		"birth commit#3 amend#12 other rename:feat/z>z2 ");
	struct buf b = {0};
	struct git_move m;
	assert_true(git_file_read(at("moves/.git/logs/HEAD"), 1 << 20, &b));
	struct str rest = buf_str(&b);
	assert_true(git_next_move(&rest, &m));
	check_str(str_of(m.new_sha), ask("moves", "git rev-parse z2~2").p);
	check_str(str_of(m.old_sha), "0000000000000000000000000000000000000000");
	const char *seconds = ask("moves", "git log -1 --format=%ct z2~2").p;
	assert_int_equal(m.at_ms, atoll(seconds) * 1000);
	buf_free(&b);
}

#define SHA1          "0123456789abcdef0123456789abcdef01234567"
#define LINE(message) SHA1 " " SHA1 " A <a@x> 1700000000 +0100\t" message "\n"

static const struct {
	const char *text, *moves;
} logs[] = {
	{LINE("commit: Merge pull request #12 from a/b"), "commit:b>#12 "},
	{LINE("commit (merge): Merge pull request #12 from a/b/c"), "merge:b/c>#12 "},
	{LINE("commit: Merged PR 12: title (#3)"), "commit#12 "},
	{LINE("commit: Merge branch 'x' See merge request g/p!12"), "commit#12 "},
	{LINE("commit: Merged in x (pull request #12)"), "commit:x>#12 "},
	{LINE("commit: Revert \"x (#12)\""), "commit "},
	{LINE("commit: x (#12) (#13)"), "commit#13 "},
	{LINE("commit: x (#12) y"), "commit "},
	{LINE("commit: x(#12)"), "commit "},
	{LINE("commit: (#0)"), "commit "},
	{LINE("commit: x (#99999999999)"), "commit "},
	{LINE("commit: Merge pull request #12x from"), "commit "},
	{LINE("cherry-pick: x (#12)"), "cherry-pick "},
	{LINE("revert: Revert x (#12)"), "revert "},
	{LINE("am: x (#12)"), "commit#12 "},
	{LINE("commit: rebase (start): checkout main"), "commit "},
	{LINE("commit: checkout: moving from a to b"), "commit "},
	{LINE("rebase -i (finish): returning to refs/heads/a/b"), "rebase-finish:>a/b "},
	{LINE("rebase (abort): returning to refs/heads/a"), "rebase-finish:>a "},
	{LINE("rebase finished: returning to refs/heads/a"), "rebase-finish:>a "},
	{LINE("rebase: checkout main"), "rebase-start "},
	{LINE("rebase (finish): returning to " SHA1), "rebase-finish "},
	{LINE("pull --rebase origin x (pick): y (#1)"), "other "},
	{LINE("pull origin x: Fast-forward"), "pull "},
	{LINE("clone: from https://jane:s3cret@github.com/a/b"), "clone "},
	{LINE("checkout: moving from " SHA1 " to a"), "checkout:>a "},
	{LINE("checkout: moving from a to HEAD~2"), "checkout:a> "},
	{LINE("checkout: moving from a to --output=x"), "checkout:a> "},
	{LINE("checkout: moving from a to b\x1b[0m"), "checkout:a> "},
	{LINE("checkout: moving from a"), "checkout "},
	{LINE("checkout: moving from a to b c"), "checkout:a> "},
	{LINE("Branch: renamed refs/heads/a to refs/heads/b"), "rename:a>b "},
	{LINE("Branch: renamed refs/heads/a to refs/heads/-b"), "rename:a> "},
	{LINE("branch: Created from HEAD"), "birth "},
	{LINE("branch: Created from origin/main"), "birth:origin/main> "},
	{LINE("merge a b: Merge made by"), "merge "},
	{LINE("mergexyz: x"), "other "},
	{LINE(""), "other "},
	{SHA1 " " SHA1 " A <a@x> 1700000000 +0100\n", "other "},
	{SHA1 " " SHA1 " A > <b <a@x> 1700000000 +0100\tcommit: x\n", "commit "},
	// malformed, each before a good one
	{"\n" LINE("commit: x"), "commit "},
	{"x y z\n" LINE("commit: x"), "commit "},
	{"0123 " SHA1 " A <a@x> 1700000000 +0100\tcommit: x\n" LINE("pull: x"), "pull "},
	{SHA1 " " SHA1 " A <a@x> -1 +0100\tcommit: x\n" LINE("pull: x"), "pull "},
	{SHA1 " " SHA1 " A <a@x> 253402300800 +0100\tcommit: x\n" LINE("pull: x"), "pull "},
	{SHA1 " " SHA1 " A 1700000000 +0100\tcommit: x\n" LINE("pull: x"), "pull "},
	{SHA1 " " SHA1 "\n" LINE("pull: x"), "pull "},
};

static void subjects_and_names_are_judged(void **state)
{
	(void)state;
	struct str rest;
	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
		const char *got = moves_of(str_of(logs[i].text), &rest);
		if (!str_is(str_of(got), logs[i].moves))
			fail_msg("%s gave \"%s\"", logs[i].text, got);
		assert_int_equal(rest.n, 0);
	}
	const char *torn = LINE("commit: x") "0123";
	assert_string_equal(moves_of(str_of(torn), &rest), "commit ");
	check_str(rest, "0123");
	struct git_move m;
	rest = STR(LINE("commit: x"));
	assert_true(git_next_move(&rest, &m));
	assert_true(m.at_ms == INT64_C(1700000000000));
	check_str(str_of(m.old_sha), SHA1);
	rest = STR_NONE;
	assert_false(git_next_move(&rest, &m));
}

static void branch_names_are_those_of_git(void **state)
{
	(void)state;
	static const char *const names[] = {"a", "a/b", "feat/x.y", "a-b", "-a", "--output=x",
		"a..b", "a.", ".a", "a/.b", "a.lock", "a.lock/b", "a//b", "/a", "a/", "a b", "a~b",
		"a^b", "a:b", "a?b", "a*b", "a[b", "a]b", "a\\b", "a@{b", "a@", "@a", "\xc3\xa4",
		"a\x7f", "a\tb", "HEAD", "a/HEAD", "refs/heads/a", "a{b}", "#1", "a'b", "a\"b",
		"a$b", "a;b", "a&b", "a|b", "!a", "."};
	run("mkdir -p names");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		write_file("names/name", str_of(names[i]));
		struct str ok = ask("names", "git check-ref-format --branch \"$(cat name)\" "
					     ">/dev/null 2>&1 && echo y || echo n");
		bool git_says = str_is(ok, "y");
		if (git_is_branch_name(str_of(names[i])) != git_says)
			fail_msg("git %s %s", git_says ? "takes" : "refuses", names[i]);
	}
	char name[GIT_NAME_MAX_BYTES + 1];
	memset(name, 'a', sizeof name);
	assert_true(git_is_branch_name((struct str){name, GIT_NAME_MAX_BYTES}));
	assert_false(git_is_branch_name((struct str){name, GIT_NAME_MAX_BYTES + 1}));
	assert_false(git_is_branch_name(STR_NONE));
	assert_false(git_is_branch_name(STR("a\0b")));
	assert_false(git_is_branch_name(STR("@"))); // which git takes for HEAD
}

static void check_safe(struct str name)
{
	assert_true(!name.p || git_is_branch_name(name));
}

static void broken_logs_do_no_harm(void **state)
{
	(void)state;
	uint64_t seed = 2685821657736338717u;
	static const char log[] = LINE("checkout: moving from a to b") LINE("commit: x (#12)")
		LINE("rebase (finish): returning to refs/heads/x")
			LINE("Branch: renamed refs/heads/a to refs/heads/b");
	for (int round = 0; round < 20000; round++) {
		struct str bad = mutate((struct str){log, sizeof log - 1}, " \t\n<>:()#!/", &seed),
			   rest = bad;
		struct git_move m;
		while (git_next_move(&rest, &m)) {
			check_safe(m.from);
			check_safe(m.to);
			assert_true(m.at_ms >= 0 && m.pr_number >= 0);
		}
		assert_false(rest.n && memchr(rest.p, '\n', rest.n));
		free((char *)(uintptr_t)bad.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reflog_tells_every_move),
		cmocka_unit_test(subjects_and_names_are_judged),
		cmocka_unit_test(branch_names_are_those_of_git),
		cmocka_unit_test(broken_logs_do_no_harm),
	};
	return cmocka_run_group_tests(tests, make_base, remove_base);
}
