// SPDX-License-Identifier: MIT
// A turn as the ledger has it, for store_turn.c and store_owner.c.
#ifndef CCL_HOOK_TURN_H
#define CCL_HOOK_TURN_H

#include "store.h"

struct turn {
	int64_t id, agent_id, class_id, charge_id, prompt_id, stop_id, cache_miss_id;
	struct owner owner;
	struct tokens tok;
	struct str request;
	bool is_output_final;
	int64_t aborted_chars;
};

// Decides between the turn's owner and a sighting; *t gets the winner's place.
MUST_USE bool turn_decide_owner(struct store *st, struct turn *t, const struct sighting *x,
	const struct owner *mine, struct err *e);

// The row of a session that holds the turn without owning it; the better of two sightings stays.
MUST_USE bool turn_write_copy(
	struct store *st, int64_t turn_id, const struct owner *o, struct err *e);
MUST_USE bool turn_delete_copy(
	struct store *st, int64_t turn_id, int64_t session_id, struct err *e);

#endif
