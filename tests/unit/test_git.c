// SPDX-License-Identifier: MIT
// What git itself says is the oracle.
#include "git_repo.h"

#include "git_file.h"
#include "mutate.h"

// The place that git itself sees from `dir`, and the root that we expect.
static void check_place(const char *dir, const char *root)
{
	struct git_place p = find(dir);
	check_str(p.root, at(root).p);
	check_str(p.git_dir, ask(dir, "git rev-parse --absolute-git-dir").p);
	check_str(p.common_dir, ask(dir, "realpath \"$(git rev-parse --git-common-dir)\"").p);
	if (p.top.n)
		check_str(p.top, ask(dir, "git rev-parse --show-toplevel").p);
}

static void check_branch(const char *dir, const char *branch)
{
	struct git_head h = head_of(dir);
	assert_int_equal(h.kind, GIT_HEAD_BRANCH);
	check_str(h.branch, branch);
	check_str(h.branch, ask(dir, "git symbolic-ref --short HEAD").p);
	check_str(str_of(h.sha), ask(dir, "git rev-parse HEAD").p);
	assert_int_equal(h.op, GIT_OP_NONE);
}

static void plain_repositories_are_found(void **state)
{
	(void)state;
	make_repo("plain");
	run("mkdir -p 'plain/a b/c' && ln -s plain/a\\ b link && ln -s plain/.git/hooks inside");
	check_place("plain", "plain");
	check_place("plain/a b/c", "plain");
	check_place("link/c", "plain");
	check_branch("plain/a b", "main");
	struct git_place p = find("plain");
	assert_false(p.is_worktree || p.is_submodule || p.is_bare);
	check_str(p.common_dir, p.git_dir.p);
	// within .git
	static const char *const inside[] = {"plain/.git", "plain/.git/refs/heads", "inside"};
	for (size_t i = 0; i < 3; i++) {
		p = find(inside[i]);
		check_str(p.root, at("plain").p);
		check_str(p.top, at("plain").p);
		check_str(p.git_dir, at("plain/.git").p);
		assert_false(p.is_bare);
	}
	// .git is a link
	run("mkdir linked && mv plain/.git linked/store && ln -s ../linked/store plain/.git");
	p = find("plain");
	check_str(p.root, at("plain").p);
	check_str(p.git_dir, at("linked/store").p);
	assert_false(p.is_bare);
}

static void nothing_is_found_where_there_is_nothing(void **state)
{
	(void)state;
	struct git_place p = {.is_bare = true};
	run("mkdir -p none/sub empty/.git broken/sub gone && echo 'gitdir: ../nowhere' "
	    ">broken/.git");
	run("mkdir fifo junk huge dir && mkfifo fifo/.git && printf 'x\\0y' >junk/.git");
	run("head -c 5000 /dev/zero | tr '\\0' x >huge/.git && echo 'gitdir: sub' >dir/.git && "
	    "mkdir dir/sub");
	static const char *const dirs[] = {"none", "none/sub", "none/missing", "empty", "broken",
		"broken/sub", "fifo", "junk", "huge", "dir", "broken/.git"};
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (git_find(&arena, at(dirs[i]), &p))
			fail_msg("%s is in a repository", dirs[i]);
	assert_false(git_find(&arena, STR_NONE, &p));
	assert_false(git_find(&arena, STR("plain"), &p));
	assert_false(git_find(&arena, STR("/\0/tmp"), &p));
	assert_false(git_find(&arena, STR("/"), &p));
	assert_true(p.is_bare); // untouched
	if (geteuid() == 0)
		return;
	make_repo("closed");
	run("mkdir closed/sub && chmod 000 closed/sub");
	assert_false(git_find(&arena, at("closed/sub"), &p));
}

static void a_repository_within_another_is_its_own(void **state)
{
	(void)state;
	make_repo("outer");
	make_repo("outer/inner");
	run("mkdir -p outer/invalid/.git outer/x");
	check_place("outer/inner", "outer/inner");
	check_place("outer/invalid", "outer"); // git passes by a .git folder that is none
	check_place("outer/x", "outer");
	char deep[8192] = "outer";
	for (int i = 0; i < 70; i++)
		memcpy(deep + 5 + 2 * i, "/d", 3);
	run("mkdir -p %s", deep);
	struct git_place p;
	assert_false(git_find(&arena, at(deep), &p)); // too deep
	deep[5 + 2 * 60] = '\0';
	check_place(deep, "outer");
}

