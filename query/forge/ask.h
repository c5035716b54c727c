// SPDX-License-Identifier: MIT
// One question to gh or glab, and its failure in words that name the cure.
#ifndef CCL_FORGE_ASK_H
#define CCL_FORGE_ASK_H

#include "child.h"
#include "host.h"

enum { ASK_LIMIT_MS = 5000, ASK_MAX_BYTES = 16 * 1024 * 1024 };

// `argv` of host.h; `input` for its stdin, or absent. Shows on a terminal that it waits. False: no
// answer; *out says nothing then, and *e what and why in one line. Free *out in either case.
MUST_USE bool ask(const struct forge_repo *r, char **argv, struct str input,
	struct child_answer *out, struct err *e);

// The program for a repository's host. ERR_NO_INPUT: there is none for that host; ERR_IO: it is not
// installed.
MUST_USE bool ask_find_program(
	struct arena *a, const struct forge_repo *r, struct str *out, struct err *e);

#endif
