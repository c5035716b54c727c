// SPDX-License-Identifier: MIT
#include "result.h"

#include <stdlib.h>
#include <string.h>

struct cell *result_add_row(struct result *r)
{
	if (r->n_rows == r->cap_rows) {
		size_t cap = r->cap_rows ? r->cap_rows * 2 : 64;
		const struct cell **rows = arena_alloc(r->arena, cap * sizeof *rows);
		if (r->n_rows)
			memcpy(rows, r->rows, r->n_rows * sizeof *rows);
		r->rows = rows;
		r->cap_rows = cap;
	}
	struct cell *row = arena_alloc(r->arena, r->n_columns * sizeof *row);
	r->rows[r->n_rows++] = row;
	return row;
}

static bool find_column(const struct result *r, struct str name, size_t *out)
{
	for (size_t i = 0; i < r->n_columns; i++)
		if (str_is(name, r->columns[i].name)) {
			*out = i;
			return true;
		}
	return false;
}

static void add_to(struct cell *sum, const struct cell *c)
{
	if (c->kind != CELL_INT)
		return;
	sum->kind = CELL_INT;
	sum->i += c->i;
}

// Of "a+b".
static int64_t total_of(const struct result *r, struct str names)
{
	int64_t sum = 0;
	while (names.n) {
		size_t at;
		if (find_column(r, str_split(names, '+', &names), &at))
			sum += r->totals[at].kind == CELL_INT ? r->totals[at].i : 0;
	}
	return sum;
}

// A share of all rows is that of their sums, not a sum of shares.
static struct cell total_ratio(const struct result *r, const struct report_column *c)
{
	struct str below, above = str_split(str_of(c->ratio), '/', &below);
	int64_t a = total_of(r, above), b = total_of(r, below);
	if (b == 0)
		return (struct cell){.kind = CELL_NULL};
	if (c->type == VALUE_PCT)
		return (struct cell){.kind = CELL_REAL, .r = (double)a / (double)b};
	return (struct cell){.kind = CELL_INT, .i = a / b + (a % b * 2 >= b)};
}

void result_sum(struct result *r, const char *key, const char *value)
{
	size_t key_at = 0, n_chosen = 0;
	const struct cell *chosen = NULL;
	if (key && !find_column(r, str_of(key), &key_at))
		return;
	r->totals = arena_alloc(r->arena, r->n_columns * sizeof *r->totals);
	r->is_total_row = key != NULL;
	for (size_t i = 0; i < r->n_rows; i++) {
		const struct cell *k = &r->rows[i][key_at];
		if (key && (k->kind != CELL_TEXT || !str_is(k->s, value)))
			continue;
		n_chosen++;
		chosen = r->rows[i];
		for (size_t c = 0; c < r->n_columns; c++)
			if (r->columns[c].is_total && !r->columns[c].ratio)
				add_to(&r->totals[c], &r->rows[i][c]);
	}
	for (size_t c = 0; c < r->n_columns; c++) {
		if (key && n_chosen == 1 && c != key_at)
			r->totals[c] = chosen[c];
		if (n_chosen == 0 && r->columns[c].is_total)
			r->totals[c].kind = CELL_INT;
	}
	for (size_t c = 0; c < r->n_columns; c++)
		if (r->columns[c].ratio)
			r->totals[c] = total_ratio(r, &r->columns[c]);
}

static void list_columns(const struct result *r, char *z, size_t size)
{
	size_t n = 0;
	z[0] = '\0';
	for (size_t i = 0; i < r->n_columns; i++) {
		size_t k = strlen(r->columns[i].name) + 2;
		if (n + k + 1 > size)
			break;
		if (i)
			memcpy(z + n, ", ", 2), n += 2;
		memcpy(z + n, r->columns[i].name, k - 1);
		n += k - 2;
	}
}

static bool no_column(const struct result *r, const char *option, struct str name, struct err *e)
{
	char all[400];
	list_columns(r, all, sizeof all);
	return err_set(
		e, ERR_USAGE, "%s %.*s: no such column; there are %s", option, STR_ARG(name), all);
}

// Rows under way through a merge sort, which keeps ties in order.
struct sort {
	size_t column;
	int sign;
	const struct cell **spare;
};

static void merge_sort(const struct sort *s, const struct cell **rows, size_t n)
{
	if (n < 2)
		return;
	size_t half = n / 2, i = 0, j = half, k = 0;
	merge_sort(s, rows, half);
	merge_sort(s, rows + half, n - half);
	while (i < half && j < n) {
		int d = value_cmp(&rows[i][s->column], &rows[j][s->column]) * s->sign;
		s->spare[k++] = d <= 0 ? rows[i++] : rows[j++];
	}
	while (i < half)
		s->spare[k++] = rows[i++];
	memcpy(rows, s->spare, k * sizeof *rows);
}

