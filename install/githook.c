// SPDX-License-Identifier: MIT
#include "githook.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"
#include "setfile.h"
#include "udiff.h"

#define FIRST_LINE "#!/bin/sh\n"
static const char begin[] = "# >>> ccl git-trailer >>>\n";
static const char begin_of_own[] = "# >>> ccl git-trailer (ccl made this file) >>>\n";
static const char end[] = "# <<< ccl git-trailer <<<\n";

// Where `line` stands at the start of a line; -1: nowhere.
static ptrdiff_t find_line(struct str text, const char *line)
{
	for (size_t i = 0; i < text.n; i++)
		if ((i == 0 || text.p[i - 1] == '\n') && str_starts(str_from(text, i), line))
			return (ptrdiff_t)i;
	return -1;
}

static bool is_shell(struct str text)
{
	static const char *const names[] = {"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"};
	struct str rest, line = str_split(text, '\n', &rest);
	if (!str_starts(line, "#!"))
		return false;
	struct str program = str_split(str_trim(str_from(line, 2)), ' ', &rest);
	if (str_is(path_base(program), "env"))
		program = str_split(str_trim(rest), ' ', &rest);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_is(path_base(program), names[i]))
			return true;
	return false;
}

static void add_quoted(struct buf *out, struct str s)
{
	buf_addc(out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			buf_addz(out, "'\\''");
		else
			buf_addc(out, s.p[i]);
	}
	buf_addc(out, '\'');
}

static void add_block(struct buf *out, bool is_own_file, struct str ccl_path)
{
	buf_addz(out, is_own_file ? begin_of_own : begin);
	buf_addz(out, "# Adds what the commit cost; `ccl uninstall --git-trailer` takes this out.\n"
		      "if [ -x ");
	add_quoted(out, ccl_path);
	buf_addz(out, " ]; then ");
	add_quoted(out, ccl_path);
	buf_addz(out, " trailer \"$1\" \"${2-}\" </dev/null >/dev/null 2>&1 || :; fi\n");
	buf_addz(out, end);
}

bool githook_cut(struct str text, struct buf *out, bool *out_is_nothing, struct err *e)
{
	ptrdiff_t from = find_line(text, begin), own = find_line(text, begin_of_own);
	*out_is_nothing = false;
	if (from < 0 && own < 0) {
		buf_add(out, text);
		return true;
	}
	size_t start = (size_t)(own >= 0 ? own : from);
	ptrdiff_t length = find_line(str_from(text, start), end);
	if (length < 0)
		return err_set(e, ERR_FORMAT,
			"the block of ccl in the hook has lost its last line: take it out by hand");
	struct str before = {text.p, start};
	struct str after = str_from(text, start + (size_t)length + sizeof end - 1);
	*out_is_nothing = own >= 0 && str_is(before, FIRST_LINE) && after.n == 0;
	buf_add(out, before);
	buf_add(out, after);
	return true;
}

bool githook_put(struct str text, struct str ccl_path, struct buf *out, struct err *e)
{
	AUTO(buf_free) struct buf bare = {0};
	bool is_nothing;
	if (!githook_cut(text, &bare, &is_nothing, e))
		return false;
	if (!text.p || is_nothing) {
		buf_addz(out, FIRST_LINE);
		add_block(out, true, ccl_path);
		return true;
	}
	if (!is_shell(buf_str(&bare)))
		return err_set(e, ERR_FORMAT,
			"prepare-commit-msg is there and is no shell script: have it run `ccl "
			"trailer "
			"\"$1\" \"$2\"`");
	struct str rest, line = str_split(buf_str(&bare), '\n', &rest);
	buf_add(out, line);
	buf_addc(out, '\n');
	// a file that was once ours may have become somebody's
	add_block(out, find_line(text, begin_of_own) >= 0, ccl_path);
	buf_add(out, rest);
	return true;
}

// Beside the target, then in its place: a commit at this instant runs the one or the other.
static bool replace(struct arena *a, const struct setfile *old, struct str text, struct err *e)
{
	mode_t mask = umask(0);
	(void)umask(mask);
	mode_t mode = old->is_absent ? 0777 & ~mask : old->st.st_mode & 07777;
	char *temp = arena_printf(a, "%.*s.ccl-XXXXXX", STR_ARG(old->target));
	int fd = mkstemp(temp);
	bool ok = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fchmod(fd, mode) == 0;
	int why = errno;
	if (fd >= 0 && close(fd) != 0 && ok) {
		ok = false;
		why = errno;
	}
	if (ok && rename(temp, arena_str(a, old->target).p) != 0) {
		ok = false;
		why = errno;
	}
	if (!ok && fd >= 0)
		(void)unlink(temp);
	return ok ||
	       err_set(e, ERR_IO, "cannot write %.*s: %s", STR_ARG(old->target), strerror(why));
}

