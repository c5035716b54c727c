// SPDX-License-Identifier: MIT
#include "export_db.h"

#include "clock.h"

static bool fail(struct export_db *d, struct err *e)
{
	int rc = sqlite3_errcode(d->db) & 0xff;
	return err_set(e, ERR_IO, "cannot write the export: %s",
		rc == SQLITE_FULL ? "the disk is full" : sqlite3_errmsg(d->db));
}

static bool run(struct export_db *d, const char *sql, struct err *e)
{
	return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(d, e);
}

static bool is_integer(enum value_type type)
{
	return type != VALUE_TIME && type != VALUE_PCT &&
	       (value_is_number(type) || type == VALUE_BOOL);
}

// What a column is stays in the file: `.schema` shows it.
static void add_table(const struct export_db *d, struct buf *out)
{
	buf_addz(out, "CREATE TABLE turn (\n");
	for (size_t c = 0; c < d->n_columns; c++) {
		const struct report_column *col = &d->columns[c];
		bool is_usd = col->type == VALUE_USD;
		buf_printf(out, "  %s%s %s%s -- %s%s%s\n", col->name, is_usd ? "_pico" : "",
			is_integer(col->type) ? "INTEGER" : "TEXT", c + 1 < d->n_columns ? "," : "",
			col->about, is_usd ? "; millionths of a millionth of a USD" : "",
			col->type == VALUE_TIME ? ", UTC" : "");
	}
	buf_addz(out, ") STRICT");
}

static void add_insert(const struct export_db *d, struct buf *out)
{
	buf_addz(out, "INSERT INTO turn VALUES (");
	for (size_t c = 0; c < d->n_columns; c++)
		buf_addz(out, c ? ",?" : "?");
	buf_addc(out, ')');
}

bool export_db_open(const char *path, const struct report_column *columns, size_t n_columns,
	struct export_db *out, struct err *e)
{
	AUTO(buf_free) struct buf table = {0};
	AUTO(buf_free) struct buf insert = {0};
	*out = (struct export_db){.columns = columns, .n_columns = n_columns};
	if (sqlite3_open_v2(path, &out->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		return fail(out, e);
	add_table(out, &table);
	add_insert(out, &insert);
	// a file that is not finished is deleted: it needs no journal
	if (!run(out,
		    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = "
		    "-8192",
		    e) ||
		!run(out, "BEGIN", e) || !run(out, buf_z(&table), e))
		return false;
	return sqlite3_prepare_v2(out->db, buf_z(&insert), -1, &out->insert, NULL) == SQLITE_OK ||
	       fail(out, e);
}

static int bind(sqlite3_stmt *s, int at, enum value_type type, const struct cell *c)
{
	char iso[CLOCK_ISO_BYTES];
	switch (c->kind) {
	case CELL_NULL: return sqlite3_bind_null(s, at);
	case CELL_REAL: return sqlite3_bind_double(s, at, c->r);
	case CELL_TEXT: return sqlite3_bind_text(s, at, c->s.p, (int)c->s.n, SQLITE_TRANSIENT);
	case CELL_INT: break;
	}
	if (type != VALUE_TIME)
		return sqlite3_bind_int64(s, at, c->i);
	clock_format_iso(c->i, iso);
	return sqlite3_bind_text(s, at, iso, -1, SQLITE_TRANSIENT);
}

bool export_db_add(struct export_db *d, const struct cell *cells, struct err *e)
{
	for (size_t c = 0; c < d->n_columns; c++)
		if (bind(d->insert, (int)c + 1, d->columns[c].type, &cells[c]) != SQLITE_OK)
			return fail(d, e);
	bool ok = sqlite3_step(d->insert) == SQLITE_DONE || fail(d, e);
	(void)sqlite3_reset(d->insert);
	return ok;
}

bool export_db_commit(struct export_db *d, struct err *e)
{
	return run(d, "COMMIT", e);
}

void export_db_close(struct export_db *d)
{
	(void)sqlite3_finalize(d->insert);
	(void)sqlite3_close(d->db);
	*d = (struct export_db){0};
}
