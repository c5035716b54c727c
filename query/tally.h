// SPDX-License-Identifier: MIT
// How many turns are charged to something now, and what they cost.
#ifndef CCL_QUERY_TALLY_H
#define CCL_QUERY_TALLY_H

#include <sqlite3.h>

#include "buf.h"
#include "err.h"

struct tally_of {
	int64_t project_id, branch_id; // of the charge; 0: any
	struct str session;            // full id; STR_NONE: any
	struct str turns; // a JSON array of turn keys, nothing else counts; STR_NONE: any
	bool is_any_pr;   // else number and repo say which; number 0: none
	int64_t number;
	struct str repo;
	int64_t since_ms, until_ms; // half-open
};

struct tally {
	int64_t turns, unpriced, usd_pico; // unpriced ones are not in the money
};

// `db` is from report_open().
MUST_USE bool tally_read(sqlite3 *db, const struct tally_of *of, struct tally *out, struct err *e);

// "41 turns, $6.12", "2 turns, $0.02 (1 has no price)"
void tally_add(struct buf *out, const struct tally *t);

#endif
