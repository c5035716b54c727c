// SPDX-License-Identifier: MIT
#include "line.h"

#include "plain.h"
#include "text.h"

enum { SEPARATOR_COLS = 3, LITERAL_RANK = 25, WARN_RANK = 15, BAD_RANK = 40 };

const char line_default[] =
	"{alert}|{model}|{session}|{today} today|{budget}|PR {pr} {pr_cost}|{burn}|ctx {context}|"
	"5h {5h}|7d {7d}|cache {cache}|{note}";

// Reads the next part of a template: a field, or a run of other characters, added to *literal.
// False at the end of a segment.
static bool next_part(struct str *rest, struct buf *literal, bool *is_field, enum field *field)
{
	struct str s = *rest, tail;
	*is_field = false;
	if (!s.n || s.p[0] == '|')
		return false;
	if (s.p[0] == '{') {
		struct str name = str_split(str_from(s, 1), '}', &tail);
		if (tail.p && field_find(str_trim(name), field)) {
			*is_field = true;
			*rest = tail;
			return true;
		}
	}
	size_t i = s.p[0] == '\\' && s.n > 1;
	buf_addc(literal, s.p[i]);
	*rest = str_from(s, i + 1);
	return true;
}

unsigned line_fields(struct str template)
{
	AUTO(buf_free) struct buf ignored = {0};
	struct str rest = template;
	unsigned mask = 0;
	bool is_field;
	enum field f;
	while (rest.n) {
		if (!next_part(&rest, &ignored, &is_field, &f))
			rest = str_from(rest, 1);
		else if (is_field)
			mask |= FIELD_BIT(f);
	}
	return mask;
}

// False: it has a field that is not known, or nothing at all.
static bool expand_one(
	struct arena *a, struct str *rest, const struct field_value *values, struct segment *out)
{
	AUTO(buf_free) struct buf raw = {0};
	AUTO(buf_free) struct buf plain = {0};
	struct segment x = {.rank = LITERAL_RANK};
	bool is_field, is_known = true, has_field = false;
	enum field f;
	while (next_part(rest, &raw, &is_field, &f)) {
		if (!is_field)
			continue;
		is_known &= values[f].text.p != NULL;
		buf_add(&raw, values[f].text);
		x.rank = has_field && x.rank > field_defs[f].rank ? x.rank : field_defs[f].rank;
		x.level = values[f].level > x.level ? values[f].level : x.level;
		x.is_alert |= f == FIELD_ALERT;
		has_field = true;
	}
	plain_add(&plain, str_trim(buf_str(&raw)));
	if (!is_known || !plain.n)
		return false;
	x.rank += x.level == LEVEL_BAD ? BAD_RANK : x.level == LEVEL_WARN ? WARN_RANK : 0;
	x.text = arena_str(a, buf_str(&plain));
	*out = x;
	return true;
}

size_t line_expand(struct arena *a, struct str template, const struct field_value *values,
	struct segment out[static LINE_MAX_SEGMENTS])
{
	struct str rest = template;
	size_t n = 0;
	while (rest.n && n < LINE_MAX_SEGMENTS) {
		n += expand_one(a, &rest, values, &out[n]);
		rest = str_from(rest, 1); // the bar
	}
	return n;
}

// The most important one that was not looked at yet; of equal ones the first.
static size_t next_best(const struct segment *s, size_t n, const bool *is_seen)
{
	size_t best = n;
	for (size_t i = 0; i < n; i++)
		if (!is_seen[i] && (best == n || s[i].rank > s[best].rank))
			best = i;
	return best;
}

static size_t choose(
	const struct segment *s, size_t n, size_t max_cols, bool is_in[static LINE_MAX_SEGMENTS])
{
	bool is_seen[LINE_MAX_SEGMENTS] = {false};
	size_t cols = 0, n_in = 0;
	for (size_t k = 0; k < n; k++) {
		size_t i = next_best(s, n, is_seen);
		size_t more = text_cols(s[i].text) + (n_in ? SEPARATOR_COLS : 0);
		is_seen[i] = true;
		is_in[i] = n_in == 0 || !max_cols || cols + more <= max_cols;
		if (!is_in[i])
			continue;
		cols += more;
		n_in++;
	}
	return n_in;
}

static void draw_one(struct buf *out, const struct segment *s, size_t max_cols, bool is_color)
{
	static const char *const colors[] = {
		[LEVEL_NONE] = "",
		[LEVEL_GOOD] = "\033[32m",
		[LEVEL_WARN] = "\033[33m",
		[LEVEL_BAD] = "\033[31m",
	};
	static const char *const alerts[] = {
		[LEVEL_NONE] = "",
		[LEVEL_GOOD] = "",
		[LEVEL_WARN] = "\033[1;33m",
		[LEVEL_BAD] = "\033[1;97;41m",
	};
	const char *color = s->is_alert ? alerts[s->level] : colors[s->level];
	if (is_color)
		buf_addz(out, color);
	text_add_cut(out, s->text, max_cols);
	if (is_color && *color)
		buf_addz(out, "\033[0m");
}

void line_draw(
	struct buf *out, const struct segment *segments, size_t n, size_t max_cols, bool is_color)
{
	bool is_in[LINE_MAX_SEGMENTS] = {false};
	size_t n_in = choose(segments, n, max_cols, is_in);
	size_t each_cols = n_in == 1 && max_cols ? max_cols : SIZE_MAX;
	const char *separator = "";
	for (size_t i = 0; i < n; i++) {
		if (!is_in[i])
			continue;
		buf_addz(out, separator);
		draw_one(out, &segments[i], each_cols, is_color);
		separator = is_color ? "\033[2m | \033[0m" : " | ";
	}
}
