// SPDX-License-Identifier: MIT
// The `command` of a hook as a shell would take it: which program does it start, and is it ours?
#ifndef CCL_INSTALL_COMMAND_H
#define CCL_INSTALL_COMMAND_H

#include "arena.h"
#include "buf.h"

struct command {
	struct str program; // the first word that is no assignment, without its quotes
	struct str before;  // what stands in front of it: `NAME=value ` assignments, blanks
	struct str after;   // and behind it: arguments, redirections
	bool is_literal;    // the shell expands nothing in it ($, ~, *), so `program` is what it
			    // starts
};

// Never fails; a text without a word gives an empty program. Slices of `text` and of the arena.
struct command command_parse(struct arena *a, struct str text);

// The next word behind those that *rest still holds, unquoted. False: there is none, or something
// that ends the command.
bool command_next_word(struct arena *a, struct str *rest, struct str *out);

// ccl-hook, at whatever path.
bool command_is_own(struct str program);

// A word for the shell: as it is if nothing in it is special, else in single quotes.
void command_quote(struct buf *out, struct str word);

#endif
