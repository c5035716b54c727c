// SPDX-License-Identifier: MIT
#include "install.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "command.h"
#include "managed.h"
#include "path.h"
#include "setfile.h"
#include "settings.h"
#include "udiff.h"
#include "wiring.h"

enum { MAX_TRIES = 3 };

// One apply or remove.
struct change {
	const struct install_opts *opts;
	bool is_removal;
	struct arena arena;
	struct wiring_want want;
};

const char *install_wiring_name(enum install_wiring wiring)
{
	switch (wiring) {
	case INSTALL_MISSING: return "missing";
	case INSTALL_WIRED: return "wired";
	case INSTALL_OUTDATED: return "outdated";
	case INSTALL_DUPLICATE: return "duplicate";
	}
	return "";
}

static enum wiring_form form_for(struct str version)
{
	if (client_compare(version, STR("0.0.0")) < 0)
		return WIRING_ANY;
	return client_has_exec_form(version) ? WIRING_EXEC : WIRING_SHELL;
}

// JSON is UTF-8, and Claude Code would read any other byte of a path as U+FFFD.
static bool is_utf8(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i++];
		int n = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c < 0xe0 ? -1 : c < 0xf0 ? 2 : 3;
		if (n < 0 || c > 0xf4)
			return false;
		unsigned char min = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
		unsigned char max = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
		for (; n > 0; n--, min = 0x80, max = 0xbf) {
			unsigned char next = i < s.n ? (unsigned char)s.p[i++] : 0;
			if (next < min || next > max)
				return false;
		}
	}
	return true;
}

static bool check_opts(const struct install_opts *o, struct err *e)
{
	if (o->config_dir.n == 0)
		return err_set(e, ERR_USAGE, "Claude Code's folder has no name");
	if (!str_starts(o->hook_path, "/") || !command_is_own(o->hook_path))
		return err_set(e, ERR_USAGE, "'%.*s' is no absolute path of a ccl-hook",
			STR_ARG(o->hook_path));
	if (!is_utf8(o->hook_path) || memchr(o->hook_path.p, '\0', o->hook_path.n))
		return err_set(e, ERR_USAGE,
			"the path of ccl-hook is not UTF-8, as settings.json must be: install ccl "
			"elsewhere");
	return true;
}

static bool is_executable(struct arena *a, struct str path)
{
	struct stat st;
	const char *z = arena_str(a, path).p;
	return stat(z, &st) == 0 && S_ISREG(st.st_mode) && access(z, X_OK) == 0;
}

// *out_is_there false: no such folder, which is no error.
static bool find_folder(struct arena *a, struct str dir, bool *out_is_there, struct err *e)
{
	struct stat st;
	const char *z = arena_str(a, dir).p;
	int rc = stat(z, &st);
	if (rc != 0 && errno != ENOENT)
		return err_set(e, ERR_IO, "cannot look at Claude Code's folder %s: %s", z,
			strerror(errno));
	if (rc == 0 && !S_ISDIR(st.st_mode))
		return err_set(e, ERR_IO, "%s should be Claude Code's folder, but is none", z);
	*out_is_there = rc == 0;
	return true;
}

static void report_lines(struct buf *report, struct str lines)
{
	while (lines.n) {
		struct str line = str_split(lines, '\n', &lines);
		if (line.n)
			buf_printf(report, "  %.*s\n", STR_ARG(line));
	}
}

static void report_change(
	struct change *c, struct buf *report, struct buf *notes, bool is_nothing, struct str backup)
{
	buf_printf(report, "%.*s: %s\n", STR_ARG(c->want.file),
		is_nothing      ? "deleted, it held nothing but the hooks of ccl"
		: c->is_removal ? "the hooks of ccl are out"
				: "the hooks of ccl are wired");
	report_lines(report, buf_str(notes));
	if (!c->is_removal)
		buf_printf(report, "  they run %.*s\n", STR_ARG(c->want.hook_path));
	if (backup.p && access(backup.p, F_OK) == 0)
		buf_printf(report, "  as it was before: %s\n", backup.p);
}

// After a removal: a backup that is, but for our hooks, what the file is now tells nothing.
static void drop_backup(struct change *c, int which, struct str now, bool is_nothing)
{
	AUTO(buf_free) struct buf text = {0};
	AUTO(buf_free) struct buf notes = {0};
	struct setfile backup;
	struct err ignored;
	bool would_be_nothing = false;
	struct str path = setfile_backup_path(&c->arena, c->want.file, which);
	if (!setfile_read(&c->arena, path, &backup, &ignored))
		return;
	if (!backup.is_absent &&
		wiring_remove(&c->want, buf_str(&backup.text), &text, &would_be_nothing, &notes,
			&ignored) &&
		would_be_nothing == is_nothing && (is_nothing || str_eq(buf_str(&text), now)))
		(void)unlink(path.p);
	buf_free(&backup.text);
}

