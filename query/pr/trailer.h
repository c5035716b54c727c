// SPDX-License-Identifier: MIT
// `ccl install --git-trailer`: the CCL-Cost line of commits in the repository around us.
#ifndef CCL_QUERY_TRAILER_H
#define CCL_QUERY_TRAILER_H

#include "command.h"

// Puts the hook in, takes it out, or (--check) says what is there.
MUST_USE bool trailer_install(struct command_call *call, bool is_remove, struct err *e);

// Where the turns begin that the next commit on a branch paid for: behind the last commit that its
// own log tells of, else a little before it was created; 0: it tells nothing. `log` is the text of
// .git/logs/refs/heads/BRANCH.
int64_t trailer_since_ms(struct str log);

// What Claude Code calls the folder of a project at `path`, without what it adds to long ones.
char *trailer_folder_name(struct arena *a, struct str path);

#endif
