// SPDX-License-Identifier: MIT
// What the columns of an audit are called, and what they come to in words.
#ifndef CCL_QUERY_AUDIT_WHY_H
#define CCL_QUERY_AUDIT_WHY_H

#include "audit.h"
#include "buf.h"

extern const char *const audit_source_names[]; // by enum audit_source; NULL: AUDIT_NONE

struct audit_why {
	enum audit_source source;
	int64_t turns, own_turns; // counted in the row, and all that the session has
	int64_t difference, kinds[AUDIT_N_KINDS];
};

// "compaction +$0.05, rates that are not ours -$0.01"
void audit_why(struct buf *out, const struct audit_why *w);

#endif
