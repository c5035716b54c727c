// SPDX-License-Identifier: MIT
#include "install.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "command.h"
#include "edit.h"
#include "managed.h"
#include "setfile.h"
#include "statusline.h"
#include "wiring.h"

const char *install_wiring_name(enum install_wiring wiring)
{
	switch (wiring) {
	case INSTALL_MISSING: return "missing";
	case INSTALL_WIRED: return "wired";
	case INSTALL_OUTDATED: return "outdated";
	case INSTALL_DUPLICATE: return "duplicate";
	case INSTALL_UNWANTED: return "unwanted";
	case INSTALL_UNUSED: return "unused";
	}
	return "";
}

static enum wiring_form form_for(struct str version)
{
	if (client_compare(version, STR("0.0.0")) < 0)
		return WIRING_ANY;
	return client_has_exec_form(version) ? WIRING_EXEC : WIRING_SHELL;
}

static struct wiring_want want_of(const struct install_opts *o, struct str file)
{
	return (struct wiring_want){.file = file,
		.hook_path = o->hook_path,
		.form = form_for(o->client_version),
		.has_guard = o->has_guard,
		.has_enforce = o->has_enforce};
}

static bool put_in(const struct edit *edit, struct str file, struct str text, struct buf *out,
	bool *out_is_nothing, struct buf *notes, struct err *e)
{
	struct wiring_want want = want_of(edit->context, file);
	*out_is_nothing = false;
	return wiring_apply(&want, text, out, notes, e);
}

// The status line, too: nothing of ccl is to be called any more.
static bool take_out(const struct edit *edit, struct str file, struct str text, struct buf *out,
	bool *out_is_nothing, struct buf *notes, struct err *e)
{
	AUTO(buf_free) struct buf rest = {0};
	struct wiring_want want = want_of(edit->context, file);
	if (!wiring_remove(&want, text, &rest, out_is_nothing, notes, e))
		return false;
	if (!*out_is_nothing && statusline_is_in(buf_str(&rest)))
		return statusline_cut(file, buf_str(&rest), out, out_is_nothing, notes, e);
	buf_add(out, buf_str(&rest));
	return true;
}

static void report_troubles(const struct install_opts *opts, struct buf *report)
{
	struct install_state state;
	struct err ignored;
	if (!install_check(opts, &state, &ignored))
		return;
	for (size_t i = 0; i < state.n_reasons; i++)
		if (state.reasons[i].trouble != INSTALL_NO_FOLDER)
			buf_printf(report, "note: %s: %s\n", state.reasons[i].detail,
				state.reasons[i].cure);
	AUTO(buf_free) struct buf quoted = {0};
	command_quote(&quoted, opts->hook_path);
	if (form_for(opts->client_version) == WIRING_EXEC &&
		!str_eq(buf_str(&quoted), opts->hook_path))
		buf_addz(report,
			"note: if a Claude Code older than 2.1.139 reads this file too, it "
			"cannot run a path with such characters\n");
}

static bool check_opts(const struct install_opts *o, struct err *e)
{
	return edit_check_paths(o->config_dir, o->hook_path, "ccl-hook", e);
}

bool install_apply(const struct install_opts *opts, struct buf *report, struct err *e)
{
	struct arena a = {0};
	struct edit edit = {.config_dir = opts->config_dir,
		.is_dry_run = opts->is_dry_run,
		.change = put_in,
		.context = opts,
		.is_done = "the hooks of ccl are wired",
		.is_same = "already wired",
		.verb = "wire yet",
		.cure = " Start Claude Code once, then run `ccl install`."};
	bool ok = check_opts(opts, e);
	if (ok && !edit_is_executable(&a, opts->hook_path))
		ok = err_set(e, ERR_NO_INPUT,
			"%.*s is not there or cannot be executed, and Claude Code would say so "
			"after each turn: install ccl first",
			STR_ARG(opts->hook_path));
	edit.runs = str_of(arena_printf(&a, "they run %.*s", STR_ARG(opts->hook_path)));
	ok = ok && edit_run(&a, &edit, report, e);
	if (ok && !opts->is_dry_run)
		report_troubles(opts, report);
	arena_free(&a);
	return ok;
}

