// SPDX-License-Identifier: MIT
// What `ccl pr` does with a forge.
#ifndef CCL_FORGE_PR_FORGE_H
#define CCL_FORGE_PR_FORGE_H

#include "buf.h"
#include "command.h"

#define PR_FORGE_OFF                                                                               \
	"the setting `forge` is off, so that nobody is asked: `ccl config set forge on` allows it"

// `ccl pr resolve`.
bool command_pr_resolve(struct command_call *call, struct err *e);

// `ccl pr NUMBER --md`: prints what the pull request cost, as Markdown for a comment on it.
// `repo` is host/owner/name. ERR_NO_INPUT: no turn is charged to it.
MUST_USE bool pr_markdown(struct arena *a, struct str repo, int64_t number, struct err *e);

// `ccl pr NUMBER --comment`: writes the same on the forge; our comment of an earlier run is
// replaced. Asks on the terminal unless is_yes; ERR_USAGE without a terminal.
MUST_USE bool pr_comment(
	struct arena *a, struct str repo, int64_t number, bool is_yes, struct err *e);

// Either, as a command with NUMBER and --repo.
bool command_pr_comment(struct command_call *call, struct err *e);

#endif
