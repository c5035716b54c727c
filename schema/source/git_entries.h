// SPDX-License-Identifier: MIT
// The entries of a repository's config file (git-config(1), "Syntax"), for git_config.c.
#ifndef CCL_SOURCE_GIT_ENTRIES_H
#define CCL_SOURCE_GIT_ENTRIES_H

#include "arena.h"
#include "buf.h"

enum git_section {
	GIT_SECTION_OTHER,
	GIT_SECTION_CORE,
	GIT_SECTION_REMOTE,
	GIT_SECTION_BRANCH, // the one that was asked for
	GIT_SECTION_URL,
};

// Sections of no interest, such as those of 10,000 other branches, are passed over line by line.
// The text holds secrets; it is freed by git_entries_close.
struct git_entries {
	struct buf text;
	const char *p, *end;
	struct str branch;
	enum git_section section;
	struct buf sub, key, value; // of the entry just read; the key in lower case
};

// False if there is no readable config in the folder. Entries without "=" (true) and what git would
// refuse are left out; so is what lies behind the first GIT_CONFIG_MAX_BYTES.
bool git_entries_open(
	struct arena *a, struct str common_dir, struct str branch, struct git_entries *out);
bool git_entries_next(struct git_entries *r);
void git_entries_close(struct git_entries *r);

#endif
