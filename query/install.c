// SPDX-License-Identifier: MIT
#include "install.h"

#include <stdio.h>

#include "client.h"
#include "command.h"
#include "executable.h"
#include "ledger.h"
#include "path.h"
#include "statusline.h"
#include "trailer.h"
#include "wired.h"

// Which hooks are wanted depends on what the user set. A ledger that cannot be read says nothing.
static void read_facts(struct arena *a, struct install_opts *o)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct err ignored;
	o->has_guard = true;
	o->has_enforce = false;
	if (!ledger_open_read(path_ledger(a), &db, &ignored))
		return;
	const char *sql = "SELECT ifnull((SELECT value FROM setting WHERE key = 'guard'), 'warn')"
			  " <> 'off', EXISTS (SELECT 1 FROM budget WHERE mode = 'enforce')";
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
		sqlite3_step(s) == SQLITE_ROW) {
		o->has_guard = sqlite3_column_int(s, 0);
		o->has_enforce = o->has_guard && sqlite3_column_int(s, 1);
	}
}

bool wired_options(struct arena *a, struct install_opts *out, struct err *e)
{
	struct install_opts o = {.config_dir = path_config_dir(a)};
	if (!command_find_hook(a, &o.hook_path))
		return err_set(
			e, ERR_IO, "ccl-hook is neither beside ccl nor on PATH: install it there");
	if (!client_version(a, &o.client_version))
		o.client_version = STR_NONE;
	read_facts(a, &o);
	*out = o;
	return true;
}

// Some hook of ours is there, and not all are as they should be.
static bool is_due(const struct install_state *state)
{
	bool is_wired = false, is_right = true;
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++) {
		const struct install_event *event = &state->events[i];
		is_wired |= str_is(str_of(event->name), "Stop") && event->n_entries;
		is_right &= event->wiring == INSTALL_WIRED || event->wiring == INSTALL_UNUSED;
	}
	return is_wired && !is_right;
}

bool wired_refresh(struct arena *a, struct buf *report, struct err *e)
{
	struct install_opts opts;
	struct install_state state;
	struct err ignored;
	if (!wired_options(a, &opts, &ignored) || !install_check(&opts, &state, &ignored) ||
		!is_due(&state))
		return true;
	return install_apply(&opts, report, e);
}

static bool print_check(struct command_call *call, const struct install_opts *opts, struct err *e)
{
	struct install_state state;
	if (!install_check(opts, &state, e))
		return false;
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++)
		if (state.events[i].wiring != INSTALL_UNUSED)
			(void)printf("%-16s %s\n", state.events[i].name,
				install_wiring_name(state.events[i].wiring));
	for (size_t i = 0; i < state.n_reasons; i++)
		(void)printf("%s: %s\n", state.reasons[i].detail, state.reasons[i].cure);
	call->status = state.is_ok ? 0 : 1;
	return true;
}

static bool check_statusline(
	struct command_call *call, const struct statusline_opts *opts, struct err *e)
{
	struct statusline_state state;
	if (!statusline_check(opts, &state, e))
		return false;
	(void)printf("%-16s %s%s\n", "statusLine", install_wiring_name(state.wiring),
		state.is_around ? ", around another one" : "");
	if (*state.hidden)
		(void)puts(state.hidden);
	call->status = state.wiring == INSTALL_WIRED && !*state.hidden ? 0 : 1;
	return true;
}

static bool run_statusline(struct command_call *call, bool is_remove, struct err *e)
{
	AUTO(buf_free) struct buf report = {0};
	struct statusline_opts opts = {.config_dir = path_config_dir(call->arena),
		.ccl_path = executable_path(call->arena),
		.is_dry_run = args_has(call->args, OPT_DRY_RUN)};
	if (!opts.ccl_path.n)
		return err_set(e, ERR_IO, "the path of ccl itself is not known here");
	if (args_has(call->args, OPT_CHECK))
		return check_statusline(call, &opts, e);
	if (is_remove ? !statusline_remove(&opts, &report, e)
		      : !statusline_apply(&opts, &report, e))
		return false;
	(void)fwrite(report.p, 1, report.n, stdout);
	return true;
}

static bool run(struct command_call *call, bool is_remove, struct err *e)
{
	struct install_opts opts;
	if (args_has(call->args, OPT_GIT_TRAILER) && args_has(call->args, OPT_STATUSLINE))
		return err_set(
			e, ERR_USAGE, "--git-trailer and --statusline: one at a time, please");
	if (args_has(call->args, OPT_STATUSLINE))
		return run_statusline(call, is_remove, e);
	if (args_has(call->args, OPT_GIT_TRAILER))
		return trailer_install(call, is_remove, e);
	AUTO(buf_free) struct buf report = {0};
	if (!wired_options(call->arena, &opts, e))
		return false;
	if (args_has(call->args, OPT_CHECK))
		return print_check(call, &opts, e);
	opts.is_dry_run = args_has(call->args, OPT_DRY_RUN);
	if (is_remove ? !install_remove(&opts, &report, e) : !install_apply(&opts, &report, e))
		return false;
	(void)fwrite(report.p, 1, report.n, stdout);
	return true;
}

bool command_install(struct command_call *call, struct err *e)
{
	return run(call, false, e);
}

bool command_uninstall(struct command_call *call, struct err *e)
{
	return run(call, true, e);
}
