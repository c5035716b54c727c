// SPDX-License-Identifier: MIT
// The table-valued function that every report with money stands on, `spend` in its SQL:
//
//   spend_sum(since_ms, until_ms, project, branch, model, session, breakdown, by, cost)
//
// `cost` (enum report_cost) says whose figures cost and unpriced are; the parts of the cost are
// always ours. An argument that is NULL or missing limits nothing. Its columns are
//
//   turn_id    NULL where the row comes from the roll-up: without a session, whole quarter hours do
//   at_ms      of the turn, or the beginning of its quarter hour
//   hour day week month   of the turn, as text in the process's zone (sqlfn.h)
//   block      when its five-hour block (block.h) begins
//   origin_id class_id charge_id model_id session_id agent_id project_id
//   charged_project_id branch_id repo_id number   of what the turn is charged to
//   prompt_id  the human prompt that the turn is counted to (spend_prompt.h)
//   by_project_id by_branch_id by_agent_id   project_id, branch_id and agent_id if `by` (enum
//              report_by) says so, else NULL; with a branch the project is the one that it is
//              charged to: so they add up to `ccl projects`, `ccl branches` and `ccl agents`
//   split      the model, if breakdown is true; else NULL
//
// and the measures turns, input, output, cache_write_5m, cache_write_1h, cache_read, web_searches,
// cost (pico-USD, NULL without a price), unpriced (turns without one), unknown (turns that were cut
// off, or whose output is known only from below), the parts of the cost (0 without a price, else
// cost is their sum) input_cost, output_cost, cache_write_cost, cache_read_cost and search_cost,
// cache_saved (how much dearer the cache reads were as input), cache_extra (how much cheaper the
// cache writes were as input), first_ms and last_ms (of the turns),
// calls (of tools), largest_result (bytes; NULL: none was seen) and largest_name_id (the tool that
// gave it). Who names prompt_id, calls, largest_result or largest_name_id reads turns in place of
// the roll-up.
//
// There is one row for each combination of those of the first columns that the statement names
// anywhere, with the measures summed up. So sums, minima, maxima and distinct counts over it say
// the same whatever is named; the number of its rows says nothing. SQLite alone takes 2 us for a
// row of the roll-up, most of it for the joins and the sort of GROUP BY, this a quarter.
#ifndef CCL_QUERY_SPEND_H
#define CCL_QUERY_SPEND_H

#include <sqlite3.h>

#include "err.h"

MUST_USE bool spend_register(sqlite3 *db, struct err *e);

#endif
