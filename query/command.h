// SPDX-License-Identifier: MIT
// The words that `ccl` knows besides its reports.
#ifndef CCL_QUERY_COMMAND_H
#define CCL_QUERY_COMMAND_H

#include "args.h"
#include "buf.h"

struct command_call {
	struct arena *arena;
	const struct args *args;
	int status; // out: the exit status
};

struct command_def {
	const char *name; // may be two words: "pr link"
	const char *group;
	const char *usage; // what follows the name
	const char *title; // one line
	const char *about; // for its own help page
	uint64_t options;
	size_t least, most; // positionals
	bool (*run)(struct command_call *call, struct err *e);
	const char *example; // NULL: none
};

extern const struct command_def command_defs[];
extern const size_t n_command_defs;

// Does what argv says. True: done, with *out_status; false: *e is to be printed.
MUST_USE bool command_run(struct arena *a, int argc, char **argv, int *out_status, struct err *e);

// Each in a file of its own.
bool command_budget_set(struct command_call *call, struct err *e);
bool command_budget_remove(struct command_call *call, struct err *e);
bool command_budget_allow(struct command_call *call, struct err *e);
bool command_budget_off(struct command_call *call, struct err *e);
bool command_budget_on(struct command_call *call, struct err *e);
bool command_budget_log(struct command_call *call, struct err *e);
bool command_budget_check(struct command_call *call, struct err *e);
bool command_completion(struct command_call *call, struct err *e);
bool command_audit_result(struct command_call *call, struct err *e);
bool command_config(struct command_call *call, struct err *e);
bool command_export(struct command_call *call, struct err *e);
bool command_forget(struct command_call *call, struct err *e);
bool command_help(struct command_call *call, struct err *e);
bool command_install(struct command_call *call, struct err *e);
bool command_tips_dismiss(struct command_call *call, struct err *e);
bool command_tips_restore(struct command_call *call, struct err *e);
bool command_trailer(struct command_call *call, struct err *e);
bool command_uninstall(struct command_call *call, struct err *e);
bool command_pr_ignore(struct command_call *call, struct err *e);
bool command_pr_link(struct command_call *call, struct err *e);
bool command_pr_log(struct command_call *call, struct err *e);
bool command_pr_move(struct command_call *call, struct err *e);
bool command_pr_undo(struct command_call *call, struct err *e);
bool command_pr_unlink(struct command_call *call, struct err *e);
bool command_plan_set(struct command_call *call, struct err *e);
bool command_price_import(struct command_call *call, struct err *e);
bool command_price_set(struct command_call *call, struct err *e);
bool command_price_unset(struct command_call *call, struct err *e);
bool command_reports(struct command_call *call, struct err *e);
bool command_sql(struct command_call *call, struct err *e);
bool sql_schema(struct command_call *call, struct err *e);
bool command_man(struct command_call *call, struct err *e);
bool command_menubar(struct command_call *call, struct err *e);
bool command_statusline(struct command_call *call, struct err *e);
bool command_sync(struct command_call *call, struct err *e);
bool command_work_check(struct command_call *call, struct err *e);
bool command_work_end(struct command_call *call, struct err *e);
bool command_work_export(struct command_call *call, struct err *e);
bool command_work_note(struct command_call *call, struct err *e);
bool command_work_show(struct command_call *call, struct err *e);
bool command_work_start(struct command_call *call, struct err *e);

// `ccl complete`, run by the scripts of the shells: its words are no options of ours.
MUST_USE bool command_complete(struct arena *a, int argc, char **argv, struct err *e);

// Where ccl-hook is: beside this program, else on PATH. False: nowhere.
bool command_find_hook(struct arena *a, struct str *out);
// Has ccl-hook charge again what is due. False: it could not, and the user was told on stderr that
// the next hook will.
bool command_charge(struct arena *a);
// The fields of its template, for its help page.
void command_statusline_fields(struct buf *out);
// Asks on the terminal; false without one.
bool command_ask(const char *question);

#endif
