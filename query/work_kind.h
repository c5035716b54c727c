// SPDX-License-Identifier: MIT
// What one tool call is a part of, guessed from the tool's name and its target. Pure.
#ifndef CCL_QUERY_WORK_KIND_H
#define CCL_QUERY_WORK_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

enum work_kind {
	WORK_OTHER, // another tool or program: says nothing
	WORK_EDIT,
	WORK_WRITE, // a file as a whole
	WORK_READ,
	WORK_TEST,
	WORK_BUILD, // compile, install, deploy
	WORK_GIT,   // git and its forges, but for what only looks
	WORK_WEB,
	WORK_AGENT, // a subagent is started
	WORK_PLAN,  // plan mode
	WORK_TODO,
	WORK_SHELL, // a program that none of these names fits
	WORK_N_KINDS,
};

// `target` as the ledger has it: of Bash "program" or "program subcommand", else a file, or none.
enum work_kind work_kind_of(struct str tool, struct str target);
bool work_is_test_file(struct str path);
bool work_is_document(struct str path);

// What the calls of one prompt add up to.
struct work {
	int64_t calls[WORK_N_KINDS]; // those of subagents, too; edits that failed are OTHER
	int64_t main_edits;          // EDIT and WRITE, of the main loop
	int64_t test_edits, document_edits;
	int64_t files;          // edited
	int64_t fixes;          // agents whose first edit follows a failed command
	int64_t added, removed; // lines
	bool is_plan_mode;
};

// coding, debugging, refactoring, testing, documentation, exploration, research, planning,
// delegation, git, build, conversation (no call) or general.
const char *work_activity(const struct work *w);

#endif
