// SPDX-License-Identifier: MIT
// Starts, notes and ends work sessions: the only writer of work and work_note.
#ifndef CCL_EDIT_WORK_EDIT_H
#define CCL_EDIT_WORK_EDIT_H

#include <sqlite3.h>

#include "err.h"
#include "str.h"

// ERR_USAGE: one is open in this project; the message says which.
MUST_USE bool work_start(sqlite3 *db, struct str type, struct str goal, struct str root,
	int64_t now_ms, int64_t *out_id, struct err *e);

// Of the one that is open in the project; ERR_USAGE: there is none.
MUST_USE bool work_note(sqlite3 *db, struct str root, struct str text, int64_t now_ms,
	int64_t *out_id, struct err *e);
// lesson: STR_NONE: none. Not before it began, if the clock went back.
MUST_USE bool work_end(sqlite3 *db, struct str root, struct str lesson, int64_t now_ms,
	int64_t *out_id, struct err *e);

// 0: none is open there.
MUST_USE bool work_find_open(sqlite3 *db, struct str root, int64_t *out_id, struct err *e);

#endif
