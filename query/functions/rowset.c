// SPDX-License-Identifier: MIT
#include "rowset.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

enum { FIRST_SLOTS = 256 };

static size_t hash(const int64_t *key, size_t n)
{
	uint64_t h = 0;
	for (size_t i = 0; i < n; i++) {
		h = (h ^ (uint64_t)key[i]) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	return (size_t)h;
}

// In place of memcmp(), whose call takes longer than to compare one or two numbers.
static bool same(const int64_t *a, const int64_t *b, size_t n)
{
	size_t i = 0;
	while (i < n && a[i] == b[i])
		i++;
	return i == n;
}

// The slot of this key, or the free one where it belongs.
static uint32_t *find(const struct rowset *r, const int64_t *key)
{
	size_t mask = r->n_slots - 1;
	for (size_t i = hash(key, r->n_key) & mask;; i = (i + 1) & mask) {
		uint32_t row = r->slots[i];
		if (!row || same(rowset_at(r, row - 1), key, r->n_key))
			return &r->slots[i];
	}
}

static void grow(struct rowset *r)
{
	free(r->slots);
	r->n_slots = r->n_slots ? r->n_slots * 2 : FIRST_SLOTS;
	r->slots = mem_alloc(r->n_slots * sizeof *r->slots);
	for (size_t i = 0; i < r->n; i++)
		*find(r, rowset_at(r, i)) = (uint32_t)(i + 1);
}

int64_t *rowset_get(struct rowset *r, const int64_t *key, bool *out_is_new)
{
	if (r->n * 2 >= r->n_slots)
		grow(r);
	uint32_t *slot = find(r, key);
	*out_is_new = *slot == 0;
	if (*slot)
		return rowset_at(r, *slot - 1);
	r->rows = mem_reserve(r->rows, &r->cap, r->n + 1, r->n_columns * sizeof *r->rows);
	*slot = (uint32_t)++r->n;
	int64_t *row = rowset_at(r, r->n - 1);
	memset(row, 0, r->n_columns * sizeof *row);
	memcpy(row, key, r->n_key * sizeof *row);
	return row;
}

const int64_t *rowset_find(const struct rowset *r, const int64_t *key)
{
	uint32_t row = r->n ? *find(r, key) : 0;
	return row ? rowset_at(r, row - 1) : NULL;
}

static int compare(const int64_t *a, const int64_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static void merge_sort(const int64_t **rows, const int64_t **spare, size_t n, size_t n_first)
{
	size_t half = n / 2, i = 0, j = half, k = 0;
	if (n < 2)
		return;
	merge_sort(rows, spare, half, n_first);
	merge_sort(rows + half, spare, n - half, n_first);
	if (compare(rows[half - 1], rows[half], n_first) <= 0)
		return;
	while (i < half && j < n)
		spare[k++] = compare(rows[i], rows[j], n_first) <= 0 ? rows[i++] : rows[j++];
	while (i < half)
		spare[k++] = rows[i++];
	memcpy(rows, spare, k * sizeof *rows);
}

const int64_t **rowset_sorted(const struct rowset *r, size_t n_first)
{
	const int64_t **rows = mem_alloc((r->n + 1) * sizeof *rows);
	const int64_t **spare = mem_alloc((r->n + 1) * sizeof *spare);
	for (size_t i = 0; i < r->n; i++)
		rows[i] = rowset_at(r, i);
	merge_sort(rows, spare, r->n, n_first);
	free(spare);
	return rows;
}

void rowset_free(struct rowset *r)
{
	free(r->rows);
	free(r->slots);
	*r = (struct rowset){.n_key = r->n_key, .n_columns = r->n_columns};
}
