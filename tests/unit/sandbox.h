// SPDX-License-Identifier: MIT
// A fresh folder for each test that needs files. Include behind cmocka.h.
#ifndef CCL_TESTS_SANDBOX_H
#define CCL_TESTS_SANDBOX_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "err.h"

static struct arena sandbox_arena; // what the functions below return lives until the end of a test
static char sandbox_root[64];

static inline char *in(const char *name)
{
	return arena_printf(&sandbox_arena, "%s/%s", sandbox_root, name);
}

static inline void put(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(in(name), "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(in(name), mode), 0);
}

static inline const char *get(const char *name)
{
	AUTO(buf_free) struct buf b = {0};
	FILE *f = fopen(in(name), "rb");
	if (!f)
		return "(absent)";
	for (int c; (c = getc(f)) != EOF;)
		buf_addc(&b, (char)c);
	(void)fclose(f);
	return arena_str(&sandbox_arena, buf_str(&b)).p;
}

// The names in a folder, in order, a blank behind each.
static inline const char *names(const char *dir)
{
	struct dirent **list;
	char *z = arena_printf(&sandbox_arena, "%s", "");
	int n = scandir(in(dir), &list, NULL, alphasort);
	assert_true(n >= 0);
	for (int i = 0; i < n; i++) {
		if (!str_is(str_of(list[i]->d_name), ".") && !str_is(str_of(list[i]->d_name), ".."))
			z = arena_printf(&sandbox_arena, "%s%s ", z, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return z;
}

static inline void sandbox_enter(void)
{
	// a hook of git, or a rebase, names a repository that a test's own git must not write to
	static const char *const absent[] = {
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"};
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		(void)unsetenv(absent[i]);
	(void)snprintf(sandbox_root, sizeof sandbox_root, "/tmp/ccl-test-XXXXXX");
	assert_non_null(mkdtemp(sandbox_root));
	assert_int_equal(chmod(sandbox_root, 0755), 0); // for tests that become another user
}

static inline void sandbox_leave(void)
{
	int rc = system(arena_printf(
		&sandbox_arena, "chmod -R u+rwx %s && rm -rf %s", sandbox_root, sandbox_root));
	arena_free(&sandbox_arena);
	assert_int_equal(rc, 0);
}

#endif
