// SPDX-License-Identifier: MIT
#include "baseline.h"

#include <stdlib.h>

#include "clock.h"
#include "past.h"

enum {
	DAY_MS = 86400000,
	DAYS = 90,
	CLOSED_MS = 3600000, // a session is closed when nothing came for an hour
	MIN_BURN_CALLS = 5,  // of a ten-minute stretch
};

// One session, pull request, prompt or stretch: what it cost, and where its turns are.
struct sample {
	int64_t cost_pico;
	int64_t session_id, since_ms, until_ms; // session_id 0: a pull request
	int64_t repo_id, number;
};

struct samples {
	LIST(struct sample) all;
};

static int by_cost(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;
	return x->cost_pico < y->cost_pico ? -1 : x->cost_pico > y->cost_pico;
}

static bool is_fresh(struct store *st, int64_t now_ms, bool *out, struct err *e)
{
	int64_t at_ms;
	sqlite3_stmt *s = store_sql(st,
		"SELECT value FROM meta WHERE key = 'baseline_ms' AND (SELECT count(*) FROM "
		"session) <= "
		"1.2 * (SELECT value FROM meta WHERE key = 'baseline_sessions')",
		e);
	if (!s || !store_find(st, s, &at_ms, e))
		return false;
	*out = at_ms > now_ms - DAY_MS && at_ms <= now_ms;
	return true;
}

static void add_sample(struct samples *out, const struct sample *x)
{
	if (x->cost_pico > 0)
		*LIST_ADD(&out->all) = *x;
}

// From one prompt of a human to the next.
static void add_prompts(const struct past *p, int64_t session_id, struct samples *out)
{
	struct sample x = {.session_id = session_id};
	for (size_t i = 0; i < p->turns.n; i++) {
		const struct past_turn *t = &p->turns.p[i];
		if (t->prompt_ms > x.since_ms) {
			x.until_ms = t->at_ms;
			if (x.since_ms)
				add_sample(out, &x);
			x = (struct sample){.session_id = session_id, .since_ms = t->prompt_ms};
		}
		x.cost_pico += x.since_ms ? t->cost_pico : 0;
		x.until_ms = t->at_ms + 1;
	}
	if (x.since_ms)
		add_sample(out, &x);
}

// Stretches of ten minutes, each from the first turn behind the one before.
static void add_stretches(const struct past *p, int64_t session_id, struct samples *out)
{
	size_t i = 0;
	while (i < p->turns.n) {
		struct sample x = {.session_id = session_id,
			.since_ms = p->turns.p[i].at_ms,
			.until_ms = p->turns.p[i].at_ms + WATCH_BURN_MS};
		size_t first = i;
		for (; i < p->turns.n && p->turns.p[i].at_ms < x.until_ms; i++)
			x.cost_pico += p->turns.p[i].cost_pico;
		if (i - first >= MIN_BURN_CALLS)
			add_sample(out, &x);
	}
}

enum kind { KIND_SESSION, KIND_PR, KIND_PROMPT, KIND_RATE, N_KINDS };
static const char *const kind_names[] = {"session", "pr", "prompt", "rate"};

static bool collect(
	struct watcher *w, int64_t since_ms, int64_t now_ms, struct samples *out, struct err *e)
{
	bool has_row = true, ok = true;
	struct past past = {0};
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT session_id FROM charge_rollup WHERE day >= :day GROUP BY session_id HAVING "
		"max(last_ms) > :since AND max(last_ms) < :closed",
		e);
	if (!s)
		return false;
	store_bind(s, "iii", since_ms / DAY_MS, since_ms, now_ms - CLOSED_MS);
	while (ok && has_row) {
		struct spent spent;
		ok = store_step(w->st, s, &has_row, e);
		if (!ok || !has_row)
			break;
		struct sample x = {.session_id = sqlite3_column_int64(s, 0), .until_ms = INT64_MAX};
		ok = spent_session(&w->pricer, x.session_id, &spent, e) &&
		     past_read(w, x.session_id, false, &past, e);
		x.cost_pico = spent.cost_pico;
		add_sample(&out[KIND_SESSION], &x);
		if (ok)
			add_prompts(&past, x.session_id, &out[KIND_PROMPT]);
		if (ok)
			add_stretches(&past, x.session_id, &out[KIND_RATE]);
	}
	(void)sqlite3_reset(s);
	past_free(&past);
	return ok;
}

