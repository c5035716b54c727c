// SPDX-License-Identifier: MIT
// A turn as the ledger has it, for store_turn.c, store_insert.c and store_owner.c.
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

enum { TURN_ROWS = 8 }; // that one statement makes

struct new_turn {
	const struct sighting *x;
	struct str key;
	uint64_t hash;
	struct turn seen;
};

// store_insert.c
uint64_t turn_hash(const struct store *st, struct str key);
// Makes the rows, n 1 or TURN_ROWS, and sets their seen.id: 0 where the hash is taken.
MUST_USE bool turn_insert(struct store *st, struct new_turn *rows, size_t n, struct err *e);

// What its lines say that it cost, if they do; the greatest stays.
MUST_USE bool turn_write_reported(struct store *st, const struct sighting *x, struct err *e);

// Decides between the turn's owner and a sighting; *t gets the winner's place.
MUST_USE bool turn_decide_owner(struct store *st, struct turn *t, const struct sighting *x,
	const struct owner *mine, struct err *e);

// The row of a session that holds the turn without owning it; the better of two sightings stays.
MUST_USE bool turn_write_copy(
	struct store *st, int64_t turn_id, const struct owner *o, struct err *e);
MUST_USE bool turn_delete_copy(
	struct store *st, int64_t turn_id, int64_t session_id, struct err *e);

#endif