bool install_remove(const struct install_opts *opts, struct buf *report, struct err *e)
{
	struct arena a = {0};
	struct edit edit = {.config_dir = opts->config_dir,
		.is_dry_run = opts->is_dry_run,
		.is_removal = true,
		.change = take_out,
		.context = opts,
		.is_done = "what ccl had put there is out",
		.is_same = "no hook of ccl in it",
		.what = "what ccl had put there",
		.verb = "remove",
		.cure = ""};
	bool ok = check_opts(opts, e) && edit_run(&a, &edit, report, e);
	arena_free(&a);
	return ok;
}

PRINTF_LIKE(4, 5)
static void add_reason(struct install_state *s, enum install_trouble trouble, const char *cure,
	const char *fmt, ...)
{
	if (s->n_reasons == INSTALL_MAX_REASONS)
		return;
	struct install_reason *r = &s->reasons[s->n_reasons++];
	va_list ap;
	va_start(ap, fmt);
	r->trouble = trouble;
	(void)vsnprintf(r->detail, sizeof r->detail, fmt, ap);
	(void)snprintf(r->cure, sizeof r->cure, "%s", cure);
	va_end(ap);
	s->is_ok = false;
}

static void check_settings(struct arena *a, const struct install_opts *o, struct install_state *s)
{
	struct wiring_want want = want_of(o, edit_file(a, o->config_dir));
	struct setfile file;
	struct wiring_survey survey;
	struct err e;
	bool is_there = false, ok = edit_find_folder(a, o->config_dir, &is_there, &e);
	if (ok && !is_there) {
		add_reason(s, INSTALL_NO_FOLDER, "start Claude Code once, then run `ccl install`",
			"Claude Code's folder %.*s is not there", STR_ARG(o->config_dir));
		return;
	}
	ok = ok && setfile_read(a, want.file, &file, &e);
	if (ok) {
		ok = wiring_survey(
			&want, file.is_absent ? STR_NONE : buf_str(&file.text), &survey, &e);
		buf_free(&file.text);
	}
	if (!ok) {
		add_reason(s, INSTALL_BAD_SETTINGS, "put that right, then run `ccl install`", "%s",
			e.text);
		return;
	}
	if (file.is_absent)
		add_reason(s, INSTALL_NO_SETTINGS, "run `ccl install`",
			"%.*s is not there, so Claude Code calls no hook", STR_ARG(want.file));
	if (survey.n_stray)
		add_reason(s, INSTALL_STRAY_ENTRY, "run `ccl install`",
			"%.*s: %zu of ccl's hooks under events that ccl does not use",
			STR_ARG(want.file), survey.n_stray);
	if (survey.is_all_disabled)
		add_reason(s, INSTALL_HOOKS_DISABLED, "take that line out, or no hook runs",
			"%.*s: disableAllHooks is true", STR_ARG(want.file));
	memcpy(s->events, survey.events, sizeof s->events);
}

static void check_managed(struct arena *a, const struct install_opts *o, struct install_state *s)
{
	struct managed m = managed_read(a, o->managed_dir);
	if (m.only_managed_in.p)
		add_reason(s, INSTALL_MANAGED_ONLY,
			"ask the administrator to add ccl-hook there; until then `ccl sync` fills "
			"the ledger",
			"%.*s: allowManagedHooksOnly is true, so the hooks of users do not run",
			STR_ARG(m.only_managed_in));
	if (m.disabled_in.p)
		add_reason(s, INSTALL_HOOKS_DISABLED,
			"ask the administrator; until then `ccl sync` fills the ledger",
			"%.*s: disableAllHooks is true", STR_ARG(m.disabled_in));
}

bool install_check(const struct install_opts *opts, struct install_state *out, struct err *e)
{
	struct arena a = {0};
	if (!check_opts(opts, e))
		return false;
	*out = (struct install_state){.is_ok = true};
	struct wiring_want want = want_of(opts, STR_NONE);
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++)
		out->events[i] = (struct install_event){.name = wiring_events[i],
			.need = wiring_needs[i],
			.wiring = wiring_wants(&want, i) ? INSTALL_MISSING : INSTALL_UNUSED};
	if (!edit_is_executable(&a, opts->hook_path))
		add_reason(out, INSTALL_NO_BINARY, "install ccl again, then run `ccl install`",
			"%.*s is not there or cannot be executed", STR_ARG(opts->hook_path));
	check_settings(&a, opts, out);
	check_managed(&a, opts, out);
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++)
		out->is_ok = out->is_ok && (out->events[i].wiring == INSTALL_WIRED ||
						   out->events[i].wiring == INSTALL_UNUSED);
	arena_free(&a);
	return true;
}
