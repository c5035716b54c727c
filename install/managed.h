// SPDX-License-Identifier: MIT
// What an administrator's settings say about hooks.
#ifndef CCL_INSTALL_MANAGED_H
#define CCL_INSTALL_MANAGED_H

#include "arena.h"

struct managed {
	struct str only_managed_in; // the file with allowManagedHooksOnly: true, or STR_NONE
	struct str disabled_in;     // the file with disableAllHooks: true, or STR_NONE
};

// managed-settings.json of `dir` and, over it, managed-settings.d/*.json in the order of their
// names; an empty `dir` means the places where Claude Code looks on Linux and macOS. A file that
// cannot be read or is malformed says nothing. Slices live in the arena.
struct managed managed_read(struct arena *a, struct str dir);

#endif
