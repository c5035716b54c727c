// SPDX-License-Identifier: MIT
// The one JSON object that a hook may print, in the form that its event allows
// (claude-code.md 1.6).
#ifndef CCL_HOOK_REPLY_H
#define CCL_HOOK_REPLY_H

#include "guard.h"

// Events at which Claude Code shows a systemMessage.
bool reply_is_heard(struct str event);

// Appends it; nothing if there is nothing to say. `sequence` is for the terminal, or empty.
void reply_print(
	struct str event, const struct guard_answer *a, struct str sequence, struct buf *out);

#endif
