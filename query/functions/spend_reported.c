// SPDX-License-Identifier: MIT
#include "spend_reported.h"

#include <stdlib.h>

#include "arena.h"
#include "beyond.h"
#include "ledger.h"

// Columns of `metered`.
enum { SESSION, MODEL, TURN, N_TURNS, AT, ORIGIN, CLASS, CHARGE, PROMPT, COST };

static bool fail(sqlite3_stmt *s, struct err *e)
{
	return ledger_fail(sqlite3_db_handle(s), "reading what Claude Code reported", e);
}

static struct reported *add(struct reported_list *out)
{
	out->all = mem_reserve(out->all, &out->cap, out->n + 1, sizeof *out->all);
	return &out->all[out->n++];
}

bool reported_told(sqlite3_stmt *s, struct reported_list *out, struct err *e)
{
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		*add(out) = (struct reported){.turn_id = sqlite3_column_int64(s, 0),
			.n_turns = 1,
			.at_ms = sqlite3_column_int64(s, 1),
			.origin_id = sqlite3_column_int64(s, 2),
			.class_id = sqlite3_column_int64(s, 3),
			.charge_id = sqlite3_column_int64(s, 4),
			.prompt_id = sqlite3_column_int64(s, 5),
			.pico = sqlite3_column_int64(s, 6)};
	return rc == SQLITE_DONE || fail(s, e);
}

// The turns of one session while they are read, and its models.
struct session {
	int64_t id;
	size_t first; // of its rows in the list
	struct arena arena;
	struct model {
		struct str name;
		int64_t meter; // pico-USD; -1: it says nothing
		int64_t ours;  // so far
	} * models;
	size_t n_models, cap_models;
	size_t *model_of; // of each row
	size_t cap_rows;
};

static size_t find_model(struct session *x, struct str name)
{
	for (size_t i = 0; i < x->n_models; i++)
		if (str_eq(x->models[i].name, name))
			return i;
	x->models = mem_reserve(x->models, &x->cap_models, x->n_models + 1, sizeof *x->models);
	x->models[x->n_models] = (struct model){.name = arena_str(&x->arena, name)};
	return x->n_models++;
}

// What `meter` gives to the first `part` of `whole`.
static int64_t share(int64_t meter, int64_t part, int64_t whole)
{
	__extension__ typedef unsigned __int128 wide;
	return (int64_t)((wide)meter * (wide)part / (wide)whole);
}

// Our figures of a session's rows become the meter's; rows that have none go.
static bool spread(struct beyond *b, struct session *x, struct reported_list *out, struct err *e)
{
	size_t kept = x->first;
	if (x->first == out->n)
		return true;
	if (!beyond_meters(b, x->id, e))
		return false;
	for (size_t m = 0; m < x->n_models; m++)
		x->models[m].meter = beyond_cost(b, x->models[m].name);
	for (size_t m = 0; m < x->n_models; m++)
		if (x->models[m].ours == 0)
			x->models[m].meter = -1;
	int64_t *so_far = mem_alloc((x->n_models + 1) * sizeof *so_far);
	for (size_t i = x->first; i < out->n; i++) {
		size_t place = x->model_of[i - x->first];
		const struct model *m = &x->models[place];
		if (m->meter < 0 || out->all[i].pico < 0)
			continue;
		int64_t before = share(m->meter, so_far[place], m->ours);
		so_far[place] += out->all[i].pico;
		out->all[kept] = out->all[i];
		out->all[kept++].pico = share(m->meter, so_far[place], m->ours) - before;
	}
	out->n = kept;
	free(so_far);
	return true;
}

static bool take(sqlite3_stmt *s, struct session *x, struct reported_list *out, struct err *e)
{
	struct str name = {(const char *)sqlite3_column_text(s, MODEL),
		(size_t)sqlite3_column_bytes(s, MODEL)};
	size_t at = out->n - x->first, model = find_model(x, name);
	struct reported *p = add(out);
	*p = (struct reported){.turn_id = sqlite3_column_int64(s, TURN),
		.n_turns = sqlite3_column_int64(s, N_TURNS),
		.at_ms = sqlite3_column_int64(s, AT),
		.origin_id = sqlite3_column_int64(s, ORIGIN),
		.class_id = sqlite3_column_int64(s, CLASS),
		.charge_id = sqlite3_column_int64(s, CHARGE),
		.prompt_id = sqlite3_column_int64(s, PROMPT),
		// ours, until spread; no price: -1
		.pico = sqlite3_column_type(s, COST) == SQLITE_NULL
				? -1
				: sqlite3_column_int64(s, COST)};
	x->model_of = mem_reserve(x->model_of, &x->cap_rows, at + 1, sizeof *x->model_of);
	x->model_of[at] = model;
	if (p->pico > 0 &&
		__builtin_add_overflow(x->models[model].ours, p->pico, &x->models[model].ours))
		return err_set(e, ERR_FORMAT, "integer overflow: too many tokens to price");
	return true;
}

bool reported_metered(sqlite3_stmt *s, struct reported_list *out, struct err *e)
{
	struct beyond b = {.db = sqlite3_db_handle(s)};
	struct session x = {.first = out->n};
	bool ok = true;
	int rc = SQLITE_DONE;
	while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(s, SESSION);
		if (id != x.id) {
			ok = spread(&b, &x, out, e);
			arena_reset(&x.arena);
			x.n_models = 0;
			x.first = out->n;
			x.id = id;
		}
		ok = ok && take(s, &x, out, e);
	}
	if (ok && rc != SQLITE_DONE)
		ok = fail(s, e);
	ok = ok && spread(&b, &x, out, e);
	beyond_free(&b);
	arena_free(&x.arena);
	free(x.models);
	free(x.model_of);
	return ok;
}
