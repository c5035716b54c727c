// SPDX-License-Identifier: MIT
#include "setfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"

enum { MAX_LINKS = 40, NEW_MODE = 0600 };

void (*setfile_before_look)(void);

// Follows links by hand, because realpath() says nothing about one that leads to no file.
static bool resolve(struct arena *a, struct str path, struct str *out, struct err *e)
{
	for (int i = 0; i < MAX_LINKS; i++) {
		struct stat st;
		char to[4096];
		if (lstat(path.p, &st) != 0 || !S_ISLNK(st.st_mode)) {
			*out = path;
			return true;
		}
		ssize_t n = readlink(path.p, to, sizeof to);
		if (n <= 0 || (size_t)n == sizeof to)
			return err_set(e, ERR_IO, "cannot read the symbolic link %s", path.p);
		struct str target = {to, (size_t)n};
		path = to[0] == '/' ? arena_str(a, target) : path_join(a, path_dir(path), target);
	}
	return err_set(e, ERR_IO, "%s: too many symbolic links", path.p);
}

static bool read_all(int fd, struct buf *out)
{
	for (;;) {
		buf_reserve(out, 65536);
		ssize_t n = read(fd, out->p + out->n, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		out->n += (size_t)n;
		if (out->n > SETFILE_MAX_BYTES) {
			errno = EFBIG;
			return false;
		}
	}
}

static bool read_plain(const char *path, int fd, struct setfile *f, struct err *e)
{
	if (fstat(fd, &f->st) != 0)
		return err_set(e, ERR_IO, "cannot read %s: %s", path, strerror(errno));
	if (!S_ISREG(f->st.st_mode))
		return err_set(
			e, ERR_FORMAT, "%s is not a file: move it away and run this again", path);
	if (!read_all(fd, &f->text)) {
		if (errno == EFBIG)
			return err_set(e, ERR_FORMAT,
				"%s is larger than 8 MiB, which no settings file is: left as it is",
				path);
		return err_set(e, ERR_IO, "cannot read %s: %s", path, strerror(errno));
	}
	return true;
}

bool setfile_read(struct arena *a, struct str path, struct setfile *out, struct err *e)
{
	struct setfile f = {.path = arena_str(a, path)};
	if (!resolve(a, f.path, &f.target, e))
		return false;
	int fd = open(f.target.p, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 && errno == ENOENT) {
		struct str dir = arena_str(a, path_dir(f.target));
		if (access(dir.p, F_OK) != 0)
			return err_set(e, ERR_IO,
				"%s is a symbolic link into %s, which is not there: mend or remove "
				"it",
				f.path.p, dir.p);
		f.is_absent = true;
		*out = f;
		return true;
	}
	if (fd < 0)
		return err_set(e, ERR_IO, "cannot read %s: %s", f.target.p, strerror(errno));
	bool ok = read_plain(f.target.p, fd, &f, e);
	(void)close(fd);
	if (ok)
		*out = f;
	else
		buf_free(&f.text);
	return ok;
}

static bool write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = str_from(s, (size_t)n);
	}
	return true;
}

// The owner first: changing it clears bits of the mode. A group we are not in is no reason to fail
// when nobody but the owner has rights.
static bool copy_rights(int fd, const struct stat *st)
{
	struct stat mine;
	if (fstat(fd, &mine) != 0)
		return false;
	if ((mine.st_uid != st->st_uid || mine.st_gid != st->st_gid) &&
		fchown(fd, st->st_uid, st->st_gid) != 0 &&
		(mine.st_uid != st->st_uid || (st->st_mode & 0077)))
		return false;
	return fchmod(fd, st->st_mode & 07777) == 0;
}

