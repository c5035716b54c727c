// SPDX-License-Identifier: MIT
#include "trend.h"

#include <stdlib.h>
#include <string.h>

#include "ledger.h"

struct graph {
	struct str key; // of the row
	size_t row;
	int64_t usd_pico[TREND_DAYS];
};

void trend_add_graph(struct buf *out, const int64_t *values, size_t n, bool is_utf8)
{
	static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const ascii[] = {".", ":", "-", "=", "+", "*", "#", "@"};
	enum { N_LEVELS = 8 };
	int64_t most = 1;
	for (size_t i = 0; i < n; i++)
		most = values[i] > most ? values[i] : most;
	for (size_t i = 0; i < n; i++) {
		size_t level =
			values[i] > 0 ? (size_t)((double)values[i] / (double)most * N_LEVELS) : 0;
		level = level < N_LEVELS ? level : N_LEVELS - 1;
		buf_addz(out, values[i] <= 0 ? " " : is_utf8 ? blocks[level] : ascii[level]);
	}
}

// The first n cells, so that two keys are equal only if all of these are.
static struct str key_of(
	struct arena *a, const struct cell *const *cells, const enum value_type *types, size_t n)
{
	struct buf b = {0};
	for (size_t i = 0; i < n; i++) {
		buf_addc(&b, (char)('0' + (int)cells[i]->kind));
		value_add_machine(&b, types[i], cells[i]);
		buf_addc(&b, '\0');
	}
	struct str key = arena_str(a, buf_str(&b));
	buf_free(&b);
	return key;
}

static int compare(const void *a, const void *b)
{
	return str_cmp(((const struct graph *)a)->key, ((const struct graph *)b)->key);
}

// The columns of the statement: those that are the report's, then day and cost.
struct keys {
	size_t n, columns[REPORT_MAX_COLUMNS]; // of the report
	enum value_type types[REPORT_MAX_COLUMNS];
	int at[REPORT_MAX_COLUMNS + 2]; // of the statement
};

static bool find_keys(sqlite3_stmt *s, const struct result *r, struct keys *out, struct err *e)
{
	int day = -1, cost = -1;
	struct keys k = {0};
	for (int i = 0; i < sqlite3_column_count(s); i++) {
		const char *name = sqlite3_column_name(s, i);
		if (strcmp(name, "day") == 0)
			day = i;
		else if (strcmp(name, "cost") == 0)
			cost = i;
		for (size_t c = 0; i != day && i != cost && c < r->n_columns; c++)
			if (strcmp(name, r->columns[c].name) == 0) {
				k.columns[k.n] = c;
				k.types[k.n] = r->columns[c].type;
				k.at[k.n++] = i;
			}
	}
	k.at[k.n] = day;
	k.at[k.n + 1] = cost;
	*out = k;
	return (day >= 0 && cost >= 0) ||
	       err_set(e, ERR_INTERNAL, "the trend of report %.*s has no day and cost",
		       STR_ARG(r->name));
}

static struct graph *make_graphs(const struct result *r, const struct keys *k)
{
	struct graph *all = arena_alloc(r->arena, (r->n_rows + 1) * sizeof *all);
	for (size_t i = 0; i < r->n_rows; i++) {
		const struct cell *cells[REPORT_MAX_COLUMNS];
		for (size_t c = 0; c < k->n; c++)
			cells[c] = &r->rows[i][k->columns[c]];
		all[i].key = key_of(r->arena, cells, k->types, k->n);
		all[i].row = i;
	}
	qsort(all, r->n_rows, sizeof *all, compare);
	return all;
}

static void take_costs(
	const struct result *costs, const struct keys *k, struct graph *all, size_t n)
{
	for (size_t i = 0; i < costs->n_rows; i++) {
		const struct cell *cells[REPORT_MAX_COLUMNS], *row = costs->rows[i];
		for (size_t c = 0; c < k->n; c++)
			cells[c] = &row[c];
		struct graph key = {.key = key_of(costs->arena, cells, k->types, k->n)};
		struct graph *g = bsearch(&key, all, n, sizeof *all, compare);
		int64_t day = row[k->n].kind == CELL_INT ? row[k->n].i : -1;
		if (g && day >= 0 && day < TREND_DAYS && row[k->n + 1].kind == CELL_INT)
			g->usd_pico[day] += row[k->n + 1].i;
	}
}

bool trend_add(
	sqlite3 *db, const struct request *req, bool is_utf8, struct result *r, struct err *e)
{
	static const struct report_column column = {
		.name = "trend", .about = "Cost of each of the last 30 days", .type = VALUE_TEXT};
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct keys k;
	if (!report_bind(db, req->def->trend_sql, req, NULL, &s, e) || !find_keys(s, r, &k, e))
		return false;
	struct result costs = {.arena = r->arena, .n_columns = k.n + 2};
	if (!report_fetch(s, k.at, &costs, e))
		return false;
	struct graph *all = make_graphs(r, &k);
	take_costs(&costs, &k, all, r->n_rows);
	struct str *texts = arena_alloc(r->arena, (r->n_rows + 1) * sizeof *texts);
	for (size_t i = 0; i < r->n_rows; i++) {
		struct buf b = {0};
		trend_add_graph(&b, all[i].usd_pico, TREND_DAYS, is_utf8);
		texts[all[i].row] = arena_str(r->arena, buf_str(&b));
		buf_free(&b);
	}
	result_add_column(r, &column, texts);
	return true;
}
