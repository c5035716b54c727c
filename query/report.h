// SPDX-License-Identifier: MIT
// Runs a report of the table in report_def.h.
#ifndef CCL_QUERY_REPORT_H
#define CCL_QUERY_REPORT_H

#include <sqlite3.h>

#include "result.h"

enum { REPORT_MAX_PARAMS = 4, REPORT_MAX_COLUMNS = 64 };

// What was asked for; every front end fills one.
struct request {
	const struct report_def *def;
	int64_t now_ms, since_ms, until_ms;         // half-open; 0 and LEDGER_NO_END_MS: none
	struct str project, branch, model, session; // STR_NONE: not asked for; session: full id
	unsigned by;                                // of enum report_by
	enum report_cost cost;
	struct str params[REPORT_MAX_PARAMS]; // values of def->params, as text; STR_NONE: NULL
};

const struct report_def *report_find(struct str name); // NULL: there is no such report

// Opens the ledger read-only with everything that reports use.
MUST_USE bool report_open(struct arena *a, sqlite3 **out, struct err *e);

// A full session id from one of its beginnings. ERR_USAGE names the candidates if there are
// several, ERR_NO_INPUT: there is none.
MUST_USE bool report_session(
	sqlite3 *db, struct arena *a, struct str prefix, struct str *out, struct err *e);
// The same of those that only a result names (`ccl audit --result`), too.
MUST_USE bool report_audited(
	sqlite3 *db, struct arena *a, struct str prefix, struct str *out, struct err *e);
// A message id (turn.key), likewise.
MUST_USE bool report_turn(
	sqlite3 *db, struct arena *a, struct str prefix, struct str *out, struct err *e);

// The id of a human prompt, likewise.
MUST_USE bool report_prompt(
	sqlite3 *db, struct arena *a, struct str prefix, struct str *out, struct err *e);

// What a table or a chart says below itself, in the arena; NULL: nothing. After report_run, of
// whose result it binds the totals, :total_cost and so on.
MUST_USE bool report_footer(sqlite3 *db, struct arena *a, const struct request *req, bool is_chart,
	const struct result *r, const char **out, struct err *e);
// SQL of req->def with its parameters bound; `r` as above, or NULL.
MUST_USE bool report_bind(sqlite3 *db, const char *sql, const struct request *req,
	const struct result *r, sqlite3_stmt **out, struct err *e);

// Runs the SQL of req->def: all its rows, in its order, with totals. Not for reports with a source.
MUST_USE bool report_run(
	sqlite3 *db, struct arena *a, struct request *req, struct result *out, struct err *e);

// By the worst row (def->exit_column): 3 critical, 2 warn, 0.
int report_exit_status(const struct report_def *def, const struct result *r);

// Takes all rows of a prepared statement. The columns of *out must be set: at[c] is where the
// statement has column c.
MUST_USE bool report_fetch(sqlite3_stmt *s, const int *at, struct result *out, struct err *e);

// For rows that are too many to be held: the SQL of req->def with all bound to it, and in
// at[REPORT_MAX_COLUMNS] where it has the columns of *columns. Finalize *out, also after a failure.
MUST_USE bool report_prepare(sqlite3 *db, const struct request *req, const struct result *columns,
	int *at, sqlite3_stmt **out, struct err *e);
struct cell report_cell(sqlite3_stmt *s, int at, struct arena *a); // of the row that s is on

#endif
