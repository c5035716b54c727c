// SPDX-License-Identifier: MIT
// Wires ccl-hook into Claude Code's settings.json, takes it out again, and says what is wired.
//
// The file is edited as text: only our bytes are put in or taken out, so key order, unknown keys,
// spellings, indentation, other people's hooks, mode, owner and symbolic links stay. Applying twice
// is applying once; removing gives the bytes of before, with the edits made in between. Extended
// attributes, ACLs and further hard links of the file do not survive the rename that replaces it.
#ifndef CCL_INSTALL_H
#define CCL_INSTALL_H

#include "buf.h"
#include "err.h"

enum { INSTALL_N_EVENTS = 7, INSTALL_MAX_REASONS = 8 };

struct install_opts {
	struct str config_dir;     // path_config_dir()
	struct str hook_path;      // absolute path of ccl-hook, UTF-8
	bool is_dry_run;           // write nothing; the report is a unified diff
	struct str client_version; // from client_version(); empty: unknown
	struct str managed_dir; // where an administrator's settings are; empty: the system's place
	bool has_guard;         // the guard is on: it looks after each tool call, too
	bool has_enforce;       // some budget is enforced: prompts and tool calls can be refused
};

// When an event is wanted.
enum install_need {
	INSTALL_ALWAYS,
	INSTALL_FOR_GUARD,
	INSTALL_FOR_ENFORCE,
};

enum install_wiring {
	INSTALL_MISSING,   // no entry of ours under this event, and one is wanted
	INSTALL_WIRED,     // one, and right
	INSTALL_OUTDATED,  // another path, a form this client lacks, a matcher that narrows it ...
	INSTALL_DUPLICATE, // more than one: harmless, but each costs a start
	INSTALL_UNWANTED,  // there, though nothing needs it (any more): it costs a start
	INSTALL_UNUSED,    // not wanted, and not there
};

enum install_trouble {
	INSTALL_NO_FOLDER,      // Claude Code's folder is not there
	INSTALL_NO_SETTINGS,    // no settings.json
	INSTALL_BAD_SETTINGS,   // malformed, a wrong type, unreadable
	INSTALL_NO_BINARY,      // ccl-hook is not there, or is no executable file
	INSTALL_HOOKS_DISABLED, // disableAllHooks: true
	INSTALL_MANAGED_ONLY,   // an administrator's allowManagedHooksOnly: true
	INSTALL_STRAY_ENTRY,    // an entry of ours under an event that ccl does not use
};

struct install_reason {
	enum install_trouble trouble;
	char detail[512]; // one line: what, and in which file
	char cure[160];   // one line: what to do
};

struct install_event {
	const char *name; // "Stop"
	enum install_need need;
	enum install_wiring wiring;
	size_t n_entries; // entries of ours under it
};

struct install_state {
	bool is_ok; // all wanted events wired, no other, and no reason below
	struct install_event events[INSTALL_N_EVENTS];
	size_t n_reasons;
	struct install_reason reasons[INSTALL_MAX_REASONS];
};

// What was done, or would be, for people to read: lines of text are appended to *report. Without
// Claude Code's folder nothing is written, the report says so, and that is success. On failure
// settings.json is as it was.
MUST_USE bool install_apply(const struct install_opts *opts, struct buf *report, struct err *e);
MUST_USE bool install_remove(const struct install_opts *opts, struct buf *report, struct err *e);

// Fails only for wrong options: what is wrong with the files is in *out. Does not see the settings
// of projects, nor those an administrator's server sends.
MUST_USE bool install_check(
	const struct install_opts *opts, struct install_state *out, struct err *e);

// "wired", "outdated", "missing", "duplicate", "unwanted", "unused"
const char *install_wiring_name(enum install_wiring wiring);

#endif
