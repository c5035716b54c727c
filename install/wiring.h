// SPDX-License-Identifier: MIT
// The hooks of ccl in the text of a settings.json: which are there, put in, taken out. No files.
//
// What was there before is spelled in the order of our keys, which is no state beside the file and
// survives a rewrite by JSON.stringify (Claude Code itself does that when a setting changes):
//
//   order of our events under `hooks`                  before us
//   Stop, SubagentStop, SessionEnd, SessionStart       no key `hooks`
//   SessionStart, Stop, SubagentStop, SessionEnd       `hooks` was there, and empty
//   Stop, SubagentStop, SessionStart, SessionEnd       no file
//   SubagentStop, Stop, SessionEnd, SessionStart       a file without anything in it but blanks
//
// The events that are wanted only for the guard or an enforced budget come and go behind these and
// tell nothing.
//
//   order in our handler                               before us
//   type, command, ...                                 no key for this event
//   command, ..., type                                 it was there, an empty array
#ifndef CCL_INSTALL_WIRING_H
#define CCL_INSTALL_WIRING_H

#include "install.h"
#include "origin.h"

enum wiring_form {
	WIRING_ANY,   // client unknown: new entries as for a shell, others stay as they are
	WIRING_SHELL, // the client has no exec form
	WIRING_EXEC,
};

struct wiring_want {
	struct str file;      // named in messages
	struct str hook_path; // absolute
	enum wiring_form form;
	bool has_guard, has_enforce; // as in install_opts
};

extern const char *const wiring_events[INSTALL_N_EVENTS];
extern const enum install_need wiring_needs[INSTALL_N_EVENTS];
bool wiring_wants(const struct wiring_want *want, size_t event);

struct wiring_survey {
	struct install_event events[INSTALL_N_EVENTS];
	size_t n_stray;       // entries of ours under events that are never wanted
	bool is_all_disabled; // disableAllHooks: true
};

// All fail, with file, line and column, for a text that is no JSON or has another type or a key
// twice where the hooks are. `text` STR_NONE means that there is no file.
MUST_USE bool wiring_survey(
	const struct wiring_want *want, struct str text, struct wiring_survey *out, struct err *e);

// The text with our hooks right in *out, and a line for each thing done appended to *notes; nothing
// done: the same bytes and no note.
MUST_USE bool wiring_apply(const struct wiring_want *want, struct str text, struct buf *out,
	struct buf *notes, struct err *e);

// What the order of our events tells.
enum origin wiring_origin(struct str hook_path, struct str hooks);

// The text without our hooks; *out_is_nothing says that there was no file before us and nothing
// else came into it.
MUST_USE bool wiring_remove(const struct wiring_want *want, struct str text, struct buf *out,
	bool *out_is_nothing, struct buf *notes, struct err *e);

#endif
