// SPDX-License-Identifier: MIT
// A block of ours in a repository's prepare-commit-msg hook, which adds the CCL-Cost line.
//
// It stands right behind the #! line, so that an `exit` or `exec` further down does not pass it by.
// Only the block is put in or taken out: the rest of the file stays byte for byte, with its mode.
#ifndef CCL_INSTALL_GITHOOK_H
#define CCL_INSTALL_GITHOOK_H

#include "buf.h"
#include "err.h"
#include "install.h"

struct githook_opts {
	struct str dir;      // of the repository's hooks, absolute
	struct str ccl_path; // absolute
	bool is_dry_run;     // write nothing; the report is a unified diff
};

// Appends to *report what was done, or would be. ERR_FORMAT, with the cure: the hook that is there
// is no shell script, or is switched off. Doing either twice is doing it once.
MUST_USE bool githook_apply(const struct githook_opts *opts, struct buf *report, struct err *e);
MUST_USE bool githook_remove(const struct githook_opts *opts, struct buf *report, struct err *e);
MUST_USE bool githook_check(
	const struct githook_opts *opts, enum install_wiring *out, struct err *e);

// The text alone. `text` STR_NONE: there is no file. ERR_FORMAT: no shell script, or a torn block.
MUST_USE bool githook_put(struct str text, struct str ccl_path, struct buf *out, struct err *e);
// *out_is_nothing: the file held nothing but the block and is to go.
MUST_USE bool githook_cut(struct str text, struct buf *out, bool *out_is_nothing, struct err *e);

#endif
