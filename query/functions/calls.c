// SPDX-License-Identifier: MIT
#include "calls.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "ledger.h"
#include "report_def.h"
#include "rowset.h"
#include "table_function.h"

enum { // columns; statements that read calls give the first two
	NAME_ID,
	TARGET_ID,
	SESSION_ID,
	PROJECT_ID,
	MODEL_ID,
	CALLS, // here the measures begin
	ERRORS,
	EDITS,
	RESULTS,
	RESULT_BYTES,
	LINES_ADDED,
	LINES_REMOVED,
	SESSIONS,
	N_COLUMNS,
};

enum { // arguments
	ARG_KIND,
	ARG_SINCE_MS,
	ARG_UNTIL_MS,
	ARG_PROJECT,
	ARG_BRANCH,
	ARG_MODEL,
	ARG_SESSION,
};

struct sums {
	unsigned named;             // columns, a bit each
	sqlite3_value *const *args; // only while rows are read
	struct rowset groups;       // the dimensions named, then the measures
	struct rowset sessions;     // of each group: its number, session
	size_t where[N_COLUMNS];
	struct rowset origins; // that the filters leave: id, session, project
	struct rowset classes; // id, model
	struct rowset charges; // id
	struct rowset edits;   // ids of tools
};

// read_sums() gets the columns named, in hexadecimal.
static char *plan_of(sqlite3_index_info *info)
{
	return sqlite3_mprintf("%llx", (unsigned long long)info->colUsed);
}

static void clear(void *state)
{
	struct sums *c = state;
	struct rowset *all[] = {
		&c->groups, &c->sessions, &c->origins, &c->classes, &c->charges, &c->edits};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		rowset_free(all[i]);
		*all[i] = (struct rowset){0};
	}
}

static bool fail(sqlite3 *db, struct err *e)
{
	return ledger_fail(db, "counting tool calls", e);
}

static bool is_named(const struct sums *c, int column)
{
	return (c->named >> column & 1) != 0;
}

static bool bind(sqlite3_stmt *s, const char *name, sqlite3_value *v)
{
	int at = sqlite3_bind_parameter_index(s, name);
	return !at || !v || sqlite3_bind_value(s, at, v) == SQLITE_OK;
}

static bool bind_int(sqlite3_stmt *s, const char *name, int64_t v)
{
	int at = sqlite3_bind_parameter_index(s, name);
	return !at || sqlite3_bind_int64(s, at, v) == SQLITE_OK;
}

static bool prepare(
	sqlite3 *db, const struct sums *c, const char *sql, sqlite3_stmt **out, struct err *e)
{
	sqlite3_value *const *a = c->args;
	bool ok = sqlite3_prepare_v2(db, sql, -1, out, NULL) == SQLITE_OK &&
		  bind(*out, ":kind", a[ARG_KIND]) && bind(*out, ":project", a[ARG_PROJECT]) &&
		  bind(*out, ":branch", a[ARG_BRANCH]) && bind(*out, ":model", a[ARG_MODEL]) &&
		  bind(*out, ":session", a[ARG_SESSION]) &&
		  bind_int(*out, ":first", table_int(a[ARG_SINCE_MS], 0)) &&
		  bind_int(*out, ":last", table_int(a[ARG_UNTIL_MS], LEDGER_NO_END_MS));
	return ok || fail(db, e);
}

// Rows of ids, found by the first.
static bool read_ids(
	sqlite3 *db, const struct sums *c, const char *sql, struct rowset *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	if (!prepare(db, c, sql, &s, e))
		return false;
	*out = (struct rowset){.n_key = 1, .n_columns = (size_t)sqlite3_column_count(s)};
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		bool is_new;
		int64_t id = sqlite3_column_int64(s, 0), *row = rowset_get(out, &id, &is_new);
		for (int i = 1; i < (int)out->n_columns; i++)
			row[i] = sqlite3_column_int64(s, i);
	}
	return rc == SQLITE_DONE || fail(db, e);
}

// Which statement gives the calls; whether turns come with them.
static bool choose(
	sqlite3 *db, const struct sums *c, const char **out, bool *out_has_turn, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	sqlite3_value *const *a = c->args;
	bool is_part = table_int(a[ARG_SINCE_MS], 0) > 0 ||
		       table_int(a[ARG_UNTIL_MS], LEDGER_NO_END_MS) < LEDGER_NO_END_MS;
	*out_has_turn = is_part || a[ARG_PROJECT] || a[ARG_BRANCH] || a[ARG_MODEL] ||
			a[ARG_SESSION] || is_named(c, SESSION_ID) || is_named(c, PROJECT_ID) ||
			is_named(c, MODEL_ID) || is_named(c, SESSIONS);
	*out = a[ARG_SESSION]  ? calls_session_sql
	       : *out_has_turn ? calls_scan_sql
			       : calls_whole_sql;
	if (!is_part || a[ARG_SESSION])
		return true;
	if (!prepare(db, c, calls_many_sql, &s, e))
		return false;
	if (sqlite3_step(s) != SQLITE_ROW)
		return fail(db, e);
	if (!sqlite3_column_int(s, 0))
		*out = calls_window_sql;
	return true;
}

