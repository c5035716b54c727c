// SPDX-License-Identifier: MIT
// The table-valued function tip_found.
#include <stdlib.h>

#include "ledger.h"
#include "tip.h"
#include "tipfn.h"

enum { RULE, FINDING, EVIDENCE, SAVINGS, N_COLUMNS };

enum { // arguments, in the order of the hidden columns
	ARG_SINCE_MS,
	ARG_UNTIL_MS,
	ARG_PROJECT,
	ARG_SESSION,
	ARG_NOW_MS,
	ARG_RULE,
	ARG_ALL,
	N_ARGS,
};

struct table {
	sqlite3_vtab base;
	sqlite3 *db;
};

struct cursor {
	sqlite3_vtab_cursor base;
	struct arena arena;
	struct tip_rows rows;
	size_t at;
};

static int connect(sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **out,
	char **error)
{
	(void)data;
	(void)argc;
	(void)argv;
	(void)error;
	int rc = sqlite3_declare_vtab(db,
		"CREATE TABLE tip_found (rule, finding, evidence, savings, since_ms HIDDEN, "
		"until_ms HIDDEN, in_project HIDDEN, of_session HIDDEN, now_ms HIDDEN, of_rule "
		"HIDDEN, is_all HIDDEN)");
	if (rc != SQLITE_OK)
		return rc;
	(void)sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
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

// All arguments are wanted.
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	(void)base;
	int n = 0;
	for (int i = 0; i < info->nConstraint; i++) {
		int arg = info->aConstraint[i].iColumn - N_COLUMNS;
		if (arg < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (!info->aConstraint[i].usable)
			return SQLITE_CONSTRAINT;
		info->aConstraintUsage[i].argvIndex = arg + 1;
		info->aConstraintUsage[i].omit = 1;
		n++;
	}
	info->estimatedCost = 1e7;
	info->estimatedRows = 20;
	return n == N_ARGS ? SQLITE_OK : SQLITE_CONSTRAINT;
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
	struct cursor *c = (struct cursor *)base;
	free(c->rows.all);
	arena_free(&c->arena);
	free(c);
	return SQLITE_OK;
}

static struct str text_of(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);
	return p ? (struct str){p, (size_t)sqlite3_value_bytes(v)} : STR_NONE;
}

static int filter(
	sqlite3_vtab_cursor *base, int plan, const char *name, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	sqlite3 *db = ((struct table *)base->pVtab)->db;
	struct err e = {0};
	(void)plan;
	(void)name;
	(void)argc;
	struct tip_request req = {.since_ms = sqlite3_value_int64(argv[ARG_SINCE_MS]),
		.until_ms = sqlite3_value_int64(argv[ARG_UNTIL_MS]),
		.now_ms = sqlite3_value_int64(argv[ARG_NOW_MS]),
		.project = text_of(argv[ARG_PROJECT]),
		.session = text_of(argv[ARG_SESSION]),
		.rule = text_of(argv[ARG_RULE]),
		.is_all = sqlite3_value_int(argv[ARG_ALL]) != 0};
	free(c->rows.all);
	c->at = 0;
	if (tip_run(db, &c->arena, &req, &c->rows, &e))
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
	return c->at >= c->rows.n;
}

static void result_str(sqlite3_context *ctx, struct str s)
{
	sqlite3_result_text(ctx, s.p, (int)s.n, SQLITE_TRANSIENT);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
	const struct cursor *c = (const struct cursor *)base;
	const struct tip_row *row = &c->rows.all[c->at];
	if (i == RULE)
		result_str(ctx, str_of(row->def->id));
	else if (i == FINDING)
		result_str(ctx, row->finding);
	else if (i == EVIDENCE)
		result_str(ctx, row->evidence);
	else if (i == SAVINGS && row->has_savings)
		sqlite3_result_int64(ctx, row->savings_pico);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((struct cursor *)base)->at;
	return SQLITE_OK;
}

bool tip_register(sqlite3 *db, struct err *e)
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
	return (sqlite3_create_module_v2(db, "tip_found", &module, NULL, NULL) == SQLITE_OK ||
		       ledger_fail(db, "registering functions", e)) &&
	       tipfn_register(db, e);
}
