// SPDX-License-Identifier: MIT
// Lines of transcripts -> facts: the rows of transcript_rows.h, and what tables cannot say.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "line_facts.h"
#include "mutate.h"
#include "transcript_rows.h"

static const struct hash_key KEY = {1, 2};

// Lines as they stand in damaged files: the facts of each record, and whether something was lost.
static const struct {
	struct str line;
	const char *facts;
	bool is_damaged;
} damaged[] = {
#define LINE(lit)                                                                                  \
	{                                                                                          \
		lit, sizeof(lit) - 1                                                               \
	}
	{LINE(""), "", false},
	{LINE(" \t\r"), "", false},
	{LINE("\0\0\0\0"), "", false},
	{LINE("{'type':'user'}\r"), "user", false},
	{LINE("  {'type':'user'}  "), "user", false},
	{LINE("\xef\xbb\xbf{'type':'user'}"), "user", false},
	{LINE("\xef\xbb\xbf"), "", false},
	{LINE("\0\0\0{'type':'user'}"), "user", false},
	{LINE("\xef\xbb\xbf\0\0 {'type':'user'}"), "user", false},
	{LINE("{'type':'user'}\0\0\0"), "user", false},
	{LINE("{'type':'user'}{'type':'system'}"), "user|system", false},
	{LINE("{'type':'user'} \0\0{'type':'system'}\r"), "user|system", false},
	{LINE("{'type':'user'}\xef\xbb\xbf{'type':'system'}"), "user|system", false},
	// cut head: what follows is read
	{LINE("ssage':'x'}{'type':'user'}"), "user", true},
	{LINE("'}}{'type':'user'}"), "user", true},
	{LINE(",'x':1}"), "", true},
	{LINE("}"), "", true},
	{LINE("[1,2]"), "", true},
	{LINE("null"), "", true},
	{LINE("garbage {'type':'user'} garbage"), "user", true},
	{LINE("\xff\xfe{'type':'user'}"), "user", true},
	// cut tail: a record is all there or it is none
	{LINE("{'type':'user'"), "", true},
	{LINE("{'type':'user','message':{'content':'x"), "", true},
	{LINE("{'type':'us{'type':'system'}"), "system", true},
	{LINE("{'type':'user','message':{'role':'us{'type':'system','uuid':'u'}"), "system uuid=u",
		true},
	{LINE("{'type':'user','uuid':{'type':'system'}"), "system", true},
	{LINE("{'type':'user',\0\0\0\0{'type':'system'}"), "system", true},
	{LINE("{'type':'user','a':NaN}"), "", true},
	{LINE("{'type':'user',}{'type':'system'}"), "system", true},
	{LINE("{'a':'\x01'}{'type':'user'}"), "user", true},
	{LINE("{'type':'user'}{'type':'sys"), "user", true},
	{LINE("{'type':'user'}x{'type':'system'}"), "user|system", true},
	{LINE("{{{'type':'user'}"), "user", true},
	{LINE("{ 'type':'user'}"), "user", false},
	{LINE("x{ 'type':'user'}"), "", true}, // only `{"` is looked for
	{LINE("{\0'type':'user'}"), "", true},
	{LINE("{}"), "other", false},
	{LINE("{}{}{'type':'user'}"), "other|other|user", false},
};

// JSON with ' for ", at the end of readable memory if `exact`.
static char *quoted(struct str s)
{
	char *p = malloc(s.n ? s.n : 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] == '\'' ? '"' : s.p[i];
	return p;
}

static void read_all(struct str text, bool with_hashes, struct buf *out, bool *is_damaged)
{
	struct line_damage damage = {0};
	struct arena a = {0};
	struct line *l = malloc(sizeof *l);
	while (transcript_next(&text, KEY, &a, l, &damage)) {
		if (out->n)
			buf_addc(out, '|');
		facts_of(out, l, with_hashes);
	}
	*is_damaged = damage.is_damaged;
	assert_int_equal(text.n, 0);
	free(l);
	arena_free(&a);
}

