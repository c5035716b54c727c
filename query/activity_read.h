// SPDX-License-Identifier: MIT
// The calls of each prompt, read and added up: what prompt_activity (activity.h) has rows of.
#ifndef CCL_QUERY_ACTIVITY_READ_H
#define CCL_QUERY_ACTIVITY_READ_H

#include <sqlite3.h>

#include "err.h"
#include "rowset.h"
#include "str.h"

#define ACTIVITY_NO_PROMPT INT64_MIN

struct activity_filter {
	int64_t since_ms, until_ms; // half-open
	struct str session;         // full id; STR_NONE: any
};

struct activity_row {
	int64_t session_id, prompt_id; // ACTIVITY_NO_PROMPT: NULL
	const char *activity;
	int64_t edits, retries;
};

// *out is to be freed; it has *out_n rows.
MUST_USE bool activity_read(sqlite3 *db, const struct activity_filter *f, struct activity_row **out,
	size_t *out_n, struct err *e);

#endif
