// SPDX-License-Identifier: MIT
#include "spend_rate.h"

#include <stdlib.h>

#include "arena.h"

bool rates_read(struct rates *r, sqlite3_stmt *s)
{
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		r->all = mem_reserve(r->all, &r->cap, r->n + 1, sizeof *r->all);
		struct rate *p = &r->all[r->n++];
		*p = (struct rate){.class_id = sqlite3_column_int64(s, 0),
			.from_ms = sqlite3_column_int64(s, 1),
			.until_ms = sqlite3_column_int64(s, 2),
			.model_id = sqlite3_column_int64(s, 3),
			.is_priced = sqlite3_column_type(s, 4) != SQLITE_NULL};
		for (int i = 0; i < RATE_N; i++)
			p->rates[i] = sqlite3_column_int64(s, 4 + i);
	}
	return rc == SQLITE_DONE;
}

void rates_free(struct rates *r)
{
	free(r->all);
}

const struct rate *rates_find(const struct rates *r, int64_t class_id, int64_t at_ms)
{
	size_t low = 0, n = r->n;
	while (n > 0) {
		const struct rate *p = &r->all[low + n / 2];
		if (p->class_id < class_id || (p->class_id == class_id && p->until_ms <= at_ms)) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	const struct rate *p = low < r->n ? &r->all[low] : NULL;
	return p && p->class_id == class_id && p->from_ms <= at_ms ? p : NULL;
}