static bool read_hook(
	struct arena *a, const struct githook_opts *o, struct setfile *out, struct err *e)
{
	if (access(arena_str(a, o->dir).p, F_OK) != 0 && errno == ENOENT) {
		*out = (struct setfile){.is_absent = true};
		out->path = out->target = path_join(a, o->dir, STR("prepare-commit-msg"));
		return true;
	}
	return setfile_read(a, path_join(a, o->dir, STR("prepare-commit-msg")), out, e);
}

static struct str text_of(const struct setfile *f)
{
	return f->is_absent ? STR_NONE : f->text.n ? buf_str(&f->text) : STR("");
}

static bool change(const struct githook_opts *o, struct arena *a, const struct setfile *old,
	struct str now, bool is_nothing, struct err *e)
{
	if (is_nothing)
		return unlink(arena_str(a, old->path).p) == 0 ||
		       err_set(e, ERR_IO, "cannot delete %.*s: %s", STR_ARG(old->path),
			       strerror(errno));
	return path_make_dirs(o->dir, e) && replace(a, old, now, e);
}

static bool run(const struct githook_opts *o, bool is_removal, struct arena *a, struct setfile *old,
	struct buf *report, struct err *e)
{
	AUTO(buf_free) struct buf now = {0};
	bool is_nothing = false;
	if (memchr(o->ccl_path.p, '\n', o->ccl_path.n))
		return err_set(e, ERR_USAGE, "the path of ccl has a newline in it");
	if (!read_hook(a, o, old, e))
		return false;
	struct str was = text_of(old);
	if (!is_removal && was.p && !(old->st.st_mode & 0111))
		return err_set(e, ERR_FORMAT,
			"%.*s is there but not executable, so git does not run it: make it so "
			"(chmod +x) "
			"or take it away",
			STR_ARG(old->path));
	if (is_removal ? was.p && !githook_cut(was, &now, &is_nothing, e)
		       : !githook_put(was, o->ccl_path, &now, e))
		return false;
	bool is_same = is_removal && !was.p ? true : !is_nothing && str_eq(was, buf_str(&now));
	if (o->is_dry_run) {
		struct str name = old->path, none = STR("/dev/null");
		udiff_write(report, was.p ? name : none, was.p ? was : STR(""),
			is_nothing ? none : name, is_nothing ? STR("") : buf_str(&now));
		if (is_same)
			buf_printf(report, "%.*s: nothing to change\n", STR_ARG(name));
		return true;
	}
	if (!is_same && !change(o, a, old, buf_str(&now), is_nothing, e))
		return false;
	buf_printf(report, "%.*s: %s\n", STR_ARG(old->path),
		is_removal ? is_same      ? "no line about costs was added here"
			     : is_nothing ? "deleted, it held nothing but the block of ccl"
					  : "the block of ccl is out"
		: is_same  ? "commits get a CCL-Cost line, as before"
			   : "commits get a CCL-Cost line from now on");
	return true;
}

static bool apply(const struct githook_opts *o, bool is_removal, struct buf *report, struct err *e)
{
	struct arena a = {0};
	struct setfile old = {0};
	bool ok = run(o, is_removal, &a, &old, report, e);
	buf_free(&old.text);
	arena_free(&a);
	return ok;
}

bool githook_apply(const struct githook_opts *opts, struct buf *report, struct err *e)
{
	return apply(opts, false, report, e);
}

bool githook_remove(const struct githook_opts *opts, struct buf *report, struct err *e)
{
	return apply(opts, true, report, e);
}

bool githook_check(const struct githook_opts *o, enum install_wiring *out, struct err *e)
{
	struct arena a = {0};
	struct setfile old = {0};
	struct buf want = {0};
	struct err not_ours;
	bool ok = read_hook(&a, o, &old, e);
	struct str text = text_of(&old);
	bool has_block = find_line(text, begin) >= 0 || find_line(text, begin_of_own) >= 0;
	if (ok && has_block)
		*out = githook_put(text, o->ccl_path, &want, &not_ours) &&
				       str_eq(text, buf_str(&want)) && (old.st.st_mode & 0111)
			       ? INSTALL_WIRED
			       : INSTALL_OUTDATED;
	else if (ok)
		*out = INSTALL_MISSING;
	buf_free(&want);
	buf_free(&old.text);
	arena_free(&a);
	return ok;
}
