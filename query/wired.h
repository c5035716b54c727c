// SPDX-License-Identifier: MIT
#ifndef CCL_QUERY_WIRED_H
#define CCL_QUERY_WIRED_H

#include "arena.h"
#include "install.h"

// What install/ needs to know about this machine. ERR_IO: there is no ccl-hook.
MUST_USE bool wired_options(struct arena *a, struct install_opts *out, struct err *e);

MUST_USE bool wired_refresh(struct arena *a, struct buf *report, struct err *e);

#endif
