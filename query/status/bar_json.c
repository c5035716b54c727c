// SPDX-License-Identifier: MIT
// The same for programs: money with every digit, times ISO 8601, shares 0 to 1, null: not known.
#include "bar.h"
#include "clock.h"
#include "text.h"
#include "usd.h"

static void add_money(struct buf *out, const char *key, int64_t pico)
{
	buf_printf(out, "\"%s\":", key);
	if (pico < 0)
		buf_addz(out, "null");
	else
		usd_add(out, pico);
}

static void add_text(struct buf *out, const char *key, struct str s)
{
	buf_printf(out, "\"%s\":", key);
	if (s.p)
		text_add_json(out, s);
	else
		buf_addz(out, "null");
}

static void add_time(struct buf *out, const char *key, int64_t ms)
{
	char iso[CLOCK_ISO_BYTES];
	clock_format_iso(ms, iso);
	buf_printf(out, "\"%s\":\"%s\"", key, iso);
}

static void add_session(const struct bar *b, struct buf *out)
{
	buf_addz(out, ",\"session\":");
	if (!b->has_session) {
		buf_addz(out, "null");
		return;
	}
	buf_addc(out, '{');
	add_text(out, "id", b->place.session);
	buf_addc(out, ',');
	add_text(out, "project", b->place.project.n ? b->place.project : STR_NONE);
	buf_addc(out, ',');
	add_text(out, "branch", b->place.branch.n ? b->place.branch : STR_NONE);
	buf_addc(out, ',');
	add_money(out, "cost", b->session.pico);
	buf_printf(out, ",\"unpriced\":%s,", b->session.is_partial ? "true" : "false");
	add_time(out, "last", b->session_ms);
	buf_printf(out, ",\"active\":%s}", b->is_active ? "true" : "false");
}

static void add_budget(const struct bar *b, struct buf *out)
{
	const struct budget_reading *r = &b->budget.reading;
	static const char *const levels[] = {
		[BUDGET_OK] = "ok", [BUDGET_NEAR] = "warn", [BUDGET_OVER] = "critical"};
	buf_addz(out, ",\"budget\":");
	if (!b->has_budget) {
		buf_addz(out, "null");
		return;
	}
	buf_printf(out, "{\"scope\":\"%s\",", budget_scope_name(r->budget->scope));
	add_text(out, "id", r->target);
	buf_printf(out, ",\"period\":\"%s\",", budget_period_name(r->budget->period));
	add_money(out, "limit", r->limit_pico);
	buf_addc(out, ',');
	add_money(out, "spent", r->spent_pico);
	buf_addz(out, ",\"left\":");
	usd_add(out, r->limit_pico - r->spent_pico);
	buf_printf(out, ",\"level\":\"%s\",\"off\":%s}", levels[r->level],
		b->budget.is_off ? "true" : "false");
}

static void add_limit(const struct bar *b, struct buf *out)
{
	buf_addz(out, ",\"five_hour\":");
	if (b->limit_used_bp < 0) {
		buf_addz(out, "null");
		return;
	}
	buf_printf(out, "{\"used\":%lld.%04lld,", (long long)b->limit_used_bp / 10000,
		(long long)b->limit_used_bp % 10000);
	add_time(out, "resets", b->limit_resets_ms);
	buf_addc(out, '}');
}

static void add_alerts(const struct bar *b, struct buf *out)
{
	buf_addz(out, ",\"alerts\":[");
	for (size_t i = 0; i < b->n_alerts; i++) {
		const struct alert *a = &b->alerts[i];
		buf_printf(out, "%s{\"rule\":\"%s\",\"level\":\"%s\",", i ? "," : "",
			rule_defs[a->rule].id, rule_level_name(a->level));
		add_text(out, "scope", a->scope);
		buf_addc(out, ',');
		add_text(out, "id", a->target);
		buf_addc(out, ',');
		add_text(out, "session", a->session);
		buf_addc(out, ',');
		add_time(out, "at", a->at_ms);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

void bar_write_json(const struct bar *b, struct str self, struct buf *out)
{
	static const char *const levels[] = {[LEVEL_NONE] = "ok",
		[LEVEL_GOOD] = "ok",
		[LEVEL_WARN] = "warn",
		[LEVEL_BAD] = "critical"};
	(void)self;
	buf_addz(out, "{\"version\":1,");
	add_money(out, "today", b->today.pico);
	buf_addc(out, ',');
	add_money(out, "burn_per_hour", b->burn.pico);
	add_session(b, out);
	add_budget(b, out);
	add_limit(b, out);
	add_alerts(b, out);
	buf_printf(out, ",\"level\":\"%s\",", levels[b->level]);
	add_text(
		out, "error", b->look->why.code == ERR_NONE ? STR_NONE : str_of(b->look->why.text));
	buf_addz(out, "}\n");
}
