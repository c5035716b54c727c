// SPDX-License-Identifier: MIT
// Which transcripts there are.
#ifndef CCL_HOOK_FILES_H
#define CCL_HOOK_FILES_H

#include "arena.h"

struct found_file {
	struct str path;
	int64_t device, inode, size_bytes, mtime_ms;
};

struct found_files {
	struct found_file *p;
	size_t n, cap;
};

// Every transcript below a folder: *.jsonl at any depth up to 8, without workflow journals and
// copies that were set aside. Links to folders are not followed. A missing folder has none.
void files_below(struct arena *a, struct str dir, struct found_files *out);

// The files of one session: its main transcript first, whether it exists or not, then everything
// under <session>/subagents, then agent-*.jsonl beside it (clients before 2.1.2).
void files_of_session(struct arena *a, struct str transcript, struct found_files *out);

void files_free(struct found_files *f);

#endif
