// SPDX-License-Identifier: MIT
#ifndef CCL_QUERY_WIRED_H
#define CCL_QUERY_WIRED_H

#include "arena.h"
#include "install.h"

// What install/ needs to know about this machine, and which hooks the ledger's budgets want (as
// without any where it cannot be read). ERR_IO: there is no ccl-hook.
MUST_USE bool wired_options(struct arena *a, struct install_opts *out, struct err *e);

// After a change of the budgets or the guard: where hooks of ccl are wired, those that are wanted
// now are, with what was done appended to *report. Where none are, or all is right, nothing.
MUST_USE bool wired_refresh(struct arena *a, struct buf *report, struct err *e);

#endif
