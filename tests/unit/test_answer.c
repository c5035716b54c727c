// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "answer.h"
#include "buf.h"
#include "git.h"
#include "mutate.h"

static struct arena arena;
static struct forge_repo github, gitlab;

static const char one[] =
	"{'number':7,'title':'A change','state':'OPEN','isDraft':false,'headRefName':'fix',"
	"'headRepositoryOwner':{'login':'me'},'headRepository':{'name':'api'},'baseRefName':'main',"
	"'isCrossRepository':true,'createdAt':'2026-11-20T12:00:00Z','mergedAt':null,'closedAt':"
	"null,"
	"'url':'https://github.com/Acme/Api/pull/7'}";
static const char two[] =
	"{'iid':8,'title':'B','state':'locked','work_in_progress':true,'source_branch':'x',"
	"'target_branch':'main','source_project_id':3,'target_project_id':3,"
	"'created_at':'2026-11-20T12:00:00.5+01:00','web_url':"
	"'https://gitlab.com/g/s/p/-/merge_requests/8'}";

// A text with " for ', and `from` replaced.
static struct str json(const char *z, const char *from, const char *to)
{
	struct buf b = {0};
	size_t n = from ? strlen(from) : 0;
	const char *at = from ? strstr(z, from) : NULL;
	assert_true(!from || at);
	buf_add(&b, (struct str){z, at ? (size_t)(at - z) : strlen(z)});
	if (at) {
		buf_addz(&b, to);
		buf_addz(&b, at + n);
	}
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '\'')
			b.p[i] = '"';
	struct str s = arena_str(&arena, buf_str(&b));
	buf_free(&b);
	return s;
}

static size_t read_list(
	const struct forge_repo *r, struct str text, struct answer_pr **out, size_t *out_n_bad)
{
	struct err e = {.code = ERR_NONE};
	size_t n = 99;
	if (!answer_read_list(&arena, r, text, out, &n, out_n_bad, &e))
		fail_msg("%.*s: %s", STR_ARG(text), e.text);
	return n;
}

static void is_str(struct str s, const char *z)
{
	if (!str_is(s, z))
		fail_msg("%.*s is not %s", STR_ARG(s), z);
}

static void reads_github(void **state)
{
	struct answer_pr *p;
	size_t n_bad;
	struct str text = json(arena_printf(&arena, "[%s]", one), NULL, NULL);
	assert_int_equal(read_list(&github, text, &p, &n_bad), 1);
	assert_int_equal(n_bad, 0);
	is_str(p->repo, "github.com/acme/api"); // as it was asked for
	is_str(p->head_repo, "github.com/me/api");
	is_str(p->head_ref, "fix");
	is_str(p->base_ref, "main");
	is_str(p->title, "A change");
	assert_string_equal(p->state, "open");
	assert_true(p->number == 7 && p->merged_ms == -1 && p->closed_ms == -1);
	assert_true(p->created_ms == INT64_C(1795176000000) - 0);
	(void)state;
}

static void reads_gitlab(void **state)
{
	struct answer_pr *p;
	size_t n_bad;
	// two pages, one after the other
	struct str text = json(arena_printf(&arena, "[%s]\n[] [%s]", two, two), NULL, NULL);
	assert_int_equal(read_list(&gitlab, text, &p, &n_bad), 2);
	is_str(p[1].repo, "gitlab.com/g/s/p");
	is_str(p[1].head_repo, "gitlab.com/g/s/p");
	assert_string_equal(p[1].state, "draft");
	assert_true(p[1].number == 8 && p[1].created_ms == INT64_C(1795176000500) - 3600000);
	(void)state;
}

