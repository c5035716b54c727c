// SPDX-License-Identifier: MIT
// Which sessions, and which of their agents, the guard has to look at: those that an ingest found
// something new of.
#ifndef CCL_HOOK_HEED_H
#define CCL_HOOK_HEED_H

#include "batch.h"

enum { HEED_AGENTS = 8 }; // the last ones; of a session with more at once these do for loops

struct heed_session {
	int64_t id;
	struct str uid;
	int64_t agents[HEED_AGENTS]; // row ids, the latest first; 0: the main loop
	size_t n_agents;
	bool has_error, has_compaction;
	int64_t line_ms; // of the newest of these; 0: none
};

struct heed {
	struct arena arena;
	LIST(struct heed_session) sessions;
};

// Notes what a batch holds, once it is stored.
void heed_batch(struct heed *h, const struct batch *b);
void heed_clear(struct heed *h);
void heed_free(struct heed *h);

#endif
