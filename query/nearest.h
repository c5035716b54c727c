// SPDX-License-Identifier: MIT
// What the user may have meant by a name that is in no turn.
#ifndef CCL_QUERY_NEAREST_H
#define CCL_QUERY_NEAREST_H

#include <sqlite3.h>

#include "arena.h"
#include "err.h"

struct request;

// ERR_USAGE: the ledger has turns, none of them of the model asked for. It names the nearest one.
MUST_USE bool nearest_check_model(
	sqlite3 *db, struct arena *a, const struct request *req, struct err *e);

// One sentence, in the arena: that there is no such project or branch, and the nearest one. NULL:
// both exist, or are not asked for.
MUST_USE bool nearest_explain(
	sqlite3 *db, struct arena *a, const struct request *req, const char **out, struct err *e);

#endif
