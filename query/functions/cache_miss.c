// SPDX-License-Identifier: MIT
#include "cache_miss.h"

#include <stdlib.h>

#include "arena.h"
#include "ledger.h"
#include "rowset.h"
#include "table_function.h"
#include "window.h"

enum { SESSION, AGENT, N_TURNS, END, N_STREAM }; // columns of the streams

struct turn {
	int64_t stream, at_ms, id, read, context; // context 0: none of it was cached
	bool is_told;
};

struct turns {
	struct turn *all;
	size_t n, cap;
	struct rowset streams; // of turns, each of which the next one builds on: session, agent
};

struct miss {
	int64_t turn_id, session_id, before_id, lost; // before_id 0: none
};

struct misses {
	struct miss *all;
};

static bool fail(sqlite3 *db, struct err *e)
{
	return ledger_fail(db, "reading what missed the cache", e);
}

// Numbers of streams by origin: SQLite takes a third of the time to join them with every turn.
static bool read_streams(sqlite3 *db, struct rowset *streams, struct rowset *origins, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	bool is_new;
	if (sqlite3_prepare_v2(db, "SELECT id, session_id, coalesce(agent_id, 0) FROM origin", -1,
		    &s, NULL) != SQLITE_OK)
		return fail(db, e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const int64_t id = sqlite3_column_int64(s, 0),
			      key[] = {sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2)};
		const int64_t *stream = rowset_get(streams, key, &is_new);
		rowset_get(origins, &id, &is_new)[1] =
			(stream - streams->rows) / (int64_t)streams->n_columns;
	}
	return rc == SQLITE_DONE || fail(db, e);
}

#define TURN                                                                                       \
	"SELECT t.origin_id, t.at_ms, t.id, t.input_tok, t.cache_write_tok, t.cache_5m_tok, "      \
	"t.cache_1h_tok, t.cache_read_tok, t.cache_miss_id IS NOT NULL FROM "
#define OF_SESSION(id)                                                                             \
	" CROSS JOIN origin AS o ON o.session_id = " id                                            \
	" CROSS JOIN turn AS t ON t.origin_id = o.id"
static const struct window_sql turn_sql = {
	.all = TURN "turn AS t",
	.some = TURN
	"(SELECT DISTINCT o.session_id FROM turn AS t CROSS JOIN origin AS o ON o.id = "
	"t.origin_id WHERE t.at_ms >= ?1 AND t.at_ms < ?2) AS s" OF_SESSION("s.session_id"),
	.session = TURN "session AS s" OF_SESSION("s.id") " WHERE s.uid = ?3",
};

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void add_turn(struct turns *t, const struct rowset *origins, sqlite3_stmt *s)
{
	int64_t origin = sqlite3_column_int64(s, 0), input = sqlite3_column_int64(s, 3);
	int64_t written = sqlite3_column_int64(s, 4),
		split = sqlite3_column_int64(s, 5) + sqlite3_column_int64(s, 6);
	int64_t read = sqlite3_column_int64(s, 7), cached = larger(written, split) + read;
	const int64_t *row = rowset_find(origins, &origin);
	if (!row)
		return;
	t->all = mem_reserve(t->all, &t->cap, t->n + 1, sizeof *t->all);
	t->all[t->n++] = (struct turn){.stream = row[1],
		.at_ms = sqlite3_column_int64(s, 1),
		.id = sqlite3_column_int64(s, 2),
		.read = read,
		.context = cached > 0 ? input + cached : 0,
		.is_told = sqlite3_column_int(s, 8) != 0};
	rowset_at(&t->streams, (size_t)row[1])[N_TURNS]++;
}

static bool read_turns(sqlite3 *db, const struct window *w, struct turns *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct rowset origins = {.n_key = 1, .n_columns = 2};
	bool ok = read_streams(db, &out->streams, &origins, e) &&
		  window_prepare(db, w, &turn_sql, &s, e);
	int rc = SQLITE_DONE;
	while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW)
		add_turn(out, &origins, s);
	rowset_free(&origins);
	return ok && (rc == SQLITE_DONE || fail(db, e));
}

static int by_time(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

// By stream, each in the order of time, in which most are read already.
static struct turn *sorted(struct turns *t)
{
	struct turn *out = mem_alloc((t->n + 1) * sizeof *out);
	int64_t at = 0;
	for (size_t i = 0; i < t->streams.n; i++) {
		int64_t *stream = rowset_at(&t->streams, i);
		stream[END] = at;
		at += stream[N_TURNS];
	}
	for (size_t i = 0; i < t->n; i++)
		out[rowset_at(&t->streams, (size_t)t->all[i].stream)[END]++] = t->all[i];
	for (size_t i = 0; i < t->streams.n; i++) {
		const int64_t *stream = rowset_at(&t->streams, i);
		struct turn *first = out + stream[END] - stream[N_TURNS];
		int64_t n = 1;
		while (n < stream[N_TURNS] && by_time(&first[n - 1], &first[n]) < 0)
			n++;
		if (n < stream[N_TURNS])
			qsort(first, (size_t)stream[N_TURNS], sizeof *first, by_time);
	}
	return out;
}

static void clear(void *state)
{
	struct misses *m = state;
	free(m->all);
	*m = (struct misses){0};
}

static bool read_misses(
	struct table_rows *rows, const char *plan, sqlite3_value *const *args, struct err *e)
{
	struct misses *m = rows->state;
	struct window w = window_of(args);
	size_t cap = 0;
	(void)plan;
	clear(m);
	struct turns t = {.streams = {.n_key = 2, .n_columns = N_STREAM}};
	bool ok = read_turns(rows->db, &w, &t, e);
	struct turn *turns = ok ? sorted(&t) : NULL;
	for (size_t i = 0; ok && i < t.n; i++) {
		const struct turn *turn = &turns[i], *before = i ? &turns[i - 1] : NULL;
		if (before && before->stream != turn->stream)
			before = NULL;
		if (turn->at_ms < w.since_ms || turn->at_ms >= w.until_ms ||
			!(turn->is_told || (before && turn->read * 2 < before->context)))
			continue;
		m->all = mem_reserve(m->all, &cap, rows->n + 1, sizeof *m->all);
		m->all[rows->n++] = (struct miss){.turn_id = turn->id,
			.session_id = rowset_at(&t.streams, (size_t)turn->stream)[SESSION],
			.before_id = before ? before->id : 0,
			.lost = before ? larger(before->context - turn->read, 0) : 0};
	}
	free(turns);
	free(t.all);
	rowset_free(&t.streams);
	return ok;
}

static void column(sqlite3_context *ctx, const struct table_rows *rows, int i)
{
	const struct miss *m = &((const struct misses *)rows->state)->all[rows->at];
	const int64_t values[] = {m->turn_id, m->session_id, m->before_id, m->lost};
	if (i < 2 || m->before_id)
		sqlite3_result_int64(ctx, values[i]);
}

bool cache_miss_register(sqlite3 *db, struct err *e)
{
	static const struct table_function def = {.name = "cache_miss",
		.columns = "turn_id, session_id, before_id, lost",
		.arguments = WINDOW_ARGUMENTS,
		.cost = 1e7,
		.n_rows = 10000,
		.state_bytes = sizeof(struct misses),
		.read = read_misses,
		.column = column,
		.clear = clear};
	return table_function_register(db, &def, NULL, NULL, e);
}
