// SPDX-License-Identifier: MIT
// What Claude Code tells its status line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "buf.h"
#include "clock.h"
#include "input.h"
#include "status.h"

// JSON with ' for "; `facts` NULL: nothing to show.
static const struct {
	const char *json, *facts;
} payloads[] = {
	{"{'session_id':'s1','transcript_path':'/p/s1.jsonl','cwd':'/w','effort':{'level':"
	 "'medium'},'model':{'id':'claude-opus-5-5[1m]','display_name':'Opus 5.5'},'version':"
	 "'2.1.330','cost':{'total_cost_usd':0.0366012,'total_duration_ms':2527},"
	 "'context_window':{'total_input_tokens':32115,'context_window_size':1000000,"
	 "'current_usage':{'input_tokens':101,'output_tokens':1009,"
	 "'cache_creation_input_tokens':2003,'cache_read_input_tokens':30011},"
	 "'used_percentage':3,'remaining_percentage':97},'exceeds_200k_tokens':false,"
	 "'prompt_cache':{'warm':true,'hit_ratio':0.9344854429394364,'miss_causes':{}}}",
		"session=s1 path=/p/s1.jsonl cwd=/w model=claude-opus-5-5[1m]/Opus 5.5 "
		"version=2.1.330 cost=0.0366012/36601200000 window=1000000 context=300 tok=32115 "
		"hit=9345"},
	{"{'rate_limits':{'five_hour':{'used_percentage':55.00000000000001,'resets_at':"
	 "1795310000},'seven_day':{'used_percentage':7,'resets_at':1795910000.5},"
	 "'spend_limit':{'used_percentage':130.5,'resets_at':1796000000,'used_usd':3}},"
	 "'pr':{'number':12,'url':'https://github.com/a/b/pull/12','review_state':'x'}}",
		" five_hour=5500@1795310000000 seven_day=700@1795910000500 "
		"spend_limit=13050@1796000000000 pr=12 url=https://github.com/a/b/pull/12"},
	// null is absent, and so is what has another type
	{"{'session_id':null,'cwd':'/w','model':null,'cost':null,'context_window':{"
	 "'context_window_size':null,'current_usage':null,'used_percentage':null},"
	 "'rate_limits':null,'prompt_cache':null,'pr':null,'exceeds_200k_tokens':null}",
		" cwd=/w"},
	{"{'session_id':7,'cwd':'/w','model':'opus','cost':0.5,'context_window':[1],"
	 "'rate_limits':{'five_hour':55,'seven_day':{'used_percentage':'7','resets_at':null}},"
	 "'prompt_cache':1,'pr':[12],'exceeds_200k_tokens':'yes'}",
		" cwd=/w"},
	{"{'exceeds_200k_tokens':true}", " above"},
	// numbers in every spelling; none that is negative or too great
	{"{'cost':{'total_cost_usd':1e-7}}", " cost=1e-7/100000"},
	{"{'cost':{'total_cost_usd':1.5E+2}}", " cost=1.5E+2/150000000000000"},
	{"{'cost':{'total_cost_usd':0}}", " cost=0/0"},
	{"{'cost':{'total_cost_usd':0.00000000000049}}", " cost=0.00000000000049/0"},
	{"{'cost':{'total_cost_usd':0.0000000000005}}", " cost=0.0000000000005/1"},
	{"{'cost':{'total_cost_usd':0.9999999999999999}}",
		" cost=0.9999999999999999/1000000000000"},
	{"{'cost':{'total_cost_usd':-0.5},'cwd':'/w'}", " cwd=/w"},
	{"{'cost':{'total_cost_usd':1e30},'cwd':'/w'}", " cwd=/w"},
	{"{'cost':{'total_cost_usd':1e99999},'cwd':'/w'}", " cwd=/w"},
	{"{'context_window':{'context_window_size':200000.4,'used_percentage':12.345}}",
		" window=200000 context=1235"},
	{"{'prompt_cache':{'hit_ratio':1.5},'cwd':'/w'}", " cwd=/w"},
	{"{'pr':{'number':0},'cwd':'/w'}", " cwd=/w"},
	// a part of the usage
	{"{'context_window':{'current_usage':{'input_tokens':5,'output_tokens':7}}}", " tok=5"},
	// of two the last; only the top level counts
	{"{'cwd':'/a','x':{'cwd':'/b'},'cwd':'/c'}", " cwd=/c"},
	// torn: what stands before the tear
	{"{'session_id':'s1','cost':{'total_cost_usd':0.0366", " session=s1"},
	{"{'session_id':'s1','model':{'id':'m','display_name':'Op", " session=s1 model=m/"},
	{"{'session_id':'s1'}trailing", " session=s1"},
	{"", NULL},
	{"{}", NULL},
	{"null", NULL},
	{"[{'session_id':'s1'}]", NULL},
	{"{'hello':1}", NULL},
	{"session", NULL},
};