// What is to stand in place of a part of `one`, and what comes of it.
static const struct {
	const char *from, *to;
	bool is_good;
} changes[] = {
	{"'number':7", "'number':8", false}, // its page is another's
	{"'number':7", "'number':'7'", false},
	{"'number':7", "'number':7.0", false},
	{"'number':7", "'number':-7", false},
	{"'number':7", "'number':9223372036854775807", false},
	{"'headRefName':'fix'", "'headRefName':'--output=x'", false},
	{"'headRefName':'fix'", "'headRefName':'a\\u0000b'", false},
	{"'headRefName':'fix'", "'headRefName':'a\\u001b[31m'", false},
	{"'headRefName':'fix'", "'headRefName':''", false},
	{"'headRefName':'fix'", "'headRefName':['fix']", false},
	{"'headRefName':'fix'", "'headRefName':'-'", false},
	{"'baseRefName':'main'", "'baseRefName':'../x'", false},
	{"'OPEN'", "'open'", false},
	{"'2026-11-20T12:00:00Z'", "null", false},
	{"'2026-11-20T12:00:00Z'", "'0001-01-01T00:00:00Z'", false},
	{"'mergedAt':null", "'mergedAt':0", false},
	{"'mergedAt':null", "'mergedAt':'2026-11-21T00:00:00Z'", true},
	{"'https://", "'javascript://", false},
	{"github.com/", "evil.com/", true}, // it stays what was asked for
	{"'title':'A change'", "'title':7", true},
	{"'title':'A change',", "", true},
	{"'title':'A change'", "'title':'\\u0000\\ud83d\\ude00'", true},
	{"'login':'me'", "'login':'../..'", true},
	{"'login':'me'", "'login':'-x'", true},
	{"'login':'me'", "'login':'a/b'", true},
	{"{'login':'me'}", "null", true},
	{"{'name':'api'}", "null", true},
	{"{'name':'api'}", "[[]]", true},
};

static void checks_each_value(void **state)
{
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct answer_pr *p;
		size_t n_bad;
		const char *list = arena_printf(&arena, "[%s]", one);
		size_t n =
			read_list(&github, json(list, changes[i].from, changes[i].to), &p, &n_bad);
		if (n != (size_t)changes[i].is_good || n + n_bad != 1)
			fail_msg("%s: %zu read, %zu passed over", changes[i].to, n, n_bad);
		if (!n)
			continue;
		is_str(str_of(arena_printf(&arena, "%.5s", p->repo.p)), "githu");
		bool is_fork =
			strstr(changes[i].from, "login") || strstr(changes[i].from, "'name'");
		assert_true(is_fork == !p->head_repo.p); // a fork that cannot be named is nobody's
	}
	(void)state;
}

static void titles_are_short_lines(void **state)
{
	static const char *const titles[][2] = {
		{"a\\u001b[31mb\\u007fc\\u0085d\\u202ee\\r\\nf", "a [31mb c d e f"},
		{"\\n \\t ", ""},
		{"\\u00e9\\u4e16", "é世"},
		{"a\\u2066b\\u2028c\\u200ed", "a b c d"},
	};
	struct answer_pr *p;
	size_t n_bad;
	const char *list = arena_printf(&arena, "[%s]", one);
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
		assert_int_equal(
			read_list(&github, json(list, "A change", titles[i][0]), &p, &n_bad), 1);
		is_str(p->title, titles[i][1]);
	}
	struct buf b = {0};
	for (int i = 0; i < 100; i++)
		buf_addz(&b, "世"); // cut between characters
	assert_int_equal(read_list(&github, json(list, "A change", buf_z(&b)), &p, &n_bad), 1);
	assert_int_equal(p->title.n, 198);
	buf_free(&b);
	(void)state;
}

