// SPDX-License-Identifier: MIT
// SQLite's memory in a hook: a process that lives for two milliseconds and ends by _exit.
//
// A fifth of a hook's instructions were malloc and free: SQLite makes and drops thousands of small
// blocks while it parses the schema and prepares statements. Here a block is taken from the free
// list of its size or cut from a chunk, in a dozen instructions. What is freed is used again for
// blocks of its size and never given back to the system, so a process holds at most the sum of what
// each size once took; blocks above POOL_MAX_BYTES are malloc's. Not for threads.
#ifndef CCL_HOOK_POOL_H
#define CCL_HOOK_POOL_H

#include <sqlite3.h>

enum { POOL_MAX_BYTES = 128 * 1024 }; // more than SQLite's first pages take together

extern const sqlite3_mem_methods pool_methods;

// Before SQLite is first used. Does nothing under AddressSanitizer, which would see no more who
// reads what SQLite has freed.
void pool_install(void);

#endif
