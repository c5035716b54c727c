// SPDX-License-Identifier: MIT
// A session's title, which the ledger does not hold: it is read where it stands.
#ifndef CCL_QUERY_TITLE_H
#define CCL_QUERY_TITLE_H

#include "arena.h"

enum { TITLE_MAX_BYTES = 200 };

// The title on the line of `path` that begins at this offset: valid UTF-8, one line. STR_NONE if
// the file is gone, shorter, not a file, or that line is no title any more.
struct str title_read(struct arena *a, const char *path, int64_t offset_bytes);

#endif
