// SPDX-License-Identifier: MIT
#include "work_row.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "ledger.h"
#include "report.h"

const char *const work_types[WORK_N_TYPES] = {
	"feature", "bug", "refactor", "explore", "research", "other"};

static const struct cell *cell_of(const struct result *r, size_t row, const char *name)
{
	static const struct cell none = {.kind = CELL_NULL};
	for (size_t c = 0; c < r->n_columns; c++)
		if (strcmp(r->columns[c].name, name) == 0)
			return &r->rows[row][c];
	return &none;
}

static int64_t int_of(const struct result *r, size_t row, const char *name)
{
	const struct cell *c = cell_of(r, row, name);
	return c->kind == CELL_INT ? c->i : 0;
}

static struct str text_of(const struct result *r, size_t row, const char *name)
{
	const struct cell *c = cell_of(r, row, name);
	return c->kind == CELL_TEXT ? c->s : STR_NONE;
}

// A report with one of its parameters, or none.
static bool run(struct arena *a, const char *name, const char *param, struct str value,
	struct result *out, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	struct request req = {.def = report_find(str_of(name)),
		.now_ms = clock_now_ms(),
		.until_ms = LEDGER_NO_END_MS};
	for (size_t i = 0; i < req.def->n_params; i++)
		if (strcmp(req.def->params[i].name, param) == 0)
			req.params[i] = value;
	return report_open(a, &db, e) && report_run(db, a, &req, out, e);
}

static struct str number(struct arena *a, int64_t id)
{
	return str_of(arena_printf(a, "%lld", (long long)id));
}

static struct work_row row_at(const struct result *r, size_t i)
{
	return (struct work_row){.id = int_of(r, i, "id"),
		.started_ms = int_of(r, i, "started"),
		.ended_ms = int_of(r, i, "ended"),
		.is_open = cell_of(r, i, "ended")->kind == CELL_NULL,
		.duration_ms = int_of(r, i, "duration"),
		.cost_pico = int_of(r, i, "cost"),
		.has_cost = cell_of(r, i, "cost")->kind == CELL_INT,
		.commits = int_of(r, i, "commits"),
		.lines_added = int_of(r, i, "lines_added"),
		.lines_removed = int_of(r, i, "lines_removed"),
		.turns = int_of(r, i, "turns"),
		.sessions = int_of(r, i, "sessions"),
		.type = text_of(r, i, "type"),
		.goal = text_of(r, i, "goal"),
		.project = text_of(r, i, "project"),
		.root = text_of(r, i, "root"),
		.model = text_of(r, i, "model"),
		.prs = text_of(r, i, "prs"),
		.lesson = text_of(r, i, "lesson"),
		.cache_hit = *cell_of(r, i, "cache_hit")};
}

static int by_amount(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

// root STR_NONE: of any project.
static struct work_similar similar_to(
	struct arena *a, const struct result *r, int64_t but_id, struct str root)
{
	int64_t *costs = arena_alloc(a, (r->n_rows + 1) * sizeof *costs), sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < r->n_rows; i++) {
		struct work_row w = row_at(r, i);
		if (w.id == but_id || w.is_open || !w.has_cost || (root.p && !str_eq(w.root, root)))
			continue;
		costs[n++] = w.cost_pico;
		sum += w.cost_pico;
	}
	if (!n)
		return (struct work_similar){0};
	qsort(costs, n, sizeof *costs, by_amount);
	return (struct work_similar){.n = n,
		.is_here = root.p != NULL,
		.mean_pico = (sum + (int64_t)n / 2) / (int64_t)n,
		.median_pico = (costs[(n - 1) / 2] + costs[n / 2]) / 2,
		.least_pico = costs[0],
		.most_pico = costs[n - 1]};
}

bool work_read(struct arena *a, int64_t id, struct work_row *out, struct work_similar *similar,
	struct err *e)
{
	struct result one = {0}, all = {0};
	if (!run(a, "work", "id", number(a, id), &one, e))
		return false;
	if (!one.n_rows)
		return err_set(e, ERR_NO_INPUT,
			"there is no work session %lld: `ccl work list` has them", (long long)id);
	*out = row_at(&one, 0);
	if (!similar)
		return true;
	if (!run(a, "work", "type", out->type, &all, e))
		return false;
	*similar = similar_to(a, &all, id, out->root);
	if (!similar->n)
		*similar = similar_to(a, &all, id, STR_NONE);
	return true;
}

bool work_read_all(struct arena *a, const struct work_row **out, size_t *out_n, struct err *e)
{
	struct result all = {0};
	if (!run(a, "work", "", STR_NONE, &all, e))
		return false;
	struct work_row *rows = arena_alloc(a, (all.n_rows + 1) * sizeof *rows);
	for (size_t i = 0; i < all.n_rows; i++)
		rows[i] = row_at(&all, i);
	*out = rows;
	*out_n = all.n_rows;
	return true;
}

bool work_read_notes(
	struct arena *a, int64_t id, const struct work_note_row **out, size_t *out_n, struct err *e)
{
	struct result r = {0};
	if (!run(a, "work-notes", "id", number(a, id), &r, e))
		return false;
	struct work_note_row *rows = arena_alloc(a, (r.n_rows + 1) * sizeof *rows);
	for (size_t i = 0; i < r.n_rows; i++)
		rows[i] = (struct work_note_row){int_of(&r, i, "at"), text_of(&r, i, "text")};
	*out = rows;
	*out_n = r.n_rows;
	return true;
}
