// SPDX-License-Identifier: MIT
// What the table-valued functions NAME(since_ms, until_ms, session) have in common. An argument
// that is not given limits nothing.
#ifndef CCL_QUERY_WINDOW_H
#define CCL_QUERY_WINDOW_H

#include <sqlite3.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

#define WINDOW_ARGUMENTS "since_ms, until_ms, of_session"

struct window {
	int64_t since_ms, until_ms; // half-open
	struct str session;         // full id; STR_NONE: any
};

// From the values of WINDOW_ARGUMENTS.
struct window window_of(sqlite3_value *const *args);

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
