// SPDX-License-Identifier: MIT
// Deletes all that is stored of some sessions, and keeps them from coming back.
#ifndef CCL_EDIT_FORGET_H
#define CCL_EDIT_FORGET_H

#include <sqlite3.h>

#include "err.h"
#include "str.h"

struct forget_count {
	int64_t sessions, turns;
};

// Chooses what is to go: the session with this id, or (is_project) every session that worked in a
// project of this name, folder or repository. Nothing is changed yet. Zero sessions: no such thing.
MUST_USE bool forget_choose(
	sqlite3 *db, struct str what, bool is_project, struct forget_count *out, struct err *e);

// Deletes what was chosen in one transaction: every row that names one of the sessions, their turns
// with all that hangs on them, words that nothing else uses. The freed bytes are overwritten. Keyed
// hashes of the ids stay, by which the hook knows not to read them again.
MUST_USE bool forget_run(sqlite3 *db, struct err *e);

#endif
