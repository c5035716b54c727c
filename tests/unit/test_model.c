// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "model.h"
#include "mutate.h"

static const struct {
	const char *id, *normalised;
} ids[] = {
	{"claude-opus-5-5", "claude-opus-5-5"},
	{"claude-opus-4-8", "claude-opus-4-8"},
	{"claude-opus-4-6", "claude-opus-4-6"},
	{"claude-opus-4-6-20260205", "claude-opus-4-6"},
	{"claude-opus-4-5-20251101", "claude-opus-4-5"},
	{"claude-opus-4-1-20250805", "claude-opus-4-1"},
	{"claude-opus-4-20250514", "claude-opus-4"},
	{"claude-opus-4-0", "claude-opus-4"},
	{"claude-opus-4", "claude-opus-4"},
	{"claude-opus-4-10", "claude-opus-4-10"},
	{"claude-sonnet-4-0", "claude-sonnet-4"},
	{"claude-sonnet-4-20250514[1m]", "claude-sonnet-4"},
	{"claude-sonnet-4-5-20250929[1M]", "claude-sonnet-4-5"},
	{"claude-3-5-haiku-20241022", "claude-3-5-haiku"},
	{"claude-3-5-sonnet-20240620", "claude-3-5-sonnet"},
	{"claude-3-5-sonnet-latest", "claude-3-5-sonnet"},
	{"claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet"},
	{"claude-3.5-sonnet", "claude-3-5-sonnet"},
	{"claude-3-7-sonnet-20250219", "claude-3-7-sonnet"},
	{"claude-3-opus-20240229", "claude-3-opus"},
	{"claude-3-haiku-20240307", "claude-3-haiku"},
	{"claude-4-opus", "claude-opus-4"},
	{"claude-4-opus-20250514", "claude-opus-4"},
	{"claude-4-5-sonnet", "claude-sonnet-4-5"},
	{"claude-4.6-opus-fast", "claude-opus-4-6"},
	{"claude-4-opus-thinking", "claude-opus-4-thinking"},
	{"claude-opus-4.6", "claude-opus-4-6"},
	{"claude-opus-4-6-fast", "claude-opus-4-6"},
	{"claude-opus-4-6-fast[1m]", "claude-opus-4-6"},
	{"claude-opus-4-8[1m]", "claude-opus-4-8"},
	{"CLAUDE-Opus-4-8", "claude-opus-4-8"},
	{"  claude-opus-4-8\n", "claude-opus-4-8"},
	{"anthropic/claude-opus-4.6", "claude-opus-4-6"},
	{"openrouter/anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"},
	{"vertex_ai/claude-opus-4-5@20251101", "claude-opus-4-5"},
	{"claude-opus-4-8@default", "claude-opus-4-8"},
	{"claude-opus-4-8@latest", "claude-opus-4-8"},
	{"us.anthropic.claude-opus-4-8", "claude-opus-4-8"},
	{"us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"},
	{"us.anthropic.claude-sonnet-4-5-20250929-v1:0[1m]", "claude-sonnet-4-5"},
	{"global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"},
	{"us-gov.anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku"},
	{"bedrock/us-east-1/anthropic.claude-opus-4-8", "claude-opus-4-8"},
	{"bedrock/us-gov-west-1/anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku"},
	{"bedrock/eu.anthropic.claude-opus-4-8", "claude-opus-4-8"},
	{"bedrock/converse/us.anthropic.claude-opus-4-8", "claude-opus-4-8"},
	// no family, no prefix, no guess
	{"claude-unheard-of-9", "claude-unheard-of-9"},
	{"claude-opus-4-80", "claude-opus-4-80"},
	{"claude-opus-5-0", "claude-opus-5-0"},
	{"claude-haiku-4-0", "claude-haiku-4-0"},
	{"gateway/claude-opus-4-8", "gateway/claude-opus-4-8"},
	{"claude-opus-4-8-1234567", "claude-opus-4-8-1234567"},
	{"claude-opus-4-8-123456789", "claude-opus-4-8-123456789"},
	{"<synthetic>", "<synthetic>"},
	{"gpt-5.2", "gpt-5-2"},
	{"opus", "opus"},
	{"claude-opus-4-8\x01\xff;", "claude-opus-4-8??;"},
};

