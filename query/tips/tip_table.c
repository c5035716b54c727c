// SPDX-License-Identifier: MIT
// The table-valued function tip_found.
#include <stdlib.h>

#include "ledger.h"
#include "table_function.h"
#include "tip.h"
#include "tipfn.h"

enum { RULE, FINDING, EVIDENCE, SAVINGS };

enum { // arguments
	ARG_SINCE_MS,
	ARG_UNTIL_MS,
	ARG_PROJECT,
	ARG_SESSION,
	ARG_NOW_MS,
	ARG_RULE,
	ARG_ALL,
};

struct found {
	struct arena arena;
	struct tip_rows rows;
};

static void clear(void *state)
{
	struct found *f = state;
	free(f->rows.all);
	arena_free(&f->arena);
	*f = (struct found){0};
}

static bool read_tips(
	struct table_rows *rows, const char *plan, sqlite3_value *const *args, struct err *e)
{
	struct found *f = rows->state;
	const struct tip_request req = {.since_ms = table_int(args[ARG_SINCE_MS], 0),
		.until_ms = table_int(args[ARG_UNTIL_MS], LEDGER_NO_END_MS),
		.now_ms = table_int(args[ARG_NOW_MS], 0),
		.project = table_text(args[ARG_PROJECT]),
		.session = table_text(args[ARG_SESSION]),
		.rule = table_text(args[ARG_RULE]),
		.is_all = table_int(args[ARG_ALL], 0) != 0};
	(void)plan;
	clear(f);
	bool ok = tip_run(rows->db, &f->arena, &req, &f->rows, e);
	rows->n = f->rows.n;
	return ok;
}

static void column(sqlite3_context *ctx, const struct table_rows *rows, int i)
{
	const struct tip_row *row = &((const struct found *)rows->state)->rows.all[rows->at];
	if (i == RULE)
		table_result(ctx, str_of(row->def->id));
	else if (i == FINDING)
		table_result(ctx, row->finding);
	else if (i == EVIDENCE)
		table_result(ctx, row->evidence);
	else if (i == SAVINGS && row->has_savings)
		sqlite3_result_int64(ctx, row->savings_pico);
}

bool tip_register(sqlite3 *db, struct err *e)
{
	static const struct table_function def = {.name = "tip_found",
		.columns = "rule, finding, evidence, savings",
		.arguments = "since_ms, until_ms, in_project, of_session, now_ms, of_rule, is_all",
		.cost = 1e7,
		.n_rows = 20,
		.state_bytes = sizeof(struct found),
		.read = read_tips,
		.column = column,
		.clear = clear};
	return table_function_register(db, &def, NULL, NULL, e) && tipfn_register(db, e);
}
