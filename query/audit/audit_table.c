// SPDX-License-Identifier: MIT
// The table-valued function session_audit, and the function audit_why.
#include <stdlib.h>

#include "audit.h"
#include "audit_why.h"
#include "ledger.h"
#include "table_function.h"

enum { SESSION, SESSION_ID, MODEL, SOURCE, TURNS, REPORTED, KINDS };

struct found {
	struct arena arena;
	struct audit_row *rows;
};

static void clear(void *state)
{
	struct found *f = state;
	arena_free(&f->arena);
	free(f->rows);
	*f = (struct found){0};
}

static bool read_audit(
	struct table_rows *rows, const char *plan, sqlite3_value *const *args, struct err *e)
{
	struct found *f = rows->state;
	(void)plan;
	clear(f);
	return audit_read(rows->db, &f->arena, table_text(args[0]), &f->rows, &rows->n, e);
}

static void column(sqlite3_context *ctx, const struct table_rows *rows, int i)
{
	const struct audit_row *r = &((const struct found *)rows->state)->rows[rows->at];
	bool has_total = r->source != AUDIT_NONE && r->source != AUDIT_BAD;
	if (i == SESSION)
		table_result(ctx, r->session);
	else if (i == SESSION_ID && r->session_id >= 0)
		sqlite3_result_int64(ctx, r->session_id);
	else if (i == MODEL)
		table_result(ctx, r->model);
	else if (i == SOURCE)
		table_result(ctx, str_of(audit_source_names[r->source]));
	else if (i == TURNS)
		sqlite3_result_int64(ctx, r->turns);
	else if (i == REPORTED && has_total)
		sqlite3_result_int64(ctx, r->reported);
	else if (i >= KINDS && has_total)
		sqlite3_result_int64(ctx, r->kinds[i - KINDS]);
}

// audit_why(source, turns, own_turns, difference, kinds ...)
static void why(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	AUTO(buf_free) struct buf out = {0};
	struct audit_why w = {.turns = sqlite3_value_int64(argv[1]),
		.own_turns = sqlite3_value_int64(argv[2]),
		.difference = sqlite3_value_int64(argv[3])};
	const char *source = (const char *)sqlite3_value_text(argv[0]);
	for (int i = AUDIT_METER; i <= AUDIT_BAD && source; i++)
		if (str_is(str_of(source), audit_source_names[i]))
			w.source = (enum audit_source)i;
	for (int i = 0; i < AUDIT_N_KINDS && 4 + i < argc; i++)
		w.kinds[i] = sqlite3_value_int64(argv[4 + i]);
	audit_why(&out, &w);
	table_result(ctx, buf_str(&out));
}

bool audit_register(sqlite3 *db, struct err *e)
{
	static const struct table_function def = {.name = "session_audit",
		// the kinds in the order of enum audit_kind
		.columns = "session, session_id, model, source, turns, reported, compaction, "
			   "title, inner, fork, interrupted, unwritten, other_process, unseen, "
			   "rates",
		.arguments = "of_session",
		.cost = 1e6,
		.n_rows = 1000,
		.state_bytes = sizeof(struct found),
		.read = read_audit,
		.column = column,
		.clear = clear};
	return table_function_register(db, &def, NULL, NULL, e) &&
	       (sqlite3_create_function_v2(db, "audit_why", 4 + AUDIT_N_KINDS,
			SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, why, NULL, NULL,
			NULL) == SQLITE_OK ||
		       ledger_fail(db, "registering functions", e));
}
