// SPDX-License-Identifier: MIT
// Bars across a terminal, one for each row: its name, its trend if it has one, the bar, the number.
//
// "bar x=A,B y=C note=D": the row is called by its columns A and B (and what --by adds), its bar is
// as long as C is great (hollow, if it is negative), and where D is not NULL its text stands in
// place of the bar. Hours, days, weeks and months that have no row get an empty line.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sink.h"
#include "text.h"
#include "timeline.h"

enum {
	PIPE_COLS = 80,
	GAP_COLS = 2,
	LEAST_BAR_COLS = 10,
	BAR_PART = 5, // of the width, at least
	LEAST_LABEL_COLS = 16,
	LEAST_TEXT_COLS = 6,
	ID_COLS = 8,
	MAX_LABELS = 8,
	MAX_EMPTY = 31, // longer gaps are one line
	EIGHTHS = 8,
};

struct line {
	struct str labels[MAX_LABELS];
	struct str trend, note, number;
	double value;
	bool has_time;
	int64_t time; // of timeline.h
};

struct chart {
	struct arena arena;
	size_t labels[MAX_LABELS], n_labels; // columns of the result
	size_t value, note, trend;           // the same; SIZE_MAX: there is none
	struct line *lines;
	size_t n, cap;
	size_t label_cols[MAX_LABELS], trend_cols, number_cols, bar_cols;
	double most;
};

static size_t find_column(const struct result *r, struct str name)
{
	for (size_t c = 0; c < r->n_columns; c++)
		if (str_is(name, r->columns[c].name))
			return c;
	return SIZE_MAX;
}

static void add_label(struct chart *t, size_t column)
{
	for (size_t i = 0; i < t->n_labels; i++)
		if (t->labels[i] == column)
			return;
	if (column != SIZE_MAX && t->n_labels < MAX_LABELS)
		t->labels[t->n_labels++] = column;
}

static void begin(struct sink *k)
{
	struct chart *t = mem_alloc(sizeof *t);
	const struct result *r = k->result;
	struct str rest = str_of(k->frame.chart);
	t->value = t->note = SIZE_MAX;
	t->trend = find_column(r, STR("trend"));
	while (rest.p) {
		struct str names, key = str_split(str_split(rest, ' ', &rest), '=', &names);
		if (str_is(key, "y"))
			t->value = find_column(r, names);
		else if (str_is(key, "note"))
			t->note = find_column(r, names);
		while (str_is(key, "x") && names.p)
			add_label(t, find_column(r, str_split(names, ',', &names)));
	}
	for (size_t c = 0; c < r->n_columns; c++)
		if (r->columns[c].by)
			add_label(t, c);
	k->state = t;
}

static struct str human(struct chart *t, enum value_type type, const struct cell *c)
{
	struct buf b = {0};
	value_add_human(&b, type, c);
	struct str s = arena_str(&t->arena, buf_str(&b));
	buf_free(&b);
	return s;
}

static void row(struct sink *k, const struct cell *cells)
{
	struct chart *t = k->state;
	const struct report_column *columns = k->result->columns;
	t->lines = mem_reserve(t->lines, &t->cap, t->n + 1, sizeof *t->lines);
	struct line *l = &t->lines[t->n++];
	*l = (struct line){0};
	for (size_t i = 0; i < t->n_labels; i++) {
		size_t c = t->labels[i];
		l->labels[i] = human(t, columns[c].type, &cells[c]);
		if (columns[c].type == VALUE_ID && l->labels[i].n > ID_COLS)
			l->labels[i].n = ID_COLS;
	}
	const struct cell *first = t->n_labels == 1 ? &cells[t->labels[0]] : NULL;
	l->has_time = first && first->kind == CELL_TEXT &&
		      timeline_read(columns[t->labels[0]].type, first->s, &l->time);
	if (t->trend != SIZE_MAX)
		l->trend = cells[t->trend].s;
	if (t->note != SIZE_MAX && cells[t->note].kind != CELL_NULL)
		l->note = str_of(arena_printf(&t->arena, "%s %.*s", columns[t->note].name,
			STR_ARG(human(t, columns[t->note].type, &cells[t->note]))));
	if (t->value == SIZE_MAX || l->note.p)
		return;
	const struct cell *v = &cells[t->value];
	l->number = human(t, columns[t->value].type, v);
	l->value = v->kind == CELL_INT ? (double)v->i : v->kind == CELL_REAL ? v->r : 0;
	t->most = fabs(l->value) > t->most ? fabs(l->value) : t->most;
}

