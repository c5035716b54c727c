// SPDX-License-Identifier: MIT
// `ccl statusline` as Claude Code's status line in settings.json, and out again.
//
// A command that is there stays, inside ours: its text, as it is spelled in the JSON, goes between
// the quotes of `ccl statusline --with '...'`, with each ' of it written '\\'' (for the shell, the
// backslash for JSON). So it comes back byte for byte, also when Claude Code has rewritten the
// file. All else in the object stays as it is.
//
// Where there was none, the order of the keys tells what was there (see origin.h):
//
//   type, command, padding      no key `statusLine`
//   padding, type, command      it was null
//   padding, command, type      no file
//   command, padding, type      a file without anything in it but blanks
#ifndef CCL_INSTALL_STATUSLINE_H
#define CCL_INSTALL_STATUSLINE_H

#include "install.h"
#include "origin.h"

struct statusline_opts {
	struct str config_dir;  // path_config_dir()
	struct str ccl_path;    // absolute path of ccl, UTF-8
	struct str managed_dir; // as in install_opts
	bool is_dry_run;        // write nothing; the report is a unified diff
};

struct statusline_state {
	enum install_wiring wiring; // INSTALL_MISSING, INSTALL_WIRED or INSTALL_OUTDATED
	bool is_around;             // it runs another command, too
	char hidden[512];           // why Claude Code does not show it, and the cure; "": it does
};

// Appends to *report what was done, or would be, as install_apply() does. ERR_FORMAT, with file and
// line, for settings that are malformed and for a `statusLine` that is no command: nothing is
// changed then. Doing either twice is doing it once.
MUST_USE bool statusline_apply(
	const struct statusline_opts *opts, struct buf *report, struct err *e);
MUST_USE bool statusline_remove(
	const struct statusline_opts *opts, struct buf *report, struct err *e);
MUST_USE bool statusline_check(
	const struct statusline_opts *opts, struct statusline_state *out, struct err *e);

// The text alone, as wiring_apply() and wiring_remove().
MUST_USE bool statusline_put(struct str file, struct str ccl_path, struct str text, struct buf *out,
	struct buf *notes, struct err *e);
MUST_USE bool statusline_cut(struct str file, struct str text, struct buf *out,
	bool *out_is_nothing, struct buf *notes, struct err *e);
MUST_USE bool statusline_survey(struct str file, struct str ccl_path, struct str text,
	struct statusline_state *out, struct err *e);
// The text is good JSON with a status line of ours in it.
bool statusline_is_in(struct str text);

enum origin statusline_origin(struct str value); // of the key; ORIGIN_NO_KEY if it is not ours

#endif