bool result_sort(struct result *r, struct str spec, struct err *e)
{
	struct str order, name = str_split(spec, ':', &order);
	struct sort s = {.sign = str_is(order, "desc") ? -1 : 1};
	if (order.p && !str_is(order, "desc") && !str_is(order, "asc"))
		return err_set(
			e, ERR_USAGE, "--sort %.*s: the order is asc or desc", STR_ARG(spec));
	if (!find_column(r, name, &s.column))
		return no_column(r, "--sort", name, e);
	s.spare = arena_alloc(r->arena, (r->n_rows + 1) * sizeof *s.spare);
	merge_sort(&s, r->rows, r->n_rows);
	return true;
}

const struct report_column *result_sort_column(const struct result *r, struct str spec)
{
	struct str order;
	size_t at;
	return spec.p && find_column(r, str_split(spec, ':', &order), &at) ? &r->columns[at] : NULL;
}

static const struct cell *pick(
	struct result *r, const struct cell *row, const size_t *from, size_t n)
{
	struct cell *cells = arena_alloc(r->arena, (n + 1) * sizeof *cells);
	for (size_t i = 0; i < n; i++)
		cells[i] = row[from[i]];
	return cells;
}

static void take_columns(struct result *r, const size_t *from, size_t n)
{
	struct report_column *columns = arena_alloc(r->arena, (n + 1) * sizeof *columns);
	for (size_t i = 0; i < n; i++)
		columns[i] = r->columns[from[i]];
	for (size_t i = 0; i < r->n_rows; i++)
		r->rows[i] = pick(r, r->rows[i], from, n);
	if (r->totals)
		r->totals = (struct cell *)(uintptr_t)pick(r, r->totals, from, n);
	r->columns = columns;
	r->n_columns = n;
}

void result_add_column(
	struct result *r, const struct report_column *column, const struct str *texts)
{
	size_t n = r->n_columns;
	struct report_column *columns = arena_alloc(r->arena, (n + 1) * sizeof *columns);
	memcpy(columns, r->columns, n * sizeof *columns);
	columns[n] = *column;
	for (size_t i = 0; i < r->n_rows; i++) {
		struct cell *cells = arena_alloc(r->arena, (n + 1) * sizeof *cells);
		memcpy(cells, r->rows[i], n * sizeof *cells);
		cells[n] = (struct cell){.kind = CELL_TEXT, .s = texts[i]};
		r->rows[i] = cells;
	}
	if (r->totals) {
		struct cell *totals = arena_alloc(r->arena, (n + 1) * sizeof *totals);
		memcpy(totals, r->totals, n * sizeof *totals);
		r->totals = totals;
	}
	r->columns = columns;
	r->n_columns = n + 1;
}

bool result_choose(struct result *r, struct str spec, struct err *e)
{
	size_t n = 0, *from = arena_alloc(r->arena, (spec.n + 1) * sizeof *from);
	struct str rest = spec;
	do {
		struct str name = str_trim(str_split(rest, ',', &rest));
		if (!find_column(r, name, &from[n]))
			return no_column(r, "-o", name, e);
		for (size_t i = 0; i < n; i++)
			if (from[i] == from[n])
				return err_set(e, ERR_USAGE, "-o names %.*s twice", STR_ARG(name));
		n++;
	} while (rest.p);
	take_columns(r, from, n);
	return true;
}

void result_limit(struct result *r, size_t n)
{
	if (r->n_rows > n)
		r->n_rows = n;
}

void result_drop(struct result *r, bool (*keep)(const struct report_column *))
{
	size_t n = 0, *from = arena_alloc(r->arena, (r->n_columns + 1) * sizeof *from);
	for (size_t i = 0; i < r->n_columns; i++)
		if (keep(&r->columns[i]))
			from[n++] = i;
	if (n < r->n_columns)
		take_columns(r, from, n);
}

// A report that says the model anyway, such as that with most of the cost: split by it, no table
// does without.
static void need_model(struct result *r)
{
	struct report_column *copy = arena_alloc(r->arena, (r->n_columns + 1) * sizeof *copy);
	memcpy(copy, r->columns, r->n_columns * sizeof *copy);
	for (size_t i = 0; i < r->n_columns; i++)
		if (strcmp(copy[i].name, "model") == 0) {
			copy[i].is_minor = false;
			copy[i].by = BY_MODEL;
		}
	r->columns = copy;
}

void result_keep_by(struct result *r, unsigned by)
{
	size_t n = 0, *from = arena_alloc(r->arena, (r->n_columns + 1) * sizeof *from);
	for (size_t i = 0; i < r->n_columns; i++)
		if (!r->columns[i].by || r->columns[i].by & by)
			from[n++] = i;
	if (n < r->n_columns)
		take_columns(r, from, n);
	if (by & BY_MODEL)
		need_model(r);
}
