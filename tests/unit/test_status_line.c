// SPDX-License-Identifier: MIT
// Templates, widths, and what names must not do to a status line or a menu bar.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bar.h"
#include "line.h"
#include "plain.h"
#include "text.h"

static void check_plain(const char *in, const char *want)
{
	struct buf b = {0};
	plain_add(&b, str_of(in));
	assert_string_equal(buf_z(&b), want);
	buf_free(&b);
}

static void plain(void **state)
{
	(void)state;
	check_plain("Opus 5.5", "Opus 5.5");
	check_plain("\033[31mred\033[0m", "red");
	check_plain("\033[38;5;196;1mred", "red");
	check_plain("a\033]0;title\007b\033]8;;http://x\033\\c", "abc");
	check_plain("a\033]0;no end", "a");
	check_plain("a\033Pq#0\033\\b\033_x\033\\c\033^y\007d", "abcd");
	check_plain("a\033(Bb\033Mc\033=d\033", "abcd");
	check_plain("a\033[", "a");
	check_plain("a\033[31", "a");
	check_plain("a\xc2\x9b"
		    "31mb\xc2\x9d"
		    "0;x\xc2\x9c"
		    "c\xc2\x85"
		    "d",
		"abcd"); // C1
	check_plain("a\nb\tc\rd\x01"
		    "e\x7f"
		    "f",
		"a b c def");
	check_plain("\xff"
		    "ok\xc3",
		"\xef\xbf\xbdok\xef\xbf\xbd");
	check_plain("a\xe2\x80\xae"
		    "b",
		"a<U+202E>b");
	check_plain("\xe6\x94\xaf\xe6\x89\x95\xe3\x81\x84", "\xe6\x94\xaf\xe6\x89\x95\xe3\x81\x84");
}

// Values of the tests: session, today and budget are known, burn is not.
static void fill(struct field_value *v)
{
	memset(v, 0, sizeof *v * N_FIELDS);
	v[FIELD_SESSION].text = STR("$1.23");
	v[FIELD_TODAY].text = STR("$8.40");
	v[FIELD_BUDGET] = (struct field_value){STR("day: $41.60 of $50.00 left"), LEVEL_GOOD};
	v[FIELD_MODEL].text = STR("Opus | 5.5");
	v[FIELD_CONTEXT] = (struct field_value){STR("34%"), LEVEL_GOOD};
	v[FIELD_PROJECT].text = STR("{session}");
}

static void check_line(struct field_value *v, const char *template, size_t cols, const char *want)
{
	struct arena a = {0};
	struct buf b = {0};
	struct segment s[LINE_MAX_SEGMENTS];
	size_t n = line_expand(&a, str_of(template), v, s);
	line_draw(&b, s, n, cols, false);
	assert_string_equal(buf_z(&b), want);
	if (cols)
		assert_true(text_cols(buf_str(&b)) <= cols);
	buf_free(&b);
	arena_free(&a);
}

static void templates(void **state)
{
	struct field_value v[N_FIELDS];
	(void)state;
	fill(v);
	check_line(v, "{session}", 0, "$1.23");
	check_line(v, "{session} of {today}|ctx {context}", 0, "$1.23 of $8.40 | ctx 34%");
	check_line(v, " {session} | { today } ", 0, "$1.23 | $8.40");
	check_line(v, "{session}|{burn}|{session} {burn}|end", 0, "$1.23 | end");
	check_line(v, "{burn}", 0, "");
	check_line(v, "", 0, "");
	check_line(v, "||| |{session}||", 0, "$1.23");
	check_line(v, "a\\|b \\{session\\} \\\\", 0, "a|b {session} \\");
	check_line(v, "{nothing} {session|x", 0, "{nothing} {session | x");
	check_line(v, "{session}}{", 0, "$1.23}{");
	check_line(v, "\\", 0, "\\");
	check_line(v, "\033[31m{session}\n{today}", 0, "$1.23 $8.40");
	// what a value holds is no template
	check_line(v, "{model}|{project}", 0, "Opus | 5.5 | {session}");
	assert_int_equal(line_fields(STR("{session} {x}|\\{today}|{burn}{session}")),
		FIELD_BIT(FIELD_SESSION) | FIELD_BIT(FIELD_BURN));
}

static void many_segments(void **state)
{
	struct field_value v[N_FIELDS];
	struct arena a = {0};
	struct buf t = {0};
	struct segment s[LINE_MAX_SEGMENTS];
	(void)state;
	fill(v);
	for (int i = 0; i < 1000; i++)
		buf_addz(&t, "{session}|");
	assert_int_equal(line_expand(&a, buf_str(&t), v, s), LINE_MAX_SEGMENTS);
	buf_free(&t);
	arena_free(&a);
}

static void widths(void **state)
{
	struct field_value v[N_FIELDS];
	const char *t = "{session}|{budget}|{today} today|ctx {context}";
	(void)state;
	fill(v);
	check_line(v, t, 0, "$1.23 | day: $41.60 of $50.00 left | $8.40 today | ctx 34%");
	check_line(v, t, 59, "$1.23 | day: $41.60 of $50.00 left | $8.40 today | ctx 34%");
	check_line(v, t, 57, "$1.23 | day: $41.60 of $50.00 left | $8.40 today");
	check_line(v, t, 40, "$1.23 | day: $41.60 of $50.00 left");
	check_line(v, t, 20, "$1.23 | $8.40 today");
	check_line(v, t, 5, "$1.23");
	check_line(v, t, 4, "$1.\xe2\x80\xa6");
	check_line(v, t, 1, "\xe2\x80\xa6");
	// a level that asks for attention is kept longer
	v[FIELD_CONTEXT].level = LEVEL_BAD;
	check_line(v, t, 40, "$1.23 | $8.40 today | ctx 34%");
	check_line(v, t, 20, "$1.23 | ctx 34%");
	v[FIELD_BUDGET].level = LEVEL_BAD;
	check_line(v, t, 20, "day: $41.60 of $50.\xe2\x80\xa6");
	// columns, not bytes
	v[FIELD_MODEL].text = STR("\xe6\x94\xaf\xe6\x89\x95\xe3\x81\x84");
	check_line(v, "{model}", 6, "\xe6\x94\xaf\xe6\x89\x95\xe3\x81\x84");
	check_line(v, "{model}", 5, "\xe6\x94\xaf\xe6\x89\x95\xe2\x80\xa6");
	check_line(v, "{model}", 4, "\xe6\x94\xaf\xe2\x80\xa6");
}

