// SPDX-License-Identifier: MIT
#include "budget_edit.h"

#include "ledger.h"
#include "path.h"

struct change {
	const char *act;
	const char *scope, *period, *mode; // NULL: none
	struct str target;                 // STR_NONE: none
	int64_t amount_pico, until_ms;     // 0: none
};

static bool note(sqlite3 *db, const struct change *c, int64_t now_ms, struct err *e)
{
	AUTO(arena_free) struct arena a = {0};
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "INSERT INTO budget_change(at_ms, who, act, scope, target, period, "
		    "amount_pico, mode, "
		    "until_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, nullif(?7, 0), ?8, nullif(?9, 0))",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "writing the budgets", e);
	(void)sqlite3_bind_int64(s, 1, now_ms);
	(void)ledger_bind(s, 2, path_user(&a));
	(void)ledger_bind(s, 3, str_of(c->act));
	(void)ledger_bind(s, 4, str_of(c->scope));
	(void)ledger_bind(s, 5, c->target);
	(void)ledger_bind(s, 6, str_of(c->period));
	(void)sqlite3_bind_int64(s, 7, c->amount_pico);
	(void)ledger_bind(s, 8, str_of(c->mode));
	(void)sqlite3_bind_int64(s, 9, c->until_ms);
	return sqlite3_step(s) == SQLITE_DONE || ledger_fail(db, "writing the budgets", e);
}

static bool write_row(sqlite3 *db, const struct budget *b, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "INSERT INTO budget(scope, target, period, limit_pico, mode) VALUES (?1, ?2, "
		    "?3, ?4, "
		    "?5) ON CONFLICT(scope, target, period) DO UPDATE SET limit_pico = "
		    "excluded.limit_pico, mode = excluded.mode",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "writing the budgets", e);
	(void)ledger_bind(s, 1, str_of(budget_scope_name(b->scope)));
	(void)ledger_bind(s, 2, b->target);
	(void)ledger_bind(s, 3, str_of(budget_period_name(b->period)));
	(void)sqlite3_bind_int64(s, 4, b->limit_pico);
	(void)ledger_bind(s, 5, str_of(budget_mode_name(b->mode)));
	return sqlite3_step(s) == SQLITE_DONE || ledger_fail(db, "writing the budgets", e);
}

bool budget_set(sqlite3 *db, const struct budget *b, int64_t now_ms, struct err *e)
{
	struct change c = {.act = "set",
		.scope = budget_scope_name(b->scope),
		.period = budget_period_name(b->period),
		.mode = budget_mode_name(b->mode),
		.target = b->target,
		.amount_pico = b->limit_pico};
	return ledger_exec(db, "BEGIN IMMEDIATE", e) &&
	       ledger_end(db, write_row(db, b, e) && note(db, &c, now_ms, e), e);
}

static bool remove_rows(
	sqlite3 *db, const struct budget_which *w, int64_t now_ms, int *out_n, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc, n = 0;
	if (sqlite3_prepare_v2(db,
		    "DELETE FROM budget WHERE (?1 OR scope = ?2) AND (?3 IS NULL OR target = ?3) "
		    "AND (?4 IS "
		    "NULL OR period = ?4) RETURNING scope, target, period, limit_pico, mode",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "writing the budgets", e);
	(void)sqlite3_bind_int(s, 1, w->all_scopes);
	(void)ledger_bind(s, 2, str_of(budget_scope_name(w->scope)));
	(void)ledger_bind(s, 3, w->target);
	if (w->period >= 0)
		(void)ledger_bind(s, 4, str_of(budget_period_name((enum budget_period)w->period)));
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *target = (const char *)sqlite3_column_text(s, 1);
		struct change c = {.act = "remove",
			.scope = (const char *)sqlite3_column_text(s, 0),
			.target = str_of(target ? target : ""),
			.period = (const char *)sqlite3_column_text(s, 2),
			.amount_pico = sqlite3_column_int64(s, 3),
			.mode = (const char *)sqlite3_column_text(s, 4)};
		if (!note(db, &c, now_ms, e))
			return false;
		n++;
	}
	*out_n = n;
	return rc == SQLITE_DONE || ledger_fail(db, "writing the budgets", e);
}

bool budget_remove(
	sqlite3 *db, const struct budget_which *which, int64_t now_ms, int *out_n, struct err *e)
{
	return ledger_exec(db, "BEGIN IMMEDIATE", e) &&
	       ledger_end(db, remove_rows(db, which, now_ms, out_n, e), e);
}

bool budget_allow(sqlite3 *db, struct str session, int64_t add_pico, int64_t now_ms, struct err *e)
{
	struct change c = {
		.act = "allow", .scope = "session", .target = session, .amount_pico = add_pico};
	return note(db, &c, now_ms, e);
}

bool budget_off(sqlite3 *db, int64_t until_ms, int64_t now_ms, struct err *e)
{
	struct change c = {.act = until_ms ? "off" : "on", .until_ms = until_ms};
	return note(db, &c, now_ms, e);
}
