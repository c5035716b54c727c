// SPDX-License-Identifier: MIT
#include "spend_cell.h"

static void keep_larger(
	int64_t *bytes, int64_t *name_id, int64_t other_bytes, int64_t other_name_id)
{
	if (other_bytes < *bytes || (other_bytes == *bytes && other_name_id >= *name_id))
		return;
	*bytes = other_bytes;
	*name_id = other_name_id;
}

bool spend_add(int64_t *to, const int64_t *from)
{
	enum { COST = SPEND_COST - SPEND_TURNS, FIRST_MS = SPEND_FIRST_MS - SPEND_TURNS };
	enum { LARGEST = SPEND_LARGEST_RESULT - SPEND_TURNS };
	bool is_over = false;
	for (int i = 0; i < FIRST_MS; i++) {
		if (i == COST && (from[i] == SPEND_NULL || to[i] == SPEND_NULL))
			to[i] = to[i] == SPEND_NULL ? from[i] : to[i];
		else
			is_over |= __builtin_add_overflow(to[i], from[i], &to[i]);
	}
	if (from[FIRST_MS] < to[FIRST_MS])
		to[FIRST_MS] = from[FIRST_MS];
	if (from[FIRST_MS + 1] > to[FIRST_MS + 1])
		to[FIRST_MS + 1] = from[FIRST_MS + 1];
	keep_larger(&to[LARGEST], &to[LARGEST + 1], from[LARGEST], from[LARGEST + 1]);
	return !is_over;
}

bool spend_is_like(const struct spend_cell *a, const struct spend_cell *b)
{
	return a->v[SPEND_PROMPT_ID] == b->v[SPEND_PROMPT_ID] &&
	       a->v[SPEND_ORIGIN_ID] == b->v[SPEND_ORIGIN_ID] &&
	       a->v[SPEND_CLASS_ID] == b->v[SPEND_CLASS_ID] &&
	       a->v[SPEND_CHARGE_ID] == b->v[SPEND_CHARGE_ID];
}

void spend_add_call(struct spend_cell *c, int64_t name_id, int64_t result_bytes)
{
	c->v[SPEND_CALLS]++;
	keep_larger(
		&c->v[SPEND_LARGEST_RESULT], &c->v[SPEND_LARGEST_NAME_ID], result_bytes, name_id);
}
