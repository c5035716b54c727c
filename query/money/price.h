// SPDX-License-Identifier: MIT
// What `ccl price set` and `import` share: a price in words.
#ifndef CCL_QUERY_PRICE_H
#define CCL_QUERY_PRICE_H

#include "price_edit.h"

// What was said of a price; the rest is derived from it.
struct price_words {
	bool has_rate[PRICE_N_RATES], has_factor[PRICE_N_FACTORS], has_search;
	struct str like; // another model; STR_NONE: none
};

// Takes one: a rate in USD per million tokens, a factor "11/10", a date. Names with dashes or
// underscores. ERR_USAGE: there is no such name, or it is no such value.
MUST_USE bool price_take(
	struct price *p, struct price_words *w, struct str name, struct str value, struct err *e);
// A rate by its place.
MUST_USE bool price_take_rate(struct price *p, struct price_words *w, enum price_rate rate,
	struct str value, int digits, struct err *e);

// Fills in what was not said: writes to and reads from the cache cost 1.25, 2 and 0.1 times the
// input, factors and web search are price_defaults'. *out_is_known: the builtin table has it.
MUST_USE bool price_complete(sqlite3 *db, struct price *p, const struct price_words *w,
	bool *out_is_known, struct err *e);

// A model as a price is looked up by; of an ARN that is the ARN. ERR_USAGE: it can have none.
MUST_USE bool price_model(struct arena *a, struct str text, struct str *out, struct err *e);

// Reads a file of prices: a table like schema/prices.tsv, or LiteLLM's JSON. *out_n_left: entries
// of the JSON that could not be taken, for they have no price of a token or no exact one.
MUST_USE bool price_read_file(sqlite3 *db, struct arena *a, const char *path,
	struct price_list *out, size_t *out_n_left, struct err *e);

#endif
