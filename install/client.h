// SPDX-License-Identifier: MIT
// Which Claude Code is installed, found by looking at files: nothing is started.
#ifndef CCL_INSTALL_CLIENT_H
#define CCL_INSTALL_CLIENT_H

#include "arena.h"

// "2.1.330": of the `claude` that PATH finds, else of one in the places its installers use, else
// the newest version that it noted down in .claude.json. False if none of them tells.
bool client_version(struct arena *a, struct str *out);

// Hooks may have `args`, and then no shell is in between. First in 2.1.139: measured on the real
// client, 2.1.138 hands the command to /bin/sh and ignores `args`.
bool client_has_exec_form(struct str version);

// Orders "2.1.9" before "2.1.10"; what follows the third number is ignored. What is no version
// comes before all that are.
int client_compare(struct str a, struct str b);

#endif