// False: the filters leave it out.
static bool read_turn(const struct sums *c, sqlite3_stmt *s, int64_t *dims)
{
	int64_t origin_id = sqlite3_column_int64(s, 6), class_id = sqlite3_column_int64(s, 7);
	const int64_t *origin = rowset_find(&c->origins, &origin_id);
	if (!origin)
		return false;
	dims[SESSION_ID] = origin[1];
	dims[PROJECT_ID] = origin[2];
	if (c->classes.n_columns) {
		const int64_t *class = rowset_find(&c->classes, &class_id);
		if (!class)
			return false;
		dims[MODEL_ID] = class[1];
	}
	if (c->charges.n_columns) {
		int64_t charge_id = sqlite3_column_int64(s, 8);
		return rowset_find(&c->charges, &charge_id) != NULL;
	}
	return true;
}

static bool add_call(struct sums *c, sqlite3_stmt *s, int64_t *dims, struct err *e)
{
	bool is_new, is_over = false;
	int64_t key[CALLS];
	for (int i = 0; i < CALLS; i++)
		if (is_named(c, i))
			key[c->where[i]] = dims[i];
	int64_t *row = rowset_get(&c->groups, key, &is_new);
	row[c->where[CALLS]]++;
	row[c->where[ERRORS]] += sqlite3_column_int64(s, 3);
	row[c->where[EDITS]] += c->edits.n && rowset_find(&c->edits, &dims[NAME_ID]);
	row[c->where[RESULTS]] += sqlite3_column_type(s, 2) != SQLITE_NULL;
	const int sums[] = {RESULT_BYTES, LINES_ADDED, LINES_REMOVED}, from[] = {2, 4, 5};
	for (int i = 0; i < 3; i++) {
		int64_t *to = &row[c->where[sums[i]]];
		is_over |= __builtin_add_overflow(*to, sqlite3_column_int64(s, from[i]), to);
	}
	if (is_named(c, SESSIONS)) {
		size_t number = (size_t)(row - c->groups.rows) / c->groups.n_columns;
		int64_t pair[] = {(int64_t)number, dims[SESSION_ID]};
		(void)rowset_get(&c->sessions, pair, &is_new);
		row[c->where[SESSIONS]] += is_new;
	}
	return !is_over || err_set(e, ERR_FORMAT, "integer overflow: the sum is too large");
}

static bool read_calls(sqlite3 *db, struct sums *c, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	const char *sql;
	bool has_turn;
	int rc;
	if (!choose(db, c, &sql, &has_turn, e) ||
		(has_turn && !read_ids(db, c, calls_origin_sql, &c->origins, e)) ||
		((c->args[ARG_MODEL] || is_named(c, MODEL_ID)) &&
			!read_ids(db, c, calls_class_sql, &c->classes, e)) ||
		(c->args[ARG_BRANCH] && !read_ids(db, c, calls_charge_sql, &c->charges, e)) ||
		(is_named(c, EDITS) && !read_ids(db, c, calls_edit_sql, &c->edits, e)) ||
		!prepare(db, c, sql, &s, e))
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t dims[CALLS] = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1)};
		if ((!has_turn || read_turn(c, s, dims)) && !add_call(c, s, dims, e))
			return false;
	}
	return rc == SQLITE_DONE || fail(db, e);
}

static void lay_out(struct sums *c)
{
	size_t n = 0;
	clear(c);
	for (int i = 0; i < N_COLUMNS; i++)
		if (i >= CALLS || is_named(c, i))
			c->where[i] = n++;
	c->groups.n_key = c->where[CALLS];
	c->groups.n_columns = n;
	c->sessions.n_key = c->sessions.n_columns = 2;
}

static bool read_sums(
	struct table_rows *rows, const char *plan, sqlite3_value *const *args, struct err *e)
{
	struct sums *c = rows->state;
	c->named = (unsigned)strtoul(plan, NULL, 16);
	c->args = args;
	lay_out(c);
	bool ok = read_calls(rows->db, c, e);
	c->args = NULL;
	rows->n = c->groups.n;
	return ok;
}

// An id of 0 is none.
static void column(sqlite3_context *ctx, const struct table_rows *rows, int i)
{
	const struct sums *c = rows->state;
	int64_t v = rowset_at(&c->groups, rows->at)[c->where[i]];
	if (i >= CALLS || v)
		sqlite3_result_int64(ctx, v);
}

bool calls_register(sqlite3 *db, struct err *e)
{
	static const struct table_function def = {.name = "call_sum",
		.columns = "name_id, target_id, session_id, project_id, model_id, calls, errors, "
			   "edits, results, result_bytes, lines_added, lines_removed, sessions",
		.arguments = "kind, since_ms, until_ms, in_project, in_branch, of_model, "
			     "of_session",
		// never the inner table of a join that may have it outside
		.cost = 1e7,
		.n_rows = 2000,
		.state_bytes = sizeof(struct sums),
		.plan = plan_of,
		.read = read_sums,
		.column = column,
		.clear = clear};
	return table_function_register(db, &def, NULL, NULL, e);
}
