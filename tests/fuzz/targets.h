// SPDX-License-Identifier: MIT
// What is fuzzed: each target reads bytes that a stranger may have written, must end, must not read
// outside of them, and must give only what its header promises (asserted). The bytes lie in memory
// of exactly their size.
#ifndef CCL_TESTS_FUZZ_TARGETS_H
#define CCL_TESTS_FUZZ_TARGETS_H

#include "str.h"

struct target {
	const char *name; // of its folder in corpus/
	void (*run)(struct str input);
	const char *special; // bytes that matter to its grammar
};

extern const struct target targets[];
extern const size_t n_targets;

#endif