static void worktrees_share_their_root(void **state)
{
	(void)state;
	make_repo("wmain");
	run("cd wmain && git worktree add -q ../wtree -b feat/x && git worktree add -q "
	    ".claude/worktrees/a -b agent");
	run("cd wmain && echo 2 >g && git add g && git commit -qm two && mkdir ../wtree/sub");
	check_place("wtree", "wmain");
	check_place("wtree/sub", "wmain");
	check_place("wmain/.claude/worktrees/a", "wmain");
	struct git_place p = find("wtree");
	assert_true(p.is_worktree);
	assert_false(p.is_bare || p.is_submodule);
	check_str(p.top, at("wtree").p);
	check_branch("wtree", "feat/x");
	check_branch("wmain", "main");
	check_branch("wmain/.claude/worktrees/a", "agent");
	run("cd wtree && git checkout -q --detach");
	assert_int_equal(head_of("wtree").kind, GIT_HEAD_DETACHED);
	check_branch("wmain", "main");
	run("mv wmain/.git/worktrees/wtree/commondir x && mkfifo "
	    "wmain/.git/worktrees/wtree/commondir");
	assert_false(git_find(&arena, at("wtree"), &p));
}

static void submodules_are_their_own(void **state)
{
	(void)state;
	make_repo("lib");
	make_repo("super");
	run("cd super && git submodule add -q ../lib deps/lib && git commit -qm sub && mkdir "
	    "deps/lib/x");
	check_place("super/deps/lib", "super/deps/lib");
	check_place("super/deps/lib/x", "super/deps/lib");
	check_place("super/deps", "super");
	struct git_place p = find("super/deps/lib");
	assert_true(p.is_submodule);
	assert_false(p.is_worktree || p.is_bare);
	check_branch("super/deps/lib", "main");
	check_str(find("super/.git/modules/deps/lib").root, at("super").p);
	run("cd super/deps/lib && git worktree add -q ../../../subwt -b w");
	check_place("subwt", "super/deps/lib");
	assert_true(find("subwt").is_submodule && find("subwt").is_worktree);
	run("cd super && git worktree add -q ../swt && cd ../swt && git submodule update -q "
	    "--init");
	check_place("swt/deps/lib", "swt/deps/lib");
	assert_true(find("swt/deps/lib").is_submodule);
}

static void bare_repositories_have_no_tree(void **state)
{
	(void)state;
	make_repo("tobare");
	run("git clone -q --bare tobare bare.git && cd bare.git && git worktree add -q ../bwt -b "
	    "feat");
	check_place("bare.git", "bare.git");
	check_place("bare.git/refs", "bare.git");
	check_place("bwt", "bare.git");
	struct git_place p = find("bare.git");
	assert_true(p.is_bare && !p.top.n && !p.is_worktree);
	p = find("bwt");
	assert_true(p.is_bare && p.is_worktree);
	check_str(p.top, at("bwt").p);
	check_branch("bwt", "feat");
	check_branch("bare.git", "main");
	// a folder of worktrees around a hidden bare repository
	run("mkdir proj && git clone -q --bare tobare proj/.bare && echo 'gitdir: ./.bare' "
	    ">proj/.git");
	run("cd proj && git worktree add -q feat -b feat");
	check_str(find("proj").root, at("proj/.bare").p);
	check_str(find("proj/feat").root, at("proj/.bare").p);
	assert_true(find("proj").is_bare);
	// not bare, but kept elsewhere
	run("git init -q -b main --separate-git-dir=kept.git sep && cd sep && git commit -q "
	    "--allow-empty -m x");
	check_place("sep", "sep");
	assert_false(find("sep").is_bare);
}

static void unborn_and_detached_heads_are_told(void **state)
{
	(void)state;
	run("git init -q -b trunk/x unborn");
	struct git_head h = head_of("unborn");
	assert_int_equal(h.kind, GIT_HEAD_BRANCH);
	check_str(h.branch, "trunk/x");
	assert_int_equal(h.sha[0], 0);
	assert_int_equal(h.sha[GIT_SHA_BYTES - 1], 0);
	make_repo("heads");
	run("cd heads && git checkout -q --detach");
	h = head_of("heads");
	assert_int_equal(h.kind, GIT_HEAD_DETACHED);
	assert_null(h.branch.p);
	assert_int_equal(h.op, GIT_OP_NONE);
	check_str(str_of(h.sha), ask("heads", "git rev-parse HEAD").p);
	run("git init -q -b main --object-format=sha256 long && cd long && git commit -q "
	    "--allow-empty -m x");
	check_branch("long", "main");
	assert_int_equal(strlen(head_of("long").sha), 64);
}

