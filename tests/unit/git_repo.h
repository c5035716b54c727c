// SPDX-License-Identifier: MIT
// Real repositories for tests, made by git in a folder of their own, without the user's config.
#ifndef CCL_TESTS_UNIT_GIT_REPO_H
#define CCL_TESTS_UNIT_GIT_REPO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "git.h"

static char base[4096]; // the real path of the folder that all tests work in
static struct arena arena;

static inline struct str at(const char *path)
{
	return str_of(arena_printf(&arena, "%s/%s", base, path));
}

static inline void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static inline void run(const char *fmt, ...)
{
	char text[8192];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	const char *line =
		arena_printf(&arena, "cd '%s' && set -e\nexec >>log 2>&1\n%s", base, text);
	if (system(line) != 0)
		fail_msg("this failed, see %s/log: %s", base, text);
}

// The output of a command in a folder, without the newline at its end.
static inline struct str ask(const char *dir, const char *command)
{
	char text[8192];
	FILE *f = popen(arena_printf(&arena, "cd '%s/%s' && %s", base, dir, command), "r");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof text, f);
	assert_int_equal(pclose(f), 0);
	return arena_str(&arena, str_trim((struct str){text, n}));
}

static inline void write_file(const char *path, struct str text)
{
	FILE *f = fopen(at(path).p, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
}

static inline int make_base(void **state)
{
	(void)state;
	char template[] = "/tmp/ccl-test-git-XXXXXX";
	if (!mkdtemp(template) || !realpath(template, base))
		return -1;
	static const char *const vars[][2] = {{"GIT_CONFIG_NOSYSTEM", "1"},
		{"GIT_AUTHOR_NAME", "A U Thor"}, {"GIT_AUTHOR_EMAIL", "a@example.com"},
		{"GIT_COMMITTER_NAME", "C O Mitter"}, {"GIT_COMMITTER_EMAIL", "c@example.com"},
		{"GIT_EDITOR", "true"}, {"GIT_ALLOW_PROTOCOL", "file"}, {"GIT_CONFIG_COUNT", "1"},
		{"GIT_CONFIG_KEY_0", "core.fsync"}, {"GIT_CONFIG_VALUE_0", "none"}};
	static const char *const absent[] = {"GIT_DIR", "GIT_WORK_TREE", "GIT_CONFIG_GLOBAL",
		"GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES", "XDG_CONFIG_HOME"};
	for (size_t i = 0; i < sizeof vars / sizeof *vars; i++)
		setenv(vars[i][0], vars[i][1], 1);
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		unsetenv(absent[i]);
	return setenv("HOME", base, 1);
}

static inline int remove_base(void **state)
{
	(void)state;
	int status = system(arena_printf(&arena, "chmod -R u+rwx '%s' && rm -rf '%s'", base, base));
	arena_free(&arena);
	return status;
}

// A repository with one commit on main.
static inline void make_repo(const char *name)
{
	run("git init -q -b main %s && cd %s && echo 1 >f && git add f && git commit -qm one", name,
		name);
}

static inline struct git_place find(const char *dir)
{
	struct git_place p = {.root = STR_NONE};
	if (!git_find(&arena, at(dir), &p))
		fail_msg("no repository is found around %s", dir);
	return p;
}

static inline struct git_head head_of(const char *dir)
{
	struct git_place p = find(dir);
	struct git_head h;
	memset(&h, 0xff, sizeof h);
	if (!git_read_head(&arena, &p, &h))
		fail_msg("%s has no HEAD", dir);
	return h;
}

static inline struct git_config config_of(const char *dir, const char *branch)
{
	struct git_place p = find(dir);
	struct git_config c;
	memset(&c, 0xff, sizeof c);
	if (!git_read_config(&arena, &p, str_of(branch), &c))
		fail_msg("%s has no config", dir);
	return c;
}

static inline void check_str(struct str got, const char *want)
{
	if (!str_is(got, want))
		fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(got), want);
}

#endif
