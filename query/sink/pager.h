// SPDX-License-Identifier: MIT
// What a command prints: straight to stdout, or through a pager.
#ifndef CCL_QUERY_PAGER_H
#define CCL_QUERY_PAGER_H

#include "buf.h"
#include "err.h"

// Writes all of it. A pager is started if stdout is a terminal with fewer lines than there are:
// $CCL_PAGER, else $PAGER (a shell command; empty or `cat`: none), else `less -FRX`, unless the
// setting `pager` is off or the terminal can only print. Returns when the user has left it; one
// that cannot be run costs nothing.
MUST_USE bool pager_print(const struct buf *out, struct err *e);

#endif