static int check_rows(const struct row *rows, size_t n)
{
	int wrong = 0;
	for (size_t i = 0; i < n; i++) {
		struct buf b = {0};
		bool is_damaged;
		char *text = quoted(str_of(rows[i].line));
		read_all((struct str){text, strlen(rows[i].line)}, false, &b, &is_damaged);
		if (is_damaged || strcmp(buf_z(&b), rows[i].facts) != 0) {
			print_error("%s\n  gives  %s%s\n  wanted %s\n", rows[i].line, buf_z(&b),
				is_damaged ? " (damaged)" : "", rows[i].facts);
			wrong++;
		}
		free(text);
		buf_free(&b);
	}
	return wrong;
}

#define ROWS(table)                                                                                \
	static void rows_of_##table(void **state)                                                  \
	{                                                                                          \
		(void)state;                                                                       \
		assert_int_equal(check_rows(table, sizeof table / sizeof *table), 0);              \
	}
ROWS(usages)
ROWS(steps)
ROWS(envelopes)
ROWS(metadata)
ROWS(users)
ROWS(tools)

static void damaged_lines(void **state)
{
	int wrong = 0;
	(void)state;
	for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
		struct buf b = {0};
		bool is_damaged;
		char *text = quoted(damaged[i].line);
		read_all((struct str){text, damaged[i].line.n}, false, &b, &is_damaged);
		if (is_damaged != damaged[i].is_damaged ||
			strcmp(buf_z(&b), damaged[i].facts) != 0) {
			print_error("row %zu, %.*s\n  gives %s%s\n", i, STR_ARG(damaged[i].line),
				buf_z(&b), is_damaged ? " (damaged)" : "");
			wrong++;
		}
		free(text);
		buf_free(&b);
	}
	assert_int_equal(wrong, 0);
}

struct members {
	struct str text[64]; // `"key":value`
	size_t n;
};

static void members_of(struct str object, struct members *out)
{
	struct scan s = scan_begin(object);
	struct scan_list list = {0};
	struct str key;
	out->n = 0;
	while (scan_key(&s, &list, &key)) {
		(void)scan_skip(&s);
		out->text[out->n++] = (struct str){key.p - 1, (size_t)(s.p - key.p + 1)};
	}
	assert_false(s.is_bad);
}

static void put_shuffled(struct buf *b, struct str object, uint64_t *seed, int depth)
{
	struct members m;
	members_of(object, &m);
	buf_addc(b, '{');
	for (size_t left = m.n; left > 0; left--) {
		size_t i = mutate_random(seed) % left;
		struct str t = m.text[i], value;
		const char *colon = memchr(t.p, ':', t.n);
		m.text[i] = m.text[left - 1];
		value = str_from(t, (size_t)(colon + 1 - t.p));
		if (left != m.n)
			buf_addc(b, ',');
		buf_add(b, (struct str){t.p, t.n - value.n});
		if (depth > 0 && value.p[0] == '{')
			put_shuffled(b, value, seed, depth - 1);
		else
			buf_add(b, value);
	}
	buf_addc(b, '}');
}

// Key order differs between client versions: whatever it is, the facts are the same.
static void order_of_keys(void **state)
{
	uint64_t seed = 7;
	const struct {
		const struct row *rows;
		size_t n;
	} tables[] = {{usages, sizeof usages / sizeof *usages},
		{steps, sizeof steps / sizeof *steps},
		{envelopes, sizeof envelopes / sizeof *envelopes},
		{metadata, sizeof metadata / sizeof *metadata},
		{users, sizeof users / sizeof *users}, {tools, sizeof tools / sizeof *tools}};
	(void)state;
	for (size_t t = 0; t < 6; t++) {
		for (size_t i = 0; i < tables[t].n; i++) {
			const char *line = tables[t].rows[i].line;
			struct str text = {quoted(str_of(line)), strlen(line)};
			struct buf want = {0};
			bool is_damaged;
			read_all(text, true, &want, &is_damaged);
			// said twice: the last wins, so the order matters there
			bool is_twice = strstr(line, "'input_tokens':1,'input_tokens':2") ||
					strstr(line, "},'usage':{'output");
			for (int n = 0; n < 20 && !is_twice; n++) {
				struct buf b = {0}, have = {0};
				put_shuffled(&b, text, &seed, 3);
				read_all(buf_str(&b), true, &have, &is_damaged);
				if (strcmp(buf_z(&have), buf_z(&want)) != 0)
					fail_msg("%s\n  gives  %s\n  wanted %s", buf_z(&b),
						buf_z(&have), buf_z(&want));
				buf_free(&b);
				buf_free(&have);
			}
			buf_free(&want);
			free((char *)(uintptr_t)text.p);
		}
	}
}

