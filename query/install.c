// SPDX-License-Identifier: MIT
#include "install.h"

#include <stdio.h>

#include "client.h"
#include "command.h"
#include "path.h"
#include "trailer.h"
#include "wired.h"

bool wired_options(struct arena *a, struct install_opts *out, struct err *e)
{
	struct install_opts o = {.config_dir = path_config_dir(a)};
	if (!command_find_hook(a, &o.hook_path))
		return err_set(
			e, ERR_IO, "ccl-hook is neither beside ccl nor on PATH: install it there");
	if (!client_version(a, &o.client_version))
		o.client_version = STR_NONE;
	*out = o;
	return true;
}

static bool print_check(struct command_call *call, const struct install_opts *opts, struct err *e)
{
	struct install_state state;
	if (!install_check(opts, &state, e))
		return false;
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++)
		(void)printf("%-14s %s\n", state.events[i].name,
			install_wiring_name(state.events[i].wiring));
	for (size_t i = 0; i < state.n_reasons; i++)
		(void)printf("%s: %s\n", state.reasons[i].detail, state.reasons[i].cure);
	call->status = state.is_ok ? 0 : 1;
	return true;
}

static bool run(struct command_call *call, bool is_remove, struct err *e)
{
	struct install_opts opts;
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
