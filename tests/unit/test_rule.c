// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rule.h"
#include "usd.h"

static void test_parse(void **state)
{
	(void)state;
	static const struct {
		const char *value;
		bool is_right;
		const char *printed;
	} cases[] = {
		{"7,12", true, "7,12"},
		{" 7 , 12 ", true, "7,12"},
		{"0.5,12.125", true, "0.500,12.125"},
		{"off", true, "off"},
		{"on", true, "5,10"},
		{"", false, ""},
		{"7", false, ""},
		{"7,", false, ""},
		{"7,12,13", false, ""},
		{"-7,12", false, ""},
		{"7,1e3", false, ""},
		{"0.1234,1", false, ""},
		{"99999999999,1", false, ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rules r = rules_default();
		struct buf b = {0};
		assert_int_equal(
			rule_parse(RULE_L1, str_of(cases[i].value), &r), cases[i].is_right);
		rule_print(RULE_L1, &r, &b);
		assert_string_equal(buf_z(&b), cases[i].is_right ? cases[i].printed : "5,10");
		buf_free(&b);
	}
	struct rules r = rules_default();
	assert_false(rule_parse(RULE_B1, STR("1,2"), &r)); // budgets have their own limits
	assert_true(rule_parse(RULE_B1, STR("off"), &r) && r.is_off[RULE_B1]);
}

// What is printed can be set, and is the same then.
static void test_every_rule(void **state)
{
	(void)state;
	for (enum rule rule = RULE_B1; rule < N_RULES; rule++) {
		struct rules r = rules_default(), again = rules_default();
		struct buf a = {0}, b = {0};
		enum rule found;
		assert_ptr_equal(rule_find(str_of(rule_defs[rule].id), &found), &rule_defs[rule]);
		assert_int_equal(found, rule);
		rule_print(rule, &r, &a);
		if (rule_defs[rule].n_numbers) {
			assert_true(rule_parse(rule, buf_str(&a), &again));
			rule_print(rule, &again, &b);
			assert_string_equal(buf_z(&a), buf_z(&b));
		}
		for (int second = 0; second < 2; second++) {
			struct rule_finding f = {.rule = rule,
				.is_second = second,
				.value = 12,
				.limit = 10,
				.scope = STR("session"),
				.session = STR("3f2a1b9c-0000-4000-8000-000000000001"),
				.about = STR("Bash")};
			buf_clear(&b);
			rule_say(&f, &b);
			assert_non_null(strstr(buf_z(&b), "3f2a1b9c"));
			assert_null(strstr(buf_z(&b), "3f2a1b9c-"));
			buf_clear(&b);
			rule_say_cure(&f, &b);
			assert_true(b.n > 5);
		}
		buf_free(&a);
		buf_free(&b);
	}
}

static void test_sentences(void **state)
{
	(void)state;
	static const struct {
		struct rule_finding f;
		const char *text;
	} cases[] = {
		{{.rule = RULE_R1,
			 .is_money = true,
			 .value = 34 * USD_PICO,
			 .limit = 20 * USD_PICO,
			 .scope = {"session", 7},
			 .session = {"abc", 3}},
			"session abc burns $34.00 an hour, more than $20.00"},
		{{.rule = RULE_B3,
			 .is_money = true,
			 .value = 12 * USD_PICO,
			 .limit = 10 * USD_PICO,
			 .scope = {"pr", 2},
			 .target = {"o/r#7", 5}},
			"pull request o/r#7 has cost $12.00, 120 % of its budget of $10.00"},
		{{.rule = RULE_B2,
			 .is_money = true,
			 .value = 9 * USD_PICO,
			 .limit = 10 * USD_PICO,
			 .scope = {"all", 3},
			 .target = {"2026-11-21", 10}},
			"work of 2026-11-21 has cost $9.00, 90 % of its budget of $10.00"},
		{{.rule = RULE_B4,
			 .is_money = true,
			 .value = 9 * USD_PICO,
			 .limit = 10 * USD_PICO,
			 .scope = {"all", 3},
			 .target = {"2026-11-16", 10}},
			"work since 2026-11-16 has cost $9.00, 90 % of its budget of $10.00"},
		{{.rule = RULE_U1,
			 .is_second = true,
			 .value = 1061,
			 .limit = 240,
			 .scope = {"session", 7},
			 .session = {"abc", 3}},
			"session abc has worked alone for 1,061 minutes"},
		{{.rule = RULE_L4,
			 .value = 5,
			 .limit = 5,
			 .scope = {"session", 7},
			 .session = {"abc", 3}},
			"session abc: a tool failed 5 times in a row with the same error"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = {0};
		rule_say(&cases[i].f, &b);
		assert_string_equal(buf_z(&b), cases[i].text);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_every_rule),
		cmocka_unit_test(test_sentences),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
