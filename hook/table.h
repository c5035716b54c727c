// SPDX-License-Identifier: MIT
// A hash table in memory: keys and values are the caller's, found by a 64-bit hash and a callback.
#ifndef CCL_HOOK_TABLE_H
#define CCL_HOOK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_slot {
	uint64_t hash;
	void *value;
};

struct table {
	struct table_slot *slots; // zero-initialised is empty
	size_t cap, n;
};

// The value whose hash is `hash` and for which same(value, key) holds, or NULL.
void *table_find(const struct table *t, uint64_t hash,
	bool (*same)(const void *value, const void *key), const void *key);
void table_add(struct table *t, uint64_t hash, void *value); // not there yet
void table_clear(struct table *t);
void table_free(struct table *t);

#endif
