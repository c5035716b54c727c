// SPDX-License-Identifier: MIT
// The table-valued function session_audit, and the function audit_why.
#include <stdio.h>
#include <stdlib.h>

#include "audit.h"
#include "audit_why.h"
#include "ledger.h"

// columns; those of the kinds follow REPORTED
enum { SESSION, SESSION_ID, MODEL, SOURCE, TURNS, REPORTED, KINDS, ARG = KINDS + AUDIT_N_KINDS };

struct cursor {
	sqlite3_vtab_cursor base;
	struct arena arena;
	struct audit_row *rows;
	size_t n, at;
};

struct table {
	sqlite3_vtab base;
	sqlite3 *db;
};

static int connect(sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **out,
	char **error)
{
	AUTO(buf_free) struct buf sql = {0};
	(void)data;
	(void)argc;
	(void)argv;
	(void)error;
	buf_addz(&sql,
		"CREATE TABLE session_audit (session, session_id, model, source, turns, reported");
	for (int i = 0; i < AUDIT_N_KINDS; i++)
		buf_printf(&sql, ", %s", audit_kind_names[i]);
	buf_addz(&sql, ", of_session HIDDEN)");
	int rc = sqlite3_declare_vtab(db, buf_z(&sql));
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

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	(void)base;
	info->estimatedCost = 1e6;
	for (int i = 0; i < info->nConstraint; i++) {
		if (info->aConstraint[i].iColumn != ARG ||
			info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (!info->aConstraint[i].usable)
			return SQLITE_CONSTRAINT;
		info->aConstraintUsage[i].argvIndex = 1;
		info->aConstraintUsage[i].omit = 1;
		break;
	}
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct cursor *c = mem_alloc(sizeof *c);
	(void)base;
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	arena_free(&c->arena);
	free(c->rows);
	free(c);
	return SQLITE_OK;
}

static int filter(
	sqlite3_vtab_cursor *base, int plan, const char *name, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	sqlite3 *db = ((struct table *)base->pVtab)->db;
	struct err e = {0};
	const char *text = argc ? (const char *)sqlite3_value_text(argv[0]) : NULL;
	struct str session =
		text ? (struct str){text, (size_t)sqlite3_value_bytes(argv[0])} : STR_NONE;
	(void)plan;
	(void)name;
	free(c->rows);
	c->rows = NULL;
	c->at = 0;
	if (audit_read(db, &c->arena, session, &c->rows, &c->n, &e))
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

static void result_str(sqlite3_context *ctx, struct str s)
{
	if (s.p)
		sqlite3_result_text(ctx, s.p, (int)s.n, SQLITE_TRANSIENT);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
	const struct cursor *c = (const struct cursor *)base;
	const struct audit_row *r = &c->rows[c->at];
	bool has_total = r->source != AUDIT_NONE && r->source != AUDIT_BAD;
	if (i == SESSION)
		result_str(ctx, r->session);
	else if (i == SESSION_ID && r->session_id >= 0)
		sqlite3_result_int64(ctx, r->session_id);
	else if (i == MODEL)
		result_str(ctx, r->model);
	else if (i == SOURCE)
		result_str(ctx, str_of(audit_source_names[r->source]));
	else if (i == TURNS)
		sqlite3_result_int64(ctx, r->turns);
	else if (i == REPORTED && has_total)
		sqlite3_result_int64(ctx, r->reported);
	else if (i >= KINDS && i < ARG && has_total)
		sqlite3_result_int64(ctx, r->kinds[i - KINDS]);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((struct cursor *)base)->at;
	return SQLITE_OK;
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
	result_str(ctx, buf_str(&out));
}

bool audit_register(sqlite3 *db, struct err *e)
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
	return (sqlite3_create_module_v2(db, "session_audit", &module, NULL, NULL) == SQLITE_OK &&
		       sqlite3_create_function_v2(db, "audit_why", 4 + AUDIT_N_KINDS,
			       SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, why, NULL, NULL,
			       NULL) == SQLITE_OK) ||
	       ledger_fail(db, "registering functions", e);
}
