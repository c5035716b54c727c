// SPDX-License-Identifier: MIT
#ifndef CCL_QUERY_EXECUTABLE_H
#define CCL_QUERY_EXECUTABLE_H

#include "arena.h"

// The file that this process runs, links resolved; STR_NONE where the system does not tell.
struct str executable_path(struct arena *a);

#endif
