// SPDX-License-Identifier: MIT
#include "forget.h"

#include <stdio.h>

#include "command.h"
#include "ledger.h"
#include "path.h"
#include "report.h"

enum { WRITE_BUSY_MS = 5000 };

// A session by the beginning of its id, else a project; both is ambiguous.
static bool choose(
	sqlite3 *db, struct arena *a, struct str what, struct forget_count *out, struct err *e)
{
	struct forget_count project;
	struct str uid;
	struct err no_session = {0};
	bool is_session = report_session(db, a, what, &uid, &no_session);
	if (!is_session && no_session.code != ERR_NO_INPUT && no_session.code != ERR_USAGE) {
		*e = no_session;
		return false;
	}
	if (!forget_choose(db, what, true, &project, e))
		return false;
	if (is_session && project.sessions)
		return err_set(e, ERR_USAGE,
			"%.*s is both a session and a project: type more of it", STR_ARG(what));
	if (project.sessions) {
		*out = project;
		return true;
	}
	if (is_session)
		return forget_choose(db, uid, false, out, e);
	if (no_session.code == ERR_USAGE) {
		*e = no_session;
		return false;
	}
	return err_set(e, ERR_NO_INPUT, "no session or project is called %.*s", STR_ARG(what));
}

bool command_forget(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	struct forget_count n;
	char question[128];
	// opened for reading first: a ledger is not made only to forget something
	if (!report_open(call->arena, &db, e))
		return false;
	ledger_close(&db);
	if (!ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, &db, e) ||
		!choose(db, call->arena, call->args->positionals[0], &n, e))
		return false;
	(void)snprintf(question, sizeof question, "Delete %lld session%s with %lld turns for good?",
		(long long)n.sessions, n.sessions == 1 ? "" : "s", (long long)n.turns);
	if (!args_has(call->args, OPT_YES) && !command_ask(question))
		return err_set(e, ERR_USAGE, "nothing was deleted: --yes does it without asking");
	if (!forget_run(db, e))
		return false;
	(void)printf("Deleted %lld session%s with %lld turns.\n", (long long)n.sessions,
		n.sessions == 1 ? "" : "s", (long long)n.turns);
	return true;
}
