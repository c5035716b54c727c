// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "mutate.h"
#include "pr_url.h"

static const struct {
	const char *url, *host, *owner, *repo;
	int64_t number;
} pages[] = {
	{"https://github.com/acme/web.app/pull/12", "github.com", "acme", "web.app", 12},
	{"http://GitHub.com/Acme/Web/pull/12/", "github.com", "Acme", "Web", 12},
	{"https://github.com/acme/web/pull/12/files#diff-1", "github.com", "acme", "web", 12},
	{"https://github.com/acme/web/pull/12?expand=1", "github.com", "acme", "web", 12},
	{"https://github.com/acme/web/pull/12#issuecomment-9", "github.com", "acme", "web", 12},
	{"https://user:s3cret@ghe.corp.example:8443/acme/web/pull/2147483647/commits",
		"ghe.corp.example", "acme", "web", 2147483647},
	{"https://gitlab.com/group/sub/deep/project/-/merge_requests/7/diffs", "gitlab.com",
		"group/sub/deep", "project", 7},
	{"https://gitlab.example.com/group/project/-/merge_requests/7", "gitlab.example.com",
		"group", "project", 7},
	{"https://gitlab.example.com/group/sub/project/merge_requests/7", "gitlab.example.com",
		"group/sub", "project", 7},
	{"https://bitbucket.org/team/repo/pull-requests/3/some-title", "bitbucket.org", "team",
		"repo", 3},
	{"https://bb.corp/projects/KEY/repos/slug/pull-requests/4/overview", "bb.corp", "KEY",
		"slug", 4},
	{"https://bb.corp/bitbucket/projects/KEY/repos/slug/pull-requests/4", "bb.corp", "KEY",
		"slug", 4},
	{"https://bb.corp/users/jane/repos/slug/pull-requests/5", "bb.corp", "~jane", "slug", 5},
	{"https://dev.azure.com/org/My%20Project/_git/repo/pullrequest/42?_a=files",
		"dev.azure.com", "org/My%20Project", "repo", 42},
	{"https://dev.azure.com/org/_git/repo/pullrequest/42", "dev.azure.com", "org/repo", "repo",
		42},
	{"https://org.visualstudio.com/Project/_git/repo/pullrequest/42", "dev.azure.com",
		"org/Project", "repo", 42},
	{"https://org.visualstudio.com/DefaultCollection/Project/_git/repo/pullrequest/42",
		"dev.azure.com", "org/Project", "repo", 42},
	{"https://org.visualstudio.com/_git/repo/pullrequest/42", "dev.azure.com", "org/repo",
		"repo", 42},
	{"https://tfs.corp/tfs/Coll/Proj/_git/repo/pullrequest/1", "tfs.corp", "tfs/Coll/Proj",
		"repo", 1},
	{"https://codeberg.org/forgejo/forgejo/pulls/99/files", "codeberg.org", "forgejo",
		"forgejo", 99},
	{"https://review.example.org/c/plugins/gerrit/+/1234/5", "review.example.org", "plugins",
		"gerrit", 1234},
	{"https://review.example.org/c/project/+/1234", "review.example.org", "", "project", 1234},
	{"https://github.com//acme//web/pull/12", "github.com", "acme", "web", 12},
};

static const char *const no_pages[] = {
	"",
	"https://",
	"https:///a/b/pull/1",
	"github.com/acme/web/pull/1",
	"//github.com/acme/web/pull/1",
	"javascript:alert('https://github.com/acme/web/pull/1')",
	"javascript://github.com/acme/web/pull/1",
	"file:///acme/web/pull/1",
	"ftp://github.com/acme/web/pull/1",
	"ssh://github.com/acme/web/pull/1",
	"data:text/html,https://github.com/a/b/pull/1",
	"https://github.com/acme/web/pull/0",
	"https://github.com/acme/web/pull/2147483648",
	"https://github.com/acme/web/pull/-1",
	"https://github.com/acme/web/pull/12abc",
	"https://github.com/acme/web/pull/new/feature",
	"https://github.com/acme/web/pull/",
	"https://github.com/acme/web/pull",
	"https://github.com/acme/web",
	"https://github.com/acme/web/pulls",
	"https://github.com/acme/web/issues/1",
	"https://github.com/acme/pull/1",
	"https://github.com/-acme/web/pull/1",
	"https://github.com/../web/pull/1",
	"https://github.com/acme/./pull/1",
	"https://github.com/acme/we%2fb/pull/1",
	"https://github.com/acme/web%00/pull/1",
	"https://github.com/acme/web%zz/pull/1",
	"https://github.com/acme/web%2/pull/1",
	"https://github.com/ac me/web/pull/1",
	"https://github.com/acme/web/pull/1\n",
	" https://github.com/acme/web/pull/1",
	"https://github.com\\@evil/acme/web/pull/1",
	"https://github.com:port/acme/web/pull/1",
	"https://github.com:99999/acme/web/pull/1",
	"https://-github.com/acme/web/pull/1",
	"https://git\x01hub.com/acme/web/pull/1",
	"https://github.com/acme/web/pull/1?x=\x1b[31m",
	"https://github.com/\xc3\xa4/web/pull/1",
	"https://api.github.com/repos/acme/web/pulls/1",
	"https://ghe.corp/api/v3/repos/acme/web/pulls/1",
	"https://gitlab.com/api/v4/projects/9/merge_requests/1",
	"https://gitlab.com/project/-/merge_requests/1",
	"https://gitlab.com/dashboard/merge_requests/1",
	"https://github.com/a/b/blob/main/merge_requests/1",
	"https://gitlab.com/g/p/-/blob/main/merge_requests/1",
	"https://dev.azure.com/_git/repo/pullrequest/1",
	"https://evil.example/?u=https://github.com/acme/web/pull/1",
	"https://evil.example/#/acme/web/pull/1",
};