static size_t sum(const size_t *cols, size_t n)
{
	size_t all = 0;
	for (size_t i = 0; i < n; i++)
		all += cols[i] + GAP_COLS;
	return all;
}

static void measure(struct chart *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct line *l = &t->lines[i];
		size_t n = text_cols(l->number), trend = text_cols(l->trend);
		t->number_cols = n > t->number_cols ? n : t->number_cols;
		t->trend_cols = trend > t->trend_cols ? trend : t->trend_cols;
		for (size_t c = 0; c < t->n_labels; c++) {
			n = text_cols(l->labels[c]);
			t->label_cols[c] = n > t->label_cols[c] ? n : t->label_cols[c];
		}
	}
}

// Names get what they need, as long as the bars keep a part of the width; where little is left for
// names, there are no trends.
static void lay_out(struct sink *k, struct str total)
{
	struct chart *t = k->state;
	size_t max = k->frame.max_cols ? k->frame.max_cols : PIPE_COLS;
	size_t bar = max / BAR_PART > LEAST_BAR_COLS ? max / BAR_PART : LEAST_BAR_COLS;
	t->number_cols = text_cols(total);
	measure(t);
	size_t fixed = bar + GAP_COLS + t->number_cols;
	if (t->trend_cols && fixed + t->trend_cols + GAP_COLS + LEAST_LABEL_COLS > max)
		t->trend_cols = 0;
	fixed += t->trend_cols ? t->trend_cols + GAP_COLS : 0;
	while (sum(t->label_cols, t->n_labels) + fixed > max) {
		size_t widest = 0;
		for (size_t c = 1; c < t->n_labels; c++)
			widest = t->label_cols[c] > t->label_cols[widest] ? c : widest;
		if (t->label_cols[widest] <= LEAST_TEXT_COLS)
			break;
		t->label_cols[widest]--;
	}
	size_t used = sum(t->label_cols, t->n_labels) + fixed - bar;
	t->bar_cols = used + LEAST_BAR_COLS < max ? max - used : LEAST_BAR_COLS;
}

// Returns the columns it takes: of characters that can show an eighth, as exact as that.
static size_t put_bar(struct sink *k, double value)
{
	static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	struct chart *t = k->state;
	bool is_exact = k->frame.is_utf8 && value > 0;
	const char *cell = is_exact ? "█" : k->frame.is_utf8 ? "░" : value > 0 ? "#" : "-";
	if (value == 0)
		return 0;
	double cols = fabs(value) / t->most * (double)t->bar_cols;
	size_t n = (size_t)(cols * EIGHTHS + 0.5);
	n = n ? n : 1;
	size_t whole = is_exact ? n / EIGHTHS : (n + EIGHTHS - 1) / EIGHTHS;
	sink_style(k, STYLE_CYAN);
	for (size_t i = 0; i < whole; i++)
		buf_addz(k->out, cell);
	if (is_exact)
		buf_addz(k->out, eighths[n % EIGHTHS]);
	sink_style(k, STYLE_OFF);
	return whole + (is_exact && n % EIGHTHS > 0);
}

