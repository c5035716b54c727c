// SPDX-License-Identifier: MIT
// What `claude -p --output-format json` (or stream-json) prints at its end: one object of type
// "result" (claude-code.md 6.2, real-client.md 1.5). Only its numbers and names are taken, never
// the text of the answer.
#ifndef CCL_SOURCE_PRINT_RESULT_H
#define CCL_SOURCE_PRINT_RESULT_H

#include "arena.h"
#include "err.h"

// In arena memory.
struct print_result {
	struct str key; // its uuid; before there were any: session, total, duration and turns
	struct str session;
	struct str subtype; // success, error_max_turns, ...; STR_NONE: none, as the next
	struct str terminal_reason;
	struct str line; // {"total_cost_usd":..,"modelUsage":{..}}, numbers as they were written
};

// The results in a text: one object, an array of objects, or lines of one object each. Of one
// session's several the last: within one process it holds the others. ERR_USAGE says what is wrong
// and where; `name` is what the text is called.
MUST_USE bool print_result_read(struct arena *a, struct str text, struct str name,
	struct print_result **out, size_t *out_n, struct err *e);

#endif
