// SPDX-License-Identifier: MIT
// A table for a terminal: all rows are kept until the end, because widths depend on them.
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "sink.h"
#include "text.h"

enum { ID_CHARS = 8, ID_LEAST_CHARS = 16, MAX_HEAD_LINES = 4 };

struct table {
	struct arena arena;
	struct layout_column *columns;
	struct str **rows; // cleaned texts, one per column
	size_t cap;
};

static struct str human(struct table *t, enum value_type type, const struct cell *c)
{
	struct buf b = {0};
	value_add_human(&b, type, c);
	struct str s = arena_str(&t->arena, buf_str(&b));
	buf_free(&b);
	return s;
}

// "cache_write_5m" may stand on three lines.
static size_t longest_word(const char *name)
{
	size_t longest = 0;
	struct str rest = str_of(name);
	while (rest.p) {
		size_t n = str_split(rest, '_', &rest).n;
		longest = n > longest ? n : longest;
	}
	return longest;
}

static void begin(struct sink *k)
{
	struct table *t = mem_alloc(sizeof *t);
	size_t n = k->result->n_columns;
	t->columns = arena_alloc(&t->arena, (n + 1) * sizeof *t->columns);
	for (size_t c = 0; c < n; c++) {
		t->columns[c].def = &k->result->columns[c];
		t->columns[c].head_cols = longest_word(k->result->columns[c].name);
		t->columns[c].is_blank = true;
	}
	k->state = t;
}

static struct str *take_row(struct sink *k, const struct cell *cells)
{
	struct table *t = k->state;
	size_t n = k->result->n_columns;
	struct str *texts = arena_alloc(&t->arena, (n + 1) * sizeof *texts);
	for (size_t c = 0; c < n; c++) {
		texts[c] = human(t, t->columns[c].def->type, &cells[c]);
		if (cells[c].kind != CELL_NULL && (cells[c].kind != CELL_INT || cells[c].i != 0))
			t->columns[c].is_blank = false;
	}
	return texts;
}

static void row(struct sink *k, const struct cell *cells)
{
	struct table *t = k->state;
	t->rows = mem_reserve(t->rows, &t->cap, k->n_rows + 1, sizeof *t->rows);
	t->rows[k->n_rows] = take_row(k, cells);
}

