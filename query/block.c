// SPDX-License-Identifier: MIT
#include "block.h"

#include "arena.h"
#include "ledger.h"

static void finalize(sqlite3_stmt **s)
{
	(void)sqlite3_finalize(*s);
}

bool block_read(sqlite3 *db, struct blocks *out, struct err *e)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
	int rc;
	out->n = 0;
	if (sqlite3_prepare_v2(db, "SELECT start_ms, end_ms FROM five_hour_block ORDER BY start_ms",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "looking for five-hour blocks", e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		out->all = mem_reserve(out->all, &out->cap, out->n + 1, sizeof *out->all);
		out->all[out->n++] =
			(struct block){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1)};
	}
	return rc == SQLITE_DONE || ledger_fail(db, "looking for five-hour blocks", e);
}

const struct block *block_find(const struct blocks *b, int64_t ms)
{
	size_t low = 0, n = b->n;
	while (n > 0) {
		if (b->all[low + n / 2].end_ms <= ms) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return low < b->n && b->all[low].start_ms <= ms ? &b->all[low] : NULL;
}
