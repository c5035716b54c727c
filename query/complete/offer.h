// SPDX-License-Identifier: MIT
// What a shell may put in place of a word: one line each, the word, a tab, what it is.
#ifndef CCL_COMPLETE_OFFER_H
#define CCL_COMPLETE_OFFER_H

#include "args.h"
#include "buf.h"

struct offers {
	struct arena *arena;
	struct str lead;                 // of the word: kept as it is ("--sort=", "day,")
	struct str part;                 // behind it: what is offered begins with this
	const struct report_def *report; // whose columns are meant; NULL: none
	struct buf *out;
};

// `name`, if it begins with the part and can be typed; `tail` is what belongs behind it.
void offer(struct offers *o, struct str name, const char *tail, struct str about);
// All that a placeholder of a usage line stands for: SESSION, BRANCH, FILE, ... Others: nothing.
void offer_kind(struct offers *o, struct str kind);
// Reports and commands of one word; with `first`, the second words of the commands that begin with
// it.
void offer_names(struct offers *o, struct str first);
// The options of a report (or NULL) that are no positionals, and `options`.
void offer_options(struct offers *o, const struct report_def *def, uint64_t options);

#endif
