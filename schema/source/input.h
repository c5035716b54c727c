// SPDX-License-Identifier: MIT
// What Claude Code writes to the stdin of a hook or a status line: one JSON object.
#ifndef CCL_SOURCE_INPUT_H
#define CCL_SOURCE_INPUT_H

#include "buf.h"

enum { INPUT_MAX_BYTES = 1024 * 1024 };

// Reads until end of file, a whole object, INPUT_MAX_BYTES or wait_ms: a stdin that is never closed
// must hang nobody.
void input_read(int fd, int wait_ms, struct buf *out);

// One JSON object and nothing behind it.
bool input_is_whole(struct str s);

#endif
