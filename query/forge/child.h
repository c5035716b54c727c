// SPDX-License-Identifier: MIT
// A program run for its answer: an argument vector and never a shell, no terminal that it could ask
// on, a limit of time and of bytes. What it started ends with it.
#ifndef CCL_FORGE_CHILD_H
#define CCL_FORGE_CHILD_H

#include "arena.h"
#include "buf.h"

struct child_job {
	char *const *argv; // argv[0] is an absolute path; ends with NULL
	struct str input;  // for its stdin; absent: /dev/null
	int64_t limit_ms;  // 0: none
	size_t max_bytes;  // of its output
	bool is_own;       // ccl's own program: it keeps the working folder and the environment
	void (*tick)(
		void *context, int64_t waited_ms); // some times a second while it runs; or NULL
	void *context;
};

enum child_end {
	CHILD_EXITED,
	CHILD_KILLED, // by a signal that was not ours
	CHILD_TIMEOUT,
	CHILD_TOO_MUCH, // output
	CHILD_FAILED,   // it could not be started
};

struct child_answer {
	enum child_end end;
	int status;     // if CHILD_EXITED
	struct buf out; // its stdout; child_answer_free gives it back
	char why[256];  // the first line of its stderr, as it was written: untrusted
	int64_t took_ms;
};

// An executable of that name in a folder of PATH; relative ones are passed over, for they are in
// the hands of whoever made the folder that ccl is run in.
bool child_find(struct arena *a, const char *name, struct str *out);

// Returns when it is over. If ccl itself is ended by a signal meanwhile, so is the child.
void child_run(const struct child_job *job, struct child_answer *out);

void child_answer_free(struct child_answer *answer);

#endif
