// SPDX-License-Identifier: MIT
// The rules on numbers, and the loops that they count; whole sessions are in truth/test_runaway.py.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "judge.h"
#include "notify.h"
#include "usd.h"

static struct loop_call call_of(int64_t name, uint64_t input, uint64_t result)
{
	return (struct loop_call){
		.name_id = name, .input_hash = input, .result_hash = result, .has_result = true};
}

static void add(struct loop *l, struct loop_call c, int n)
{
	for (int i = 0; i < n; i++)
		loop_add(l, &c);
}

static void test_same_call(void **state)
{
	(void)state;
	struct loop l = {.n = 0};
	assert_int_equal(loop_count(&l).same_result, 0);
	add(&l, call_of(1, 7, 70), 4);
	for (uint64_t i = 0; i < 16; i++) // others between them: still within the last twenty
		add(&l, call_of(2, 100 + i, 1), 1);
	assert_int_equal(loop_count(&l).same_result, 1);
	add(&l, call_of(1, 7, 70), 1);
	assert_int_equal(loop_count(&l).same_result, 4); // the first has left
	assert_int_equal(loop_count(&l).same_input, 5);
	assert_int_equal(loop_count(&l).result_name_id, 1);
	add(&l, call_of(1, 7, 71), 1); // another result
	assert_int_equal(loop_count(&l).same_result, 1);
	assert_int_equal(loop_count(&l).same_input, 6);
	struct loop_call running = {.name_id = 1, .input_hash = 7};
	loop_add(&l, &running); // counts as a call, not as a result
	assert_int_equal(loop_count(&l).same_result, 1);
	assert_int_equal(loop_count(&l).same_input, 7);
	struct loop_call poll = {
		.name_id = 3, .input_hash = 9, .has_result = true, .is_poll = true};
	add(&l, poll, 30);
	assert_int_equal(loop_count(&l).same_result, 0);
	assert_int_equal(loop_count(&l).same_input, 0);
}

static void test_in_turn(void **state)
{
	(void)state;
	struct loop l = {.n = 0};
	for (uint64_t i = 0; i < 10; i++)
		add(&l, call_of(1, i % 2, i), 1);
	assert_int_equal(loop_count(&l).in_turn, 8);
	assert_int_equal(loop_count(&l).in_turn_pct, 100);
	for (uint64_t i = 0; i < 10; i++)
		add(&l, call_of(2, 100 + i, i), 1);
	assert_int_equal(loop_count(&l).in_turn, 0);
	for (uint64_t i = 0; i < 20; i++)
		add(&l, call_of(1, i % 2, i), 1);
	assert_int_equal(loop_count(&l).in_turn, 18);
}

static void test_failing(void **state)
{
	(void)state;
	struct loop l = {.n = 0};
	struct loop_call bad = call_of(1, 0, 0), other = call_of(2, 0, 0), good = call_of(1, 0, 0);
	bad.error_hash = 5;
	for (uint64_t i = 0; i < 6; i++) {
		bad.input_hash = i;
		loop_add(&l, &bad);
		loop_add(&l, &other); // of another tool: does not break the row
	}
	assert_int_equal(loop_count(&l).failing, 0); // the newest went well
	loop_add(&l, &bad);
	assert_int_equal(loop_count(&l).failing, 7);
	loop_add(&l, &good);
	loop_add(&l, &bad);
	assert_int_equal(loop_count(&l).failing, 1);
}

static enum rule_level level_of(enum rule rule, struct watch w, struct usual u)
{
	struct rules r = rules_default();
	return judge(rule, &w, &u, &r).level;
}

#define USD(n) ((int64_t)((n)*1e6) * (USD_PICO / 1000000))

