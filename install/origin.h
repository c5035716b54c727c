// SPDX-License-Identifier: MIT
// What was in a settings text before ccl put something in. It is spelled in the order of ccl's own
// keys (wiring.h, statusline.h), so taking out needs no record beside the file.
#ifndef CCL_INSTALL_ORIGIN_H
#define CCL_INSTALL_ORIGIN_H

#include "buf.h"
#include "settings.h"

enum origin {
	ORIGIN_NO_KEY,
	ORIGIN_EMPTY, // the key was there: `hooks` an empty object, `statusLine` null
	ORIGIN_NO_FILE,
	ORIGIN_BLANK_FILE, // a file without anything in it but blanks
};

// What a key of ours that comes into `root` is to tell: if there is nothing in it but the other key
// of ours, what that one tells. So either may go first.
enum origin origin_of_new(struct str root);

// The text of a file that was blank, or not there (`text` STR_NONE), with `value` in it.
void origin_fill(struct buf *out, struct str text, struct str value);

// Takes out a member of `root` that is all ours, and what holds it, if that was not there.
// *out_is_nothing: there was no file, and there is nothing else in it.
void origin_leave(struct buf *text, enum origin origin, struct str root,
	const struct settings_item *item, bool *out_is_nothing);

#endif