static void pages_of_every_forge_are_read(void **state)
{
	(void)state;
	struct arena a = {0};
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		struct pr_ref r = {.number = 0};
		if (!pr_url_parse(&a, str_of(pages[i].url), &r))
			fail_msg("%s is not read", pages[i].url);
		assert_true(str_is(r.host, pages[i].host));
		if (!str_is(r.owner, pages[i].owner) || !str_is(r.repo, pages[i].repo))
			fail_msg("%s gave %.*s/%.*s", pages[i].url, STR_ARG(r.owner),
				STR_ARG(r.repo));
		assert_int_equal(r.number, pages[i].number);
	}
	arena_free(&a);
}

static void other_addresses_are_not_pages(void **state)
{
	(void)state;
	struct arena a = {0};
	struct pr_ref r = {.number = -7};
	for (size_t i = 0; i < sizeof no_pages / sizeof *no_pages; i++)
		if (pr_url_parse(&a, str_of(no_pages[i]), &r))
			fail_msg("%s is read as #%lld", no_pages[i], (long long)r.number);
	assert_false(pr_url_parse(&a, STR_NONE, &r));
	assert_false(pr_url_parse(&a, STR("https://github.com/a/b\0c/pull/1"), &r));
	char long_url[PR_URL_MAX_BYTES + 64] = "https://github.com/acme/web/pull/1?";
	size_t n = strlen(long_url);
	memset(long_url + n, 'x', sizeof long_url - n);
	assert_true(pr_url_parse(&a, (struct str){long_url, PR_URL_MAX_BYTES}, &r));
	r.number = -7;
	assert_false(pr_url_parse(&a, (struct str){long_url, PR_URL_MAX_BYTES + 1}, &r));
	assert_int_equal(r.number, -7); // untouched
	arena_free(&a);
}

// What it finds in a text, as "owner/repo#number ...".
static const char *found_in(struct arena *a, struct str text)
{
	const char *out = "";
	struct pr_ref r;
	while (pr_url_find(a, text, &r, &text))
		out = arena_printf(a, "%s%s%.*s/%.*s#%lld", out, *out ? " " : "", STR_ARG(r.owner),
			STR_ARG(r.repo), (long long)r.number);
	assert_null(text.p);
	return out;
}

static void pages_are_found_in_text(void **state)
{
	(void)state;
	static const struct {
		const char *text, *found;
	} texts[] = {
		{"", ""},
		{"no link, ://, http://, https:// and so on", ""},
		{"Creating pull request for x into main\n\nhttps://github.com/a/b/pull/12\n",
			"a/b#12"},
		{"see https://github.com/a/b/pull/12.", "a/b#12"},
		{"(https://github.com/a/b/pull/12), [x](https://github.com/a/b/pull/13)",
			"a/b#12 a/b#13"},
		{"<https://github.com/a/b/pull/1>'https://github.com/a/b/pull/2'\"https://"
		 "github.com/a/b/pull/3\"",
			"a/b#1 a/b#2 a/b#3"},
		{"**https://github.com/a/b/pull/4** `https://github.com/a/b/pull/5`",
			"a/b#4 a/b#5"},
		{"url=https://github.com/a/b/pull/6,https://github.com/a/b/pull/7;", "a/b#6 a/b#7"},
		{"\x1b]8;;https://github.com/a/b/pull/8\x07#8\x1b]8;;\x07", "a/b#8"},
		{"\xe2\x86\x92https://github.com/a/b/pull/9\xe2\x80\xa6", "a/b#9"},
		{"remote: View merge request for x:\nremote:   "
		 "https://gitlab.com/g/s/p/-/merge_requests/10\n",
			"g/s/p#10"},
		{"remote: Create a pull request:\nremote:      https://github.com/a/b/pull/new/x\n",
			""},
		{"xhttps://github.com/a/b/pull/1 git+https://github.com/a/b/pull/2 "
		 ".http://h/a/b/pull/3",
			""},
		{"https://evil/?u=https://github.com/a/b/pull/1 https://github.com/a/b/pull/2",
			"a/b#2"},
		{"HTTPS://GITHUB.COM/a/b/pull/1", "a/b#1"},
		{"https://github.com/a/b/pull/1\\nhttps://github.com/a/b/pull/2", "a/b#1"},
	};
	struct arena a = {0};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_string_equal(found_in(&a, str_of(texts[i].text)), texts[i].found);
	arena_free(&a);
}

