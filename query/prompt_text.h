// SPDX-License-Identifier: MIT
// What prompts say, which the ledger does not hold: it is read where it stands.
#ifndef CCL_QUERY_PROMPT_TEXT_H
#define CCL_QUERY_PROMPT_TEXT_H

#include <sqlite3.h>

#include "result.h"

enum { PROMPT_TEXT_MAX_BYTES = 65536, PROMPT_TEXT_SHORT_BYTES = 200 };

// The text of the prompt on the line of `path` that begins at this offset: valid UTF-8, at most max
// bytes. STR_NONE if the file is gone or shorter, or no record of that line has this uuid.
struct str prompt_text_read(
	struct arena *a, const char *path, int64_t offset_bytes, struct str uuid, size_t max);

// Puts texts in place of the prompts' row ids in the columns of that kind (`late=prompt_text`);
// NULL where there is none. is_short: a beginning, on one line.
MUST_USE bool prompt_text_fill(sqlite3 *db, struct result *r, bool is_short, struct err *e);

#endif
