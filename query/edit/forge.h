// SPDX-License-Identifier: MIT
// What a forge has answered, kept in the ledger.
#ifndef CCL_EDIT_FORGE_H
#define CCL_EDIT_FORGE_H

#include <sqlite3.h>

#include "answer.h"

// False also if it could not be read; `ccl config set forge off` is the user's word.
bool forge_is_off(sqlite3 *db);

struct forge_state {                   // of a repository; zeros: it was never asked for
	int64_t asked_ms, answered_ms; // 0: never
	int64_t failures;              // in a row, up to now
	int64_t newest;                // how many are to be asked for, FORGE_LEAST to FORGE_MOST
	int64_t n_prs;                 // that are stored
	char error[256];               // of the last time; empty: none
};
MUST_USE bool forge_read_state(
	sqlite3 *db, struct str repo, struct forge_state *out, struct err *e);

struct forge_change {
	int64_t n_new, n_merged, n_closed; // closed without being merged
	bool has_changed;                  // anything: turns are to be charged again
};

// One answer in one transaction: its pull requests, that it came, and that the turns of every
// project that it may concern are to be charged again. A pull request that is not in the answer
// stays as it is stored. `newest`: for the next time.
MUST_USE bool forge_store_answer(sqlite3 *db, struct str repo, const struct answer_pr *prs,
	size_t n, int64_t newest, int64_t now_ms, struct forge_change *out, struct err *e);

// That it did not come, and why.
MUST_USE bool forge_store_failure(sqlite3 *db, struct str repo, const char *why, int64_t newest,
	int64_t now_ms, struct err *e);

#endif
