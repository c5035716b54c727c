// SPDX-License-Identifier: MIT
// Which pull request a number means.
#ifndef CCL_QUERY_PR_FIND_H
#define CCL_QUERY_PR_FIND_H

#include <sqlite3.h>

#include "arena.h"
#include "err.h"

// The repository (host/owner/name, as the ledger has it) of pull request `number`: of those that
// end in `repo` if that is given, else the one that the working folder's repository has, else the
// only one. ERR_USAGE names the candidates, ERR_NO_INPUT: nobody knows it.
MUST_USE bool pr_find(sqlite3 *db, struct arena *a, int64_t number, struct str repo,
	struct str *out, struct err *e);

#endif
