// SPDX-License-Identifier: MIT
#include "look.h"

#include <time.h>

#include "clock.h"
#include "ledger.h"
#include "path.h"
#include "zone.h"

enum {
	BURN_MS = 600000,
	ALERT_MS = 1800000,
	// Of those that open the ledger at once, the first makes the log's index. Each wait is twice the one before: 19 ms
	// in all.
	RETRY_NS = 300000,
	N_TRIES = 7,
	MAX_ALERT_ROWS = 5000,
	SKEW_MS = 60000, // of clocks
};

static void note(struct look *l, const struct err *e)
{
	if (l->why.code == ERR_NONE)
		l->why = *e;
}

void look_open(struct look *l, struct arena *a)
{
	struct timespec pause = {.tv_nsec = RETRY_NS};
	struct err e = {.code = ERR_NONE};
	*l = (struct look){.arena = a, .path = path_ledger(a), .now_ms = clock_now_ms()};
	l->rules = rules_default();
	bool ok = false;
	for (int i = 0; i < N_TRIES && !ok; i++) {
		if (i) {
			(void)nanosleep(&pause, NULL);
			pause.tv_nsec *= 2;
		}
		ok = ledger_open_glance(l->path, &l->db, &e);
		if (!ok && e.code != ERR_BUSY)
			break;
	}
	l->pricer.db = l->db;
	if (!ok || !rules_read(l->db, &l->rules, &e))
		note(l, &e);
}

void look_close(struct look *l)
{
	pricer_close(&l->pricer);
	if (l->db)
		ledger_close(&l->db);
}

static struct str column(sqlite3_stmt *s, struct arena *a, int i)
{
	const char *p = (const char *)sqlite3_column_text(s, i);
	return p ? arena_str(a, (struct str){p, (size_t)sqlite3_column_bytes(s, i)}) : STR_NONE;
}

static bool prepare(struct look *l, const char *sql, sqlite3_stmt **out)
{
	struct err e = {.code = ERR_NONE};
	if (!l->db)
		return false;
	if (sqlite3_prepare_v2(l->db, sql, -1, out, NULL) == SQLITE_OK)
		return true;
	(void)ledger_fail(l->db, "looking", &e);
	note(l, &e);
	return false;
}

static bool step(struct look *l, sqlite3_stmt *s)
{
	struct err e = {.code = ERR_NONE};
	int rc = sqlite3_step(s);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return rc == SQLITE_ROW;
	(void)ledger_fail(l->db, "looking", &e);
	note(l, &e);
	return false;
}

struct str look_setting(struct look *l, const char *key)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!prepare(l, "SELECT value FROM setting WHERE key = ?1", &s))
		return STR_NONE;
	(void)sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
	return step(l, s) ? column(s, l->arena, 0) : STR_NONE;
}

bool look_place(struct look *l, struct str session, struct budget_place *out)
{
	struct err e = {.code = ERR_NONE};
	if (!l->db || !session.n)
		return false;
	if (budget_find_place(l->db, l->arena, session, out, &e))
		return true;
	if (e.code != ERR_NONE)
		note(l, &e);
	return false;
}

bool look_newest(struct look *l, struct str *out_session, int64_t *out_ms)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!prepare(l,
		    "SELECT s.uid, t.at_ms FROM turn AS t CROSS JOIN origin AS o ON o.id = "
		    "t.origin_id CROSS JOIN session AS s ON s.id = o.session_id"
		    " ORDER BY t.at_ms DESC LIMIT 1",
		    &s) ||
		!step(l, s))
		return false;
	*out_session = column(s, l->arena, 0);
	*out_ms = sqlite3_column_int64(s, 1);
	return true;
}

static struct look_money money(
	struct look *l, bool is_read, const struct spent *spent, const struct err *e)
{
	if (is_read)
		return (struct look_money){
			spent->cost_pico, spent->turns, spent->unpriced_tok != 0};
	if (e->code != ERR_NONE)
		note(l, e);
	return (struct look_money){-1, -1, false};
}

struct look_money look_session(struct look *l, int64_t session_id)
{
	struct err e = {.code = ERR_NONE};
	struct spent spent;
	bool ok = l->db && spent_session(&l->pricer, session_id, &spent, &e);
	return money(l, ok, &spent, &e);
}

struct look_money look_today(struct look *l)
{
	struct err e = {.code = ERR_NONE};
	struct spent spent;
	bool ok = l->db && spent_stretch(&l->pricer, 0, zone_start_ms(l->now_ms, ZONE_DAY, 0),
				   l->now_ms + 1, &spent, &e);
	return money(l, ok, &spent, &e);
}

