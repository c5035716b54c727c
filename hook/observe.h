// SPDX-License-Identifier: MIT
// What a hook sees besides the transcript: git's state, and how the session is paid for.
#ifndef CCL_HOOK_OBSERVE_H
#define CCL_HOOK_OBSERVE_H

#include "ingest.h"

// HEAD, new reflog entries and the pull request that the config names, of the repository around
// cwd. Reads files only. Nothing to see is no error.
MUST_USE bool observe_git(struct ingest *in, struct str session_uid, struct str cwd, struct err *e);

// Billing kind and CI facts of the environment, into the session's facts. Values are taken of CI
// variables alone; of credentials only that a variable of that name is set.
void observe_environment(struct ingest *in, struct str session_uid);

// Counts that a hook of this event ran.
MUST_USE bool observe_run(struct ingest *in, struct str event, struct err *e);

#endif