static void test_money(void **state)
{
	(void)state;
	struct usual none = {0}, u = {.n_sessions = 20,
					 .session_p50_pico = USD(1),
					 .session_p95_pico = USD(9),
					 .n_rates = 20,
					 .rate_p95_pico = USD(2),
					 .n_prompts = 50,
					 .prompt_p50_pico = USD(0.5)};
	// R1: at least five calls, and four times the usual: 2 x 6 x 4 = 48 an hour
	assert_int_equal(level_of(RULE_R1, (struct watch){.burn_pico = USD(4), .n_burn = 5}, none),
		RULE_WARN);
	assert_int_equal(level_of(RULE_R1, (struct watch){.burn_pico = USD(4), .n_burn = 4}, none),
		RULE_NONE);
	assert_int_equal(level_of(RULE_R1, (struct watch){.burn_pico = USD(10), .n_burn = 5}, none),
		RULE_CRITICAL);
	assert_int_equal(level_of(RULE_R1, (struct watch){.burn_pico = USD(7.9), .n_burn = 5}, u),
		RULE_NONE);
	assert_int_equal(
		level_of(RULE_R1, (struct watch){.burn_pico = USD(8), .n_burn = 5}, u), RULE_WARN);
	// R2: ten times the median and 1.5 times the 95th percentile; critical: 3 x 9
	assert_int_equal(level_of(RULE_R2, (struct watch){.cost_pico = USD(9.9)}, u), RULE_NONE);
	assert_int_equal(level_of(RULE_R2, (struct watch){.cost_pico = USD(13.4)}, u), RULE_NONE);
	assert_int_equal(level_of(RULE_R2, (struct watch){.cost_pico = USD(13.6)}, u), RULE_WARN);
	assert_int_equal(
		level_of(RULE_R2, (struct watch){.cost_pico = USD(27.1)}, u), RULE_CRITICAL);
	u.n_sessions = 19;
	assert_int_equal(level_of(RULE_R2, (struct watch){.cost_pico = USD(1000)}, u), RULE_NONE);
	assert_int_equal(level_of(RULE_T1, (struct watch){.prompt_pico = USD(4.9)}, u), RULE_NONE);
	assert_int_equal(level_of(RULE_T1, (struct watch){.prompt_pico = USD(5)}, u), RULE_WARN);
	assert_int_equal(
		level_of(RULE_T1, (struct watch){.prompt_pico = USD(20)}, u), RULE_CRITICAL);
	struct watch s3 = {.prompt_pico = USD(10), .prompt_agent_pico = USD(7)};
	assert_int_equal(level_of(RULE_S3, s3, none), RULE_WARN);
	s3.prompt_agent_pico = USD(6.9);
	assert_int_equal(level_of(RULE_S3, s3, none), RULE_NONE);
	struct watch u1 = {.prompt_ms = 1, .now_ms = 1 + 60 * 60000, .prompt_pico = USD(1)};
	assert_int_equal(level_of(RULE_U1, u1, none), RULE_WARN);
	u1.prompt_pico = USD(30);
	assert_int_equal(level_of(RULE_U1, u1, none), RULE_CRITICAL);
	u1.prompt_ms = 0; // nobody knows since when
	assert_int_equal(level_of(RULE_U1, u1, none), RULE_NONE);
	assert_int_equal(
		level_of(RULE_P1, (struct watch){.progress_pico = USD(3)}, none), RULE_WARN);
	assert_int_equal(
		level_of(RULE_P1, (struct watch){.progress_pico = USD(30), .is_plan = true}, none),
		RULE_NONE);
}

