// SPDX-License-Identifier: MIT
// The table-valued function session_beyond.
#include <stdlib.h>

#include "beyond.h"
#include "ledger.h"
#include "rowset.h"

enum { TURNS, UNATTRIBUTED, SESSION_ID }; // columns
// of the rows that are remembered: summary asks for a session once for each period
enum { KEY, HAS_METER, IS_KNOWN, OWN_TURNS, SUM, N_REMEMBERED };

struct cursor {
	sqlite3_vtab_cursor base;
	struct beyond beyond;
	struct rowset done;
	size_t at; // 1: behind the row
	int64_t row[N_REMEMBERED];
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
	int rc = sqlite3_declare_vtab(
		db, "CREATE TABLE session_beyond (turns, unattributed, session_id HIDDEN)");
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
	info->estimatedCost = 1e4;
	info->estimatedRows = 1;
	for (int i = 0; i < info->nConstraint; i++) {
		if (info->aConstraint[i].iColumn != SESSION_ID ||
			info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (!info->aConstraint[i].usable)
			return SQLITE_CONSTRAINT;
		info->aConstraintUsage[i].argvIndex = 1;
		info->aConstraintUsage[i].omit = 1;
		return SQLITE_OK;
	}
	return SQLITE_OK; // no session, no row
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct cursor *c = mem_alloc(sizeof *c);
	c->beyond.db = ((struct table *)base)->db;
	c->done = (struct rowset){.n_key = 1, .n_columns = N_REMEMBERED};
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	beyond_free(&c->beyond);
	rowset_free(&c->done);
	free(c);
	return SQLITE_OK;
}

static int filter(
	sqlite3_vtab_cursor *base, int plan, const char *name, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	struct beyond_sum sum;
	struct err e = {0};
	bool is_new;
	(void)plan;
	(void)name;
	c->at = 1;
	if (!argc || sqlite3_value_type(argv[0]) != SQLITE_INTEGER)
		return SQLITE_OK;
	int64_t id = sqlite3_value_int64(argv[0]), *row = rowset_get(&c->done, &id, &is_new);
	if (is_new) {
		if (!beyond_of(&c->beyond, id, &sum, &e)) {
			int rc = sqlite3_errcode(c->beyond.db);
			sqlite3_free(base->pVtab->zErrMsg);
			base->pVtab->zErrMsg = sqlite3_mprintf("%s", e.text);
			return rc == SQLITE_OK || rc == SQLITE_ROW ? SQLITE_ERROR : rc;
		}
		row[HAS_METER] = sum.has_meter;
		row[IS_KNOWN] = sum.is_known;
		row[OWN_TURNS] = sum.turns;
		row[SUM] = sum.unattributed;
	}
	memcpy(c->row, row, sizeof c->row);
	c->at = c->row[HAS_METER] ? 0 : 1;
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
	((struct cursor *)base)->at++;
	return SQLITE_OK;
}

static int is_end(sqlite3_vtab_cursor *base)
{
	return ((const struct cursor *)base)->at > 0;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
	const struct cursor *c = (const struct cursor *)base;
	if (i == TURNS)
		sqlite3_result_int64(ctx, c->row[OWN_TURNS]);
	else if (i == UNATTRIBUTED && c->row[IS_KNOWN])
		sqlite3_result_int64(ctx, c->row[SUM]);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = ((const struct cursor *)base)->row[KEY];
	return SQLITE_OK;
}

bool beyond_register(sqlite3 *db, struct err *e)
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
	return sqlite3_create_module_v2(db, "session_beyond", &module, NULL, NULL) == SQLITE_OK ||
	       ledger_fail(db, "registering functions", e);
}
