// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tip_claim.h"
#include "tip_limit.h"

enum { MAX_RULES = 6, MAX_CLAIMS = 60, MAX_SUBJECTS = 4 };

// Claims that a test makes, and the sums that come out.
struct world {
	struct tip_claims rules[MAX_RULES];
	struct tip_claim claims[MAX_RULES][MAX_CLAIMS];
	int64_t savings[MAX_RULES][MAX_SUBJECTS];
	size_t n;
};

static void begin(struct world *w, size_t n_rules)
{
	*w = (struct world){.n = n_rules};
	for (size_t i = 0; i < n_rules; i++) {
		w->rules[i].all = w->claims[i];
		w->rules[i].savings_pico = w->savings[i];
		w->rules[i].n_subjects = MAX_SUBJECTS;
	}
}

static void claim(struct world *w, size_t rule, int64_t turn, size_t subject, int64_t saving)
{
	struct tip_claims *r = &w->rules[rule];
	assert_true(r->n < MAX_CLAIMS);
	r->all[r->n++] = (struct tip_claim){turn, subject, saving};
}

static void settle(struct world *w)
{
	struct err e = {0};
	assert_true(tip_claim_settle(w->rules, w->n, &e));
}

static void test_most_first(void **state)
{
	struct world w;
	(void)state;
	begin(&w, 3);
	claim(&w, 0, 1, 0, 5);
	claim(&w, 0, 2, 0, 5);
	claim(&w, 1, 2, 0, 7);
	claim(&w, 1, 3, 1, 4);
	claim(&w, 2, 1, 0, 6);
	claim(&w, 2, 3, 0, 3);
	settle(&w);
	// 1 saves 11, then 2 more than 0 of turn 1, then nothing is left of 0
	assert_int_equal(w.rules[1].total_pico, 11);
	assert_int_equal(w.savings[1][0], 7);
	assert_int_equal(w.savings[1][1], 4);
	assert_int_equal(w.rules[2].total_pico, 6);
	assert_int_equal(w.rules[0].total_pico, 0);
}

static void test_equal_and_steps(void **state)
{
	struct world w;
	(void)state;
	begin(&w, 2);
	// a turn and a step of it, then the same turn for another subject
	claim(&w, 0, 1, 0, 3);
	claim(&w, 0, 1, 0, 2);
	claim(&w, 0, 1, 1, 4);
	claim(&w, 1, 1, 0, 9);
	settle(&w);
	// equal as they are counted at first: the first by name
	assert_int_equal(w.rules[0].total_pico, 5);
	assert_int_equal(w.savings[0][1], 0);
	assert_int_equal(w.rules[1].total_pico, 0);
}

static void test_nothing_is_saved_below_zero(void **state)
{
	struct world w;
	(void)state;
	begin(&w, 1);
	claim(&w, 0, 1, 0, 3);
	claim(&w, 0, 2, 0, -4);
	settle(&w);
	assert_int_equal(w.rules[0].total_pico, 0);
}

static void test_too_large(void **state)
{
	struct world w;
	struct err e = {0};
	(void)state;
	begin(&w, 1);
	claim(&w, 0, 1, 0, INT64_MAX);
	claim(&w, 0, 2, 0, 1);
	assert_false(tip_claim_settle(w.rules, w.n, &e));
	assert_int_equal(e.code, ERR_FORMAT);
}

// The sum is one claim of each turn at most: never more than the dearest ones together.
static void test_any(void **state)
{
	enum { N_TURNS = 40, ROUNDS = 300 };
	(void)state;
	srand(1);
	for (int round = 0; round < ROUNDS; round++) {
		struct world w;
		int64_t dearest[N_TURNS] = {0}, most = 0, sum = 0, alone = 0;
		begin(&w, MAX_RULES);
		for (int i = 0; i < MAX_RULES * 30; i++) {
			size_t rule = (size_t)(rand() % MAX_RULES);
			int64_t turn = rand() % N_TURNS, saving = rand() % 1000;
			if (w.rules[rule].n == MAX_CLAIMS)
				continue;
			claim(&w, rule, turn, (size_t)turn % MAX_SUBJECTS, saving);
		}
		for (size_t r = 0; r < w.n; r++) {
			int64_t of_turn[N_TURNS] = {0}, all = 0;
			for (size_t i = 0; i < w.rules[r].n; i++) {
				of_turn[w.claims[r][i].turn_id] += w.claims[r][i].saving_pico;
				all += w.claims[r][i].saving_pico;
			}
			for (int t = 0; t < N_TURNS; t++)
				dearest[t] = of_turn[t] > dearest[t] ? of_turn[t] : dearest[t];
			alone = all > alone ? all : alone;
		}
		settle(&w);
		for (int t = 0; t < N_TURNS; t++)
			most += dearest[t];
		for (size_t r = 0; r < w.n; r++) {
			int64_t of_subjects = 0;
			for (int s = 0; s < MAX_SUBJECTS; s++)
				of_subjects += w.savings[r][s];
			assert_int_equal(of_subjects, w.rules[r].total_pico);
			sum += w.rules[r].total_pico;
		}
		assert_true(sum <= most);
		assert_true(sum >= alone);
	}
}

static void test_limits(void **state)
{
	static const struct {
		const char *value;
		bool is_right, is_off;
		int64_t first, last; // of the three of opus-small-answers
	} cases[] = {
		{"on", true, false, 500000, 1000},
		{"off", true, true, 500000, 1000},
		{"1,2,0.5", true, false, 1000, 500},
		{" 1 , 2 , 3 ", true, false, 1000, 3000},
		{"1,2,1000000", true, false, 1000, 1000000000},
		{"1,2,1000000.001", false, false, 0, 0},
		{"0.5,2,3", false, false, 0, 0},
		{"1,2", false, false, 0, 0},
		{"1,2,3,4", false, false, 0, 0},
		{"1,2,3,", false, false, 0, 0},
		{"1,2,-3", false, false, 0, 0},
		{"", false, false, 0, 0},
		{"offf", false, false, 0, 0},
	};
	(void)state;
	const struct tip_def *def = tip_find(STR("opus-small-answers"));
	assert_non_null(def);
	assert_int_equal(def->n_numbers, 3);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tip_limits l = {0};
		assert_int_equal(
			tip_limits_parse(def, str_of(cases[i].value), &l), cases[i].is_right);
		assert_int_equal(l.is_off, cases[i].is_off);
		assert_int_equal(l.milli[0], cases[i].first);
		assert_int_equal(l.milli[2], cases[i].last);
	}
	assert_null(tip_find(STR("opus")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_most_first),
		cmocka_unit_test(test_equal_and_steps),
		cmocka_unit_test(test_nothing_is_saved_below_zero),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
