// SPDX-License-Identifier: MIT
#include "block.h"

#include "arena.h"
#include "ledger.h"

bool block_read(sqlite3 *db, struct blocks *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
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

// The index of the first that ends behind an instant.
static size_t find_end(const struct blocks *b, int64_t ms)
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
	return low;
}

const struct block *block_find(const struct blocks *b, int64_t ms)
{
	size_t i = find_end(b, ms);
	return i < b->n && b->all[i].start_ms <= ms ? &b->all[i] : NULL;
}

int64_t block_next_cut_ms(const struct blocks *b, int64_t after_ms, int64_t step_ms)
{
	for (size_t i = find_end(b, after_ms); i < b->n; i++) {
		const struct block *at = &b->all[i];
		if (at->start_ms > after_ms && at->start_ms % step_ms)
			return at->start_ms;
		if (at->end_ms % step_ms)
			return at->end_ms;
	}
	return INT64_MAX;
}
