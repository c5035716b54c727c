// SPDX-License-Identifier: MIT
#include "statusline.h"

#include <stdio.h>

#include "edit.h"
#include "managed.h"
#include "setfile.h"

static bool put_in(const struct edit *edit, struct str file, struct str text, struct buf *out,
	bool *out_is_nothing, struct buf *notes, struct err *e)
{
	const struct statusline_opts *opts = edit->context;
	*out_is_nothing = false;
	return statusline_put(file, opts->ccl_path, text, out, notes, e);
}

static bool take_out(const struct edit *edit, struct str file, struct str text, struct buf *out,
	bool *out_is_nothing, struct buf *notes, struct err *e)
{
	(void)edit;
	return statusline_cut(file, text, out, out_is_nothing, notes, e);
}

static bool check_opts(const struct statusline_opts *o, struct err *e)
{
	return edit_check_paths(o->config_dir, o->ccl_path, "ccl", e);
}

bool statusline_apply(const struct statusline_opts *opts, struct buf *report, struct err *e)
{
	struct arena a = {0};
	struct statusline_state state;
	struct err ignored;
	struct edit edit = {.config_dir = opts->config_dir,
		.is_dry_run = opts->is_dry_run,
		.change = put_in,
		.context = opts,
		.is_done = "the status line of ccl is wired",
		.is_same = "the status line of ccl is already wired",
		.verb = "wire yet",
		.cure = " Start Claude Code once, then run `ccl install --statusline`."};
	edit.runs = str_of(arena_printf(&a, "it runs %.*s", STR_ARG(opts->ccl_path)));
	bool ok = check_opts(opts, e);
	if (ok && !edit_is_executable(&a, opts->ccl_path))
		ok = err_set(e, ERR_NO_INPUT,
			"%.*s is not there or cannot be executed: install ccl first",
			STR_ARG(opts->ccl_path));
	ok = ok && edit_run(&a, &edit, report, e);
	if (ok && !opts->is_dry_run && statusline_check(opts, &state, &ignored) && *state.hidden)
		buf_printf(report, "note: %s\n", state.hidden);
	arena_free(&a);
	return ok;
}

bool statusline_remove(const struct statusline_opts *opts, struct buf *report, struct err *e)
{
	struct arena a = {0};
	struct edit edit = {.config_dir = opts->config_dir,
		.is_dry_run = opts->is_dry_run,
		.is_removal = true,
		.change = take_out,
		.context = opts,
		.is_done = "the status line of ccl is out",
		.is_same = "no status line of ccl in it",
		.what = "the status line of ccl",
		.verb = "remove",
		.cure = ""};
	bool ok = check_opts(opts, e) && edit_run(&a, &edit, report, e);
	arena_free(&a);
	return ok;
}

static void ask_administrator(
	struct arena *a, const struct statusline_opts *o, struct statusline_state *s)
{
	struct managed m = managed_read(a, o->managed_dir);
	struct str file = m.only_managed_in.p ? m.only_managed_in : m.disabled_in;
	if (file.p && !*s->hidden)
		(void)snprintf(s->hidden, sizeof s->hidden,
			"%.*s: %s is true, which hides it, too: ask the administrator",
			STR_ARG(file),
			m.only_managed_in.p ? "allowManagedHooksOnly" : "disableAllHooks");
}

bool statusline_check(
	const struct statusline_opts *opts, struct statusline_state *out, struct err *e)
{
	struct arena a = {0};
	struct statusline_state s = {.wiring = INSTALL_MISSING};
	struct setfile file;
	bool is_there = false;
	bool ok = check_opts(opts, e) && edit_find_folder(&a, opts->config_dir, &is_there, e);
	if (ok && is_there && (ok = setfile_read(&a, edit_file(&a, opts->config_dir), &file, e))) {
		ok = statusline_survey(file.path, opts->ccl_path,
			file.is_absent ? STR_NONE : buf_str(&file.text), &s, e);
		buf_free(&file.text);
	}
	if (ok) {
		ask_administrator(&a, opts, &s);
		*out = s;
	}
	arena_free(&a);
	return ok;
}
