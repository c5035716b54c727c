// SPDX-License-Identifier: MIT
// Whether the tool calls of one agent go round in circles. Pure.
#ifndef CCL_HOOK_LOOP_H
#define CCL_HOOK_LOOP_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LOOP_CALLS = 30, // that are remembered
	LOOP_NEAR_CALLS = 20,
};

struct loop_call {
	int64_t name_id;                              // of the tool
	uint64_t input_hash, result_hash, error_hash; // error_hash 0: it went well
	bool has_result;
	bool is_poll; // may be repeated: the same input means nothing
};

// Zero-initialise for each agent.
struct loop {
	struct loop_call calls[LOOP_CALLS]; // a ring
	uint64_t n;                         // ever added
};

// As of the newest call; 0: nothing is repeated.
struct loop_counts {
	int64_t same_result; // equal to it in input and result, of the last 20
	int64_t same_input;  // equal to it in input, of the last 30
	int64_t in_turn;     // times that the call before last came again, of the last 20
	int64_t in_turn_pct; // share that the two calls have in these 20
	int64_t failing;     // of its tool with the same error, in a row
	int64_t result_name_id, input_name_id, turn_name_id, failing_name_id;
};

void loop_add(struct loop *l, const struct loop_call *c);
struct loop_counts loop_count(const struct loop *l);

#endif
