// SPDX-License-Identifier: MIT
#include "alarm.h"

#include "clock.h"
#include "zone.h"

bool alarm_may_fire(struct store *st, const struct alert *x, bool *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT level, share_ppm, at_ms FROM alert WHERE target = :target AND rule = :rule "
		"AND scope = :scope ORDER BY at_ms DESC, id DESC LIMIT 1",
		e);
	if (!s)
		return false;
	store_bind(s, "tzt", x->target, rule_defs[x->rule].id, x->scope);
	if (!store_step(st, s, &has_row, e))
		return false;
	int64_t level = sqlite3_column_int64(s, 0), share = sqlite3_column_int64(s, 1),
		at_ms = sqlite3_column_int64(s, 2);
	(void)sqlite3_reset(s);
	*out = true;
	if (!has_row)
		return true;
	bool is_new_day = zone_start_ms(x->at_ms, ZONE_DAY, 0) > at_ms;
	bool has_grown = x->level == level && x->share_ppm / 3 >= share / 2;
	*out = x->at_ms > at_ms && ((int64_t)x->level > level || has_grown || is_new_day);
	return true;
}

bool alarm_fire(struct store *st, const struct alert *x, bool is_told, struct err *e)
{
	int64_t now_ms = clock_now_ms();
	int64_t told_ms = is_told || x->is_observed ? now_ms : 0;
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO alert(rule, level, scope, target, session_id, since_ms, at_ms, value, "
		"is_second, share_ppm, about_id, is_observed, told_ms, notified_ms) VALUES (:rule, "
		":level, :scope, :target, :session, :since, :at, :value, :second, :share, :about, "
		":observed, :told, :told)",
		e);
	if (!s)
		return false;
	store_bind(s, "zittiiipiikik", rule_defs[x->rule].id, (int64_t)x->level, x->scope,
		x->target, x->session_id, x->since_ms, x->at_ms,
		x->is_money ? INT64_C(-1) : x->value, (int64_t)x->is_second, x->share_ppm,
		x->name_id, (int64_t)x->is_observed, told_ms);
	return store_run(st, s, e);
}

struct alert alarm_of_session(enum rule rule, const struct verdict *v, int64_t session_id,
	struct str session, int64_t now_ms)
{
	double share = v->limit > 0 ? (double)v->value / (double)v->limit * 1e6 : 1e6;
	return (struct alert){.rule = rule,
		.level = v->level,
		.scope = STR("session"),
		.target = session,
		.session_id = session_id,
		.session = session,
		.since_ms = v->since_ms,
		.at_ms = now_ms,
		.is_money = v->is_money,
		.is_second = v->is_second,
		.value = v->value,
		.share_ppm = share < 9e18 ? (int64_t)share : INT64_MAX,
		.name_id = v->name_id};
}

enum { TOLD_AT_ONCE = 4 }; // the rest is counted

static bool mark_told(struct store *st, int64_t session_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"UPDATE alert SET told_ms = :now WHERE session_id = :session AND told_ms IS NULL",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", clock_now_ms(), session_id);
	return store_run(st, s, e);
}

static bool has_untold(struct store *st, int64_t session_id, bool *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(
		st, "SELECT id FROM alert WHERE session_id = :session AND told_ms IS NULL", e);
	if (!s)
		return false;
	store_bind(s, "i", session_id);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

bool alarm_tell(struct store *st, struct pricer *p, int64_t session_id, struct buf *out,
	enum rule_level *out_worst, struct err *e)
{
	bool has_row = true;
	size_t n = 0;
	*out_worst = RULE_NONE;
	if (!has_untold(st, session_id, &has_row, e) || !has_row)
		return !has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT " ALERT_COLUMNS " FROM alert AS a WHERE a.session_id = :session AND "
		"a.told_ms IS NULL ORDER BY a.level DESC, a.id",
		e);
	*out_worst = RULE_NONE;
	if (!s)
		return false;
	store_bind(s, "i", session_id);
	for (;; n++) {
		struct alert x;
		struct rule_finding f;
		if (!store_step(st, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		if (!alert_take(s, &st->arena, &x) || n >= TOLD_AT_ONCE)
			continue;
		if (!alert_find(p, &x, &f, e)) {
			(void)sqlite3_reset(s);
			return false;
		}
		if (x.level > *out_worst)
			*out_worst = x.level;
		if (out->n)
			buf_addc(out, '\n');
		alert_say(&f, out);
	}
	(void)sqlite3_reset(s);
	if (n > TOLD_AT_ONCE)
		buf_printf(out, "\nccl: and %zu more: `ccl runaway` lists them.", n - TOLD_AT_ONCE);
	return n == 0 || mark_told(st, session_id, e);
}
