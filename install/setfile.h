// SPDX-License-Identifier: MIT
// Reads a settings file and replaces it in one step, through symbolic links, unless somebody else
// changed it in between.
#ifndef CCL_INSTALL_SETFILE_H
#define CCL_INSTALL_SETFILE_H

#include <sys/stat.h>

#include "arena.h"
#include "buf.h"
#include "err.h"

enum { SETFILE_MAX_BYTES = 8 * 1024 * 1024 };

struct setfile {
	struct str path;   // as asked for
	struct str target; // where its symbolic links lead; equal to path if it is none
	bool is_absent;    // no such file; its folder is there
	struct stat st;    // of the target, unless absent
	struct buf text;   // the owner calls buf_free
};

enum setfile_outcome {
	SETFILE_DONE,
	SETFILE_CHANGED, // somebody wrote the file since it was read: nothing was done
	SETFILE_FAILED,  // the err tells; nothing was done
};

// Fails for what is no plain file, or too large. Slices live in the arena.
MUST_USE bool setfile_read(struct arena *a, struct str path, struct setfile *out, struct err *e);

// Replaces the file by `text` (mode and owner stay; a new one gets 0600), or deletes it if `text`
// is STR_NONE. What it was is kept beside `path` first: in path.ccl-backup if there is none yet,
// else in path.ccl-backup.1, replacing that one. So the first holds the state before ccl ever
// changed the file, the other the state before the latest change. Nothing is kept of a file that
// was absent or that is deleted. *out_backup (in the arena) is the path of what was kept, or
// STR_NONE.
MUST_USE enum setfile_outcome setfile_write(struct arena *a, const struct setfile *old,
	struct str text, struct str *out_backup, struct err *e);

// Where the first (0) and the latest (1) backup of a file are.
struct str setfile_backup_path(struct arena *a, struct str path, int which);

// For tests: called when everything is ready, just before the file is looked at again.
extern void (*setfile_before_look)(void);

#endif
