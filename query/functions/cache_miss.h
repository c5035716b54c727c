// SPDX-License-Identifier: MIT
// The table-valued function cache_miss(since_ms, until_ms, session) (window.h): the turns of
// that time that missed the prompt cache. They read less than half of the context of the turn
// before from it, or Claude Code said so. Its columns are
//
//   turn_id, session_id
//   before_id   the turn before, of the same session and agent; NULL: there is none
//   lost        tokens of its context that the turn did not read; NULL likewise
//
// SQLite takes 350 ms to find each turn's predecessor among 152,000, this 60: 40 of them to read
// the turns.
#ifndef CCL_QUERY_CACHE_MISS_H
#define CCL_QUERY_CACHE_MISS_H

#include <sqlite3.h>

#include "err.h"

MUST_USE bool cache_miss_register(sqlite3 *db, struct err *e);

#endif