static void test_counts(void **state)
{
	(void)state;
	struct usual u = {0};
	struct rules r = rules_default();
	assert_int_equal(level_of(RULE_X1, (struct watch){.context_tok = 139999}, u), RULE_NONE);
	assert_int_equal(level_of(RULE_X1, (struct watch){.context_tok = 140000}, u), RULE_WARN);
	assert_int_equal(
		level_of(RULE_X1, (struct watch){.context_tok = 180000}, u), RULE_CRITICAL);
	assert_int_equal(level_of(RULE_X1, (struct watch){.context_tok = 200001}, u),
		RULE_NONE); // of a million
	assert_int_equal(
		level_of(RULE_X1, (struct watch){.context_tok = 140000, .window_tok = 1000000}, u),
		RULE_NONE);
	assert_true(judge_is_rewrite(50001, 25001, &r));
	assert_false(judge_is_rewrite(50000, 50000, &r));
	assert_false(judge_is_rewrite(60000, 29999, &r));
	assert_int_equal(level_of(RULE_E1, (struct watch){.n_retries = 5}, u), RULE_WARN);
	assert_int_equal(level_of(RULE_E1, (struct watch){.n_errors = 15}, u), RULE_CRITICAL);
	assert_int_equal(level_of(RULE_E1, (struct watch){.n_given_up = 3}, u), RULE_CRITICAL);
	assert_int_equal(
		level_of(RULE_Q1, (struct watch){.tok = 1000, .unpriced_tok = 1}, u), RULE_WARN);
	assert_int_equal(
		level_of(RULE_Q1, (struct watch){.tok = 1000, .unpriced_tok = 50}, u), RULE_WARN);
	assert_int_equal(level_of(RULE_Q1, (struct watch){.tok = 1000, .unpriced_tok = 51}, u),
		RULE_CRITICAL);
	assert_int_equal(level_of(RULE_Q1, (struct watch){.tok = 1000}, u), RULE_NONE);
	assert_true(rule_parse(RULE_X1, STR("off"), &r));
	struct watch w = {.context_tok = 190000};
	assert_int_equal(judge(RULE_X1, &w, &u, &r).level, RULE_NONE);
	// the cheapest that any rule of money speaks of
	assert_int_equal(judge_least_pico(&r), USD(3));
}

static void test_sequence(void **state)
{
	(void)state;
	static const struct {
		enum notify_terminal terminal;
		const char *sequence;
	} cases[] = {
		{NOTIFY_OFF, ""},
		{NOTIFY_BELL, "\a"},
		{NOTIFY_OSC9, "\033]9;it burns\a"},
		{NOTIFY_OSC777, "\033]777;notify;ccl;it burns\a"},
		{NOTIFY_OSC99, "\033]99;;it burns\033\\"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct notify_settings n = {.level = RULE_CRITICAL, .terminal = cases[i].terminal};
		struct buf b = {0};
		bool is_shown;
		notify_sequence(&n, RULE_CRITICAL, STR("it burns\nmore"), 0, &b, &is_shown);
		assert_string_equal(buf_z(&b), cases[i].sequence);
		assert_int_equal(is_shown, cases[i].terminal >= NOTIFY_OSC9);
		buf_clear(&b);
		notify_sequence(
			&n, RULE_WARN, STR("it burns"), 0, &b, &is_shown); // below the level
		assert_int_equal(b.n, 0);
		n.quiet_from_min = 23 * 60; // over midnight
		n.quiet_until_min = 60;
		notify_sequence(&n, RULE_CRITICAL, STR("it burns"), 0, &b, &is_shown);
		assert_int_equal(b.n, 0);
		notify_sequence(&n, RULE_CRITICAL, STR("it burns"), 3600000, &b, &is_shown);
		assert_int_equal(b.n > 0, cases[i].terminal != NOTIFY_OFF);
		buf_free(&b);
	}
	struct notify_settings n = {.level = RULE_WARN, .terminal = NOTIFY_OSC9};
	struct buf b = {0};
	bool is_shown;
	notify_sequence(&n, RULE_WARN, STR("a\033]0;evil\a\302\233b"), 0, &b, &is_shown);
	for (size_t i = 4; i + 1 < b.n; i++)
		assert_true((unsigned char)b.p[i] >= 0x20 && b.p[i] != 0x7f);
	buf_free(&b);
}

int main(void)
{
	(void)setenv("TZ", "UTC", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_call),
		cmocka_unit_test(test_in_turn),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_money),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_sequence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
