// SPDX-License-Identifier: MIT
// Takes names out of a row of `ccl export`.
//
// A name becomes a keyed hash: the same in every export of one ledger, of no use without its key.
// What kind of thing it names is part of the hash; it is none of the ledger's own hashes.
#ifndef CCL_EXPORT_ANONYMISE_H
#define CCL_EXPORT_ANONYMISE_H

#include <sqlite3.h>

#include "hash.h"
#include "result.h"

struct anonymiser {
	struct hash_key key;
	struct str *models; // of the builtin prices: everybody knows them
	size_t n_models, cap_models;
};

// Reads key and models from the ledger.
MUST_USE bool anonymise_open(sqlite3 *db, struct arena *a, struct anonymiser *out, struct err *e);

// Changes the cells of one row. A text of a column that is not known here becomes NULL, so that a
// column that is added later tells nothing.
void anonymise_row(const struct anonymiser *names, struct arena *a,
	const struct report_column *columns, size_t n_columns, struct cell *cells);

void anonymise_close(struct anonymiser *names);

#endif