static void say(struct buf *b, const char *name, struct str s)
{
	if (s.p)
		buf_printf(b, " %s=%.*s", name, STR_ARG(s));
}

static void say_number(struct buf *b, const char *name, int64_t v)
{
	if (v >= 0)
		buf_printf(b, " %s=%lld", name, (long long)v);
}

static void show(struct buf *b, const struct status *p)
{
	say(b, "session", p->session);
	say(b, "path", p->transcript_path);
	say(b, "cwd", p->cwd);
	if (p->model_id.p || p->model_name.p)
		buf_printf(b, " model=%.*s/%.*s", STR_ARG(p->model_id), STR_ARG(p->model_name));
	say(b, "version", p->version);
	if (p->cost.p)
		buf_printf(b, " cost=%.*s/%lld", STR_ARG(p->cost), (long long)p->cost_pico);
	say_number(b, "window", p->window_tok);
	say_number(b, "context", p->context_bp);
	say_number(b, "tok", p->context_tok);
	for (size_t i = 0; i < N_STATUS_LIMITS; i++)
		if (p->limits[i].used_bp >= 0 || p->limits[i].resets_ms >= 0)
			buf_printf(b, " %s=%lld@%lld", status_limit_name((enum status_limit)i),
				(long long)p->limits[i].used_bp, (long long)p->limits[i].resets_ms);
	say_number(b, "hit", p->cache_hit_bp);
	say_number(b, "pr", p->pr_number ? p->pr_number : -1);
	say(b, "url", p->pr_url);
	buf_addz(b, p->is_above_200k ? " above" : "");
}

static char *quoted(const char *z)
{
	size_t n = strlen(z);
	char *p = malloc(n ? n : 1); // of exactly its size, for the sanitizer
	for (size_t i = 0; i < n; i++)
		p[i] = z[i] == '\'' ? '"' : z[i];
	return p;
}

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
		struct arena a = {0};
		struct buf b = {0};
		char *text = quoted(payloads[i].json);
		struct status p = status_empty();
		p.version = STR("untouched");
		bool ok = status_read(&a, (struct str){text, strlen(payloads[i].json)}, &p);
		free(text); // what was read lives in the arena
		show(&b, &p);
		const char *want = ok ? payloads[i].facts : " version=untouched";
		assert_int_equal(ok, payloads[i].facts != NULL);
		assert_string_equal(buf_z(&b) + (want[0] != ' '), want);
		buf_free(&b);
		arena_free(&a);
	}
}

static void pr_key(void **state)
{
	struct arena a = {0};
	struct str repo = STR("x");
	struct status p = status_empty();
	(void)state;
	p.session = STR("s1");
	assert_null(status_pr_key(&a, &p, &repo).p);
	p.pr_number = 12;
	assert_string_equal(status_pr_key(&a, &p, &repo).p, "status:s1:#12");
	assert_null(repo.p);
	p.pr_url = STR("https://GitHub.com/acme/api/pull/12");
	assert_string_equal(status_pr_key(&a, &p, &repo).p, "status:s1:github.com/acme/api#12");
	assert_string_equal(repo.p, "github.com/acme/api");
	arena_free(&a);
}

// What is read of a pipe whose other end `text` is written to, and that stays open.
static size_t read_open_pipe(struct str text, int64_t *out_ms)
{
	struct buf b = {0};
	int fds[2];
	int64_t start = clock_mono_ms();
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text.p, text.n), (int)text.n);
	input_read(fds[0], 50, &b);
	*out_ms = clock_mono_ms() - start;
	size_t n = b.n;
	buf_free(&b);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return n;
}

static void stdin_that_stays_open(void **state)
{
	int64_t ms;
	(void)state;
	assert_int_equal(read_open_pipe(STR("{\"a\":[1,{}]}\n"), &ms), 13); // whole: no waiting
	assert_true(ms < 40);
	assert_int_equal(read_open_pipe(STR("{\"a\":[1,{}]"), &ms), 11);
	assert_true(ms >= 45 && ms < 1000);
	assert_true(input_is_whole(STR(" {} ")));
	assert_false(input_is_whole(STR("[]")));
	assert_false(input_is_whole(STR("{}{}")));
	assert_false(input_is_whole(STR("")));
}

static void stdin_is_bounded(void **state)
{
	char path[] = "/tmp/ccl-test-XXXXXX";
	struct buf b = {0};
	int fd = mkstemp(path);
	(void)state;
	assert_true(fd >= 0);
	(void)unlink(path);
	assert_int_equal(ftruncate(fd, 10 * 1024 * 1024), 0);
	input_read(fd, 10000, &b);
	assert_int_equal(b.n, INPUT_MAX_BYTES);
	buf_free(&b);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(pr_key),
		cmocka_unit_test(stdin_that_stays_open),
		cmocka_unit_test(stdin_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
