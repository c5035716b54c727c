// SPDX-License-Identifier: MIT
// Files of a git repository, for git.c and git_config.c.
#ifndef CCL_SOURCE_GIT_FILE_H
#define CCL_SOURCE_GIT_FILE_H

#include "buf.h"
#include "git.h"

enum { GIT_SMALL_MAX_BYTES = 4096, GIT_CONFIG_MAX_BYTES = 1 << 20 };

// The first max_bytes of a regular file, never waiting for a FIFO or device. False if it cannot be
// opened or is not regular. `path` is NUL-terminated.
bool git_file_read(struct str path, size_t max_bytes, struct buf *out);
// A small file's one line, in the arena; STR_NONE if there is no such file or it is too large.
struct str git_file_line(struct arena *a, struct str dir, const char *name);

bool git_is_sha(struct str s); // 40 or 64 hex digits
// "refs/heads/x" gives "x" if that is a valid branch name, else STR_NONE.
struct str git_branch_of_ref(struct str ref);
// The commit of a branch, from its loose file or packed-refs; empty if it has none.
void git_resolve(
	struct arena *a, struct str common_dir, struct str branch, char out[static GIT_SHA_BYTES]);

// core.bare of the config in `common_dir`.
bool git_config_is_bare(struct arena *a, struct str common_dir);

#endif
