// SPDX-License-Identifier: MIT
#include "window_table.h"

#include <stdlib.h>

#include "arena.h"
#include "ledger.h"

enum { ARG_SINCE_MS, ARG_UNTIL_MS, ARG_SESSION, N_ARGS }; // hidden columns, behind the table's

struct cursor {
	sqlite3_vtab_cursor base;
	char *rows;
	size_t n, at;
};

struct table {
	sqlite3_vtab base;
	sqlite3 *db;
	const struct window_table *def;
};

static int connect(sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **out,
	char **error)
{
	const struct window_table *def = data;
	(void)argc;
	(void)argv;
	(void)error;
	char *z =
		sqlite3_mprintf("CREATE TABLE %s (%s, since_ms HIDDEN, until_ms HIDDEN, of_session "
				"HIDDEN)",
			def->name, def->columns);
	int rc = z ? sqlite3_declare_vtab(db, z) : SQLITE_NOMEM;
	sqlite3_free(z);
	if (rc != SQLITE_OK)
		return rc;
	struct table *t = mem_alloc(sizeof *t);
	t->db = db;
	t->def = def;
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
	int at[N_ARGS] = {-1, -1, -1}, n = 0, n_columns = ((struct table *)base)->def->n_columns;
	info->estimatedCost = 1e7;
	info->estimatedRows = 10000;
	for (int i = 0; i < info->nConstraint; i++) {
		int arg = info->aConstraint[i].iColumn - n_columns;
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
	const struct table *t = (const struct table *)base->pVtab;
	struct err e = {0};
	sqlite3_value *args[N_ARGS] = {0};
	void *rows;
	struct window w = {.until_ms = LEDGER_NO_END_MS};
	(void)plan;
	for (int i = 0, n = 0; i < N_ARGS && n < argc; i++)
		if (given & 1 << i)
			args[i] = argv[n++];
	if (is_given(args[ARG_SINCE_MS]))
		w.since_ms = sqlite3_value_int64(args[ARG_SINCE_MS]);
	if (is_given(args[ARG_UNTIL_MS]))
		w.until_ms = sqlite3_value_int64(args[ARG_UNTIL_MS]);
	if (is_given(args[ARG_SESSION]))
		w.session = str_of((const char *)sqlite3_value_text(args[ARG_SESSION]));
	free(c->rows);
	*c = (struct cursor){.base = c->base};
	if (t->def->read(t->db, &w, &rows, &c->n, &e)) {
		c->rows = rows;
		return SQLITE_OK;
	}
	int rc = sqlite3_errcode(t->db);
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
	const struct window_table *def = ((const struct table *)base->pVtab)->def;
	if (i < def->n_columns)
		def->column(ctx, c->rows + c->at * def->row_bytes, i);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((const struct cursor *)base)->at;
	return SQLITE_OK;
}

bool window_table_register(sqlite3 *db, const struct window_table *def, struct err *e)
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
	return sqlite3_create_module_v2(db, def->name, &module, (void *)(uintptr_t)def, NULL) ==
		       SQLITE_OK ||
	       ledger_fail(db, "registering functions", e);
}

bool window_has_many(sqlite3 *db, const struct window *w, bool *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	*out = w->since_ms <= 0 && w->until_ms >= LEDGER_NO_END_MS;
	if (*out)
		return true;
	if (sqlite3_prepare_v2(db,
		    "SELECT count(*) * 4 > (SELECT max(id) FROM turn) FROM (SELECT 1 FROM turn "
		    "WHERE at_ms >= ?1 AND at_ms < ?2 LIMIT (SELECT coalesce(max(id), 0) / 4 + 1 "
		    "FROM turn))",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_int64(s, 1, w->since_ms) != SQLITE_OK ||
		sqlite3_bind_int64(s, 2, w->until_ms) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "counting the turns", e);
	*out = sqlite3_column_int(s, 0) != 0;
	return true;
}

bool window_prepare(sqlite3 *db, const struct window *w, const struct window_sql *sql,
	sqlite3_stmt **out, struct err *e)
{
	bool is_session = w->session.p != NULL, has_many = false;
	if (!is_session && !window_has_many(db, w, &has_many, e))
		return false;
	const char *z = is_session ? sql->session : has_many ? sql->all : sql->some;
	int rc = sqlite3_prepare_v2(db, z, -1, out, NULL);
	if (rc == SQLITE_OK && is_session)
		rc = sqlite3_bind_text(*out, 3, w->session.p, (int)w->session.n, SQLITE_STATIC);
	else if (rc == SQLITE_OK && !has_many)
		rc = sqlite3_bind_int64(*out, 1, w->since_ms) |
		     sqlite3_bind_int64(*out, 2, w->until_ms);
	return rc == SQLITE_OK || ledger_fail(db, "reading turns", e);
}
