// SPDX-License-Identifier: MIT
// The user's own prices: the only writer of the rows of table price with source `user`. They never
// overlap: what is written last holds for its time. Rates are micro-USD per million tokens; dates
// are midnights UTC, for roll-ups by day rest on that.
#ifndef CCL_EDIT_PRICE_EDIT_H
#define CCL_EDIT_PRICE_EDIT_H

#include <sqlite3.h>

#include "arena.h"
#include "err.h"

enum price_rate {
	PRICE_INPUT,
	PRICE_OUTPUT,
	PRICE_CACHE_5M,
	PRICE_CACHE_1H,
	PRICE_CACHE_READ,
	PRICE_N_RATES,
};

enum price_factor { PRICE_FAST, PRICE_GEO, PRICE_REGIONAL, PRICE_BATCH, PRICE_N_FACTORS };

// Above this a sum of tokens could leave 64 bits: 1,000 USD per million tokens.
#define PRICE_MAX_RATE INT64_C(1000000000)

struct price_ratio {
	int64_t num, den; // num 0: not sold, which only PRICE_FAST may be
};

struct price {
	struct str model;          // normalised
	int64_t from_ms, until_ms; // half-open; 0 and LEDGER_NO_END_MS: no limit
	int64_t above_tok;         // 0, 100000, 200000
	int64_t rates[PRICE_N_RATES];
	struct price_ratio factors[PRICE_N_FACTORS];
	int64_t search_pico; // pico-USD a web search
};

struct price_list {
	struct price *all; // in the arena
	size_t n, cap;
};
struct price *price_add(struct arena *a, struct price_list *list); // zeroed

extern const char *const price_rate_names[PRICE_N_RATES]; // "input", "cache_5m", ...
extern const char *const price_factor_names[PRICE_N_FACTORS];

// Every factor, and any of them together, must divide every rate: money has no remainder.
MUST_USE bool price_check(const struct price *p, struct err *e);

// Factors and web search of the newest builtin price of the model; what is usual, if it has none:
// no factor, and 0.01 USD a search. *out_is_known: it has one.
MUST_USE bool price_defaults(sqlite3 *db, struct price *p, bool *out_is_known, struct err *e);

// The prices that `other` has in the time of *as, as prices of its model: the builtin ones in
// out[0], in out[1] the user's own, which hold where both do.
MUST_USE bool price_copy(sqlite3 *db, struct arena *a, struct str other, const struct price *as,
	struct price_list out[static 2], struct err *e);

// Writes one list after the other. The prices of a list must not overlap; together they take the
// place of all the user's own prices of their times.
MUST_USE bool price_write(sqlite3 *db, const struct price_list *lists, size_t n, struct err *e);

// Takes the user's own prices of a model away for that time. *out_n: how many rows had some of it.
MUST_USE bool price_remove(sqlite3 *db, struct str model, int64_t from_ms, int64_t until_ms,
	int *out_n, struct err *e);

#endif