static void an_operation_tells_its_branch(void **state)
{
	(void)state;
	make_repo("ops");
	run("cd ops && git checkout -q -b feat/y && echo a >f && git commit -qam a && git checkout "
	    "-q main && "
	    "echo b >f && git commit -qam b && git checkout -q feat/y && ! git rebase -q main");
	struct git_head h = head_of("ops");
	assert_int_equal(h.kind, GIT_HEAD_DETACHED);
	assert_int_equal(h.op, GIT_OP_REBASE);
	check_str(h.branch, "feat/y");
	run("cd ops && git rebase --abort && ! git rebase -q --apply main");
	h = head_of("ops");
	assert_int_equal(h.op, GIT_OP_REBASE);
	check_str(h.branch, "feat/y");
	run("cd ops && git rebase --abort && git checkout -q --detach && ! git rebase -q main");
	h = head_of("ops");
	assert_int_equal(h.op, GIT_OP_REBASE);
	assert_null(h.branch.p);
	run("cd ops && git rebase --abort && git checkout -q feat/y && git bisect start HEAD "
	    "main~1");
	run("cd ops && for i in 1 2 3; do git commit -q --allow-empty -m $i; done; git checkout -q "
	    "feat/y; "
	    "git bisect reset; git bisect start feat/y~0 main~1; git checkout -q --detach");
	h = head_of("ops");
	assert_int_equal(h.kind, GIT_HEAD_DETACHED);
	assert_int_equal(h.op, GIT_OP_BISECT);
	check_str(h.branch, "feat/y");
	run("cd ops && git bisect reset");
	check_branch("ops", "feat/y");
}

static void odd_heads_are_not_branches(void **state)
{
	(void)state;
	static const char *const none[] = {"ref: refs/heads/--output=x\n", "ref: refs/heads/a..b\n",
		"ref: refs/heads/a\x1b[31m\n", "ref: refs/heads/../../x\n",
		"ref: refs/remotes/origin/x\n", "ref: refs/heads/\n", "ref: \n",
		"ref: refs/heads/HEAD\n"};
	static const char *const bad[] = {"", "\n", "x\n", "0123\n", "ref refs/heads/x\n",
		"0123456789012345678901234567890123456789x\n",
		"012345678901234567890123456789012345678G\n"};
	make_repo("odd");
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		write_file("odd/.git/HEAD", str_of(none[i]));
		struct git_head h = head_of("odd");
		assert_int_equal(h.kind, GIT_HEAD_NONE);
		assert_null(h.branch.p);
		assert_int_equal(h.sha[0], 0);
	}
	struct git_place p = find("odd");
	struct git_head h = {.kind = GIT_HEAD_REFTABLE};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		write_file("odd/.git/HEAD", str_of(bad[i]));
		assert_false(git_read_head(&arena, &p, &h));
	}
	char big[GIT_SMALL_MAX_BYTES + 2];
	memset(big, ' ', sizeof big);
	memcpy(big, "ref: refs/heads/x\n", 18);
	write_file("odd/.git/HEAD", (struct str){big, sizeof big});
	assert_false(git_read_head(&arena, &p, &h));
	run("rm odd/.git/HEAD && mkfifo odd/.git/HEAD");
	assert_false(git_read_head(&arena, &p, &h)); // and does not wait
	assert_int_equal(h.kind, GIT_HEAD_REFTABLE);
	run("rm odd/.git/HEAD");
	write_file("odd/.git/HEAD", STR("ref: refs/heads/.invalid\n"));
	assert_int_equal(head_of("odd").kind, GIT_HEAD_REFTABLE);
}

static void packed_refs_are_searched(void **state)
{
	(void)state;
	enum { N = 5000 };
	make_repo("packed");
	run("cd packed && git tag -am x t1 && git tag -am x t2 && git update-ref refs/aaa/x main "
	    "&& "
	    "git update-ref refs/remotes/origin/main main && git pack-refs --all && test ! -e "
	    ".git/refs/heads/main");
	// many branches in git's order; their commits need not exist
	run("cd packed/.git && seq %d | awk '{ printf \"%%040x refs/heads/b/%%d\\n\", $1 * 7919, "
	    "$1 }' | "
	    "LC_ALL=C sort -k2 >b && (sed '/refs.aaa/q' packed-refs; cat b; sed '1,/refs.aaa/d' "
	    "packed-refs) >p && "
	    "mv p packed-refs",
		N);
	check_str(
		ask("packed", "git rev-parse b/4711"), "0000000000000000000000000000000002394029");
	check_branch("packed", "main");
	for (int round = 0; round < 2; round++) {
		for (int k = 1; k <= N; k += round ? 97 : 1) {
			char sha[GIT_SHA_BYTES];
			const char *want = arena_printf(&arena, "%040x", (unsigned)k * 7919);
			struct str branch = str_of(arena_printf(&arena, "b/%d", k));
			git_resolve(&arena, at("packed/.git"), branch, sha);
			assert_string_equal(sha, want);
		}
		static const char *const missing[] = {
			"a", "b", "b/", "b/0", "b/5001", "b/49999", "c", "zzz", "mai"};
		for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
			char sha[GIT_SHA_BYTES];
			git_resolve(&arena, at("packed/.git"), str_of(missing[i]), sha);
			assert_int_equal(sha[0], 0);
		}
		// as an old git wrote it
		run("cd packed/.git && sed 's/ sorted//' packed-refs >p && sed '1!G;h;$!d' p | "
		    "grep -v '^[#^]' "
		    ">q && "
		    "(grep '^#' p; cat q) >packed-refs");
	}
	// a loose one is newer
	run("cd packed && git symbolic-ref HEAD refs/heads/b/7 && git update-ref HEAD main && git "
	    "commit -q --allow-empty -m y");
	check_branch("packed", "b/7");
	run("cd packed && git symbolic-ref refs/heads/alias refs/heads/b/7 && git symbolic-ref "
	    "HEAD refs/heads/alias");
	check_str(str_of(head_of("packed").sha), ask("packed", "git rev-parse HEAD").p);
	run("cd packed && git symbolic-ref refs/heads/l1 refs/heads/l2 && git symbolic-ref "
	    "refs/heads/l2 refs/heads/l1");
	char sha[GIT_SHA_BYTES];
	git_resolve(&arena, at("packed/.git"), STR("l1"), sha); // a circle
	assert_int_equal(sha[0], 0);
}

