// SPDX-License-Identifier: MIT
// A line of a transcript, where the ledger says that it stands.
#ifndef CCL_QUERY_LINE_AT_H
#define CCL_QUERY_LINE_AT_H

#include "arena.h"

// The line of `path` that begins at this offset, without its end. STR_NONE if the file is gone,
// shorter or not a file, or the line is longer than max_bytes. Never waits, never writes.
struct str line_at(struct arena *a, const char *path, int64_t offset_bytes, size_t max_bytes);

// Line breaks and tabs become blanks, several of them one, at the ends nothing.
struct str line_flatten(struct arena *a, struct str text);

#endif
