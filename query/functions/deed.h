// SPDX-License-Identifier: MIT
// What one tool call is a part of, guessed from the tool's name and its target. Pure.
#ifndef CCL_QUERY_DEED_H
#define CCL_QUERY_DEED_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

enum deed {
	DEED_OTHER, // another tool or program: says nothing
	DEED_EDIT,
	DEED_WRITE, // a file as a whole
	DEED_READ,
	DEED_TEST,
	DEED_BUILD, // compile, install, deploy
	DEED_GIT,   // git and its forges, but for what only looks
	DEED_WEB,
	DEED_AGENT, // a subagent is started
	DEED_PLAN,  // plan mode
	DEED_TODO,
	DEED_SHELL, // a program that none of these names fits
	DEED_N,
};

// `target` as the ledger has it: of Bash "program" or "program subcommand", else a file, or none.
enum deed deed_of(struct str tool, struct str target);
bool deed_is_test_file(struct str path);
bool deed_is_document(struct str path);

// What the calls of one prompt add up to.
struct deeds {
	int64_t calls[DEED_N]; // those of subagents, too; edits that failed are OTHER
	int64_t main_edits;    // EDIT and WRITE, of the main loop
	int64_t test_edits, document_edits;
	int64_t files;          // edited
	int64_t fixes;          // agents whose first edit follows a failed command
	int64_t added, removed; // lines
	bool is_plan_mode;
};

// coding, debugging, refactoring, testing, documentation, exploration, research, planning,
// delegation, git, build, conversation (no call) or general.
const char *deeds_activity(const struct deeds *w);

#endif