static void refuses_what_is_no_list(void **state)
{
	static const char *const texts[] = {"", " ", "{}", "null", "[", "[1", "]", "[],[]", "[] x",
		"[nul]", "\"x\"", "[1e999]", "[\"\\ud800\"]", "[\"\xff\"]", "[] {}", "7"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct err e = {.code = ERR_NONE};
		struct answer_pr *p;
		size_t n, n_bad;
		if (answer_read_list(&arena, &github, str_of(texts[i]), &p, &n, &n_bad, &e))
			fail_msg("accepted: %s", texts[i]);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	(void)state;
}

// Mutations of good answers: what is given has the promised shape.
static void gives_only_the_shape(void **state)
{
	uint64_t random = 88172645463325252ULL;
	struct str seed = json(arena_printf(&arena, "[%s,%s]", one, one), NULL, NULL);
	size_t n_read = 0;
	for (int i = 0; i < 20000; i++) {
		struct arena a = {0};
		struct err e = {.code = ERR_NONE};
		struct answer_pr *p;
		size_t n, n_bad;
		struct str s = mutate(seed, "\"\\{}[],:0-.eu\x01\xff ", &random);
		if (answer_read_list(&a, &github, s, &p, &n, &n_bad, &e)) {
			for (size_t k = 0; k < n; k++) {
				assert_true(p[k].number >= 1 && p[k].number <= INT32_MAX);
				assert_true(git_is_branch_name(p[k].head_ref));
				assert_true(git_is_branch_name(p[k].base_ref));
				assert_true(p[k].title.n <= ANSWER_TITLE_BYTES);
				assert_true(p[k].created_ms >= 0);
			}
			n_read += n;
		}
		free((char *)(uintptr_t)s.p);
		arena_free(&a);
	}
	assert_true(n_read > 1000);
	(void)state;
}

static void finds_comments(void **state)
{
	static const char *text =
		"[{'id':1,'body':'<!-- m -->','user':{'login':'a','type':'Bot'}},"
		"{'id':2,'body':'x\\n<!-- m -->'},{'id':3,'body':' <!-- m -->\\r\\ny','user':null},"
		"{'id':0,'body':'<!-- m -->'},{'body':'<!-- m -->'},7,null,{'id':4,'body':null}]";
	struct err e = {.code = ERR_NONE};
	struct answer_comment *c;
	size_t n;
	assert_true(answer_read_comments(
		&arena, &github, json(text, NULL, NULL), "<!-- m -->", &c, &n, &e));
	assert_int_equal(n, 2);
	assert_true(c[0].id == 1 && c[0].is_bot && str_is(c[0].author, "a"));
	assert_true(c[1].id == 3 && !c[1].is_bot && !c[1].author.p);
	is_str(answer_read_login(&arena, &github, json("{'login':'me'}", NULL, NULL)), "me");
	assert_null(answer_read_login(&arena, &github, STR("[]")).p);
	assert_null(answer_read_login(&arena, &github, STR_NONE).p);
	(void)state;
}

static void names_repositories(void **state)
{
	static const char *const bad[] = {"", "x", "github.com", "github.com/x", "github.com/-x/y",
		"github.com/x/-y", "github.com/x/y/z", "github.com/../..", "u@github.com/x/y",
		"github.com:80/x/y", "-github.com/x/y", "github.com/x y/z", "github.com/x/%41",
		"gitlab.com/a/b%2Fc", "git hub.com/x/y", "github.com/x/y\n"};
	static const struct {
		const char *name;
		enum forge_kind kind;
	} good[] = {
		{"github.com/x/y", FORGE_GITHUB},
		{"acme.ghe.com/x/y", FORGE_GITHUB},
		{"github.corp.example/x/y", FORGE_GITHUB},
		{"gitlab.com/a/b/c/d", FORGE_GITLAB},
		{"my.gitlab2.example/a/b", FORGE_GITLAB},
		{"git.corp.example/a/b", FORGE_UNKNOWN},
		{"ghent.example/a/b", FORGE_UNKNOWN},
		{"bitbucket.org/a/b", FORGE_OTHER},
		{"dev.azure.com/o/My%20P/r", FORGE_OTHER},
		{"codeberg.org/a/b", FORGE_OTHER},
	};
	struct forge_repo r;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (forge_repo_parse(&arena, str_of(bad[i]), &r))
			fail_msg("accepted: %s", bad[i]);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		if (!forge_repo_parse(&arena, str_of(good[i].name), &r))
			fail_msg("refused: %s", good[i].name);
		if (r.kind != good[i].kind)
			fail_msg("%s is of kind %d", good[i].name, (int)r.kind);
	}
	(void)state;
}

static int set_up(void **state)
{
	(void)unsetenv("GH_HOST");
	(void)unsetenv("GITLAB_HOST");
	(void)state;
	return forge_repo_parse(&arena, STR("github.com/acme/api"), &github) &&
			       forge_repo_parse(&arena, STR("gitlab.com/g/s/p"), &gitlab)
		       ? 0
		       : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_github),
		cmocka_unit_test(reads_gitlab),
		cmocka_unit_test(checks_each_value),
		cmocka_unit_test(titles_are_short_lines),
		cmocka_unit_test(refuses_what_is_no_list),
		cmocka_unit_test(gives_only_the_shape),
		cmocka_unit_test(finds_comments),
		cmocka_unit_test(names_repositories),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
