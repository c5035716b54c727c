// SPDX-License-Identifier: MIT
// Finds the entries of ccl among the hooks of a settings text, and judges one.
#ifndef CCL_INSTALL_ENTRIES_H
#define CCL_INSTALL_ENTRIES_H

#include "arena.h"
#include "settings.h"
#include "wiring.h"

// One handler of ours and what it stands in. Zero-initialised it begins a walk.
struct entry {
	struct settings_item event;   // member of `hooks`
	struct settings_item group;   // element of the event's array
	struct str handlers;          // the group's array
	struct settings_item handler; // element of that
};

enum entry_args {
	ENTRY_ARGS_STAY,
	ENTRY_ARGS_ADD,
	ENTRY_ARGS_CUT,
};

// What an entry should be.
struct entry_plan {
	bool is_beyond_repair; // take it out
	bool is_right;         // nothing to do
	struct settings_item command;
	struct settings_item args; // a zero item if there is none
	struct settings_item
		hinder;     // a key that keeps it from running as it should, or a zero item
	struct str program; // what it runs now
	struct str text;    // what `command` should say, unquoted
	enum entry_args args_change;
};

// The types where hooks are looked for: an object, its `hooks`, and under the wanted events arrays
// of groups with arrays of handlers. Under other events anything goes.
MUST_USE bool entries_check(
	const struct wiring_want *want, struct str text, struct str root, struct err *e);

// The next entry of ours under any event, in the order of the text.
bool entries_next(struct arena *a, struct str hooks, struct str hook_path, struct entry *it);

// Which of wiring_events, or -1.
int entries_event(const struct entry *it);

void entries_plan(struct arena *a, const struct wiring_want *want, const struct entry *it,
	struct entry_plan *out);

// It was put into an event whose array was there, and empty.
bool entries_filled_empty_array(const struct entry *it);

#endif