#define SHA1 "0123456789abcdef0123456789abcdef01234567"

static void check_safe(struct str name)
{
	assert_true(!name.p || git_is_branch_name(name));
}

static void fuzz_files(uint64_t *seed, const char *name, struct str good)
{
	struct git_place p = {.root = at("fuzz"),
		.top = at("fuzz"),
		.git_dir = at("fuzz"),
		.common_dir = at("fuzz")};
	struct arena keep = arena;
	arena = (struct arena){0};
	for (int round = 0; round < 500; round++) {
		struct str bad = mutate(good, "[]\"\\=#;\n ./:@{}", seed);
		write_file(arena_printf(&arena, "fuzz/%s", name), bad);
		free((char *)(uintptr_t)bad.p);
		struct git_place found;
		struct git_head h = {.branch = STR_NONE};
		struct git_config c = {.merge = STR_NONE};
		(void)git_find(&arena, at("fuzz"), &found);
		(void)git_find(&arena, at("fuzz/tree"), &found);
		(void)git_read_head(&arena, &p, &h);
		(void)git_read_config(&arena, &p, STR("x"), &c);
		check_safe(h.branch);
		check_safe(c.merge);
		check_safe(c.default_branch);
		assert_true(strlen(h.sha) % 8 == 0);
		arena_reset(&arena);
	}
	write_file(arena_printf(&keep, "fuzz/%s", name), good);
	arena_free(&arena);
	arena = keep;
}

static void broken_files_do_no_harm(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text;
	} files[] = {
		{"HEAD", "ref: refs/heads/x\n"},
		{"config", "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = "
			   "https://a:b@h.x/o/r.git\n"
			   "[branch \"x\"]\n\tremote = origin\n\tmerge = refs/pull/5/head\n"
			   "\tgithub-pr-owner-number = \"a#b#6\"\n[url \"git@h.x:\"]\n\tinsteadOf "
			   "= gh:\n"},
		{"packed-refs",
			"# pack-refs with: peeled fully-peeled sorted \n" SHA1
			" refs/heads/w\n" SHA1 " refs/heads/x\n" SHA1 " refs/tags/t\n^" SHA1 "\n"},
		{"tree/.git", "gitdir: ..\n"},
		{"refs/remotes/origin/HEAD", "ref: refs/remotes/origin/main\n"},
		{"rebase-merge/head-name", "refs/heads/feat\n"},
	};
	uint64_t seed = 2685821657736338717u;
	run("mkdir -p fuzz/objects fuzz/refs/remotes/origin fuzz/tree fuzz/rebase-merge");
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		write_file(arena_printf(&arena, "fuzz/%s", files[i].name), str_of(files[i].text));
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		fuzz_files(&seed, files[i].name, str_of(files[i].text));
	write_file("fuzz/HEAD", STR(SHA1 "\n"));
	fuzz_files(&seed, files[5].name, str_of(files[5].text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_repositories_are_found),
		cmocka_unit_test(nothing_is_found_where_there_is_nothing),
		cmocka_unit_test(a_repository_within_another_is_its_own),
		cmocka_unit_test(worktrees_share_their_root),
		cmocka_unit_test(submodules_are_their_own),
		cmocka_unit_test(bare_repositories_have_no_tree),
		cmocka_unit_test(unborn_and_detached_heads_are_told),
		cmocka_unit_test(an_operation_tells_its_branch),
		cmocka_unit_test(odd_heads_are_not_branches),
		cmocka_unit_test(packed_refs_are_searched),
		cmocka_unit_test(broken_files_do_no_harm),
	};
	return cmocka_run_group_tests(tests, make_base, remove_base);
}
