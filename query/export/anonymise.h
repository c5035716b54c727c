// SPDX-License-Identifier: MIT
// Takes names out of a row of `ccl export`.
//
// A name becomes a keyed hash: the same in every export of one ledger, of no use without its key.
// What kind of thing it names is part of the hash; it is none of the ledger's own hashes.
#ifndef CCL_EXPORT_ANONYMISE_H
#define CCL_EXPORT_ANONYMISE_H

#include "hash.h"
#include "result.h"

// Changes the cells of one row. A text of a column that is not known here becomes NULL, so that a
// column that is added later tells nothing.
void anonymise_row(struct hash_key key, struct arena *a, const struct report_column *columns,
	size_t n_columns, struct cell *cells);

#endif
