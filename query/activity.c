// SPDX-License-Identifier: MIT
// The table-valued function prompt_activity.
#include "activity.h"

#include <stdlib.h>

#include "activity_read.h"
#include "arena.h"
#include "ledger.h"

enum { SESSION_ID, PROMPT_ID, ACTIVITY, EDITS, RETRIES, FIRST_ARG }; // columns
enum { ARG_SINCE_MS, ARG_UNTIL_MS, ARG_SESSION, N_ARGS };            // hidden ones, behind these

struct cursor {
	sqlite3_vtab_cursor base;
	struct activity_row *rows;
	size_t n, at;
};

struct table {
	sqlite3_vtab base;
	sqlite3 *db;
};

static int connect(sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **out,
	char **error)
{
	(void)data;
	(void)argc;
	(void)argv;
	(void)error;
	int rc = sqlite3_declare_vtab(db,
		"CREATE TABLE prompt_activity (session_id, prompt_id, activity, edits, retries, "
		"since_ms HIDDEN, until_ms HIDDEN, of_session HIDDEN)");
	if (rc != SQLITE_OK)
		return rc;
	struct table *t = mem_alloc(sizeof *t);
	t->db = db;
	*out = &t->base;
	return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

// idxNum: which arguments are given.
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	(void)base;
	int at[N_ARGS] = {-1, -1, -1}, n = 0;
	info->estimatedCost = 1e7;
	info->estimatedRows = 10000;
	for (int i = 0; i < info->nConstraint; i++) {
		int arg = info->aConstraint[i].iColumn - FIRST_ARG;
		if (arg < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (!info->aConstraint[i].usable)
			return SQLITE_CONSTRAINT;
		at[arg] = i;
	}
	for (int i = 0; i < N_ARGS; i++) {
		if (at[i] < 0)
			continue;
		info->aConstraintUsage[at[i]].argvIndex = ++n;
		info->aConstraintUsage[at[i]].omit = 1;
		info->idxNum |= 1 << i;
	}
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	(void)base;
	struct cursor *c = mem_alloc(sizeof *c);
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	free(((struct cursor *)base)->rows);
	free(base);
	return SQLITE_OK;
}

static bool is_given(sqlite3_value *v)
{
	return v && sqlite3_value_type(v) != SQLITE_NULL;
}

static int filter(
	sqlite3_vtab_cursor *base, int given, const char *plan, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	sqlite3 *db = ((struct table *)base->pVtab)->db;
	struct err e = {0};
	sqlite3_value *args[N_ARGS] = {0};
	struct activity_filter f = {.until_ms = LEDGER_NO_END_MS};
	(void)plan;
	for (int i = 0, n = 0; i < N_ARGS && n < argc; i++)
		if (given & 1 << i)
			args[i] = argv[n++];
	if (is_given(args[ARG_SINCE_MS]))
		f.since_ms = sqlite3_value_int64(args[ARG_SINCE_MS]);
	if (is_given(args[ARG_UNTIL_MS]))
		f.until_ms = sqlite3_value_int64(args[ARG_UNTIL_MS]);
	if (is_given(args[ARG_SESSION]))
		f.session = str_of((const char *)sqlite3_value_text(args[ARG_SESSION]));
	free(c->rows);
	*c = (struct cursor){.base = c->base};
	if (activity_read(db, &f, &c->rows, &c->n, &e))
		return SQLITE_OK;
	int rc = sqlite3_errcode(db);
	sqlite3_free(base->pVtab->zErrMsg);
	base->pVtab->zErrMsg = sqlite3_mprintf("%s", e.text);
	return rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_ERROR : rc;
}

static int next(sqlite3_vtab_cursor *base)
{
	((struct cursor *)base)->at++;
	return SQLITE_OK;
}

static int is_end(sqlite3_vtab_cursor *base)
{
	const struct cursor *c = (const struct cursor *)base;
	return c->at >= c->n;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
	const struct cursor *c = (const struct cursor *)base;
	const struct activity_row *row = &c->rows[c->at];
	if (i == SESSION_ID)
		sqlite3_result_int64(ctx, row->session_id);
	else if (i == PROMPT_ID && row->prompt_id != ACTIVITY_NO_PROMPT)
		sqlite3_result_int64(ctx, row->prompt_id);
	else if (i == ACTIVITY)
		sqlite3_result_text(ctx, row->activity, -1, SQLITE_STATIC);
	else if (i == EDITS)
		sqlite3_result_int64(ctx, row->edits);
	else if (i == RETRIES)
		sqlite3_result_int64(ctx, row->retries);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((const struct cursor *)base)->at;
	return SQLITE_OK;
}

bool activity_register(sqlite3 *db, struct err *e)
{
	static const sqlite3_module module = {
		.xConnect = connect, // without xCreate: it exists by its name alone
		.xBestIndex = best_index,
		.xDisconnect = disconnect,
		.xOpen = open_cursor,
		.xClose = close_cursor,
		.xFilter = filter,
		.xNext = next,
		.xEof = is_end,
		.xColumn = column,
		.xRowid = rowid,
	};
	return sqlite3_create_module_v2(db, "prompt_activity", &module, NULL, NULL) == SQLITE_OK ||
	       ledger_fail(db, "registering functions", e);
}
