// SPDX-License-Identifier: MIT
// How single facts come together, for batch.c, gather.c and the store.
#ifndef CCL_HOOK_GATHER_H
#define CCL_HOOK_GATHER_H

#include "batch.h"

// The fact of this message in this session and agent, made or merged with what is there.
struct sighting *gather_sighting(struct batch *b, const struct sighting *seen);
// A call as one session has it: a fork's copy names agents of its own.
struct call *gather_call(struct batch *b, struct session *s, uint64_t key_hash);

void gather_max(struct tokens *t, const struct tokens *o); // field-wise maximum
void gather_fill_class(struct price_class *to, const struct price_class *from); // what is NULL
// Two responses under one id: another request and another model, or more than a day apart
// (gateways repeat ids).
bool gather_is_other_message(struct str request_a, int64_t at_a_ms,
	const struct model_name *model_a, struct str request_b, int64_t at_b_ms,
	const struct model_name *model_b);
struct str gather_second_key(struct arena *a, const struct sighting *s);

// Pull request evidence in a shell command, and in what it printed.
void gather_command(
	struct reader *r, const struct line *l, const struct line_tool_use *t, struct call *c);

#endif
