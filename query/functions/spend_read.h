// SPDX-License-Identifier: MIT
// What the standard filters leave of the ledger, priced: the rows that spend.c sums up.
#ifndef CCL_QUERY_SPEND_READ_H
#define CCL_QUERY_SPEND_READ_H

#include <sqlite3.h>

#include "block.h"
#include "err.h"
#include "report_def.h"
#include "str.h"

#define SPEND_NULL INT64_MIN

// Columns of spend_sum; spend.h says what they hold.
enum spend_column {
	SPEND_TURN_ID,
	SPEND_AT_MS,
	SPEND_HOUR,
	SPEND_DAY,
	SPEND_WEEK,
	SPEND_MONTH,
	SPEND_BLOCK,
	SPEND_ORIGIN_ID,
	SPEND_CLASS_ID,
	SPEND_CHARGE_ID,
	SPEND_MODEL_ID,
	SPEND_SPLIT,
	SPEND_SESSION_ID,
	SPEND_AGENT_ID,
	SPEND_PROJECT_ID,
	SPEND_CHARGED_PROJECT_ID,
	SPEND_BRANCH_ID,
	SPEND_REPO_ID,
	SPEND_NUMBER,
	SPEND_PROMPT_ID,
	SPEND_BY_PROJECT_ID,
	SPEND_BY_BRANCH_ID,
	SPEND_BY_AGENT_ID,
	SPEND_TURNS, // here the measures begin
	SPEND_INPUT,
	SPEND_OUTPUT,
	SPEND_CACHE_WRITE_5M,
	SPEND_CACHE_WRITE_1H,
	SPEND_CACHE_READ,
	SPEND_WEB_SEARCHES,
	SPEND_COST,
	SPEND_UNPRICED,
	SPEND_UNKNOWN,
	SPEND_CALLS,
	SPEND_INPUT_COST, // here the parts of the cost begin, in the order of the counts
	SPEND_OUTPUT_COST,
	SPEND_CACHE_WRITE_COST, // of both kinds
	SPEND_CACHE_READ_COST,
	SPEND_SEARCH_COST,
	SPEND_CACHE_SAVED,
	SPEND_CACHE_EXTRA,
	SPEND_FIRST_MS,
	SPEND_LAST_MS,
	SPEND_LARGEST_RESULT,
	SPEND_LARGEST_NAME_ID,
	SPEND_N_COLUMNS,
};

// Half-open window; STR_NONE: not asked for.
struct spend_filter {
	int64_t since_ms, until_ms;
	struct str project, branch, model, session;
	bool is_by_charge; // of the first columns only charge, session, class and model are asked
			   // for
	bool has_charge;   // SPEND_CHARGED_PROJECT_ID to SPEND_NUMBER: one is asked for
	bool has_prompt;   // SPEND_PROMPT_ID: turns are read, no roll-up
	bool has_calls;    // SPEND_CALLS, SPEND_LARGEST_RESULT or SPEND_LARGEST_NAME_ID: likewise
	bool is_coarse;    // neither SPEND_TURN_ID nor a time but SPEND_FIRST_MS and SPEND_LAST_MS
	enum report_cost cost;
	bool has_parts; // SPEND_INPUT_COST to SPEND_CACHE_EXTRA: one is asked for
	// If SPEND_BLOCK is asked for: no cell has turns of two of them. Else NULL.
	const struct blocks *blocks;
};

// A roll-up row, a turn or a step; of turns that follow one another and differ in no dimension
// asked for one cell is made if is_coarse. What was not asked for may be missing. SPEND_HOUR to
// SPEND_BLOCK, SPEND_SPLIT and SPEND_BY_PROJECT_ID to SPEND_BY_AGENT_ID are not set; of the others,
// what is NULL is SPEND_NULL.
struct spend_cell {
	int64_t v[SPEND_N_COLUMNS];
};

struct spend_cells {
	struct spend_cell *all; // to be freed
	size_t n, cap;
};

MUST_USE bool spend_read(
	sqlite3 *db, const struct spend_filter *f, struct spend_cells *out, struct err *e);

#endif