static void put_line(struct sink *k, const struct line *l)
{
	struct chart *t = k->state;
	for (size_t c = 0; c < t->n_labels; c++) {
		struct buf cut = {0};
		text_add_cut(&cut, l->labels[c], t->label_cols[c]);
		if (!k->frame.is_utf8 && str_ends(buf_str(&cut), "…")) {
			cut.n -= strlen("…");
			buf_addc(&cut, '~');
		}
		size_t used = text_cols(buf_str(&cut));
		bool is_number = value_is_number(k->result->columns[t->labels[c]].type);
		sink_pad(k->out, is_number ? t->label_cols[c] - used : 0);
		buf_add(k->out, buf_str(&cut));
		sink_pad(k->out, (is_number ? 0 : t->label_cols[c] - used) + GAP_COLS);
		buf_free(&cut);
	}
	if (t->trend_cols) {
		buf_add(k->out, l->trend);
		sink_pad(k->out, t->trend_cols - text_cols(l->trend) + GAP_COLS);
	}
	size_t used = l->note.p ? text_cols(l->note) : put_bar(k, l->value);
	sink_style(k, l->note.p ? STYLE_DIM : "");
	buf_add(k->out, l->note);
	sink_style(k, l->note.p ? STYLE_OFF : "");
	if (l->number.n) {
		size_t cols = t->bar_cols + GAP_COLS + t->number_cols - text_cols(l->number);
		sink_pad(k->out, used < cols ? cols - used : GAP_COLS);
		buf_add(k->out, l->number);
	}
	while (k->out->n && k->out->p[k->out->n - 1] == ' ')
		k->out->n--;
	buf_addc(k->out, '\n');
}

// All in the order of time, without a column that tells them apart besides.
static bool is_timeline(const struct chart *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (!t->lines[i].has_time || (i && t->lines[i].time <= t->lines[i - 1].time))
			return false;
	return true;
}

// The hours, days, ... without a row between two.
static void put_empty(struct sink *k, int64_t from, int64_t until)
{
	struct chart *t = k->state;
	enum value_type type = k->result->columns[t->labels[0]].type;
	int64_t step = timeline_step(type), n = (until - from) / step - 1;
	for (int64_t i = 1; i <= n && n <= MAX_EMPTY; i++) {
		struct buf b = {0};
		timeline_add(&b, type, from + i * step);
		struct cell c = {.kind = CELL_TEXT, .s = buf_str(&b)};
		put_line(k, &(struct line){.labels = {human(t, type, &c)}});
		buf_free(&b);
	}
	if (n > MAX_EMPTY)
		put_line(k, &(struct line){.note = str_of(arena_printf(&t->arena,
						   "%s %lld %s without a turn",
						   k->frame.is_utf8 ? "…" : "...", (long long)n,
						   timeline_units(type)))});
}

static void put_total(struct sink *k, struct str number)
{
	struct chart *t = k->state;
	static const struct str name = {"total", 5};
	size_t cols = sum(t->label_cols, t->n_labels) + t->bar_cols + GAP_COLS + t->number_cols +
		      (t->trend_cols ? t->trend_cols + GAP_COLS : 0);
	sink_style(k, STYLE_BOLD);
	buf_add(k->out, name);
	sink_pad(k->out, cols - name.n - text_cols(number));
	buf_add(k->out, number);
	sink_style(k, STYLE_OFF);
	buf_addc(k->out, '\n');
}

static void put_chart(struct sink *k, const struct cell *totals)
{
	struct chart *t = k->state;
	struct str total = STR_NONE;
	if (totals && t->value != SIZE_MAX && t->n > 1 && !k->result->is_total_row &&
		k->result->columns[t->value].is_total)
		total = human(t, k->result->columns[t->value].type, &totals[t->value]);
	lay_out(k, total);
	sink_title(k);
	bool has_empty = is_timeline(t);
	for (size_t i = 0; i < t->n; i++) {
		if (has_empty && i)
			put_empty(k, t->lines[i - 1].time, t->lines[i].time);
		put_line(k, &t->lines[i]);
	}
	if (total.n)
		put_total(k, total);
	if (t->trend_cols)
		sink_note(k,
			STR("Between name and bar: the last 30 days, each row to its own scale."));
	if (k->frame.footer)
		sink_note(k, str_of(k->frame.footer));
}

static void end(struct sink *k, const struct cell *totals)
{
	struct chart *t = k->state;
	if (k->n_rows) {
		put_chart(k, totals);
	} else {
		sink_empty(k);
	}
	arena_free(&t->arena);
	free(t->lines);
	free(t);
}

const struct sink_kind sink_chart = {"chart", begin, row, end};