struct look_money look_burn(struct look *l, int64_t session_id)
{
	struct err e = {.code = ERR_NONE};
	struct spent spent;
	bool ok = l->db && spent_stretch(&l->pricer, session_id, l->now_ms - BURN_MS, l->now_ms + 1,
				   &spent, &e);
	struct look_money m = money(l, ok, &spent, &e);
	if (ok)
		m.pico *= 3600000 / BURN_MS;
	return m;
}

struct look_money look_pr(struct look *l, struct str repo, int64_t number)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct err e = {.code = ERR_NONE};
	struct spent spent = {0};
	if (!repo.n || !prepare(l, "SELECT id FROM name WHERE text = ?1 COLLATE BINARY", &s))
		return money(l, false, NULL, &e);
	(void)sqlite3_bind_text(s, 1, repo.p, (int)repo.n, SQLITE_STATIC);
	bool ok =
		!step(l, s) || spent_pr(&l->pricer, sqlite3_column_int64(s, 0), number, &spent, &e);
	return money(l, ok, &spent, &e);
}

// 1: all of it.
static double share(const struct budget_reading *r)
{
	return r->limit_pico > 0 ? (double)r->spent_pico / (double)r->limit_pico : 0;
}

bool look_budget(struct look *l, const struct budget_place *place, struct look_budget *out)
{
	struct err e = {.code = ERR_NONE};
	struct budgets budgets;
	struct budget_reading *list, *best = NULL;
	size_t n = 0;
	if (!l->db)
		return false;
	if (!budget_list(l->db, l->arena, &budgets, &e) ||
		(budgets.n && !budget_look(&l->pricer, l->arena, &budgets, place, l->now_ms, &list,
				      &n, &e))) {
		note(l, &e);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		bool is_of_session = list[i].budget->scope == BUDGET_SESSION;
		if (list[i].budget->mode == BUDGET_OBSERVE || (is_of_session && !place->session.n))
			continue;
		if (!best || share(&list[i]) > share(best))
			best = &list[i];
	}
	if (!best)
		return false;
	double pct = share(best) * 100;
	*out = (struct look_budget){.reading = *best,
		.used_pct = pct < 1e6 ? (int64_t)pct : 1000000,
		.is_off = budgets.off_until_ms > l->now_ms};
	return true;
}

bool look_alert(struct look *l, const struct budget_place *place, struct alert *out)
{
	struct str pr = str_of(arena_printf(
		l->arena, "%.*s#%lld", STR_ARG(place->pr_repo), (long long)place->pr_number));
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!place->session_id ||
		!prepare(l,
			"SELECT " ALERT_COLUMNS " FROM alert AS a WHERE a.id = (SELECT id FROM "
			"alert WHERE target IN (?1, ?2) AND session_id = ?3 AND at_ms BETWEEN "
			"?4 AND ?5 AND "
			"rule NOT GLOB 'B[1-4]' AND is_observed = 0 ORDER BY level DESC, at_ms "
			"DESC, id DESC LIMIT 1)",
			&s))
		return false;
	(void)sqlite3_bind_text(s, 1, place->session.p, (int)place->session.n, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 2, pr.p, (int)pr.n, SQLITE_STATIC);
	(void)sqlite3_bind_int64(s, 3, place->session_id);
	(void)sqlite3_bind_int64(s, 4, l->now_ms - ALERT_MS);
	(void)sqlite3_bind_int64(s, 5, l->now_ms + SKEW_MS);
	return step(l, s) && alert_take(s, l->arena, out);
}

size_t look_alerts(struct look *l, int64_t since_ms, struct alert *out, size_t max)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	size_t n = 0;
	// there is no index by time; rows are made as they are found
	if (!prepare(l,
		    "SELECT " ALERT_COLUMNS " FROM alert AS a WHERE a.at_ms >= ?1 AND a.at_ms <= "
		    "?3 AND "
		    "a.is_observed = 0 AND a.id > (SELECT max(id) FROM alert) - ?2"
		    " ORDER BY a.at_ms DESC, a.id DESC",
		    &s))
		return 0;
	(void)sqlite3_bind_int64(s, 1, since_ms);
	(void)sqlite3_bind_int64(s, 2, MAX_ALERT_ROWS);
	(void)sqlite3_bind_int64(s, 3, l->now_ms + SKEW_MS);
	while (n < max && step(l, s))
		n += alert_take(s, l->arena, &out[n]);
	return n;
}

bool look_limit(struct look *l, const char *kind, int64_t *out_used_bp, int64_t *out_resets_ms)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!prepare(l,
		    "SELECT used_bp, resets_ms FROM limit_seen WHERE kind = ?1 AND resets_ms > ?2"
		    " ORDER BY at_ms DESC LIMIT 1",
		    &s))
		return false;
	(void)sqlite3_bind_text(s, 1, kind, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(s, 2, l->now_ms);
	if (!step(l, s))
		return false;
	*out_used_bp = sqlite3_column_int64(s, 0);
	*out_resets_ms = sqlite3_column_int64(s, 1);
	return true;
}
