// SPDX-License-Identifier: MIT
// Runs a program that shows or sends something, from the detached child only.
#ifndef CCL_HOOK_NOTIFY_SEND_H
#define CCL_HOOK_NOTIFY_SEND_H

#include "str.h"

// notify-send or osascript, whichever is there; nothing where neither is.
void notify_desktop(const char *title, const char *text, int limit_ms);

// sh -c COMMAND with this on its stdin. Its output goes nowhere; with its children it is killed
// when the time is over.
void notify_command(const char *command, struct str input, int limit_ms);

#endif
