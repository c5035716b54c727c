// SPDX-License-Identifier: MIT
// Rows of 64-bit integers, found by their first numbers: a hash table.
#ifndef CCL_QUERY_ROWSET_H
#define CCL_QUERY_ROWSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rowset {
	size_t n_key, n_columns; // set by the caller; the rest begins as zero
	int64_t *rows;           // n rows of n_columns numbers, in the order in which they came
	size_t n, cap;
	uint32_t *slots; // of row number + 1; 0: free
	size_t n_slots;  // a power of two
};

// The row that begins with these n_key numbers; a new one, else of zeros, if there is none. Valid
// until the next call.
int64_t *rowset_get(struct rowset *r, const int64_t *key, bool *out_is_new);
// That row, or NULL.
const int64_t *rowset_find(const struct rowset *r, const int64_t *key);
// Its rows in the order of their first n_first numbers; to be freed.
const int64_t **rowset_sorted(const struct rowset *r, size_t n_first);
void rowset_free(struct rowset *r);

static inline int64_t *rowset_at(const struct rowset *r, size_t i)
{
	return r->rows + i * r->n_columns;
}

#endif
