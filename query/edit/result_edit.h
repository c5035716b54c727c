// SPDX-License-Identifier: MIT
// Results of `claude -p` that the user gave: the only writer of table print_result.
#ifndef CCL_EDIT_RESULT_EDIT_H
#define CCL_EDIT_RESULT_EDIT_H

#include <sqlite3.h>

#include "err.h"
#include "print_result.h"

// One that is there already stays as it is.
MUST_USE bool result_add(
	sqlite3 *db, const struct print_result *result, int64_t now_ms, struct err *e);

#endif