// One try: reads, edits, writes. SETFILE_CHANGED: another one may help.
static enum setfile_outcome attempt(struct change *c, struct buf *report, struct err *e)
{
	AUTO(buf_free) struct buf text = {0};
	AUTO(buf_free) struct buf notes = {0};
	struct setfile file;
	struct str backup = STR_NONE;
	enum setfile_outcome outcome = SETFILE_DONE;
	bool is_nothing = false;
	if (!setfile_read(&c->arena, c->want.file, &file, e))
		return SETFILE_FAILED;
	struct str old = file.is_absent ? STR_NONE : buf_str(&file.text);
	if (!(c->is_removal ? wiring_remove(&c->want, old, &text, &is_nothing, &notes, e)
			    : wiring_apply(&c->want, old, &text, &notes, e))) {
		size_t n = strlen(e->text);
		(void)snprintf(e->text + n, sizeof e->text - n,
			"; nothing was changed: put that right and run the command again");
		outcome = SETFILE_FAILED;
	} else if (notes.n == 0) {
		buf_printf(report, "%.*s: %s, nothing changed\n", STR_ARG(c->want.file),
			c->is_removal ? "no hook of ccl in it" : "already wired");
	} else if (c->opts->is_dry_run) {
		buf_printf(report, "%.*s would change so (nothing was written):\n",
			STR_ARG(c->want.file));
		udiff_write(report, old.p ? c->want.file : STR("/dev/null"), old,
			is_nothing ? STR("/dev/null") : c->want.file,
			is_nothing ? STR("") : buf_str(&text));
	} else {
		outcome = setfile_write(
			&c->arena, &file, is_nothing ? STR_NONE : buf_str(&text), &backup, e);
		for (int i = 0; i < 2 && outcome == SETFILE_DONE && c->is_removal; i++)
			drop_backup(c, i, buf_str(&text), is_nothing);
		if (outcome == SETFILE_DONE)
			report_change(c, report, &notes, is_nothing, backup);
	}
	buf_free(&file.text);
	return outcome;
}

static bool run(struct change *c, struct buf *report, struct err *e)
{
	const struct install_opts *o = c->opts;
	bool is_there = false;
	if (!find_folder(&c->arena, o->config_dir, &is_there, e))
		return false;
	if (!is_there) {
		buf_printf(report,
			"Claude Code's folder %.*s was not found, so there is nothing to %s.%s\n",
			STR_ARG(o->config_dir), c->is_removal ? "remove" : "wire yet",
			c->is_removal ? "" : " Start Claude Code once, then run `ccl install`.");
		return true;
	}
	c->want = (struct wiring_want){path_join(&c->arena, o->config_dir, STR("settings.json")),
		o->hook_path, form_for(o->client_version)};
	for (int i = 0; i < MAX_TRIES; i++) {
		switch (attempt(c, report, e)) {
		case SETFILE_DONE: return true;
		case SETFILE_FAILED: return false;
		case SETFILE_CHANGED: break;
		}
	}
	return err_set(e, ERR_BUSY,
		"%.*s was changed by another program each time, %d times: nothing was written, try "
		"again",
		STR_ARG(c->want.file), MAX_TRIES);
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

bool install_apply(const struct install_opts *opts, struct buf *report, struct err *e)
{
	struct change c = {.opts = opts};
	bool ok = check_opts(opts, e);
	if (ok && !is_executable(&c.arena, opts->hook_path))
		ok = err_set(e, ERR_NO_INPUT,
			"%.*s is not there or cannot be executed, and Claude Code would say so "
			"after "
			"each turn: install ccl first",
			STR_ARG(opts->hook_path));
	ok = ok && run(&c, report, e);
	if (ok && !opts->is_dry_run)
		report_troubles(opts, report);
	arena_free(&c.arena);
	return ok;
}

bool install_remove(const struct install_opts *opts, struct buf *report, struct err *e)
{
	struct change c = {.opts = opts, .is_removal = true};
	bool ok = check_opts(opts, e) && run(&c, report, e);
	arena_free(&c.arena);
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
	struct wiring_want want = {path_join(a, o->config_dir, STR("settings.json")), o->hook_path,
		form_for(o->client_version)};
	struct setfile file;
	struct wiring_survey survey;
	struct err e;
	bool is_there = false, ok = find_folder(a, o->config_dir, &is_there, &e);
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
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++)
		out->events[i].name = wiring_events[i];
	if (!is_executable(&a, opts->hook_path))
		add_reason(out, INSTALL_NO_BINARY, "install ccl again, then run `ccl install`",
			"%.*s is not there or cannot be executed", STR_ARG(opts->hook_path));
	check_settings(&a, opts, out);
	check_managed(&a, opts, out);
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++)
		out->is_ok = out->is_ok && out->events[i].wiring == INSTALL_WIRED;
	arena_free(&a);
	return true;
}
