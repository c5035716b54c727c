// SPDX-License-Identifier: MIT
// The nested parts of a transcript line, for transcript.c alone.
#ifndef CCL_SOURCE_MESSAGE_H
#define CCL_SOURCE_MESSAGE_H

#include "transcript.h"

struct reading {
	struct line *out;
	struct arena *arena;
	struct hash_key key;
	struct str content; // message.content, its bytes
	bool has_tool_result;
};

// Each consumes one value; one of another type leaves *out alone.
void message_string(struct scan *s, struct reading *r, size_t max_bytes, struct str *out);
void message_time(struct scan *s, struct reading *r, int64_t *out_ms);
// An integer from 0 to max; null is absent, anything else is counted in n_bad_numbers.
void message_count(struct scan *s, struct reading *r, int64_t max, int64_t *out);
// USD, likewise, as pico-USD: up to TRANSCRIPT_MAX_USD_PICO.
void message_usd(struct scan *s, struct reading *r, int64_t *out_pico);

void message_read(struct scan *s, struct reading *r);            // `message`
void message_tool_use_result(struct scan *s, struct reading *r); // `toolUseResult`
void message_attachment(struct scan *s, struct reading *r);      // `attachment`
// What can only be said when the whole line is known.
void message_finish(struct reading *r);

#endif
