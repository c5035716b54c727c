// SPDX-License-Identifier: MIT
// How Claude Code is paid for (setting `plan`).
#ifndef CCL_QUERY_PLAN_H
#define CCL_QUERY_PLAN_H

#include "str.h"

// "pro", "max5", "max20", "team", or a price in USD a month: *out_pico is that of a month; "api":
// 0. False: nothing of these.
bool plan_price(struct str plan, int64_t *out_pico);

// The names, for messages.
#define PLAN_NAMES "pro, max5, max20, team, api or what it costs a month in USD, such as 125"

#endif
