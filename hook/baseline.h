// SPDX-License-Identifier: MIT
// Writes table baseline: what sessions, pull requests, prompts and ten-minute stretches usually
// take, for the rules that look for outliers.
#ifndef CCL_HOOK_BASELINE_H
#define CCL_HOOK_BASELINE_H

#include "store.h"

// Sums up the last 90 days, if that was not done within a day or there are a fifth more sessions
// since. Reads every turn of them: for a
// process that nobody waits for. Not inside a transaction.
MUST_USE bool baseline_refresh(struct store *st, struct err *e);

#endif