// The hash of a tool's input is of its members, not of their order or of anything else.
static void input_hash(void **state)
{
	static const char *lines[] = {
		ANSWER("'content':[{'type':'tool_use','id':'t','input':{'a':1,'b':'x','c':[2]}}]"),
		ANSWER("'content':[{'type':'tool_use','id':'t','input':{'c':[2],'a':1,'b':'x'}}]"),
		ANSWER("'content':[{'type':'tool_use','id':'t','input':{'a':1,'b':'x','c':[3]}}]"),
		ANSWER("'content':[{'type':'tool_use','id':'t','input':{'a':'x','b':1,'c':[2]}}]"),
		ANSWER("'content':[{'type':'tool_use','id':'t','input':{'a':1,'b':'x'}}]"),
	};
	uint64_t hash[5];
	struct line *l = malloc(sizeof *l);
	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct arena a = {0};
		struct str text = {quoted(str_of(lines[i])), strlen(lines[i])}, rest = text;
		struct line_damage damage = {0};
		assert_true(transcript_next(&rest, KEY, &a, l, &damage));
		hash[i] = l->tool_uses[0].input_hash;
		struct hash_key other = {9, 9};
		rest = text;
		assert_true(transcript_next(&rest, other, &a, l, &damage));
		assert_true(hash[i] != l->tool_uses[0].input_hash);
		free((char *)(uintptr_t)text.p);
		arena_free(&a);
	}
	assert_true(hash[0] == hash[1]);
	assert_true(hash[0] != hash[2] && hash[0] != hash[3] && hash[0] != hash[4]);
	free(l);
}

// More blocks and steps than there is room for: the first ones are kept, the usage counts.
static void many_blocks(void **state)
{
	struct buf b = {0};
	(void)state;
	buf_addz(&b, "{\"type\":\"assistant\",\"message\":{\"content\":[");
	for (int i = 0; i < LINE_MAX_BLOCKS + 10; i++)
		buf_printf(&b,
			"%s{\"type\":\"tool_use\",\"id\":\"t%d\"},{\"type\":\"tool_result\"}",
			i ? "," : "", i);
	buf_addz(&b, "],\"usage\":{\"input_tokens\":5,\"iterations\":[");
	for (int i = 0; i < LINE_MAX_STEPS + 10; i++)
		buf_printf(&b, "%s{\"type\":\"advisor_message\",\"input_tokens\":%d}", i ? "," : "",
			i);
	buf_addz(&b, "]}}}");
	struct arena a = {0};
	struct line *l = malloc(sizeof *l);
	struct str rest = buf_str(&b);
	struct line_damage damage = {0};
	assert_true(transcript_next(&rest, KEY, &a, l, &damage));
	assert_int_equal(l->n_tool_uses, LINE_MAX_BLOCKS);
	assert_int_equal(l->n_tool_results, LINE_MAX_BLOCKS);
	assert_int_equal(l->n_steps, LINE_MAX_STEPS);
	assert_true(str_is(l->tool_uses[LINE_MAX_BLOCKS - 1].id, "t63"));
	assert_int_equal(l->usage.input_tok, 5);
	free(l);
	arena_free(&a);
	buf_free(&b);
}

