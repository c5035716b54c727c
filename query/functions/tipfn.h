// SPDX-License-Identifier: MIT
// SQL functions that only tips use.
//
//   stretches(id, stream, what, which, least)   aggregate: JSON, [[id of the last row, how many],
//   ...],
//     of the stretches of `least` rows or more of one stream that have the same `what` and `which`,
//     in the order of the rows
//   repeated(id, a, b, c, d, least)   aggregate: the same, of the rows, in a row or not, that have
//     the same a to d
//     NULL is 0. To sort all calls, as GROUP BY does, takes SQLite five times as long.
//   file_text(path)   all of a file of up to 4 MiB; NULL: there is none, or it is no such file
//   claude_file(name) its path in Claude Code's folder for this user; of .claude.json, where that
//   is
#ifndef CCL_QUERY_TIPFN_H
#define CCL_QUERY_TIPFN_H

#include <sqlite3.h>

#include "err.h"

MUST_USE bool tipfn_register(sqlite3 *db, struct err *e);

#endif
