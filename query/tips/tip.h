// SPDX-License-Identifier: MIT
// What the rules of tip_def.h find in the ledger, and what heeding them would have saved.
//
// No turn's money is saved twice: the rule that would save most claims its turns, then the one that
// would save most of the rest, and so on; of equal ones the first by name.
#ifndef CCL_QUERY_TIP_H
#define CCL_QUERY_TIP_H

#include <sqlite3.h>

#include "arena.h"
#include "err.h"
#include "tip_def.h"

struct tip_request {
	int64_t since_ms, until_ms, now_ms;
	struct str project, session; // as in struct request
	struct str rule; // one rule, dismissed or not, with a row for each subject; STR_NONE: all
	bool is_all;     // those that were dismissed, too
};

struct tip_row {
	const struct tip_def *def;
	struct str finding, evidence;
	bool has_savings;
	int64_t savings_pico;
};

struct tip_rows {
	struct tip_row *all;
	size_t n, cap;
};

// In the arena, but for out->all, which is to be freed. Most savings first, then those without any
// that can be computed, by name.
MUST_USE bool tip_run(sqlite3 *db, struct arena *a, const struct tip_request *req,
	struct tip_rows *out, struct err *e);

// The table-valued function tip_found(since_ms, until_ms, project, session, now_ms, rule, is_all):
// columns rule, finding, evidence, savings.
MUST_USE bool tip_register(sqlite3 *db, struct err *e);

#endif