static void much_text_is_searched_in_little_memory(void **state)
{
	(void)state;
	struct arena a = {0};
	size_t n = 1 << 20;
	char *p = malloc(n);
	for (size_t i = 0; i < n; i++)
		p[i] = "http://a.b/c "[i % 13];
	struct pr_ref r;
	struct str rest;
	assert_false(pr_url_find(&a, (struct str){p, n}, &r, &rest));
	assert_int_equal(a.total_bytes, 0);
	memset(p, 'a', n);
	memcpy(p, "https://github.com/a/b/pull/1?", 30); // longer than any address
	assert_false(pr_url_find(&a, (struct str){p, n}, &r, &rest));
	free(p);
	arena_free(&a);
}

static const struct {
	const char *remote, *repo;
} remotes[] = {
	{"git@github.com:acme/web.git", "github.com acme web"},
	{"github.com:acme/web", "github.com acme web"},
	{"git@GitHub.com:/acme/web.GIT/", "github.com acme web"},
	{"https://github.com/acme/web", "github.com acme web"},
	{"https://github.com/acme/web.git/", "github.com acme web"},
	{"https://github.com//acme//web.git", "github.com acme web"},
	{"https://jane:ghp_SECRET@github.com/acme/web.git", "github.com acme web"},
	{"https://ghp_SECRET@github.com/acme/web", "github.com acme web"},
	{"https://jane:p@ss:SECRET@github.com:443/acme/web", "github.com acme web"},
	{"ssh://git@github.com/acme/web", "github.com acme web"},
	{"ssh://git@ssh.github.com:443/acme/web.git", "github.com acme web"},
	{"ssh://git@altssh.gitlab.com:443/acme/web.git", "gitlab.com acme web"},
	{"git+ssh://git@git.corp:2222/acme/web", "git.corp acme web"},
	{"git://git.corp/acme/web.git", "git.corp acme web"},
	{"HTTPS://git.corp/acme/web", "git.corp acme web"},
	{"git@gitlab.com:group/sub/deep/project.git", "gitlab.com group/sub/deep project"},
	{"https://gitlab.example.com/group/sub/project.git",
		"gitlab.example.com group/sub project"},
	{"work-alias:acme/web.git", "work-alias acme web"},
	{"https://bb.corp/scm/key/slug.git", "bb.corp key slug"},
	{"https://bb.corp/bitbucket/scm/~jane/slug.git", "bb.corp ~jane slug"},
	{"ssh://git@bb.corp:7999/key/slug.git", "bb.corp key slug"},
	{"git@bitbucket.org:team/repo.git", "bitbucket.org team repo"},
	{"git@ssh.dev.azure.com:v3/org/My%20Project/repo", "dev.azure.com org/My%20Project repo"},
	{"ssh://git@ssh.dev.azure.com/v3/org/Project/repo", "dev.azure.com org/Project repo"},
	{"org@vs-ssh.visualstudio.com:v3/org/Project/repo", "dev.azure.com org/Project repo"},
	{"https://org@dev.azure.com/org/Project/_git/repo", "dev.azure.com org/Project repo"},
	{"https://dev.azure.com/org/_git/repo", "dev.azure.com org/repo repo"},
	{"https://org.visualstudio.com/DefaultCollection/Project/_git/repo",
		"dev.azure.com org/Project repo"},
	{"https://git.sr.ht/~jane/repo", "git.sr.ht ~jane repo"},
	{"  https://github.com/acme/web\n", "github.com acme web"},
};