static void every_spelling_gives_one_id(void **state)
{
	(void)state;
	struct arena a = {0};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		struct str s = model_normalise(&a, str_of(ids[i].id));
		if (!str_is(s, ids[i].normalised))
			print_message("%s gave %.*s\n", ids[i].id, STR_ARG(s));
		assert_true(str_is(s, ids[i].normalised));
		assert_true(str_eq(model_normalise(&a, s), s)); // what is normalised stays so
	}
	arena_free(&a);
}

static void an_id_without_a_model_is_absent(void **state)
{
	(void)state;
	static const char *const none[] = {"", " ", "-latest", "[1m]", "anthropic/",
		"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
		"ARN:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-x",
		"bedrock/arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"};
	struct arena a = {0};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_null(model_normalise(&a, str_of(none[i])).p);
	assert_null(model_normalise(&a, STR_NONE).p);
	arena_free(&a);
}

static void regional_profiles_are_known(void **state)
{
	(void)state;
	static const char *const yes[] = {"us.anthropic.claude-opus-4-8", "eu.anthropic.x",
		"apac.anthropic.x", "jp.anthropic.x", "au.anthropic.x", "ca.anthropic.x",
		"us-gov.anthropic.x", "bedrock/us.anthropic.claude-opus-4-8",
		"bedrock/us-east-1/eu.anthropic.x"};
	static const char *const no[] = {"", "claude-opus-4-8", "global.anthropic.claude-opus-4-8",
		"anthropic.claude-opus-4-8", "bedrock/us-east-1/anthropic.claude-opus-4-8", "us",
		"usa.anthropic.x", "bedrock/global.anthropic.claude-opus-4-8"};
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		assert_true(model_is_regional(str_of(yes[i])));
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		assert_false(model_is_regional(str_of(no[i])));
}

static void long_ids_are_cut_only_at_the_end(void **state)
{
	(void)state;
	struct arena a = {0};
	size_t n = 1 << 20;
	char *p = malloc(n);
	memset(p, 'a', n);
	struct str s = model_normalise(&a, (struct str){p, n});
	assert_int_equal(s.n, MODEL_MAX_BYTES);
	// a cut must not turn one model into another: the id ends where 128 bytes of it do
	memset(p, '.', n);
	memcpy(p + n - 15, "claude-opus-4-8", 15);
	s = model_normalise(&a, (struct str){p, n});
	assert_int_equal(s.n, MODEL_MAX_BYTES);
	assert_false(str_ends(s, "claude-opus-4"));
	free(p);
	arena_free(&a);
}

static void broken_ids_do_no_harm(void **state)
{
	(void)state;
	uint64_t seed = 88172645463325252u;
	struct arena a = {0};
	for (int round = 0; round < 20000; round++) {
		struct str id = str_of(ids[(size_t)round % (sizeof ids / sizeof *ids)].id);
		struct str bad = mutate(id, "-.:@[]/v0148", &seed);
		struct str s = model_normalise(&a, bad);
		(void)model_is_regional(bad);
		assert_true(s.n <= MODEL_MAX_BYTES);
		for (size_t i = 0; i < s.n; i++)
			assert_true(
				s.p[i] > ' ' && s.p[i] < 127 && !(s.p[i] >= 'A' && s.p[i] <= 'Z'));
		free((char *)(uintptr_t)bad.p);
		arena_reset(&a);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_gives_one_id),
		cmocka_unit_test(an_id_without_a_model_is_absent),
		cmocka_unit_test(regional_profiles_are_known),
		cmocka_unit_test(long_ids_are_cut_only_at_the_end),
		cmocka_unit_test(broken_ids_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
