// SPDX-License-Identifier: MIT
// `ccl sql`: one SELECT over the ledger. The connection is read-only already; what is kept from it
// here is everything that reaches other files (ATTACH, extensions) and the ledger's key.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "ledger.h"
#include "report.h"
#include "show.h"
#include "zone.h"

enum { READ_BYTES = 1 << 14, MAX_SQL_BYTES = 1000000 };

static sqlite3 *volatile running; // for the signal handler

static void on_interrupt(int sig)
{
	(void)sig;
	if (running)
		sqlite3_interrupt(running);
}

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; word && i < n; i++)
		if (sqlite3_stricmp(word, words[i]) == 0)
			return true;
	return false;
}

static int authorize(void *data, int action, const char *one, const char *two, const char *schema,
	const char *trigger)
{
	static const char *const pragmas[] = {"table_info", "table_xinfo", "table_list",
		"index_list", "index_info", "index_xinfo"};
	(void)data;
	(void)schema;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE: return SQLITE_OK;
	case SQLITE_READ:
		// the key of all hashes reads as NULL
		return one && two && strcmp(one, "meta") == 0 && strcmp(two, "value") == 0
			       ? SQLITE_IGNORE
			       : SQLITE_OK;
	case SQLITE_FUNCTION:
		return two && sqlite3_stricmp(two, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_PRAGMA:
		return is_one_of(one, pragmas, sizeof pragmas / sizeof *pragmas) ? SQLITE_OK
										 : SQLITE_DENY;
	default: return SQLITE_DENY;
	}
}

static void close_db(sqlite3 **db)
{
	running = NULL;
	if (*db)
		ledger_close(db);
}

static bool fail(sqlite3 *db, struct err *e)
{
	int rc = sqlite3_errcode(db) & 0xff;
	if (rc == SQLITE_AUTH)
		return err_set(e, ERR_USAGE, "only SELECT is allowed: %s", sqlite3_errmsg(db));
	if (rc == SQLITE_ERROR)
		return err_set(e, ERR_USAGE, "%s", sqlite3_errmsg(db));
	if (rc == SQLITE_INTERRUPT)
		return err_set(e, ERR_IO, "interrupted");
	return ledger_fail(db, "running the query", e);
}

// A table-valued function is declared when it is first named, which the authorizer would take for a
// change of the schema.
static void declare_functions(sqlite3 *db)
{
	static const char *const names[] = {"json_each", "json_tree", "pragma_table_info",
		"pragma_table_xinfo", "pragma_table_list", "pragma_index_list", "pragma_index_info",
		"spend_sum", "session_beyond"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char sql[64];
		sqlite3_stmt *s = NULL;
		(void)sqlite3_snprintf(sizeof sql, sql, "SELECT 1 FROM %s", names[i]);
		(void)sqlite3_prepare_v2(db, sql, -1, &s, NULL);
		(void)sqlite3_finalize(s);
	}
}

// `ccl sql -`: one that is too long for a command line, or stands in a file.
static bool read_stdin(struct arena *a, struct str *out, struct err *e)
{
	AUTO(buf_free) struct buf b = {0};
	size_t n;
	do {
		buf_reserve(&b, READ_BYTES);
		n = fread(b.p + b.n, 1, READ_BYTES, stdin);
		b.n += n;
	} while (n && b.n < MAX_SQL_BYTES);
	if (ferror(stdin) || b.n >= MAX_SQL_BYTES)
		return err_set(e, ERR_USAGE, "cannot read the SELECT from stdin: %s",
			ferror(stdin) ? strerror(errno) : "it is longer than 1 MB");
	*out = arena_str(a, str_trim(buf_str(&b)));
	return true;
}

static bool prepare(sqlite3 *db, struct str sql, sqlite3_stmt **out, struct err *e)
{
	const char *tail = NULL;
	declare_functions(db);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_set_authorizer(db, authorize, NULL);
	if (sqlite3_prepare_v2(db, sql.p, (int)sql.n, out, &tail) != SQLITE_OK)
		return fail(db, e);
	if (!*out || sqlite3_column_count(*out) == 0)
		return err_set(e, ERR_USAGE, "that is no SELECT");
	if (str_trim(str_of(tail)).n)
		return err_set(e, ERR_USAGE, "one statement, please");
	if (!sqlite3_stmt_readonly(*out))
		return err_set(e, ERR_USAGE, "only SELECT is allowed");
	if (sqlite3_column_count(*out) > REPORT_MAX_COLUMNS)
		return err_set(e, ERR_USAGE, "more than %d columns", REPORT_MAX_COLUMNS);
	return true;
}

// Numbers are those columns that hold nothing else.
static void guess_types(struct result *r, struct report_column *columns)
{
	for (size_t c = 0; c < r->n_columns; c++) {
		bool is_number = false, is_text = false;
		for (size_t i = 0; i < r->n_rows; i++) {
			enum cell_kind kind = r->rows[i][c].kind;
			is_number |= kind == CELL_INT || kind == CELL_REAL;
			is_text |= kind == CELL_TEXT;
		}
		columns[c].type = is_number && !is_text ? VALUE_INT : VALUE_TEXT;
	}
}

bool command_sql(struct command_call *call, struct err *e)
{
	AUTO(close_db) sqlite3 *db = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct report_column columns[REPORT_MAX_COLUMNS] = {0};
	int at[REPORT_MAX_COLUMNS];
	struct result r = {
		.arena = call->arena, .name = STR("sql"), .version = 1, .columns = columns};
	bool is_schema = args_has(call->args, OPT_SCHEMA);
	if (is_schema == (call->args->n_positionals > 0))
		return err_set(e, ERR_USAGE,
			"`ccl sql` wants one SELECT, or - and it on stdin, or --schema alone");
	if (is_schema)
		return sql_schema(call, e);
	struct str sql = call->args->positionals[0];
	if (str_is(sql, "-") && !read_stdin(call->arena, &sql, e))
		return false;
	if (args_has(call->args, OPT_TIMEZONE) && !zone_set(call->args->values[OPT_TIMEZONE], e))
		return false;
	if (!report_open(call->arena, &db, e) || !prepare(db, sql, &s, e))
		return false;
	r.n_columns = (size_t)sqlite3_column_count(s);
	for (int c = 0; c < (int)r.n_columns; c++) {
		const char *name = sqlite3_column_name(s, c);
		columns[c].name = arena_printf(call->arena, "%s", name ? name : "");
		columns[c].about = "";
		at[c] = c;
	}
	running = db;
	(void)signal(SIGINT, on_interrupt);
	if (!report_fetch(s, at, &r, e)) {
		int rc = sqlite3_errcode(db) & 0xff;
		return rc == SQLITE_INTERRUPT || rc == SQLITE_ERROR || rc == SQLITE_AUTH
			       ? fail(db, e)
			       : false;
	}
	running = NULL;
	(void)signal(SIGINT, SIG_DFL);
	guess_types(&r, columns);
	struct sink_frame frame = show_frame(call->args);
	frame.empty = "No rows.";
	return show_result(call->args, &r, frame, e);
}
