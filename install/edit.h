// SPDX-License-Identifier: MIT
// One change of Claude Code's settings.json: read it, change its text, write it in one step, and
// again if somebody else wrote it in between.
#ifndef CCL_INSTALL_EDIT_H
#define CCL_INSTALL_EDIT_H

#include "arena.h"
#include "buf.h"
#include "err.h"

struct edit {
	struct str config_dir;
	bool is_dry_run; // write nothing; the report is a unified diff
	bool is_removal; // backups that tell nothing more go, too
	// Puts the new text into *out and a line for each thing done into *notes; no note: nothing
	// to do. `text` STR_NONE: there is no file. *out_is_nothing: the file is to go.
	bool (*change)(const struct edit *edit, struct str file, struct str text, struct buf *out,
		bool *out_is_nothing, struct buf *notes, struct err *e);
	const void *context; // of `change`
	const char *is_done; // "the hooks of ccl are wired"
	const char *is_same; // "already wired"
	const char *what;    // "the hooks of ccl": all that a file that goes held
	const char *verb;    // without the folder there is nothing to "wire yet"
	const char *cure;    // then; "": nothing
	struct str runs;     // what Claude Code starts from now on; empty: nothing
};

// Lines for people are appended to *report. Without Claude Code's folder nothing is written, the
// report says so, and that is success. On failure settings.json is as it was.
MUST_USE bool edit_run(struct arena *a, const struct edit *edit, struct buf *report, struct err *e);

// In the arena.
struct str edit_file(struct arena *a, struct str config_dir);
// *out_is_there false: no such folder, which is no error.
MUST_USE bool edit_find_folder(
	struct arena *a, struct str config_dir, bool *out_is_there, struct err *e);
// ERR_USAGE: no folder's name; no absolute path of a program called `name`, or none that JSON can
// hold.
MUST_USE bool edit_check_paths(
	struct str config_dir, struct str program, const char *name, struct err *e);
bool edit_is_executable(struct arena *a, struct str path);

#endif