// A new file beside `target` with everything on the disk; *out_path is removed again on failure.
static bool write_temp(struct arena *a, struct str target, const struct setfile *old,
	struct str text, char **out_path, struct err *e)
{
	char *path = arena_printf(a, "%.*s.ccl-XXXXXX", STR_ARG(target));
	int fd = mkstemp(path);
	if (fd < 0)
		return err_set(e, ERR_IO, "cannot write into the folder %s: %s",
			arena_str(a, path_dir(target)).p, strerror(errno));
	bool ok = old->is_absent ? fchmod(fd, NEW_MODE) == 0 : copy_rights(fd, &old->st);
	ok = ok && write_all(fd, text) && fsync(fd) == 0;
	int why = errno;
	ok = close(fd) == 0 && ok;
	if (!ok) {
		(void)unlink(path);
		return err_set(e, ERR_IO, "cannot write a copy of %s with its owner and mode: %s",
			target.p, strerror(why));
	}
	*out_path = path;
	return true;
}

// So that a rename outlives a power cut. Some file systems cannot: then it is as safe as it gets.
static void sync_folder(struct arena *a, struct str file)
{
	int fd = open(arena_str(a, path_dir(file)).p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

struct str setfile_backup_path(struct arena *a, struct str path, int which)
{
	return str_of(arena_printf(a, "%.*s.ccl-backup%s", STR_ARG(path), which == 0 ? "" : ".1"));
}

static bool write_backup(struct arena *a, const struct setfile *old, struct str *out,
	bool *out_is_first, struct err *e)
{
	struct stat st;
	struct str path = setfile_backup_path(a, old->path, 0);
	char *temp;
	*out_is_first = lstat(path.p, &st) != 0;
	if (!*out_is_first)
		path = setfile_backup_path(a, old->path, 1);
	if (!write_temp(a, path, old, buf_str(&old->text), &temp, e))
		return false;
	if (rename(temp, path.p) != 0) {
		int why = errno;
		(void)unlink(temp);
		return err_set(e, ERR_IO, "cannot write the backup %s: %s", path.p, strerror(why));
	}
	sync_folder(a, path);
	*out = path;
	return true;
}

// The bytes count, not the time: a touched file is no conflict, and two writes within one tick of
// the file system's clock are.
static bool is_unchanged(struct arena *a, const struct setfile *old)
{
	struct setfile now;
	struct err ignored;
	if (!setfile_read(a, old->path, &now, &ignored))
		return false;
	bool is_same = str_eq(now.target, old->target) && now.is_absent == old->is_absent &&
		       str_eq(buf_str(&now.text), buf_str(&old->text));
	if (!old->is_absent)
		is_same = is_same && now.st.st_ino == old->st.st_ino &&
			  now.st.st_dev == old->st.st_dev && now.st.st_mode == old->st.st_mode &&
			  now.st.st_uid == old->st.st_uid && now.st.st_gid == old->st.st_gid;
	buf_free(&now.text);
	return is_same;
}

// root may write everywhere, but a file nobody may write was meant to stay as it is.
static bool check_writable(const struct setfile *f, struct err *e)
{
	if (f->is_absent || ((f->st.st_mode & 0222) && access(f->target.p, W_OK) == 0))
		return true;
	return err_set(e, ERR_IO,
		"%s is read-only: make it writable (chmod u+w), or change it where it is generated",
		f->target.p);
}

enum setfile_outcome setfile_write(struct arena *a, const struct setfile *old, struct str text,
	struct str *out_backup, struct err *e)
{
	char *temp = NULL;
	struct str backup = STR_NONE;
	bool is_first = false;
	enum setfile_outcome outcome = SETFILE_FAILED;
	if (!check_writable(old, e))
		return SETFILE_FAILED;
	if (text.p && !write_temp(a, old->target, old, text, &temp, e))
		return SETFILE_FAILED;
	if (text.p && !old->is_absent && !write_backup(a, old, &backup, &is_first, e))
		goto undo;
	if (setfile_before_look)
		setfile_before_look();
	outcome = SETFILE_CHANGED;
	if (!is_unchanged(a, old))
		goto undo;
	outcome = SETFILE_FAILED;
	if ((temp ? rename(temp, old->target.p) : unlink(old->target.p)) != 0) {
		(void)err_set(e, ERR_IO, "cannot replace %s: %s", old->target.p, strerror(errno));
		goto undo;
	}
	sync_folder(a, old->target);
	*out_backup = backup;
	return SETFILE_DONE;
undo:
	if (temp)
		(void)unlink(temp);
	if (is_first && backup.p)
		(void)unlink(backup.p);
	return outcome;
}
