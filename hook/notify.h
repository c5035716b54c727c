// SPDX-License-Identifier: MIT
// Alerts that leave the conversation: a sequence for the terminal, the desktop, a command of the
// user's. Only from the level that setting notify.level names (critical), not in quiet hours, at
// most one a minute.
#ifndef CCL_HOOK_NOTIFY_H
#define CCL_HOOK_NOTIFY_H

#include <sqlite3.h>

#include "buf.h"
#include "err.h"
#include "rule.h"

enum notify_terminal {
	NOTIFY_AUTO,
	NOTIFY_OFF,
	NOTIFY_BELL,
	NOTIFY_OSC9,   // iTerm2, WezTerm, Warp
	NOTIFY_OSC777, // Ghostty, foot, rxvt, Konsole
	NOTIFY_OSC99,  // kitty
};

struct notify_settings {
	enum rule_level level; // RULE_NONE: never
	enum notify_terminal terminal;
	bool is_desktop;
	int quiet_from_min, quiet_until_min; // of the local day; equal: never quiet
	char command[1024];                  // "": none
};
MUST_USE bool notify_read(sqlite3 *db, struct notify_settings *out, struct err *e);

// The sequence that Claude Code is to print (hook output field terminalSequence), for the terminal
// that the environment names; nothing where none is wanted. *out_is_shown: the terminal shows the
// text, and does not only ring.
void notify_sequence(const struct notify_settings *n, enum rule_level level, struct str message,
	int64_t now_ms, struct buf *out, bool *out_is_shown);

// In the detached child: takes the alerts that nobody was notified of yet, and sends one
// notification of them. Not inside a transaction. is_shown: a terminal shows them already.
MUST_USE bool notify_run(sqlite3 *db, bool is_shown, struct err *e);

#endif
