// SPDX-License-Identifier: MIT
// Claude Code's own meter: the modelUsage of a cost-state line.
#ifndef CCL_SOURCE_METER_H
#define CCL_SOURCE_METER_H

#include "arena.h"

enum meter_count {
	METER_INPUT,
	METER_OUTPUT,
	METER_CACHE_WRITE_5M,
	METER_CACHE_WRITE_1H,
	METER_CACHE_READ,
	METER_WEB_SEARCHES,
	METER_N_COUNTS,
};

struct meter_usage {
	struct str model; // as the line names it, decoded
	// 0 where the line says nothing; -1 for what is no count, or is above ten billion (a
	// million searches): the meter is then not to be believed
	int64_t counts[METER_N_COUNTS];
	int64_t cost_pico; // costUSD, rounded; -1: absent, or above 10,000 USD
	// the line tells 1-hour writes from others; else all stand as 5-minute writes
	bool is_split;
};

// The models of one line, in its order, in arena memory. *out_n is 0 for what is no JSON object or
// has no meter.
struct meter_usage *meter_read(struct arena *a, struct str line, size_t *out_n);

// What it says of all models together: totalCostUSD (of a result: total_cost_usd). -1: nothing, or
// above 10,000 USD.
int64_t meter_total(struct str line);

#endif
