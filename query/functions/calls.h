// SPDX-License-Identifier: MIT
// The table-valued function that reports of tool calls stand on:
//
//   call_sum(kind, since_ms, until_ms, project, branch, model, session)
//
// kind is one of view call_name's; an argument that is NULL or missing limits nothing. Its columns
// are
//
//   name_id target_id      tool; file, skill, type of agent, program and subcommand
//   session_id project_id model_id   of the turn that made the call
//
// and the measures calls, errors, edits (calls that change files), results (calls whose result was
// seen), result_bytes, lines_added, lines_removed and sessions (how many different ones).
//
// There is one row for each combination of those of the first columns that the statement names
// anywhere; `sessions` can be added up no further. A call has no time and no session of its own:
// SQLite takes 170 ms to join 176,000 of them with their turns and to group them, this 60, and 35
// where nothing is asked of the turns.
#ifndef CCL_QUERY_CALLS_H
#define CCL_QUERY_CALLS_H

#include <sqlite3.h>

#include "err.h"

MUST_USE bool calls_register(sqlite3 *db, struct err *e);

#endif
