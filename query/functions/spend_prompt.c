// SPDX-License-Identifier: MIT
#include "spend_prompt.h"

#include <stdlib.h>

#include "ledger.h"
#include "report_def.h"
#include "spend_read.h"

enum { SESSION, AT, ID, N_TYPED };

bool spend_prompts_read(sqlite3 *db, struct spend_prompts *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	bool is_new;
	int rc = sqlite3_prepare_v2(db, spend_prompt_sql, -1, &s, NULL);
	out->ids = (struct rowset){.n_key = 1, .n_columns = 1};
	out->typed = (struct rowset){.n_key = N_TYPED, .n_columns = N_TYPED};
	while (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) {
		const int64_t key[N_TYPED] = {sqlite3_column_int64(s, 0),
			sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2)};
		(void)rowset_get(&out->ids, &key[ID], &is_new);
		if (sqlite3_column_type(s, AT) != SQLITE_NULL)
			(void)rowset_get(&out->typed, key, &is_new);
	}
	rc = sqlite3_finalize(s);
	if (rc != SQLITE_OK)
		return ledger_fail(db, "reading the prompts", e);
	out->sorted = rowset_sorted(&out->typed, N_TYPED);
	return true;
}

int64_t spend_prompt_of(
	const struct spend_prompts *p, int64_t prompt_id, int64_t session_id, int64_t at_ms)
{
	size_t low = 0, n = p->typed.n;
	if (prompt_id != SPEND_NULL && rowset_find(&p->ids, &prompt_id))
		return prompt_id;
	while (n > 0) {
		const int64_t *typed = p->sorted[low + n / 2];
		if (typed[SESSION] < session_id ||
			(typed[SESSION] == session_id && typed[AT] <= at_ms)) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	bool has = low > 0 && p->sorted[low - 1][SESSION] == session_id;
	return has ? p->sorted[low - 1][ID] : SPEND_NULL;
}

void spend_prompts_free(struct spend_prompts *p)
{
	free(p->sorted);
	rowset_free(&p->ids);
	rowset_free(&p->typed);
	*p = (struct spend_prompts){0};
}
