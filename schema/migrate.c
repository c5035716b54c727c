// SPDX-License-Identifier: MIT
#include "migrate.h"

#include <stdlib.h>

#include "arena.h"
#include "embedded.h"
#include "ledger.h"

// The numbers that turn_hash() has given so far: an open hash table of number + 1, 0 is free.
struct numbers {
	struct hash_key key;
	uint64_t *slots;
	size_t n, n_slots; // a power of two, or 0
};

enum { FIRST_SLOTS = 1024 };

static uint64_t *find_slot(const struct numbers *x, uint64_t number)
{
	size_t mask = x->n_slots - 1, i = (size_t)number & mask;
	while (x->slots[i] && x->slots[i] != number + 1)
		i = (i + 1) & mask;
	return &x->slots[i];
}

static void make_room(struct numbers *x)
{
	struct numbers old = *x;
	if (x->n < x->n_slots / 2)
		return;
	x->n_slots = x->n_slots ? x->n_slots * 2 : FIRST_SLOTS;
	x->slots = mem_alloc(x->n_slots * sizeof *x->slots);
	for (size_t i = 0; i < old.n_slots; i++)
		if (old.slots[i])
			*find_slot(x, old.slots[i] - 1) = old.slots[i];
	free(old.slots);
}

// turn_hash(key): the number by which the hook will look for the key. Where another key has it,
// the hook goes on to the next one, up to the first that is free.
static void turn_hash(sqlite3_context *context, int n_args, sqlite3_value **args)
{
	(void)n_args;
	struct numbers *x = sqlite3_user_data(context);
	const char *text = (const char *)sqlite3_value_text(args[0]);
	struct str key = {text, (size_t)sqlite3_value_bytes(args[0])};
	if (!text) { // the column is NOT NULL
		sqlite3_result_error_nomem(context);
		return;
	}
	uint64_t number = hash_sip(x->key, key) & LEDGER_TURN_HASH_MASK;
	make_room(x);
	uint64_t *slot = find_slot(x, number);
	while (*slot) {
		number = (number + 1) & LEDGER_TURN_HASH_MASK;
		slot = find_slot(x, number);
	}
	*slot = number + 1;
	x->n++;
	sqlite3_result_int64(context, (int64_t)number);
}

bool migrate_run(sqlite3 *db, int64_t version, struct err *e)
{
	struct numbers numbers = {.n = 0};
	// a new ledger gets its key, and its turns, later
	bool ok = version == 0 || ledger_hash_key(db, &numbers.key, e);
	if (ok && sqlite3_create_function_v2(db, "turn_hash", 1, SQLITE_UTF8, &numbers, turn_hash,
			  NULL, NULL, NULL) != SQLITE_OK)
		ok = ledger_fail(db, "bringing the ledger up to date", e);
	for (int64_t v = version; ok && v < n_embedded_migrations; v++)
		ok = ledger_exec(db, embedded_migrations[v], e);
	(void)sqlite3_create_function_v2(
		db, "turn_hash", 1, SQLITE_UTF8, NULL, NULL, NULL, NULL, NULL);
	free(numbers.slots);
	return ok;
}