// Of names only so much is kept; lone surrogates, U+0000 and broken UTF-8 do not cost the line.
static void long_and_broken_texts(void **state)
{
	struct buf b = {0};
	(void)state;
	buf_addz(&b, "{\"type\":\"user\",\"cwd\":\"");
	for (int i = 0; i < 10000; i++)
		buf_addz(&b, "\xe2\x82\xac");
	buf_addz(&b, "\",\"uuid\":\"\\ud800\\u0000\xff\xc3\",\"version\":\"1\\u00000\"}");
	struct arena a = {0};
	struct line *l = malloc(sizeof *l);
	struct str rest = buf_str(&b);
	struct line_damage damage = {0};
	assert_true(transcript_next(&rest, KEY, &a, l, &damage));
	assert_false(damage.is_damaged);
	assert_int_equal(l->cwd.n, 4095);
	assert_true(str_is(l->uuid, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
	assert_true(str_is(l->version, "1\xef\xbf\xbd"
				       "0"));
	free(l);
	arena_free(&a);
	buf_free(&b);
}

// A line is read again from each later `{"`: that must not make a hostile one cost more than it is
// long. `tail` stands at the end of the line.
static void hostile(const char *pattern, const char *tail, size_t n_bytes)
{
	struct buf b = {0};
	struct arena a = {0};
	struct line *l = malloc(sizeof *l);
	struct line_damage damage = {0};
	while (b.n < n_bytes)
		buf_addz(&b, pattern);
	buf_addz(&b, tail);
	struct str rest = buf_str(&b);
	clock_t start = clock();
	while (transcript_next(&rest, KEY, &a, l, &damage))
		arena_reset(&a);
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	assert_true(damage.is_damaged);
	if (seconds > 1)
		fail_msg("%.1f s for %zu bytes of %s", seconds, b.n, pattern);
	free(l);
	arena_free(&a);
	buf_free(&b);
}

static void hostile_lines(void **state)
{
	static const char *patterns[] = {"{\"", "{\"\":", "{\"a\":[", "[{\"", "{\"a\":\"", "{\"\\",
		"{\"a\":{\"b\":1,", "{\"message\":", "{\"a\":[{\"b\":1},", "{\"a\":{\"b\":1}x",
		"{\"x\":[{\"type\":\"user\"},"};
	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		hostile(patterns[i], "", 1 << 20);
		hostile(patterns[i], "x", 1 << 20);
	}
	hostile("{", "", 1 << 20);
	hostile("x", "", 1 << 20);
	hostile("{\"a\":1}", "x", 1 << 20);
}

// Broken variants of every row: nothing is read outside of the line, and reading ends.
static void mutated_lines(void **state)
{
	uint64_t seed = 11;
	const struct {
		const struct row *rows;
		size_t n;
	} tables[] = {{usages, sizeof usages / sizeof *usages},
		{steps, sizeof steps / sizeof *steps},
		{envelopes, sizeof envelopes / sizeof *envelopes},
		{metadata, sizeof metadata / sizeof *metadata},
		{users, sizeof users / sizeof *users}, {tools, sizeof tools / sizeof *tools}};
	(void)state;
	for (size_t t = 0; t < 6; t++) {
		for (size_t i = 0; i < tables[t].n * 100; i++) {
			const char *line = tables[t].rows[i % tables[t].n].line;
			struct str good = {quoted(str_of(line)), strlen(line)};
			struct str bad = mutate(good, "\"\\{}[],:0-.eu\x01\xff ", &seed);
			struct buf b = {0};
			bool is_damaged;
			read_all(bad, true, &b, &is_damaged);
			buf_free(&b);
			free((char *)(uintptr_t)good.p);
			free((char *)(uintptr_t)bad.p);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_usages),
		cmocka_unit_test(rows_of_steps),
		cmocka_unit_test(rows_of_envelopes),
		cmocka_unit_test(rows_of_metadata),
		cmocka_unit_test(rows_of_users),
		cmocka_unit_test(rows_of_tools),
		cmocka_unit_test(damaged_lines),
		cmocka_unit_test(order_of_keys),
		cmocka_unit_test(input_hash),
		cmocka_unit_test(many_blocks),
		cmocka_unit_test(long_and_broken_texts),
		cmocka_unit_test(hostile_lines),
		cmocka_unit_test(mutated_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
