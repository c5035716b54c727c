// SPDX-License-Identifier: MIT
#include "files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"

enum { MAX_DEPTH = 8 };

static bool is_transcript(struct str name)
{
	return str_ends(name, ".jsonl") && !str_is(name, "journal.jsonl") && name.p[0] != '.' &&
	       !str_has(name, ".orphaned") && !str_has(name, ".superseded");
}

static void add(struct found_files *out, struct str path, const struct stat *st)
{
	out->p = mem_reserve(out->p, &out->cap, out->n + 1, sizeof *out->p);
	out->p[out->n++] = (struct found_file){path, (int64_t)st->st_dev, (int64_t)st->st_ino,
		(int64_t)st->st_size, (int64_t)st->st_mtime * 1000};
}

// `prefix`: only files whose names begin so; NULL: all.
static void walk(struct arena *a, struct str dir, int depth, const char *prefix, bool is_deep,
	struct found_files *out)
{
	DIR *d = opendir(dir.p);
	const struct dirent *entry;
	if (!d)
		return;
	while ((entry = readdir(d))) {
		struct str name = str_of(entry->d_name);
		struct stat st;
		bool is_file = is_transcript(name) && (!prefix || str_starts(name, prefix));
		bool may_be_dir =
			is_deep && depth < MAX_DEPTH && name.p[0] != '.' && !str_has(name, ".json");
		if (!is_file && !may_be_dir)
			continue;
		int flags = is_file ? 0 : AT_SYMLINK_NOFOLLOW;
		if (fstatat(dirfd(d), entry->d_name, &st, flags) != 0)
			continue;
		if (is_file && S_ISREG(st.st_mode))
			add(out, path_join(a, dir, name), &st);
		else if (may_be_dir && S_ISDIR(st.st_mode))
			walk(a, path_join(a, dir, name), depth + 1, prefix, is_deep, out);
	}
	(void)closedir(d);
}

void files_below(struct arena *a, struct str dir, struct found_files *out)
{
	walk(a, arena_str(a, dir), 0, NULL, true, out);
}

void files_of_session(struct arena *a, struct str transcript, struct found_files *out)
{
	struct stat st = {0};
	(void)stat(transcript.p, &st);
	add(out, transcript, &st);
	struct str stem = {transcript.p, transcript.n - 6}; // without .jsonl
	struct str agents = path_join(a, arena_str(a, stem), STR("subagents"));
	walk(a, agents, 0, "agent-", true, out);
	walk(a, arena_str(a, path_dir(transcript)), 0, "agent-", false, out);
}

void files_free(struct found_files *f)
{
	free(f->p);
	*f = (struct found_files){0};
}
