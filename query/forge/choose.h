// SPDX-License-Identifier: MIT
// Which repositories are meant.
#ifndef CCL_FORGE_CHOOSE_H
#define CCL_FORGE_CHOOSE_H

#include <sqlite3.h>

#include "arena.h"
#include "err.h"

enum { CHOOSE_MAX_REPOS = 1000 };

// Those that the ledger's projects of the last 90 days are clones of, or send pull requests to: the
// ones of the working folder first, then by when they were last worked in. host/owner/name.
MUST_USE bool choose_repos(
	sqlite3 *db, struct arena *a, struct str *out, size_t *out_n, struct err *e);

// The one that `text` (name, owner/name or host/owner/name) says: of those that the ledger knows,
// by its end; of several the working folder's; else as it stands, on github.com without a host.
// ERR_USAGE: several, which are named.
MUST_USE bool choose_repo(
	sqlite3 *db, struct arena *a, struct str text, struct str *out, struct err *e);

#endif
