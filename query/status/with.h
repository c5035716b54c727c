// SPDX-License-Identifier: MIT
// Another status line command, whose lines are shown above ours.
#ifndef CCL_STATUS_WITH_H
#define CCL_STATUS_WITH_H

#include <sys/types.h>

#include "buf.h"

enum { WITH_MAX_BYTES = 64 * 1024, WITH_LIMIT_MS = 1000 };

struct with {
	pid_t pid; // 0: none runs
	int in_fd, out_fd;
	int64_t deadline_ms;
};

// Starts `sh -c command` in a process group of its own; it runs while the caller does other things.
// False: it cannot be started.
bool with_start(struct with *w, const char *command);

// Gives it `input` and takes what it prints, as it is, at most WITH_MAX_BYTES; what it has not said
// WITH_LIMIT_MS after its start it never will: its process group is killed then. If this process is
// told to end (SIGTERM, SIGINT, SIGHUP), so is it.
void with_finish(struct with *w, struct str input, struct buf *out);

#endif
