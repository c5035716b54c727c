// SPDX-License-Identifier: MIT
#include "table_function.h"

#include <stdlib.h>

#include "arena.h"
#include "buf.h"
#include "ledger.h"

struct module {
	const struct table_function *def;
	void *shared;
	void (*free_shared)(void *);
};

struct table {
	sqlite3_vtab base;
	sqlite3 *db;
	const struct module *module;
	int n_columns, n_arguments;
};

static int count_names(const char *names)
{
	int n = 1;
	for (; *names; names++)
		n += *names == ',';
	return n;
}

static int declare(sqlite3 *db, const struct table_function *def)
{
	AUTO(buf_free) struct buf sql = {0};
	buf_printf(&sql, "CREATE TABLE %s (%s, ", def->name, def->columns);
	for (const char *p = def->arguments; *p; p++) {
		if (*p == ',')
			buf_addz(&sql, " HIDDEN");
		buf_addc(&sql, *p);
	}
	buf_addz(&sql, " HIDDEN)");
	return sqlite3_declare_vtab(db, buf_z(&sql));
}

static int connect(sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **out,
	char **error)
{
	const struct module *m = data;
	(void)argc;
	(void)argv;
	(void)error;
	int rc = declare(db, m->def);
	if (rc != SQLITE_OK)
		return rc;
	(void)sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
	struct table *t = mem_alloc(sizeof *t);
	t->db = db;
	t->module = m;
	t->n_columns = count_names(m->def->columns);
	t->n_arguments = count_names(m->def->arguments);
	*out = &t->base;
	return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

// idxNum: the arguments that are given, a bit each.
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct table *t = (const struct table *)base;
	const struct table_function *def = t->module->def;
	int at[TABLE_MAX_ARGUMENTS], n = 0;
	for (int i = 0; i < t->n_arguments; i++)
		at[i] = -1;
	for (int i = 0; i < info->nConstraint; i++) {
		int arg = info->aConstraint[i].iColumn - t->n_columns;
		if (arg < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (!info->aConstraint[i].usable)
			return SQLITE_CONSTRAINT;
		at[arg] = i;
	}
	for (int i = 0; i < t->n_arguments; i++) {
		if (at[i] < 0)
			continue;
		info->aConstraintUsage[at[i]].argvIndex = ++n;
		info->aConstraintUsage[at[i]].omit = 1;
		info->idxNum |= 1 << i;
	}
	info->estimatedCost = def->cost;
	info->estimatedRows = def->n_rows;
	if (def->plan) {
		info->idxStr = def->plan(info);
		info->needToFreeIdxStr = 1;
	}
	return !def->plan || info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	const struct table *t = (const struct table *)base;
	struct table_rows *r = mem_alloc(sizeof *r);
	r->db = t->db;
	r->shared = t->module->shared;
	r->state = mem_alloc(t->module->def->state_bytes);
	*out = &r->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct table_rows *r = (struct table_rows *)base;
	((const struct table *)base->pVtab)->module->def->clear(r->state);
	free(r->state);
	free(r);
	return SQLITE_OK;
}

static int filter(
	sqlite3_vtab_cursor *base, int given, const char *plan, int argc, sqlite3_value **argv)
{
	struct table_rows *r = (struct table_rows *)base;
	const struct table *t = (const struct table *)base->pVtab;
	struct err e = {0};
	sqlite3_value *args[TABLE_MAX_ARGUMENTS] = {0};
	for (int i = 0, n = 0; i < t->n_arguments && n < argc; i++)
		if (given & 1 << i)
			args[i] = argv[n++];
	for (int i = 0; i < t->n_arguments; i++)
		if (args[i] && sqlite3_value_type(args[i]) == SQLITE_NULL)
			args[i] = NULL;
	r->n = r->at = 0;
	if (t->module->def->read(r, plan, args, &e))
		return SQLITE_OK;
	int rc = sqlite3_errcode(r->db);
	r->n = 0;
	sqlite3_free(base->pVtab->zErrMsg);
	base->pVtab->zErrMsg = sqlite3_mprintf("%s", e.text);
	return rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_ERROR : rc;
}

static int next(sqlite3_vtab_cursor *base)
{
	((struct table_rows *)base)->at++;
	return SQLITE_OK;
}

static int is_end(sqlite3_vtab_cursor *base)
{
	const struct table_rows *r = (const struct table_rows *)base;
	return r->at >= r->n;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
	const struct table *t = (const struct table *)base->pVtab;
	if (i < t->n_columns)
		t->module->def->column(ctx, (const struct table_rows *)base, i);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((const struct table_rows *)base)->at;
	return SQLITE_OK;
}

static void free_module(void *data)
{
	struct module *m = data;
	if (m->free_shared)
		m->free_shared(m->shared);
	free(m);
}

bool table_function_register(sqlite3 *db, const struct table_function *def, void *shared,
	void (*free_shared)(void *), struct err *e)
{
	static const sqlite3_module methods = {
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
	struct module *m = mem_alloc(sizeof *m);
	*m = (struct module){def, shared, free_shared};
	return sqlite3_create_module_v2(db, def->name, &methods, m, free_module) == SQLITE_OK ||
	       ledger_fail(db, "registering functions", e);
}

int64_t table_int(sqlite3_value *arg, int64_t fallback)
{
	return arg ? sqlite3_value_int64(arg) : fallback;
}

struct str table_text(sqlite3_value *arg)
{
	const char *p = arg ? (const char *)sqlite3_value_text(arg) : NULL;
	return p ? (struct str){p, (size_t)sqlite3_value_bytes(arg)} : STR_NONE;
}

void table_result(sqlite3_context *ctx, struct str s)
{
	if (s.p)
		sqlite3_result_text(ctx, s.p, (int)s.n, SQLITE_TRANSIENT);
}
