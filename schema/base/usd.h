// SPDX-License-Identifier: MIT
// Money is pico-USD in an int64_t named *_pico.
#ifndef CCL_BASE_USD_H
#define CCL_BASE_USD_H

#include "buf.h"

#define USD_PICO INT64_C(1000000000000) // one dollar

void usd_add(struct buf *out, int64_t usd_pico);       // "0.020050000000"
void usd_add_short(struct buf *out, int64_t usd_pico); // "$0.15"
// A rate in micro-USD per million tokens, as USD with all its digits, two at least: "$0.125"
void usd_add_rate(struct buf *out, int64_t usd_micro);

#endif
