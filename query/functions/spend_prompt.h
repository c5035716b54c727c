// SPDX-License-Identifier: MIT
// Which human prompt a turn is counted to: its own, or, if that is none (a notification, a command)
// or none is known, the one typed last before it in its session.
#ifndef CCL_QUERY_SPEND_PROMPT_H
#define CCL_QUERY_SPEND_PROMPT_H

#include <sqlite3.h>

#include "err.h"
#include "rowset.h"

// Every human prompt of the ledger; zero-initialise.
struct spend_prompts {
	struct rowset ids;
	struct rowset typed;    // session, time, id of those with a time
	const int64_t **sorted; // all of typed, in that order
};

MUST_USE bool spend_prompts_read(sqlite3 *db, struct spend_prompts *out, struct err *e);
// prompt_id: what the turn itself says. SPEND_NULL: none.
int64_t spend_prompt_of(
	const struct spend_prompts *p, int64_t prompt_id, int64_t session_id, int64_t at_ms);
void spend_prompts_free(struct spend_prompts *p);

#endif
