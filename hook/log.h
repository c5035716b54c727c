// SPDX-License-Identifier: MIT
// hook.log beside the ledger: the only place where a hook may say that something failed.
#ifndef CCL_HOOK_LOG_H
#define CCL_HOOK_LOG_H

#include "str.h"

enum { LOG_MAX_BYTES = 64 * 1024 }; // above this the file starts again, the old one is hook.log.1

void log_open(struct str ledger_path); // remembers where; opens nothing
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