static bool collect_prs(struct watcher *w, int64_t since_ms, struct samples *out, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT c.repo_id, c.number FROM charge AS c CROSS JOIN charge_rollup AS x ON "
		"x.charge_id = "
		"c.id WHERE c.number IS NOT NULL AND c.reason IS NULL GROUP BY 1, 2 HAVING "
		"max(x.last_ms) > :since",
		e);
	if (!s)
		return false;
	store_bind(s, "i", since_ms);
	while (has_row) {
		struct spent spent;
		if (!store_step(w->st, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		struct sample x = {.repo_id = sqlite3_column_int64(s, 0),
			.number = sqlite3_column_int64(s, 1)};
		if (!spent_pr(&w->pricer, x.repo_id, x.number, &spent, e)) {
			(void)sqlite3_reset(s);
			return false;
		}
		x.cost_pico = spent.cost_pico;
		add_sample(out, &x);
	}
	(void)sqlite3_reset(s);
	return true;
}

// Adds the tokens of one sample, each `weight` thousandths.
static bool add_tokens(struct store *st, enum kind kind, int64_t stat, int64_t n,
	const struct sample *x, int64_t weight, struct err *e)
{
#define INTO                                                                                       \
	"INSERT INTO baseline SELECT :kind, :stat, day, class_id, :n, :weight * sum(input_tok), "  \
	":weight * sum(output_tok), :weight * sum(cache_5m_tok), :weight * sum(cache_1h_tok), "    \
	":weight * sum(cache_read_tok), :weight * sum(web_searches) FROM "
#define GROUPED                                                                                    \
	" GROUP BY day, class_id ON CONFLICT DO UPDATE SET input_tok = input_tok + "               \
	"excluded.input_tok, output_tok = output_tok + excluded.output_tok, cache_5m_tok = "       \
	"cache_5m_tok + excluded.cache_5m_tok, cache_1h_tok = cache_1h_tok + "                     \
	"excluded.cache_1h_tok, cache_read_tok = cache_read_tok + excluded.cache_read_tok, "       \
	"web_searches = web_searches + excluded.web_searches"
	sqlite3_stmt *s =
		x->number ? store_sql(st,
				    INTO
				    "charge AS c CROSS JOIN charge_rollup AS r ON r.charge_id = "
				    "c.id WHERE c.repo_id = ?5 AND c.number = ?6 AND c.reason IS "
				    "NULL" GROUPED,
				    e)
		: kind == KIND_SESSION
			? store_sql(st, INTO "charge_rollup WHERE session_id = ?5" GROUPED, e)
			: store_sql(st,
				  INTO
				  "(SELECT t.at_ms / 86400000 AS day, t.class_id, "
				  "coalesce(t.input_tok, 0) AS input_tok, coalesce(t.output_tok, "
				  "0) AS output_tok, max(coalesce(t.cache_write_tok, 0) - "
				  "coalesce(t.cache_1h_tok, 0), coalesce(t.cache_5m_tok, 0)) AS "
				  "cache_5m_tok, coalesce(t.cache_1h_tok, 0) AS cache_1h_tok, "
				  "coalesce(t.cache_read_tok, 0) AS cache_read_tok, "
				  "coalesce(t.n_web_search, 0) AS web_searches FROM origin AS o "
				  "CROSS JOIN turn AS t ON t.origin_id = o.id WHERE o.session_id = "
				  "?5 AND t.at_ms >= ?6 AND t.at_ms < ?7) WHERE true" GROUPED,
				  e);
	if (!s)
		return false;
	store_bind(s, "zi", kind_names[kind], stat);
	store_bind_at(s, sqlite3_bind_parameter_index(s, ":n"), "i", n);
	store_bind_at(s, sqlite3_bind_parameter_index(s, ":weight"), "i", weight);
	store_bind_at(s, 5, "i", x->number ? x->repo_id : x->session_id);
	if (sqlite3_bind_parameter_count(s) >= 6)
		store_bind_at(s, 6, "i", x->number ? x->number : x->since_ms);
	if (sqlite3_bind_parameter_count(s) >= 7)
		store_bind_at(s, 7, "i", x->until_ms);
	return store_run(st, s, e);
}

// The percentile by R-7 lies between two samples: (n - 1) x p from the first.
static bool write_stat(
	struct store *st, enum kind kind, int64_t stat, const struct samples *all, struct err *e)
{
	int64_t n = (int64_t)all->all.n, place = (n - 1) * stat, weight = place % 100 * 10;
	const struct sample *x = &all->all.p[place / 100];
	return add_tokens(st, kind, stat, n, x, 1000 - weight, e) &&
	       (weight == 0 || add_tokens(st, kind, stat, n, x + 1, weight, e));
}

static bool write_all(struct store *st, struct samples *all, int64_t now_ms, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT OR REPLACE INTO meta VALUES ('baseline_ms', :now), ('baseline_sessions', "
		"(SELECT count(*) FROM session))",
		e);
	if (!s || !ledger_exec(st->db, "DELETE FROM baseline", e))
		return false;
	for (enum kind kind = 0; kind < N_KINDS; kind++) {
		struct samples *x = &all[kind];
		if (!x->all.n)
			continue;
		qsort(x->all.p, x->all.n, sizeof *x->all.p, by_cost);
		if (!write_stat(st, kind, 50, x, e) || !write_stat(st, kind, 95, x, e))
			return false;
	}
	store_bind(s, "i", now_ms);
	return store_run(st, s, e);
}

static bool refresh(struct store *st, int64_t now_ms, struct err *e)
{
	struct watcher w = {.st = st, .pricer = {.db = st->db}};
	struct samples all[N_KINDS] = {0};
	int64_t since_ms = now_ms - (int64_t)DAYS * DAY_MS;
	bool ok = ledger_exec(st->db, "BEGIN", e);
	if (ok) { // one view of the ledger, which is faster too
		ok = collect(&w, since_ms, now_ms, all, e) &&
		     collect_prs(&w, since_ms, &all[KIND_PR], e);
		(void)sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
	}
	if (ok) {
		ok = ledger_exec(st->db, "BEGIN IMMEDIATE", e) &&
		     ledger_end(st->db, write_all(st, all, now_ms, e), e);
	}
	for (size_t i = 0; i < N_KINDS; i++)
		free(all[i].all.p);
	watch_close(&w);
	return ok;
}

bool baseline_refresh(struct store *st, struct err *e)
{
	int64_t now_ms = clock_now_ms();
	bool is_done;
	return is_fresh(st, now_ms, &is_done, e) && (is_done || refresh(st, now_ms, e));
}
