// SPDX-License-Identifier: MIT
// Back-fill: every transcript below some projects folders whose size differs from its cursor.
#ifndef CCL_HOOK_SYNC_H
#define CCL_HOOK_SYNC_H

#include <signal.h>

#include "ingest.h"

struct sync_report {
	int64_t n_files, n_read_files; // found, and of these with something new
	int64_t n_bytes;               // read
	int64_t n_bad_lines, n_long_lines;
	bool is_interrupted;
};

// Called now and then while it goes on; may be NULL.
struct sync_progress {
	void (*tell)(void *context, int64_t files, int64_t n_files, int64_t bytes, int64_t n_bytes);
	void *context;
	const volatile sig_atomic_t *stop; // set: end after the current transaction
};

// Oldest file first. Lines are scanned outside the lock, which is held at most about 20 ms and left
// alone for 5 ms between transactions, so that hooks are not kept waiting.
MUST_USE bool sync_run(struct ingest *in, const struct str *dirs, size_t n_dirs,
	const struct sync_progress *progress, struct sync_report *out, struct err *e);

#endif
