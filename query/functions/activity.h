// SPDX-License-Identifier: MIT
// What each prompt was about, guessed from the tool calls of the turns that answer it:
//
//   prompt_activity(since_ms, until_ms, session)
//
// gives session_id, prompt_id (NULL: the session's turns that answer none), activity (deed.h),
// edits (calls that changed a file) and retries (edits that follow a failed command that follows
// an edit, in one agent). An argument that is NULL or missing limits nothing. Sessions with a turn
// in that time are read as a whole, so that the answer does not depend on where it cuts. A prompt
// without a call has a row only if it was given in plan mode: else coalesce(activity,
// 'conversation') is its activity.
//
// To be materialised where it is joined: SQLite makes no index of such a table by itself.
#ifndef CCL_QUERY_ACTIVITY_H
#define CCL_QUERY_ACTIVITY_H

#include <sqlite3.h>

#include "err.h"

MUST_USE bool activity_register(sqlite3 *db, struct err *e);

#endif
