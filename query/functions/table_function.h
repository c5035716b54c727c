// SPDX-License-Identifier: MIT
// A table-valued function, NAME(argument, ...): its rows are made when a statement asks for them.
// An argument that is missing or NULL is not given.
#ifndef CCL_QUERY_TABLE_FUNCTION_H
#define CCL_QUERY_TABLE_FUNCTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

enum { TABLE_MAX_ARGUMENTS = 16 };

struct table_rows {
	sqlite3_vtab_cursor base;
	sqlite3 *db;
	void *shared; // as table_function_register() got it
	void *state;  // zeroed at first, and kept from one read to the next
	size_t n, at;
};

struct table_function {
	const char *name, *columns, *arguments; // these two: names with ", " between them
	double cost;                            // for SQLite's planner
	sqlite3_int64 n_rows;
	size_t state_bytes;
	// what read() is to know of the plan, by sqlite3_malloc; may be NULL
	char *(*plan)(sqlite3_index_info *info);
	// Sets n. args: one for each argument, NULL if it is not given.
	bool (*read)(struct table_rows *rows, const char *plan, sqlite3_value *const *args,
		struct err *e);
	// Sets a column of the row `at`, or leaves it NULL.
	void (*column)(sqlite3_context *ctx, const struct table_rows *rows, int column);
	void (*clear)(void *state);
};

// `def` and `shared` stay with the connection; `free_shared` may be NULL.
MUST_USE bool table_function_register(sqlite3 *db, const struct table_function *def, void *shared,
	void (*free_shared)(void *), struct err *e);

// NULL: `fallback`, STR_NONE.
int64_t table_int(sqlite3_value *arg, int64_t fallback);
struct str table_text(sqlite3_value *arg);

// STR_NONE: NULL.
void table_result(sqlite3_context *ctx, struct str s);

#endif
