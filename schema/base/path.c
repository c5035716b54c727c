// SPDX-License-Identifier: MIT
#include "path.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct str env_dir(const char *name)
{
	struct str s = str_of(getenv(name));
	return s.n && s.p[0] == '/' ? s : STR_NONE;
}

struct str path_join(struct arena *a, struct str dir, struct str name)
{
	while (dir.n > 1 && dir.p[dir.n - 1] == '/')
		dir.n--;
	const char *sep = dir.n && dir.p[dir.n - 1] == '/' ? "" : "/";
	return str_of(arena_printf(a, "%.*s%s%.*s", STR_ARG(dir), sep, STR_ARG(name)));
}

// Of the entry of this user in the password file; STR_NONE: there is none. Read here, not by
// getpwuid(), which a statically linked program, as those on Linux are, cannot rely on.
static struct str user_field(struct arena *a, size_t i)
{
	char line[1024], uid[16];
	struct str found = STR_NONE;
	FILE *f = fopen("/etc/passwd", "re");
	(void)snprintf(uid, sizeof uid, "%u", (unsigned)getuid());
	while (f && !found.p && fgets(line, sizeof line, f)) {
		struct str field[7], rest = str_of(line);
		for (size_t n = 0; n < 7; n++)
			field[n] = str_split(rest, ':', &rest);
		if (str_is(field[2], uid) && field[i].n)
			found = arena_str(a, field[i]);
	}
	if (f)
		(void)fclose(f);
	return found;
}

struct str path_home(struct arena *a)
{
	struct str s = env_dir("HOME");
	if (s.n)
		return arena_str(a, s);
	s = user_field(a, 5);
	return s.n && s.p[0] == '/' ? s : STR("/");
}

struct str path_user(struct arena *a)
{
	struct str s = user_field(a, 0);
#ifndef __linux__ // macOS has its users elsewhere
	const struct passwd *p = s.p ? NULL : getpwuid(getuid());
	if (p)
		s = str_of(p->pw_name);
#endif
	if (!s.p)
		s = str_of(getenv("USER"));
	return s.n ? arena_str(a, s) : STR("unknown");
}

struct str path_base(struct str path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	size_t i = path.n;
	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return str_from(path, i);
}

struct str path_dir(struct str path)
{
	struct str base = path_base(path);
	size_t n = base.p ? (size_t)(base.p - path.p) : 0;
	while (n > 1 && path.p[n - 1] == '/')
		n--;
	return n ? (struct str){path.p, n} : STR(".");
}

bool path_is_inside(struct str path, struct str dir)
{
	if (!dir.n || path.n < dir.n || memcmp(path.p, dir.p, dir.n) != 0)
		return false;
	return path.n == dir.n || path.p[dir.n] == '/' || dir.p[dir.n - 1] == '/';
}

struct str path_clean(struct arena *a, struct str path)
{
	bool is_absolute = path.n && path.p[0] == '/';
	char *out = arena_alloc(a, path.n + 2);
	size_t n = 0;
	struct str rest = path;
	while (rest.p) {
		struct str part = str_split(rest, '/', &rest);
		if (part.n == 0 || str_is(part, "."))
			continue;
		if (str_is(part, "..") && (n || is_absolute)) {
			while (n && out[n - 1] != '/')
				n--;
			n -= n > 0;
			continue;
		}
		if (n || is_absolute)
			out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	if (n == 0)
		out[n++] = is_absolute ? '/' : '.';
	out[n] = '\0';
	return (struct str){out, n};
}

struct str path_ledger(struct arena *a)
{
	struct str s = str_of(getenv("CCL_LEDGER"));
	if (s.n)
		return arena_str(a, s);
	s = env_dir("XDG_DATA_HOME");
	if (s.n)
		return path_join(a, s, STR("ccl/ledger.db"));
	return path_join(a, path_home(a), STR(".local/share/ccl/ledger.db"));
}

static bool is_dir(struct str path)
{
	struct stat st;
	return stat(path.p, &st) == 0 && S_ISDIR(st.st_mode);
}

size_t path_config_dirs(struct arena *a, struct str *out, size_t max)
{
	size_t n = 0;
	struct str list = str_of(getenv("CLAUDE_CONFIG_DIR"));
	if (list.n) {
		while (list.p && n < max) {
			struct str dir = arena_str(a, str_trim(str_split(list, ',', &list)));
			if (dir.n && is_dir(dir))
				out[n++] = dir;
		}
		return n;
	}
	struct str home = path_home(a), xdg = env_dir("XDG_CONFIG_HOME");
	struct str dirs[] = {path_join(a, home, STR(".claude")),
		xdg.n ? path_join(a, xdg, STR("claude"))
		      : path_join(a, home, STR(".config/claude"))};
	for (size_t i = 0; i < 2 && n < max; i++)
		if (is_dir(dirs[i]))
			out[n++] = dirs[i];
	return n;
}

struct str path_config_dir(struct arena *a)
{
	struct str rest, list = str_of(getenv("CLAUDE_CONFIG_DIR"));
	if (list.n)
		return arena_str(a, str_trim(str_split(list, ',', &rest)));
	return path_join(a, path_home(a), STR(".claude"));
}

bool path_make_dirs(struct str dir, struct err *e)
{
	struct arena a = {0};
	char *z = arena_alloc(&a, dir.n + 1);
	memcpy(z, dir.p, dir.n);
	bool ok = true;
	for (size_t i = 1; i <= dir.n && ok; i++) {
		if (i != dir.n && z[i] != '/')
			continue;
		z[i] = '\0';
		if (mkdir(z, 0700) != 0 && errno != EEXIST)
			ok = err_set(
				e, ERR_IO, "cannot create the folder %s: %s", z, strerror(errno));
		if (i != dir.n)
			z[i] = '/';
	}
	arena_free(&a);
	return ok;
}
