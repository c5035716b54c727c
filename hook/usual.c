// SPDX-License-Identifier: MIT
#include "watch.h"

static int64_t *usual_slot(struct usual *u, struct str kind, int64_t stat, int64_t n)
{
	if (str_is(kind, "session")) {
		u->n_sessions = n;
		return stat == 50 ? &u->session_p50_pico : &u->session_p95_pico;
	}
	if (str_is(kind, "pr")) {
		u->n_prs = n;
		return stat == 50 ? &u->pr_p50_pico : &u->pr_p95_pico;
	}
	if (str_is(kind, "prompt") && stat == 50) {
		u->n_prompts = n;
		return &u->prompt_p50_pico;
	}
	if (str_is(kind, "rate") && stat == 95) {
		u->n_rates = n;
		return &u->rate_p95_pico;
	}
	return NULL;
}

bool watch_usual(struct watcher *w, struct usual *out, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT kind, stat, n, class_id, day * 86400000, input_tok, output_tok, "
		"cache_5m_tok, "
		"cache_1h_tok, cache_read_tok, web_searches FROM baseline",
		e);
	*out = (struct usual){0};
	if (!s)
		return false;
	while (has_row) {
		struct spent x = {0};
		if (!store_step(w->st, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		struct spent_tok t = {sqlite3_column_int64(s, 3), sqlite3_column_int64(s, 4), 0,
			sqlite3_column_int64(s, 5), sqlite3_column_int64(s, 6),
			sqlite3_column_int64(s, 7), sqlite3_column_int64(s, 8),
			sqlite3_column_int64(s, 9), sqlite3_column_int64(s, 10)};
		int64_t *slot = usual_slot(out, store_column(s, 0), sqlite3_column_int64(s, 1),
			sqlite3_column_int64(s, 2));
		if (!slot)
			continue;
		if (!spent_add(&w->pricer, &t, &x, e))
			return false;
		*slot += x.cost_pico / 1000; // counts are in thousandths
	}
	(void)sqlite3_reset(s);
	return true;
}