static const char *const no_remotes[] = {
	"",
	" ",
	"/srv/git/acme/web.git",
	"./acme/web",
	"../acme/web:x",
	"acme/web",
	"~/acme/web",
	"web",
	"file:///srv/git/acme/web.git",
	"file:/srv/git/web",
	"FILE:acme/web",
	"C:\\Users\\jane\\web",
	"C:/Users/jane/web",
	"c:acme/web",
	"\\\\server\\share\\web",
	"//server/share/web",
	"ext::ssh -i key git@host %S /acme/web",
	"ext::sh",
	"transport::https://github.com/acme/web",
	"https://github.com",
	"https://github.com/",
	"https://github.com/web.git",
	"git@github.com:web.git",
	"git@github.com:",
	"git@:acme/web",
	"ssh://git@/acme/web",
	"https:///acme/web",
	"https://github.com/acme/.git",
	"https://github.com/acme/..",
	"https://github.com/-acme/web",
	"https://github.com/acme/web?token=SECRET",
	"https://user:pa/SECRET@github.com/acme/web",
	"jane:SECRET@github.com:acme/web",
	"https://github.com/ac me/web",
	"https://github.com/acme/we\nb",
	"https://github.com/acme/web\x1b[0m",
	"--upload-pack=x:acme/web",
	"-oProxyCommand=x:acme/web",
	"git@-oProxyCommand:acme/web",
	"javascript:acme/web('x')",
	"ftp://github.com/acme/web",
	"https://github.com:x/acme/web",
	"https://[::1]/acme/web",
	"git@host:acme/$(id)",
	"git@host:acme/`id`",
};

static void remotes_are_read_without_their_secrets(void **state)
{
	(void)state;
	struct arena a = {0};
	for (size_t i = 0; i < sizeof remotes / sizeof *remotes; i++) {
		struct pr_repo r;
		if (!pr_remote_parse(&a, str_of(remotes[i].remote), &r))
			fail_msg("%s is not read", remotes[i].remote);
		struct pr_repo other; // and what we got lives on
		assert_true(pr_remote_parse(&a, STR("other.example:x/y"), &other));
		const char *got = arena_printf(
			&a, "%.*s %.*s %.*s", STR_ARG(r.host), STR_ARG(r.owner), STR_ARG(r.repo));
		assert_string_equal(got, remotes[i].repo);
		assert_false(str_has(str_of(got), "SECRET"));
		assert_false(str_has(str_of(got), "jane@") || str_has(str_of(got), "@"));
	}
	arena_free(&a);
}

static void other_remotes_have_no_identity(void **state)
{
	(void)state;
	struct arena a = {0};
	struct pr_repo r;
	for (size_t i = 0; i < sizeof no_remotes / sizeof *no_remotes; i++)
		if (pr_remote_parse(&a, str_of(no_remotes[i]), &r))
			fail_msg("%s is read as %.*s %.*s %.*s", no_remotes[i], STR_ARG(r.host),
				STR_ARG(r.owner), STR_ARG(r.repo));
	assert_false(pr_remote_parse(&a, STR_NONE, &r));
	assert_false(pr_remote_parse(&a, STR("git@host:acme/we\0b"), &r));
	arena_free(&a);
}

static void check_name(struct str s, bool is_path)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool is_alnum =
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		assert_true(is_alnum || (c && strchr(is_path ? "._~+-%/" : "._~+-%", c)));
	}
	assert_false(s.n && s.p[0] == '-');
}

static void broken_addresses_do_no_harm(void **state)
{
	(void)state;
	uint64_t seed = 1181783497276652981u;
	struct arena a = {0};
	for (int round = 0; round < 40000; round++) {
		bool is_page = round % 2 == 0;
		struct str good =
			is_page ? str_of(pages[(size_t)round % (sizeof pages / sizeof *pages)].url)
				: str_of(remotes[(size_t)round % (sizeof remotes / sizeof *remotes)]
						  .remote);
		struct str bad = mutate(good, "/:@?#%.-+~ \n", &seed), rest;
		struct pr_repo r;
		struct pr_ref ref;
		bool is_ref =
			is_page ? pr_url_parse(&a, bad, &ref) : pr_url_find(&a, bad, &ref, &rest);
		if (is_ref) {
			assert_true(ref.number > 0 && ref.number <= INT32_MAX && ref.host.n &&
				    ref.repo.n);
			check_name(ref.owner, true);
			check_name(ref.repo, false);
		}
		if (pr_remote_parse(&a, bad, &r)) {
			assert_true(r.host.n && r.owner.n && r.repo.n);
			check_name(r.owner, true);
			check_name(r.repo, false);
		}
		free((char *)(uintptr_t)bad.p);
		arena_reset(&a);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_every_forge_are_read),
		cmocka_unit_test(other_addresses_are_not_pages),
		cmocka_unit_test(pages_are_found_in_text),
		cmocka_unit_test(much_text_is_searched_in_little_memory),
		cmocka_unit_test(remotes_are_read_without_their_secrets),
		cmocka_unit_test(other_remotes_have_no_identity),
		cmocka_unit_test(broken_addresses_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
