// SPDX-License-Identifier: MIT
#include "sqlagg.h"

#include <stdlib.h>

#include "arena.h"
#include "buf.h"
#include "ledger.h"
#include "rowset.h"

struct candidate {
	int64_t id;
	bool is_null, has_cost;
	int64_t cost_pico, turns;
};

struct dearest {
	struct candidate *all;
	size_t n, cap;
};

static struct candidate *find(struct dearest *d, sqlite3_value *id)
{
	bool is_null = sqlite3_value_type(id) == SQLITE_NULL;
	int64_t v = sqlite3_value_int64(id);
	for (size_t i = 0; i < d->n; i++)
		if (d->all[i].is_null == is_null && d->all[i].id == v)
			return &d->all[i];
	d->all = mem_reserve(d->all, &d->cap, d->n + 1, sizeof *d->all);
	d->all[d->n] = (struct candidate){.id = v, .is_null = is_null};
	return &d->all[d->n++];
}

static void step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct dearest *d = sqlite3_aggregate_context(ctx, sizeof *d);
	(void)argc;
	if (!d)
		mem_die("out of memory");
	struct candidate *c = find(d, argv[0]);
	if (sqlite3_value_type(argv[1]) != SQLITE_NULL) {
		c->has_cost = true;
		c->cost_pico += sqlite3_value_int64(argv[1]);
	}
	c->turns += sqlite3_value_int64(argv[2]);
}

static int compare(const struct candidate *a, const struct candidate *b)
{
	if (a->has_cost != b->has_cost)
		return a->has_cost ? 1 : -1;
	if (a->cost_pico != b->cost_pico)
		return a->cost_pico > b->cost_pico ? 1 : -1;
	return (a->turns > b->turns) - (a->turns < b->turns);
}

// Rare: only if two cost the same to the last digit. NULL comes first, as in ORDER BY.
static const struct candidate *first_by_name(
	sqlite3_context *ctx, const struct candidate *a, const struct candidate *b)
{
	sqlite3_stmt *s = NULL;
	const struct candidate *first = b;
	if (a->is_null || b->is_null)
		return a->is_null ? a : b;
	if (sqlite3_prepare_v2(sqlite3_context_db_handle(ctx), sqlite3_user_data(ctx), -1, &s,
		    NULL) == SQLITE_OK &&
		sqlite3_bind_int64(s, 1, a->id) == SQLITE_OK &&
		sqlite3_bind_int64(s, 2, b->id) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW &&
		sqlite3_column_int64(s, 0) == a->id)
		first = a;
	(void)sqlite3_finalize(s);
	return first;
}

static void finish(sqlite3_context *ctx)
{
	struct dearest *d = sqlite3_aggregate_context(ctx, 0);
	if (!d)
		return;
	const struct candidate *best = &d->all[0];
	for (size_t i = 1; i < d->n; i++) {
		int order = compare(&d->all[i], best);
		if (order > 0)
			best = &d->all[i];
		else if (order == 0)
			best = first_by_name(ctx, &d->all[i], best);
	}
	if (!best->is_null)
		sqlite3_result_int64(ctx, best->id);
	free(d->all);
}

struct list {
	int64_t *ids;
	size_t n, cap;
	struct buf text;
};

static void list_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct list *l = sqlite3_aggregate_context(ctx, sizeof *l);
	int64_t id = sqlite3_value_int64(argv[0]);
	const char *text = (const char *)sqlite3_value_text(argv[1]);
	(void)argc;
	if (!l)
		mem_die("out of memory");
	if (!text)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (l->ids[i] == id)
			return;
	if (l->n)
		buf_addc(&l->text, ',');
	buf_addz(&l->text, text);
	l->ids = mem_reserve(l->ids, &l->cap, l->n + 1, sizeof *l->ids);
	l->ids[l->n++] = id;
}

static void list_finish(sqlite3_context *ctx)
{
	struct list *l = sqlite3_aggregate_context(ctx, 0);
	if (!l || !l->n)
		return;
	sqlite3_result_text(ctx, l->text.p, (int)l->text.n, SQLITE_TRANSIENT);
	buf_free(&l->text);
	free(l->ids);
}

static void once_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct rowset *r = sqlite3_aggregate_context(ctx, sizeof *r);
	int64_t id = sqlite3_value_int64(argv[0]);
	bool is_new;
	(void)argc;
	if (!r)
		mem_die("out of memory");
	r->n_key = r->n_columns = 1;
	if (sqlite3_value_type(argv[0]) != SQLITE_NULL)
		(void)rowset_get(r, &id, &is_new);
}

static void once_finish(sqlite3_context *ctx)
{
	struct rowset *r = sqlite3_aggregate_context(ctx, 0);
	sqlite3_result_int64(ctx, r ? (int64_t)r->n : 0);
	if (r)
		rowset_free(r);
}

bool sqlagg_register(sqlite3 *db, struct err *e)
{
	static const struct {
		const char *name, *by_name;
	} functions[] = {
		{"dearest_project",
			"SELECT id FROM project WHERE id IN (?1, ?2) ORDER BY name, root LIMIT 1"},
		{"dearest_branch",
			"SELECT id FROM name WHERE id IN (?1, ?2) ORDER BY text LIMIT 1"},
		{"dearest_model",
			"SELECT id FROM model WHERE id IN (?1, ?2) ORDER BY name LIMIT 1"},
	};
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (sqlite3_create_function_v2(db, functions[i].name, 3,
			    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
			    (void *)(uintptr_t)functions[i].by_name, NULL, step, finish,
			    NULL) != SQLITE_OK)
			return ledger_fail(db, "registering functions", e);
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
	return (sqlite3_create_function_v2(db, "list_once", 2, flags, NULL, NULL, list_step,
			list_finish, NULL) == SQLITE_OK &&
		       sqlite3_create_function_v2(db, "count_once", 1, flags, NULL, NULL, once_step,
			       once_finish, NULL) == SQLITE_OK) ||
	       ledger_fail(db, "registering functions", e);
}
