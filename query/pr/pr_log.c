// SPDX-License-Identifier: MIT
// `ccl pr log`, `ccl pr undo`: what the user has said, and taking it back.
#include <stdio.h>

#include "clock.h"
#include "command.h"
#include "ledger.h"
#include "path.h"
#include "pr_link.h"
#include "report.h"
#include "show.h"
#include "text.h"
#include "zone.h"

enum { WRITE_BUSY_MS = 5000 };

static const struct report_column columns[] = {
	{.name = "id", .about = "What `ccl pr undo` takes", .type = VALUE_NUMBER},
	{.name = "made", .about = "When it was said", .type = VALUE_TIME},
	{.name = "act",
		.about = "link; unlink: there is none; ignore: nothing by itself",
		.type = VALUE_TEXT},
	{.name = "scope", .about = "branch, session, turn; pr", .type = VALUE_TEXT},
	{.name = "target", .about = "Branch, or id of the session or turn", .type = VALUE_ID},
	{.name = "root", .about = "Repository of the branch", .type = VALUE_PATH, .is_minor = true},
	{.name = "repo", .about = "Of the pull request", .type = VALUE_TEXT},
	{.name = "number", .about = "Pull request", .type = VALUE_NUMBER},
	{.name = "role",
		.about = "author, review, ci; null: as the evidence has it",
		.type = VALUE_TEXT,
		.is_alert = true},
	{.name = "since",
		.about = "Turns from here on; null: all",
		.type = VALUE_TIME,
		.is_alert = true},
	{.name = "until", .about = "Turns before this", .type = VALUE_TIME, .is_alert = true},
	{.name = "undone",
		.about = "When it was taken back; null: it holds",
		.type = VALUE_TIME,
		.is_alert = true},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

bool command_pr_log(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int at[N_COLUMNS];
	struct result r = {.arena = call->arena,
		.name = STR("pr log"),
		.version = 1,
		.columns = columns,
		.n_columns = N_COLUMNS};
	for (int i = 0; i < N_COLUMNS; i++)
		at[i] = i;
	if (args_has(call->args, OPT_TIMEZONE) && !zone_set(call->args->values[OPT_TIMEZONE], e))
		return false;
	if (!report_open(call->arena, &db, e))
		return false;
	if (sqlite3_prepare_v2(db,
		    "SELECT id, made_ms, act, scope, target, root, repo, number, role, "
		    "nullif(since_ms, 0), nullif(until_ms, ?1), undone_ms FROM pr_link ORDER BY id "
		    "DESC",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_int64(s, 1, LEDGER_NO_END_MS) != SQLITE_OK)
		return ledger_fail(db, "reading the links", e);
	if (!report_fetch(s, at, &r, e))
		return false;
	struct sink_frame frame = show_frame(call->args);
	frame.title = "Links made by hand";
	frame.empty = "None. `ccl pr link BRANCH NUMBER` makes one.";
	return show_result(call->args, &r, frame, e);
}

// "3: branch feature/pay linked to github.com/acme/api#7"
static bool add_link(sqlite3 *db, int64_t id, struct buf *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT CASE WHEN scope <> 'pr' THEN scope || ' ' ELSE '' END "
		    "|| "
		    "coalesce(target || ' ', '') || CASE act WHEN 'ignore' THEN 'ignored ' || repo "
		    "|| "
		    "'#' || number WHEN 'unlink' THEN 'without a pull request' ELSE 'linked to ' "
		    "|| repo "
		    "|| '#' || number END FROM pr_link WHERE id = ?1",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_int64(s, 1, id) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "reading a link", e);
	buf_printf(out, "%lld: %s", (long long)id, (const char *)sqlite3_column_text(s, 0));
	return true;
}

bool command_pr_undo(struct command_call *call, struct err *e)
{
	const struct args *args = call->args;
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf what = {0};
	AUTO(buf_free) struct buf clean = {0};
	int64_t id = 0;
	if (args->n_positionals && !str_int(args->positionals[0], 1, INT64_MAX, &id))
		return err_set(e, ERR_USAGE, "%.*s: not the id of a link; `ccl pr log` has them",
			STR_ARG(args->positionals[0]));
	// opened for reading first: a ledger is not made only to undo something
	if (!report_open(call->arena, &db, e))
		return false;
	ledger_close(&db);
	if (!ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, &db, e) ||
		!pr_link_undo(db, id, clock_now_ms(), &id, e) || !add_link(db, id, &what, e))
		return false;
	ledger_close(&db);
	(void)command_charge(call->arena);
	text_add_clean(&clean, buf_str(&what));
	(void)printf("Undone: %s.\n", buf_z(&clean));
	return true;
}
