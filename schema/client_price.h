// SPDX-License-Identifier: MIT
// What Claude Code's own meter charges for a response, by its version: not what it costs. For the
// audit alone.
#ifndef CCL_CLIENT_PRICE_H
#define CCL_CLIENT_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#include "meter.h"

// A row of client_prices.tsv.
struct client_price_row {
	const char *model;             // normalised; "*": any
	int64_t since, until;          // versions (client_price_version), half-open
	int64_t above_tok;             // for prompts larger than this
	int64_t rates[METER_N_COUNTS]; // pico-USD per token, per search
	int64_t fast_num, fast_den;
};
extern const struct client_price_row client_price_rows[];
extern const size_t n_client_price_rows;

#define CLIENT_NEWEST (INT64_MAX - 1)

// "2.1.330" as a number that grows with it; CLIENT_NEWEST for what is no version.
int64_t client_price_version(struct str text);

struct client_price_of {
	struct str model; // normalised id of the model asked for
	int64_t version, above_tok;
	bool is_fast, is_us;
};

// Pico-USD per token, in the order of enum meter_count.
void client_price(const struct client_price_of *of, int64_t out_rates[METER_N_COUNTS]);
// Whether the total of `claude -p` goes on over resumes and forks; else each process begins at 0.
bool client_is_cumulative(int64_t version);
// Whether its transcripts hold only the first output count of a response (views.sql:
// lower_bound_version).
bool client_writes_no_output(int64_t version);

#endif
