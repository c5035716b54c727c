// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "program.h"
#include "executable.h"
#include "git.h"
#include "githook.h"
#include "path.h"
#include "trailer.h"

// git itself says where its hooks are: core.hooksPath may stand in any of its files.
static bool find_hooks(
	struct arena *a, const struct git_place *place, struct str *out, struct err *e)
{
	AUTO(buf_free) struct buf said = {0};
	struct str from = place->top.n ? place->top : place->git_dir;
	const char *argv[] = {"git", "-C", arena_printf(a, "%.*s", STR_ARG(from)), "rev-parse",
		"--git-path", "hooks", NULL};
	struct program git = {.argv = argv, .limit_ms = 5000, .out = &said};
	int status;
	if (!program_run(&git, &status, e))
		return false;
	struct str dir = buf_str(&said);
	if (dir.n && dir.p[dir.n - 1] == '\n')
		dir.n--;
	if (status != 0 || !dir.n)
		return err_set(
			e, ERR_IO, "git does not say where the hooks of %.*s are", STR_ARG(from));
	*out = path_clean(a, dir.p[0] == '/' ? arena_str(a, dir) : path_join(a, from, dir));
	return true;
}

bool trailer_install(struct command_call *call, bool is_remove, struct err *e)
{
	struct arena *a = call->arena;
	AUTO(buf_free) struct buf report = {0};
	struct githook_opts opts = {
		.ccl_path = executable_path(a), .is_dry_run = args_has(call->args, OPT_DRY_RUN)};
	struct git_place place;
	enum install_wiring state;
	char *cwd = getcwd(NULL, 0);
	bool is_there = cwd && git_find(a, arena_str(a, str_of(cwd)), &place);
	free(cwd);
	if (!is_there)
		return err_set(e, ERR_USAGE,
			"no git repository is here: --git-trailer is for the one around "
			"the current folder");
	if (!opts.ccl_path.n)
		return err_set(e, ERR_IO, "the path of ccl itself is not known here");
	if (!find_hooks(a, &place, &opts.dir, e))
		return false;
	if (args_has(call->args, OPT_CHECK)) {
		if (!githook_check(&opts, &state, e))
			return false;
		(void)printf("git-trailer    %s in %.*s\n", install_wiring_name(state),
			STR_ARG(opts.dir));
		call->status = state == INSTALL_WIRED ? 0 : 1;
		return true;
	}
	if (is_remove ? !githook_remove(&opts, &report, e) : !githook_apply(&opts, &report, e))
		return false;
	(void)fwrite(report.p, 1, report.n, stdout);
	if (!is_remove && !opts.is_dry_run && !path_is_inside(opts.dir, place.root) &&
		!path_is_inside(opts.dir, place.common_dir))
		(void)puts("  other repositories that have their hooks in this folder get it, too");
	return true;
}
