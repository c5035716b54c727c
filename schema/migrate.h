// SPDX-License-Identifier: MIT
// The steps from an older ledger, or from none, to the present one.
#ifndef CCL_MIGRATE_H
#define CCL_MIGRATE_H

#include <sqlite3.h>
#include <stdint.h>

#include "err.h"

// Runs the migrations behind `version`, inside the caller's transaction and with foreign keys off:
// a table that others point to is made anew. A million turns take about 4 s.
MUST_USE bool migrate_run(sqlite3 *db, int64_t version, struct err *e);

#endif
