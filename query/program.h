// SPDX-License-Identifier: MIT
// Runs another program: arguments as a vector, never a shell.
#ifndef CCL_QUERY_PROGRAM_H
#define CCL_QUERY_PROGRAM_H

#include "buf.h"
#include "err.h"

enum { PROGRAM_MAX_OUTPUT_BYTES = 1 << 20 };

struct program {
	const char *const *argv; // argv[0]: a path, or a name to look for on PATH; NULL at the end
	int limit_ms;            // 0: none
	bool is_left;            // at the limit it goes on by itself; otherwise it is killed
	bool is_stderr;          // `out` gets what it says on stderr, not on stdout
	struct buf *out;         // at most PROGRAM_MAX_OUTPUT_BYTES of it; NULL: nobody listens
};

// Its stdin is empty, and what `out` does not get is lost. True: it ended by itself in time, with
// *out_status. ERR_BUSY: it did not. ERR_IO: it cannot be run, or a signal ended it.
MUST_USE bool program_run(const struct program *c, int *out_status, struct err *e);

#endif
