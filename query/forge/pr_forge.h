// SPDX-License-Identifier: MIT
// What `ccl pr` does with a forge.
#ifndef CCL_FORGE_PR_FORGE_H
#define CCL_FORGE_PR_FORGE_H

#include "command.h"

#define PR_FORGE_OFF                                                                               \
	"the setting `forge` is off, so that nobody is asked: `ccl config set forge on` allows it"

// `ccl pr resolve`.
bool command_pr_resolve(struct command_call *call, struct err *e);

#endif
