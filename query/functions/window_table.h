// SPDX-License-Identifier: MIT
// What the table-valued functions NAME(since_ms, until_ms, session) have in common. An argument
// that is NULL or missing limits nothing.
#ifndef CCL_QUERY_WINDOW_TABLE_H
#define CCL_QUERY_WINDOW_TABLE_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

struct window {
	int64_t since_ms, until_ms; // half-open
	struct str session;         // full id; STR_NONE: any
};

struct window_table {
	const char *name, *columns; // these as in CREATE TABLE
	int n_columns;
	size_t row_bytes;
	// *out is to be freed; it has *out_n rows
	bool (*read)(sqlite3 *db, const struct window *w, void **out, size_t *out_n, struct err *e);
	// sets a column of a row, or leaves it NULL
	void (*column)(sqlite3_context *ctx, const void *row, int column);
};

// `table` stays with the connection.
MUST_USE bool window_table_register(sqlite3 *db, const struct window_table *table, struct err *e);

// Whether it has more than a quarter of all turns: to find a turn, or a call by its turn, takes
// four times as long as to pass one over.
MUST_USE bool window_has_many(sqlite3 *db, const struct window *w, bool *out, struct err *e);

// Statements that give at least the rows of what has a turn in the window: those of all of time; of
// sessions with a turn from ?1 until ?2; of the session ?3.
struct window_sql {
	const char *all, *some, *session;
};

// The one that is quickest for this window, with its parameters.
MUST_USE bool window_prepare(sqlite3 *db, const struct window *w, const struct window_sql *sql,
	sqlite3_stmt **out, struct err *e);

#endif
