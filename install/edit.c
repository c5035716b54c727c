// SPDX-License-Identifier: MIT
#include "edit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"
#include "setfile.h"
#include "udiff.h"

enum { MAX_TRIES = 3 };

struct str edit_file(struct arena *a, struct str config_dir)
{
	return path_join(a, config_dir, STR("settings.json"));
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

bool edit_check_paths(struct str config_dir, struct str program, const char *name, struct err *e)
{
	if (config_dir.n == 0)
		return err_set(e, ERR_USAGE, "Claude Code's folder has no name");
	if (!str_starts(program, "/") || !str_is(path_base(program), name))
		return err_set(
			e, ERR_USAGE, "'%.*s' is no absolute path of a %s", STR_ARG(program), name);
	if (!is_utf8(program) || memchr(program.p, '\0', program.n))
		return err_set(e, ERR_USAGE,
			"the path of %s is not UTF-8, as settings.json must be: install ccl "
			"elsewhere",
			name);
	return true;
}

bool edit_is_executable(struct arena *a, struct str path)
{
	struct stat st;
	const char *z = arena_str(a, path).p;
	return stat(z, &st) == 0 && S_ISREG(st.st_mode) && access(z, X_OK) == 0;
}

bool edit_find_folder(struct arena *a, struct str config_dir, bool *out_is_there, struct err *e)
{
	struct stat st;
	const char *z = arena_str(a, config_dir).p;
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

static void report_change(const struct edit *edit, struct str file, struct buf *report,
	struct buf *notes, bool is_nothing, struct str backup)
{
	if (is_nothing)
		buf_printf(report, "%.*s: deleted, it held nothing but %s\n", STR_ARG(file),
			edit->what);
	else
		buf_printf(report, "%.*s: %s\n", STR_ARG(file), edit->is_done);
	report_lines(report, buf_str(notes));
	if (edit->runs.n)
		buf_printf(report, "  %.*s\n", STR_ARG(edit->runs));
	if (backup.p && access(backup.p, F_OK) == 0)
		buf_printf(report, "  as it was before: %s\n", backup.p);
}

// After a removal: a backup that is, but for what is ours, what the file is now tells nothing.
static void drop_backup(struct arena *a, const struct edit *edit, struct str file, int which,
	struct str now, bool is_nothing)
{
	AUTO(buf_free) struct buf text = {0};
	AUTO(buf_free) struct buf notes = {0};
	struct setfile backup;
	struct err ignored;
	bool would_be_nothing = false;
	struct str path = setfile_backup_path(a, file, which);
	if (!setfile_read(a, path, &backup, &ignored))
		return;
	if (!backup.is_absent &&
		edit->change(edit, file, buf_str(&backup.text), &text, &would_be_nothing, &notes,
			&ignored) &&
		would_be_nothing == is_nothing && (is_nothing || str_eq(buf_str(&text), now)))
		(void)unlink(path.p);
	buf_free(&backup.text);
}

// One try: reads, edits, writes. SETFILE_CHANGED: another one may help.
static enum setfile_outcome attempt(struct arena *a, const struct edit *edit, struct str path,
	struct buf *report, struct err *e)
{
	AUTO(buf_free) struct buf text = {0};
	AUTO(buf_free) struct buf notes = {0};
	struct setfile file;
	struct str backup = STR_NONE;
	enum setfile_outcome outcome = SETFILE_DONE;
	bool is_nothing = false;
	if (!setfile_read(a, path, &file, e))
		return SETFILE_FAILED;
	struct str old = file.is_absent ? STR_NONE : buf_str(&file.text);
	if (!edit->change(edit, path, old, &text, &is_nothing, &notes, e)) {
		size_t n = strlen(e->text);
		(void)snprintf(e->text + n, sizeof e->text - n,
			"; nothing was changed: put that right and run the command again");
		outcome = SETFILE_FAILED;
	} else if (notes.n == 0) {
		buf_printf(report, "%.*s: %s, nothing changed\n", STR_ARG(path), edit->is_same);
	} else if (edit->is_dry_run) {
		buf_printf(report, "%.*s would change so (nothing was written):\n", STR_ARG(path));
		udiff_write(report, old.p ? path : STR("/dev/null"), old,
			is_nothing ? STR("/dev/null") : path,
			is_nothing ? STR("") : buf_str(&text));
	} else {
		outcome =
			setfile_write(a, &file, is_nothing ? STR_NONE : buf_str(&text), &backup, e);
		for (int i = 0; i < 2 && outcome == SETFILE_DONE && edit->is_removal; i++)
			drop_backup(a, edit, path, i, buf_str(&text), is_nothing);
		if (outcome == SETFILE_DONE)
			report_change(edit, path, report, &notes, is_nothing, backup);
	}
	buf_free(&file.text);
	return outcome;
}

bool edit_run(struct arena *a, const struct edit *edit, struct buf *report, struct err *e)
{
	bool is_there = false;
	if (!edit_find_folder(a, edit->config_dir, &is_there, e))
		return false;
	if (!is_there) {
		buf_printf(report,
			"Claude Code's folder %.*s was not found, so there is nothing to %s.%s\n",
			STR_ARG(edit->config_dir), edit->verb, edit->cure);
		return true;
	}
	struct str path = edit_file(a, edit->config_dir);
	for (int i = 0; i < MAX_TRIES; i++) {
		switch (attempt(a, edit, path, report, e)) {
		case SETFILE_DONE: return true;
		case SETFILE_FAILED: return false;
		case SETFILE_CHANGED: break;
		}
	}
	return err_set(e, ERR_BUSY,
		"%.*s was changed by another program each time, %d times: nothing was written, try "
		"again",
		STR_ARG(path), MAX_TRIES);
}
