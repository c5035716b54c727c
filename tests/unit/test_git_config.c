// SPDX-License-Identifier: MIT
#include "git_repo.h"

#include "git_entries.h"
#include "git_file.h"

static void check_repo(const struct pr_repo *r, const char *want)
{
	check_str(str_of(arena_printf(&arena, "%.*s/%.*s/%.*s", STR_ARG(r->host), STR_ARG(r->owner),
			  STR_ARG(r->repo))),
		want);
}

static void the_remote_names_the_repository(void **state)
{
	(void)state;
	static const struct {
		const char *commands, *repo;
	} cases[] = {
		{"true", "//"},
		{"git remote add origin git@github.com:acme/web.git", "github.com/acme/web"},
		{"git remote add up https://jane:s3cret@gitlab.com/group/sub/web",
			"gitlab.com/group/sub/web"},
		{"git remote add up git@h.x:a/b && git remote add fork git@h.x:c/b", "//"},
		{"git remote add up git@h.x:a/b && git remote add fork git@h.x:c/b && git config "
		 "branch.main.remote fork",
			"h.x/c/b"},
		{"git remote add up git@h.x:a/b && git remote add fork git@h.x:c/b && git config "
		 "remote.up.gh-resolved "
		 "base",
			"h.x/a/b"},
		{"git remote add up git@h.x:a/b && git remote add origin git@h.x:c/b", "h.x/c/b"},
		{"git remote add origin /srv/x/y.git", "//"},
		{"git remote add origin /srv/x/y.git && git config branch.main.remote u && git "
		 "remote add u git@h.x:a/b",
			"h.x/a/b"},
		{"git config remote.origin.url gh:acme/web && git config "
		 "url.https://s3cret@github.com/.insteadOf gh:",
			"github.com/acme/web"},
		{"git remote add origin gh:x/web && git config url.git@a.x:.insteadOf gh: && "
		 "git config --add url.git@b.x:y/.insteadOf gh:x/ && git config --add "
		 "url.git@c.x:.insteadOf g",
			"b.x/y/web"},
		{"git remote add origin gh:acme/web && git config --add url.git@h.x:.insteadOf "
		 "other: && "
		 "git config --add url.git@h.x:.insteadOf gh:",
			"h.x/acme/web"},
		{"git remote add origin git@h.x:a/b && git remote set-url --add origin git@h.x:c/d",
			"h.x/a/b"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		run("rm -rf remotes && git init -q -b main remotes && cd remotes && %s",
			cases[i].commands);
		struct git_config c = config_of("remotes", "main");
		check_repo(&c.repo, cases[i].repo);
	}
}

static bool has_secret(struct str s)
{
	return str_has(s, "s3cret") || str_has(s, "jane") || str_has(s, "hunter2");
}

static void no_secret_of_a_remote_gets_out(void **state)
{
	(void)state;
	make_repo("secret");
	run("cd secret && git remote add origin https://jane:s3cret@github.com/acme/web.git && "
	    "git remote add up https://s3cret@github.com/base/web.git && "
	    "git config remote.up.gh-resolved base && git config branch.main.remote "
	    "https://jane:hunter2@h.x/f/web && "
	    "git config url.https://jane:hunter2@github.com/.insteadOf "
	    "https://jane:s3cret@github.com/");
	struct arena own = {0};
	struct git_place p;
	struct git_config c;
	assert_true(git_find(&own, at("secret"), &p));
	arena_free(&own);
	p = find("secret");
	assert_true(git_read_config(&own, &p, STR("main"), &c));
	check_repo(&c.repo, "github.com/acme/web");
	check_repo(&c.base, "github.com/base/web");
	check_repo(&c.head, "h.x/f/web");
	const struct pr_repo *all[] = {&c.repo, &c.base, &c.head};
	for (size_t i = 0; i < 3; i++)
		assert_false(has_secret(all[i]->host) || has_secret(all[i]->owner) ||
			     has_secret(all[i]->repo));
	// nor lies it about in the caller's memory
	const char *memory = (const char *)own.head;
	assert_non_null(memory);
	assert_false(has_secret((struct str){memory, own.total_bytes + 32}));
	arena_free(&own);
}

static void a_branch_tells_its_pull_request(void **state)
{
	(void)state;
	make_repo("brconf");
	run("cd brconf && git remote add origin git@h.x:a/b && git update-ref "
	    "refs/remotes/origin/dev/main main && "
	    "git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/dev/main && "
	    "git config branch.x.remote origin && git config branch.x.merge refs/heads/their/x && "
	    "git config branch.x.github-pr-owner-number 'acme#web#7' && "
	    "git config --add branch.x.github-pr-owner-number 'acme#web.js#8' && "
	    "git config branch.x.pullRequest 9 && git config branch.y.merge refs/pull/12/head && "
	    "git config branch.y.remote https://github.com/fork/b.git && "
	    "git config branch.z.merge refs/merge-requests/13/head && git config branch.z.remote "
	    "nobody && "
	    "git config branch.w.merge refs/pull-requests/14/from && "
	    "git config branch.v.merge refs/pull/15/head/x && git config "
	    "branch.v.github-pr-owner-number 'a#b#0' && "
	    "git config branch.u.merge refs/heads/--output=x && git config branch.u.pullRequest 1x "
	    "&& "
	    "git config branch.u.github-pr-owner-number '../x#b#1' && git config "
	    "'branch.a\"b\\c.merge' refs/pull/16/head");
	struct git_config c = config_of("brconf", "x");
	check_str(c.default_branch, "dev/main");
	check_str(c.merge, "their/x");
	check_str(c.editor_pr.owner, "acme");
	check_str(c.editor_pr.repo, "web.js");
	assert_null(c.editor_pr.host.p);
	assert_int_equal(c.editor_pr.number, 8);
	assert_int_equal(c.pull_request, 9);
	assert_int_equal(c.merge_number, 0);
	check_repo(&c.head, "h.x/a/b");
	c = config_of("brconf", "y");
	assert_int_equal(c.merge_number, 12);
	assert_null(c.merge.p);
	check_repo(&c.head, "github.com/fork/b");
	assert_int_equal(c.pull_request, 0);
	c = config_of("brconf", "z");
	assert_int_equal(c.merge_number, 13);
	check_repo(&c.head, "//");
	assert_int_equal(config_of("brconf", "w").merge_number, 14);
	c = config_of("brconf", "v");
	assert_int_equal(c.merge_number, 0);
	assert_int_equal(c.editor_pr.number, 0);
	c = config_of("brconf", "u");
	assert_null(c.merge.p);
	assert_int_equal(c.editor_pr.number, 0);
	assert_int_equal(c.pull_request, 0);
	assert_int_equal(config_of("brconf", "a\"b\\c").merge_number, 16);
	c = config_of("brconf", NULL);
	check_repo(&c.repo, "h.x/a/b");
	assert_null(c.merge.p);
	// a worktree has its repository's config
	run("cd brconf && git branch x && git worktree add -q ../brwt x");
	assert_int_equal(config_of("brwt", "x").pull_request, 9);
}

// What git_entries gives, in the form of `git config --list -z`.
static struct str entries_of(const char *dir, const char *branch)
{
	static const char *const names[] = {"", "core", "remote", "branch", "url"};
	struct buf out = {0};
	struct git_entries r;
	assert_true(git_entries_open(&arena, at(dir), str_of(branch), &r));
	while (git_entries_next(&r)) {
		assert_int_not_equal(r.section, GIT_SECTION_OTHER);
		buf_printf(&out, "%s.%.*s%s", names[r.section], STR_ARG(buf_str(&r.sub)),
			r.sub.n ? "." : "");
		buf_printf(
			&out, "%.*s\n%.*s", STR_ARG(buf_str(&r.key)), STR_ARG(buf_str(&r.value)));
		buf_addc(&out, '\0');
	}
	git_entries_close(&r);
	struct str s = arena_str(&arena, buf_str(&out));
	buf_free(&out);
	return s;
}

static const char good_config[] =
	"\xef\xbb\xbf[core] bare = TRUE ; not this\n# comment [core]\n; another\n\n\tx1 =\n"
	"[Remote \"origin\"] URL = \"git@h.x:a#/b;\" # the rest\n\tfetch = a \\\n [branch \"x\"]\n"
	"[remote.OLD]\r\n\turl = one two   \t ; c\r\n[branch \"q \\\"1\\\" \\\\\"]\n"
	"merge = a\\tb\\\"\\\\\\\nc \" d \" \n\n\n\tpullRequest=\"\"7\" \"\n[url "
	"\"git@h.x:\"]insteadOf=gh:\n"
	"\tInsteadOf = \"a \\n b\"# c\\\n[core]\nbare = end";

// Git refuses such a file as a whole; we take the lines that are sound.
static const char bad_config[] =
	"key = none\n[core\nbare = 1\n[core]x\nbare = 2\n[core]\nbare\nnonsense ! x\nkey = "
	"\"open\nkey = a\\qb bare = 3\n"
	"_x = 4\n= 5\n[branch \"x]\nmerge = 6\n[other]\na = \\\nb\\\n[core]\n\"[core]\nbare = "
	"7\n[core]\nbare = 8\n"
	"[branch \"y\"]\nmerge = 9\n[core";

static void config_text_is_read_as_git_does(void **state)
{
	(void)state;
	run("mkdir -p text");
	write_file("text/config", (struct str){good_config, sizeof good_config - 1});
	run("cd text && git config -f config --list -z >want && test -s want");
	struct buf want = {0};
	assert_true(git_file_read(at("text/want"), 1 << 20, &want));
	struct str got = entries_of("text", "q \"1\" \\");
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.p, want.p, want.n);
	buf_free(&want);
	assert_false(git_config_is_bare(&arena, at("text")));
	write_file("text/config", (struct str){bad_config, sizeof bad_config - 1});
	got = entries_of("text", "x");
	static const char sound[] = "core.bare\n2\0core.bare\n8";
	assert_int_equal(got.n, sizeof sound);
	assert_memory_equal(got.p, sound, sizeof sound);
	// other branches are passed over unread, but not what could be ours
	write_file("text/config", STR("[branch \"x/y\"]\nmerge = 1\n[branch \"xy\"]\nmerge = "
				      "2\n[branch \"\\x\"]\nmerge = 3\n"
				      "[branch \"\"]\nmerge = 4\n[branch \"X\"]\nmerge = 5\n  "
				      "[branch \"x\"] merge = 6\n[other]\n"
				      "a = [branch \"x\"]\nb = \\\n[branch \"x\"]\nmerge = 7\n# "
				      "\\\n[branch \"x\"]\nmerge = 8\n"
				      "[branch \"y\"]\n[branch \"x\"]\nmerge = 9\n[branch \"x"));
	got = entries_of("text", "x");
	static const char ours[] =
		"branch.x.merge\n3\0branch.x.merge\n6\0branch.x.merge\n8\0branch.x.merge\n9";
	assert_int_equal(got.n, sizeof ours);
	assert_memory_equal(got.p, ours, sizeof ours);
	struct git_entries r;
	assert_false(git_entries_open(&arena, at("missing"), STR_NONE, &r));
	write_file("text/config", STR("[core]\nbare = False\nbare = True\n"));
	assert_true(git_config_is_bare(&arena, at("text")));
	// not more than the first part of a huge one, and no torn line
	size_t n = GIT_CONFIG_MAX_BYTES + 100;
	char *p = malloc(n);
	memset(p, '#', n);
	memcpy(p, "[core]\n", 7);
	p[GIT_CONFIG_MAX_BYTES - 7] = '\n';
	memcpy(p + GIT_CONFIG_MAX_BYTES - 6, "bare=trueish\n", 13); // cut to "bare=t"
	write_file("text/config", (struct str){p, n});
	assert_true(git_entries_open(&arena, at("text"), STR_NONE, &r));
	assert_false(git_entries_next(&r));
	git_entries_close(&r);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_remote_names_the_repository),
		cmocka_unit_test(no_secret_of_a_remote_gets_out),
		cmocka_unit_test(a_branch_tells_its_pull_request),
		cmocka_unit_test(config_text_is_read_as_git_does),
	};
	return cmocka_run_group_tests(tests, make_base, remove_base);
}
