// SPDX-License-Identifier: MIT
// `ccl export --format sqlite`: a new database with one table, turn, for anybody's SQLite.
#ifndef CCL_EXPORT_DB_H
#define CCL_EXPORT_DB_H

#include <sqlite3.h>

#include "result.h"

struct export_db {
	sqlite3 *db;
	sqlite3_stmt *insert;
	const struct report_column *columns;
	size_t n_columns;
};

// `path` is a new, empty file of the caller's. Columns keep their names, but money is an integer of
// pico-USD and its name ends in _pico. Call export_db_close whatever this returns.
MUST_USE bool export_db_open(const char *path, const struct report_column *columns,
	size_t n_columns, struct export_db *out, struct err *e);
MUST_USE bool export_db_add(struct export_db *d, const struct cell *cells, struct err *e);
MUST_USE bool export_db_commit(struct export_db *d, struct err *e);
void export_db_close(struct export_db *d);

#endif
