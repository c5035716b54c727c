// SPDX-License-Identifier: MIT
// Words for a status line: of a ledger, a payload or a template, all of which may hold anything.
#ifndef CCL_STATUS_PLAIN_H
#define CCL_STATUS_PLAIN_H

#include "buf.h"

// `s` as one line of valid UTF-8 without escape sequences and control characters; blanks in place
// of tabs and newlines. The rest as text_add_clean has it.
void plain_add(struct buf *out, struct str s);

#endif
