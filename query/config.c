// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"
#include "ignore.h"
#include "ledger.h"
#include "path.h"
#include "report.h"
#include "show.h"

enum { WRITE_BUSY_MS = 5000 };

static void close_db(sqlite3 **db)
{
	if (*db)
		ledger_close(db);
}

static void finalize(sqlite3_stmt **s)
{
	(void)sqlite3_finalize(*s);
}

// Absolute and clean; links are followed if it exists, because Claude Code writes real paths.
static struct str absolute(struct arena *a, struct str path)
{
	char *z = arena_printf(a, "%.*s", STR_ARG(path));
	char *real = realpath(z, NULL), *cwd = getcwd(NULL, 0);
	struct str full = real ? arena_str(a, str_of(real))
			  : path.n && path.p[0] == '/'
				  ? path
				  : path_join(a, str_of(cwd ? cwd : "/"), path);
	free(real);
	free(cwd);
	return path_clean(a, full);
}

static bool list(struct command_call *call, struct err *e)
{
	static const struct report_column columns[] = {
		{.name = "key", .about = "Setting", .type = VALUE_TEXT},
		{.name = "value", .about = "What it is set to", .type = VALUE_PATH},
	};
	static const int at[] = {0, 1};
	AUTO(close_db) sqlite3 *db = NULL;
	AUTO(finalize) sqlite3_stmt *s = NULL;
	struct result r = {.arena = call->arena,
		.name = STR("config"),
		.version = 1,
		.columns = columns,
		.n_columns = sizeof columns / sizeof *columns};
	if (!report_open(call->arena, &db, e))
		return false;
	if (sqlite3_prepare_v2(db,
		    "SELECT key, value FROM setting UNION ALL SELECT 'ignore', path FROM "
		    "ignored_path "
		    "ORDER BY 1, 2",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the settings", e);
	if (!report_fetch(s, at, &r, e))
		return false;
	struct sink_frame frame = show_frame(call->args);
	frame.title = "Settings";
	frame.empty =
		"Nothing is set. `ccl config set ignore PATH` keeps a folder out of the ledger.";
	return show_result(call->args, &r, frame, e);
}

bool command_config(struct command_call *call, struct err *e)
{
	const struct args *args = call->args;
	AUTO(close_db) sqlite3 *db = NULL;
	if (args->n_positionals == 0)
		return list(call, e);
	bool is_set = str_is(args->positionals[0], "set");
	if (args->n_positionals != 3 || (!is_set && !str_is(args->positionals[0], "unset")) ||
		!str_is(args->positionals[1], "ignore"))
		return err_set(e, ERR_USAGE, "usage: ccl config [set|unset ignore PATH]");
	struct str path = absolute(call->arena, args->positionals[2]);
	if (!ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, &db, e))
		return false;
	if (is_set ? !ignore_set(db, path, e) : !ignore_unset(db, path, e))
		return false;
	(void)printf(is_set ? "Nothing below %.*s will be logged from now on.\n"
			    : "What is below %.*s is logged again.\n",
		STR_ARG(path));
	return true;
}
