// SPDX-License-Identifier: MIT
// The table-valued function session_beyond.
#include "beyond.h"
#include "ledger.h"
#include "rowset.h"
#include "table_function.h"

enum { TURNS, UNATTRIBUTED }; // columns
// of the rows that are remembered: summary asks for a session once for each period
enum { KEY, HAS_METER, IS_KNOWN, OWN_TURNS, SUM, N_REMEMBERED };

struct state {
	struct beyond beyond;
	struct rowset done;
	int64_t row[N_REMEMBERED];
};

static void clear(void *state)
{
	struct state *s = state;
	beyond_free(&s->beyond);
	rowset_free(&s->done);
}

static bool read_beyond(
	struct table_rows *rows, const char *plan, sqlite3_value *const *args, struct err *e)
{
	struct state *s = rows->state;
	struct beyond_sum sum;
	bool is_new;
	(void)plan;
	s->beyond.db = rows->db;
	s->done.n_key = 1;
	s->done.n_columns = N_REMEMBERED;
	if (!args[0] || sqlite3_value_type(args[0]) != SQLITE_INTEGER)
		return true; // no session, no row
	int64_t id = sqlite3_value_int64(args[0]), *row = rowset_get(&s->done, &id, &is_new);
	if (is_new) {
		if (!beyond_of(&s->beyond, id, &sum, e))
			return false;
		row[HAS_METER] = sum.has_meter;
		row[IS_KNOWN] = sum.is_known;
		row[OWN_TURNS] = sum.turns;
		row[SUM] = sum.unattributed;
	}
	memcpy(s->row, row, sizeof s->row);
	rows->n = s->row[HAS_METER] ? 1 : 0;
	return true;
}

static void column(sqlite3_context *ctx, const struct table_rows *rows, int i)
{
	const struct state *s = rows->state;
	if (i == TURNS)
		sqlite3_result_int64(ctx, s->row[OWN_TURNS]);
	else if (i == UNATTRIBUTED && s->row[IS_KNOWN])
		sqlite3_result_int64(ctx, s->row[SUM]);
}

bool beyond_register(sqlite3 *db, struct err *e)
{
	static const struct table_function def = {.name = "session_beyond",
		.columns = "turns, unattributed",
		.arguments = "session_id",
		.cost = 1e4,
		.n_rows = 1,
		.state_bytes = sizeof(struct state),
		.read = read_beyond,
		.column = column,
		.clear = clear};
	return table_function_register(db, &def, NULL, NULL, e);
}
