// SPDX-License-Identifier: MIT
// What Claude Code tells a status line: one JSON object on stdin (claude-code.md 3.2,
// real-client.md 6). A field that is missing, null or of another type is absent.
#ifndef CCL_SOURCE_STATUS_H
#define CCL_SOURCE_STATUS_H

#include "arena.h"

enum status_limit { STATUS_FIVE_HOUR, STATUS_SEVEN_DAY, STATUS_SPEND, N_STATUS_LIMITS };

// "five_hour", "seven_day", "spend_limit", as the payload and table limit_seen have them.
const char *status_limit_name(enum status_limit l);

struct status_window {
	int64_t used_bp;   // hundredths of a percent, rounded; above 10,000 is possible; -1: absent
	int64_t resets_ms; // -1: absent
};

// Strings are copies in the arena, STR_NONE if absent; numbers -1, unless they say otherwise.
struct status {
	struct str session, transcript_path, cwd;
	struct str model_id, model_name, version;
	struct str cost;   // total_cost_usd as it was written, a valid number
	int64_t cost_pico; // the same, rounded to the pico-dollar
	int64_t window_tok;
	int64_t context_bp;  // share of the window in use, hundredths of a percent
	int64_t context_tok; // of the last call: input, cache writes and reads
	struct status_window limits[N_STATUS_LIMITS];
	int64_t cache_hit_bp; // 0 to 10,000
	int64_t pr_number;    // 0: absent
	struct str pr_url;
	bool is_above_200k;
};

// One that says nothing.
struct status status_empty(void);

// A torn payload is used as far as it goes. False, *out untouched: no object, or not one field that
// is known.
bool status_read(struct arena *a, struct str json, struct status *out);

// What a session's sight of its pull request is known by: session, repository and number.
// STR_NONE: there is none. *out_repo (may be NULL): host/owner/name, STR_NONE where the URL does
// not say.
struct str status_pr_key(struct arena *a, const struct status *p, struct str *out_repo);

#endif
