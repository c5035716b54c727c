// SPDX-License-Identifier: MIT
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

void *table_find(const struct table *t, uint64_t hash, bool (*same)(const void *, const void *),
	const void *key)
{
	if (!t->cap)
		return NULL;
	for (size_t i = hash & (t->cap - 1); t->slots[i].value; i = (i + 1) & (t->cap - 1))
		if (t->slots[i].hash == hash && same(t->slots[i].value, key))
			return t->slots[i].value;
	return NULL;
}

static void place(struct table *t, uint64_t hash, void *value)
{
	size_t i = hash & (t->cap - 1);
	while (t->slots[i].value)
		i = (i + 1) & (t->cap - 1);
	t->slots[i] = (struct table_slot){hash, value};
}

void table_add(struct table *t, uint64_t hash, void *value)
{
	if (t->n * 4 >= t->cap * 3) {
		struct table_slot *old = t->slots;
		size_t old_cap = t->cap;
		t->cap = old_cap ? old_cap * 2 : 64;
		t->slots = mem_alloc(t->cap * sizeof *t->slots);
		for (size_t i = 0; i < old_cap; i++)
			if (old[i].value)
				place(t, old[i].hash, old[i].value);
		free(old);
	}
	place(t, hash, value);
	t->n++;
}

void table_clear(struct table *t)
{
	if (t->n)
		memset(t->slots, 0, t->cap * sizeof *t->slots);
	t->n = 0;
}

void table_free(struct table *t)
{
	free(t->slots);
	*t = (struct table){0};
}