static void colors(void **state)
{
	struct arena a = {0};
	struct buf b = {0};
	struct field_value v[N_FIELDS];
	struct segment s[LINE_MAX_SEGMENTS];
	(void)state;
	fill(v);
	v[FIELD_ALERT] = (struct field_value){STR("RUNAWAY L1"), LEVEL_BAD};
	size_t n = line_expand(&a, STR("{alert}|{session}|{context}"), v, s);
	line_draw(&b, s, n, 0, true);
	assert_string_equal(buf_z(&b), "\033[1;97;41mRUNAWAY L1\033[0m\033[2m | "
				       "\033[0m$1.23\033[2m | \033[0m\033[32m34%\033[0m");
	buf_free(&b);
	arena_free(&a);
}

static void check_span(int64_t ms, const char *want)
{
	struct buf b = {0};
	field_add_span(&b, ms);
	assert_string_equal(buf_z(&b), want);
	buf_free(&b);
}

static void spans(void **state)
{
	(void)state;
	check_span(-5, "<1m");
	check_span(59999, "<1m");
	check_span(60000, "1m");
	check_span(3599999, "59m");
	check_span(3600000, "1h00m");
	check_span(INT64_C(86399999), "23h59m");
	check_span(INT64_C(86400000) * 3 + 3600000 * 4, "3d4h");
}

// Every host, with names that try to leave their place.
static void hosts(void **state)
{
	static const struct {
		const char *host, *want;
	} table[] = {
		{"plain", "a|b<&>%{F}#[x] | c\n"},
		{"waybar", "{\"text\":\"a|b&lt;&amp;&gt;%{F}#[x] | c\",\"tooltip\":\"d|e\\\"\","
			   "\"class\":\"critical\",\"percentage\":100}\n"},
		{"polybar", "%{A1:'/x/c\\:l' serve --open &:}%{F#dc322f}a|b<&>{F}#[x]%{F-} | "
			    "c%{A}\n"},
		{"i3blocks", "a|b<&>%{F}#[x] | c\na|b<&>%{F}#[x]\n#dc322f\n"},
		{"tmux", "#[fg=red]a|b<&>%{F}##[x]#[default] | c\n"},
		{"swiftbar", "a\xc2\xa6"
			     "b<&>%{F}#[x] \xc2\xb7 c | emojize=false symbolize=false "
			     "ansi=false color=#dc322f\n---\nd\xc2\xa6"
			     "e\" | emojize=false "
			     "symbolize=false ansi=false\n---\nOpen the dashboard | "
			     "bash=\"/x/c:l\" param1=serve param2=--open terminal=false\nRefresh | "
			     "refresh=true\n"},
		{"argos", "a\xc2\xa6"
			  "b<&>%{F}#[x] \xc2\xb7 c | emojize=false useMarkup=false "
			  "ansi=false unescape=false color=#dc322f\n---\nd\xc2\xa6"
			  "e\" | "
			  "emojize=false useMarkup=false ansi=false unescape=false\n---\nOpen the "
			  "dashboard | bash=\"'/x/c:l' serve --open\" terminal=false\nRefresh | "
			  "refresh=true\n"},
	};
	struct bar bar = {.has_budget = true,
		.budget.used_pct = 250,
		.limit_used_bp = -1,
		.parts = {{STR("a|b<&>%{F}#[x]"), LEVEL_BAD}, {STR("c"), LEVEL_NONE}},
		.n_parts = 2,
		.lines = {{STR("d|e\""), LEVEL_NONE}},
		.n_lines = 1,
		.level = LEVEL_BAD};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t h = 0; h < n_bar_hosts; h++) {
			struct buf b = {0};
			if (strcmp(bar_hosts[h].name, table[i].host) != 0)
				continue;
			bar_hosts[h].write(&bar, STR("/x/c:l"), &b);
			assert_string_equal(buf_z(&b), table[i].want);
			buf_free(&b);
		}
}

// A path that no quotes can hold is left to PATH.
static void odd_path(void **state)
{
	struct buf b = {0};
	struct bar bar = {.limit_used_bp = -1, .n_parts = 0};
	(void)state;
	for (size_t h = 0; h < n_bar_hosts; h++)
		if (strcmp(bar_hosts[h].name, "json") != 0)
			bar_hosts[h].write(&bar, STR("/x/\"; rm '|/ccl"), &b);
	assert_null(strstr(buf_z(&b), "; rm"));
	buf_free(&b);
}

static int setup(void **state)
{
	(void)state;
	text_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(templates),
		cmocka_unit_test(many_segments),
		cmocka_unit_test(widths),
		cmocka_unit_test(colors),
		cmocka_unit_test(spans),
		cmocka_unit_test(hosts),
		cmocka_unit_test(odd_path),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
