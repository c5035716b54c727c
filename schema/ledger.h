// SPDX-License-Identifier: MIT
// The ledger file: the only code that opens it. sqlite3 handles are not wrapped.
#ifndef CCL_LEDGER_H
#define CCL_LEDGER_H

#include <sqlite3.h>

#include "err.h"
#include "hash.h"
#include "str.h"

// price.valid_until_ms of a row without an end, and :until_ms of a report without --until. A whole
// number of quarter hours, year 30490.
#define LEDGER_NO_END_MS INT64_C(900000000000000)

// Creates the file (0600, folders 0700) if need be, migrates it, refreshes the builtin prices.
// busy_ms: how long to wait for another writer, here and in every later statement.
// ERR_BUSY: somebody held the lock that long. ERR_FORMAT: not a ledger, or damaged.
// ERR_OUT_OF_DATE: written by a newer ccl.
MUST_USE bool ledger_open_write(struct str path, int busy_ms, sqlite3 **out, struct err *e);

// Read only, with the views; waits up to 2 s for a writer. ERR_NO_INPUT: there is no file.
// The ledger of an older ccl that no hook has migrated yet is ERR_OUT_OF_DATE too.
MUST_USE bool ledger_open_read(struct str path, sqlite3 **out, struct err *e);

// The same for a hook, which must not take long: the ledger of an older ccl is ERR_BUSY, too. To
// bring it up to date is for a process that nobody waits for.
MUST_USE bool ledger_open_quick(struct str path, int busy_ms, sqlite3 **out, struct err *e);

// For a glance that must take no time: read only, without the views, and never waiting: what would
// have to is ERR_BUSY, here and in every later statement. All of them see the ledger as of one
// instant. The same errors as ledger_open_read.
MUST_USE bool ledger_open_glance(struct str path, sqlite3 **out, struct err *e);

// turn.key_hash: 48 bits are stored in six bytes. The index of hashes is a third of one of keys,
// and a back-fill, which comes by them in no order, rewrites most of it in each transaction.
#define LEDGER_TURN_HASH_MASK UINT64_C(0xffffffffffff)

// The key of every *_hash column.
MUST_USE bool ledger_hash_key(sqlite3 *db, struct hash_key *out, struct err *e);

// Makes the rows of class_rate anew: of one class, or of all (0). Inside a transaction. Whoever
// makes a class or changes a price calls it.
MUST_USE bool ledger_refresh_rates(sqlite3 *db, int64_t class_id, struct err *e);

// Takes what the last statement on db failed with into *e; always false.
bool ledger_fail(sqlite3 *db, const char *doing, struct err *e);

// Runs SQL without results.
MUST_USE bool ledger_exec(sqlite3 *db, const char *sql, struct err *e);

// Commits what BEGIN began if `ok`, and takes it back if not, or if that cannot be done: then false.
MUST_USE bool ledger_end(sqlite3 *db, bool ok, struct err *e);

// Binds a text that stays until the statement is done, or NULL for STR_NONE. False: out of memory.
bool ledger_bind(sqlite3_stmt *s, int at, struct str v);

// Truncates the write-ahead log if it is larger than 256 KiB: an open would have to read it whole.
void ledger_checkpoint(sqlite3 *db);

// For AUTO(); what they point to may be NULL.
void ledger_close(sqlite3 **db);
void ledger_finalize(sqlite3_stmt **s);

#endif
