// SPDX-License-Identifier: MIT
// Folders below which nothing is to be stored.
#ifndef CCL_EDIT_IGNORE_H
#define CCL_EDIT_IGNORE_H

#include <sqlite3.h>

#include "err.h"
#include "str.h"

// `path` is absolute and clean (path_clean). True also if it was so before.
MUST_USE bool ignore_set(sqlite3 *db, struct str path, struct err *e);
// ERR_USAGE: it is not ignored.
MUST_USE bool ignore_unset(sqlite3 *db, struct str path, struct err *e);

#endif