static int compare_str(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

// Names stand in columns of ids too: of branches, projects, days.
static bool is_id(struct str s)
{
	bool has_digit = false;
	for (size_t i = 0; i < s.n; i++) {
		has_digit |= s.p[i] >= '0' && s.p[i] <= '9';
		if (memchr("/#., ", s.p[i], 5))
			return false;
	}
	return has_digit && s.n >= ID_LEAST_CHARS;
}

// How many characters tell all ids of a column apart; what is shown can be typed.
static size_t id_chars(struct table *t, size_t c, size_t n_rows)
{
	struct str *ids = mem_alloc((n_rows + 1) * sizeof *ids);
	size_t need = ID_CHARS, n = 0;
	for (size_t r = 0; r < n_rows; r++)
		if (is_id(t->rows[r][c]))
			ids[n++] = t->rows[r][c];
	qsort(ids, n, sizeof *ids, compare_str);
	for (size_t r = 0; r < n; r++) {
		size_t same = 0;
		while (r && same < ids[r].n && same < ids[r - 1].n &&
			ids[r].p[same] == ids[r - 1].p[same])
			same++;
		if (r && !str_eq(ids[r], ids[r - 1]) && same + 1 > need)
			need = same + 1;
		// msg_01AbCdEf: what stands before the underscore tells nothing
		const char *bar = ids[r].n > 12 ? memchr(ids[r].p, '_', 6) : NULL;
		if (bar && (size_t)(bar - ids[r].p) + 1 + ID_CHARS > need)
			need = (size_t)(bar - ids[r].p) + 1 + ID_CHARS;
	}
	free(ids);
	return need;
}

static void shorten_ids(struct sink *k)
{
	struct table *t = k->state;
	for (size_t c = 0; c < k->result->n_columns; c++) {
		if (t->columns[c].def->type != VALUE_ID)
			continue;
		size_t n = id_chars(t, c, k->n_rows);
		for (size_t r = 0; r < k->n_rows; r++)
			if (t->rows[r][c].n > n && is_id(t->rows[r][c]))
				t->rows[r][c].n = n;
	}
}

// Words that say how bad something is.
static const char *state_style(const struct report_column *def, struct str text)
{
	if (strcmp(def->name, "state") != 0 && strcmp(def->name, "level") != 0)
		return NULL;
	if (str_is(text, "ok"))
		return STYLE_GREEN;
	if (str_is(text, "warn"))
		return STYLE_YELLOW;
	bool is_bad = str_is(text, "fail") || str_is(text, "critical") || str_is(text, "over");
	return is_bad ? STYLE_RED : NULL;
}

// One line of one cell in its column; `is_last`: no blanks behind it.
static void put(struct sink *k, const struct layout_column *col, struct str text, bool is_last)
{
	struct buf cut = {0};
	if (col->def->type == VALUE_PATH)
		text_add_cut_path(&cut, text, col->cols);
	else
		text_add_cut(&cut, text, col->cols);
	size_t used = text_cols(buf_str(&cut)), free_cols = used < col->cols ? col->cols - used : 0;
	const char *code = str_is(text, "-") ? STYLE_DIM : state_style(col->def, text);
	if (value_is_number(col->def->type))
		sink_pad(k->out, free_cols);
	if (code)
		sink_style(k, code);
	buf_add(k->out, buf_str(&cut));
	if (code)
		sink_style(k, STYLE_OFF);
	if (!value_is_number(col->def->type) && !is_last)
		sink_pad(k->out, free_cols);
	buf_free(&cut);
}

static size_t last_shown(const struct table *t, size_t n)
{
	while (n && t->columns[n - 1].is_hidden)
		n--;
	return n;
}

static void put_row(struct sink *k, const struct str *texts)
{
	struct table *t = k->state;
	size_t n = last_shown(t, k->result->n_columns);
	struct str *left = arena_alloc(&t->arena, (n + 1) * sizeof *left);
	bool is_more = true, is_first = true;
	memcpy(left, texts, n * sizeof *left);
	for (; is_more; is_first = false) {
		is_more = false;
		for (size_t c = 0, cols = 0; c < n; c++) {
			const struct layout_column *col = &t->columns[c];
			struct str text = left[c], rest = STR_NONE;
			if (col->is_hidden)
				continue;
			if (col->def->is_wrap)
				text = sink_fold(text, col->cols, &rest);
			left[c] = rest;
			is_more |= rest.n > 0;
			sink_pad(k->out, cols ? LAYOUT_GAP_COLS : 0);
			cols += col->cols;
			put(k, col, is_first || col->def->is_wrap ? text : STR_NONE, c + 1 == n);
		}
		while (k->out->n && k->out->p[k->out->n - 1] == ' ')
			k->out->n--;
		buf_addc(k->out, '\n');
	}
}

// The lines of a heading, as few as fit.
static size_t wrap_name(const char *name, size_t cols, char lines[MAX_HEAD_LINES][64])
{
	size_t n = 0;
	struct str rest = str_of(name);
	memset(lines, 0, MAX_HEAD_LINES * 64);
	while (rest.p) {
		struct str word = str_split(rest, '_', &rest);
		size_t used = n ? strlen(lines[n - 1]) : 0;
		if (n && (used + 1 + word.n <= cols || n == MAX_HEAD_LINES) && used + word.n < 62) {
			lines[n - 1][used] = ' ';
			memcpy(lines[n - 1] + used + 1, word.p, word.n);
		} else if (n < MAX_HEAD_LINES) {
			memcpy(lines[n++], word.p, word.n < 63 ? word.n : 63);
		}
	}
	return n;
}

static void put_head(struct sink *k)
{
	struct table *t = k->state;
	size_t height = 1, n = last_shown(t, k->result->n_columns);
	char lines[MAX_HEAD_LINES][64];
	for (size_t c = 0; c < n; c++) {
		size_t h = wrap_name(t->columns[c].def->name, t->columns[c].cols, lines);
		if (!t->columns[c].is_hidden && h > height)
			height = h;
	}
	for (size_t line = 0; line < height; line++) {
		sink_style(k, STYLE_DIM);
		for (size_t c = 0, cols = 0; c < n; c++) {
			if (t->columns[c].is_hidden)
				continue;
			size_t h = wrap_name(t->columns[c].def->name, t->columns[c].cols, lines);
			struct str text =
				line + h >= height ? str_of(lines[line + h - height]) : STR_NONE;
			sink_pad(k->out, cols ? LAYOUT_GAP_COLS : 0);
			cols += t->columns[c].cols;
			put(k, &t->columns[c], text, c + 1 == n);
		}
		while (k->out->n && k->out->p[k->out->n - 1] == ' ')
			k->out->n--;
		sink_style(k, STYLE_OFF);
		buf_addc(k->out, '\n');
	}
}

static void put_rule(struct sink *k)
{
	struct table *t = k->state;
	size_t cols = layout_cols(t->columns, k->result->n_columns);
	sink_style(k, STYLE_DIM);
	for (; cols; cols--)
		buf_addz(k->out, "─");
	sink_style(k, STYLE_OFF);
	buf_addc(k->out, '\n');
}

static void measure(struct sink *k, const struct str *texts)
{
	struct table *t = k->state;
	for (size_t c = 0; c < k->result->n_columns; c++) {
		size_t cols = text_cols(texts[c]);
		if (cols > t->columns[c].need_cols)
			t->columns[c].need_cols = cols;
	}
}

// The totals as a row: `total` in its first column, nothing where there is no sum.
static struct str *total_row(struct sink *k, const struct cell *totals)
{
	struct table *t = k->state;
	struct str *texts = take_row(k, totals);
	bool has_any = false;
	for (size_t c = 0; c < k->result->n_columns; c++) {
		bool is_sum = t->columns[c].def->is_total;
		has_any |= is_sum;
		if (!is_sum)
			texts[c] = STR_NONE;
		else if (totals[c].kind == CELL_NULL)
			texts[c] = STR("-");
	}
	if (!has_any || t->columns[0].def->is_total)
		return NULL;
	texts[0] = STR("total");
	return texts;
}

// Which columns there was no room for, folded to the width.
static void put_hidden(struct sink *k)
{
	struct table *t = k->state;
	struct buf line = {0};
	for (size_t c = 0; c < k->result->n_columns; c++) {
		const struct layout_column *col = &t->columns[c];
		if (col->is_hidden && !(col->is_blank && layout_goes_blank(col)))
			buf_printf(&line, "%s %s", line.n ? "," : "no room for", col->def->name);
	}
	if (line.n) {
		buf_addz(&line, "; -o picks columns");
		sink_note(k, buf_str(&line));
	}
	buf_free(&line);
}

static void put_table(struct sink *k, const struct cell *totals)
{
	struct table *t = k->state;
	size_t n = k->result->n_columns;
	shorten_ids(k);
	struct str *sums =
		totals && !k->result->is_total_row && k->n_rows > 1 ? total_row(k, totals) : NULL;
	for (size_t r = 0; r < k->n_rows; r++)
		measure(k, t->rows[r]);
	if (sums)
		measure(k, sums);
	layout_fit(t->columns, n, k->frame.max_cols);
	sink_title(k);
	put_head(k);
	put_rule(k);
	for (size_t r = 0; r < k->n_rows; r++)
		put_row(k, t->rows[r]);
	if (sums) {
		put_rule(k);
		sink_style(k, STYLE_BOLD);
		put_row(k, sums);
		sink_style(k, STYLE_OFF);
	}
	if (k->frame.footer)
		sink_note(k, str_of(k->frame.footer));
	put_hidden(k);
}

static void end(struct sink *k, const struct cell *totals)
{
	struct table *t = k->state;
	if (k->n_rows) {
		put_table(k, totals);
	} else {
		sink_empty(k);
	}
	arena_free(&t->arena);
	free(t->rows);
	free(t);
}

const struct sink_kind sink_table = {"table", begin, row, end};
