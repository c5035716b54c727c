// SPDX-License-Identifier: MIT
// The user's word on what belongs to which pull request: the only writer of pr_link. Rows are only
// added; one that was taken back keeps the time when it was.
#ifndef CCL_EDIT_PR_LINK_H
#define CCL_EDIT_PR_LINK_H

#include <sqlite3.h>

#include "err.h"
#include "str.h"

struct pr_link {
	const char *act, *scope; // as the table has them
	struct str root, target; // STR_NONE: as the scope has none
	struct str repo;         // host/owner/name, and number; STR_NONE and 0: no pull request
	int64_t number;
	struct str role; // STR_NONE: as the evidence has it
	int64_t since_ms, until_ms;
};

// All rows in one transaction, with what has to be charged again because of them (charge_due).
MUST_USE bool pr_link_add(
	sqlite3 *db, const struct pr_link *links, size_t n, int64_t now_ms, struct err *e);

// Takes a row back; id 0: the newest that holds. *out_id is which. ERR_NO_INPUT: there is none.
// ERR_USAGE: it was taken back before.
MUST_USE bool pr_link_undo(sqlite3 *db, int64_t id, int64_t now_ms, int64_t *out_id, struct err *e);

#endif
