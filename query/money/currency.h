// SPDX-License-Identifier: MIT
// Money in another currency, for people alone: what is stored and what programs read is USD.
#ifndef CCL_QUERY_CURRENCY_H
#define CCL_QUERY_CURRENCY_H

#include "buf.h"
#include "err.h"

struct currency {
	char code[4];      // "EUR"; "": USD
	int64_t rate_nano; // billionths of it that a dollar is
};

// "EUR" and "0.92". ERR_USAGE: not three letters; not a rate above 0, with at most nine digits
// behind the point.
MUST_USE bool currency_parse(struct str code, struct str rate, struct currency *out, struct err *e);

// "€0.15", "CHF 0.15": rounded once, from pico-USD.
void currency_add(struct buf *out, const struct currency *c, int64_t usd_pico);
// "0.92"
void currency_add_rate(struct buf *out, const struct currency *c);

#endif
