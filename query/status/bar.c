// SPDX-License-Identifier: MIT
#include "bar.h"

#include "plain.h"
#include "usd.h"

enum {
	ACTIVE_MS = 5 * 60 * 1000,
	ALERTS_MS = 24 * 3600 * 1000,
	FRESH_MS = 30 * 60 * 1000, // an alert that the bar itself shows
	SHORT_ID_BYTES = 8,
};

static void add(struct bar *b, struct bar_text *list, size_t *n, size_t max, struct buf *text,
	enum level level)
{
	AUTO(buf_free) struct buf plain = {0};
	plain_add(&plain, buf_str(text));
	if (*n < max)
		list[(*n)++] = (struct bar_text){arena_str(b->look->arena, buf_str(&plain)), level};
	buf_clear(text);
}

static void add_part(struct bar *b, struct buf *text, enum level level)
{
	add(b, b->parts, &b->n_parts, BAR_MAX_PARTS, text, level);
	b->level = level > b->level ? level : b->level;
}

static void add_line(struct bar *b, struct buf *text, enum level level)
{
	add(b, b->lines, &b->n_lines, BAR_MAX_LINES, text, level);
}

static void add_money(struct buf *out, struct look_money m)
{
	usd_add_short(out, m.pico);
	buf_addz(out, m.is_partial ? "+" : "");
}

static void add_ago(struct bar *b, struct buf *out, int64_t at_ms)
{
	field_add_span(out, b->look->now_ms - at_ms);
	buf_addz(out, " ago");
}

static void say_today(struct bar *b, struct buf *t)
{
	if (b->today.pico < 0)
		return;
	add_money(t, b->today);
	buf_addz(t, " today");
	add_part(b, t, LEVEL_NONE);
	buf_addz(t, "Today: ");
	add_money(t, b->today);
	add_line(b, t, LEVEL_NONE);
}

static struct str short_id(struct str id)
{
	return id.n > SHORT_ID_BYTES ? (struct str){id.p, SHORT_ID_BYTES} : id;
}

static void say_session(struct bar *b, struct buf *t)
{
	if (!b->has_session || b->session.pico < 0)
		return;
	if (b->is_active) {
		buf_addz(t, "session ");
		add_money(t, b->session);
		add_part(b, t, LEVEL_NONE);
	}
	buf_printf(t, "Session %.*s: ", STR_ARG(short_id(b->place.session)));
	add_money(t, b->session);
	buf_addz(t, b->is_active ? ", active" : ", ");
	if (!b->is_active)
		add_ago(b, t, b->session_ms);
	if (b->place.project.n)
		buf_printf(t, ", %.*s", STR_ARG(b->place.project));
	if (b->place.branch.n)
		buf_printf(t, " on %.*s", STR_ARG(b->place.branch));
	add_line(b, t, LEVEL_NONE);
}

static void say_burn(struct bar *b, struct buf *t)
{
	if (b->burn.pico <= 0)
		return;
	enum level level = field_burn_level(b->look, b->burn.pico);
	usd_add_short(t, b->burn.pico);
	buf_addz(t, "/h");
	add_part(b, t, level);
	buf_addz(t, "Burn: ");
	usd_add_short(t, b->burn.pico);
	buf_addz(t, " an hour");
	add_line(b, t, level);
}

// Good is nothing that a bar has to say.
static enum level urgent(enum level level)
{
	return level == LEVEL_GOOD ? LEVEL_NONE : level;
}

static void say_budget(struct bar *b, struct buf *t)
{
	if (!b->has_budget)
		return;
	enum level level = urgent(field_budget_level(&b->budget));
	buf_printf(t, "budget %lld%%", (long long)b->budget.used_pct);
	add_part(b, t, level);
	buf_addz(t, "Budget, ");
	field_add_budget(t, &b->budget);
	add_line(b, t, level);
}

static void say_limit(struct bar *b, struct buf *t)
{
	if (b->limit_used_bp < 0)
		return;
	enum level level = urgent(field_limit_level(b->limit_used_bp));
	buf_printf(t, "5h %lld%%", (long long)(b->limit_used_bp + 50) / 100);
	add_part(b, t, level);
	buf_printf(
		t, "Five-hour window: %lld%%, ends in ", (long long)(b->limit_used_bp + 50) / 100);
	field_add_span(t, b->limit_resets_ms - b->look->now_ms);
	add_line(b, t, level);
}

// The worst one that the bar itself shows, of equal ones the newest. NULL: none; budgets have their
// own figure.
static const struct alert *find_fresh(const struct bar *b)
{
	const struct alert *worst = NULL;
	for (size_t i = 0; i < b->n_alerts; i++) {
		const struct alert *a = &b->alerts[i];
		bool is_fresh = b->look->now_ms - a->at_ms < FRESH_MS && a->rule > RULE_B4;
		if (is_fresh && (!worst || a->level > worst->level))
			worst = a;
	}
	return worst;
}

static enum level level_of(const struct alert *a)
{
	return a->level == RULE_CRITICAL ? LEVEL_BAD : LEVEL_WARN;
}

static void say_alerts(struct bar *b, struct buf *t)
{
	const struct alert *fresh = find_fresh(b);
	if (fresh) {
		buf_printf(t, "RUNAWAY %s", rule_defs[fresh->rule].id);
		add_part(b, t, level_of(fresh));
	}
	for (size_t i = 0; i < b->n_alerts; i++) {
		const struct alert *a = &b->alerts[i];
		buf_printf(t, "%s, %s: %s, session %.*s, ", rule_defs[a->rule].id,
			rule_level_name(a->level), rule_defs[a->rule].about,
			STR_ARG(short_id(a->session)));
		add_ago(b, t, a->at_ms);
		add_line(b, t, level_of(a));
	}
}

static void say_trouble(struct bar *b, struct buf *t)
{
	const struct err *why = &b->look->why;
	if (why->code == ERR_NONE)
		return;
	if (!b->n_parts) {
		buf_addz(t, why->code == ERR_NO_INPUT ? "ccl: no ledger"
			    : why->code == ERR_BUSY   ? "ccl: busy"
						      : "ccl: run ccl doctor");
		add_part(b, t, LEVEL_NONE);
	}
	buf_addz(t, why->text);
	add_line(b, t, LEVEL_WARN);
}

static bool is_safe(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    c == '.' || c == '_' || c == '-' || c == '/'))
			return false;
	}
	return s.n > 0;
}

// Where the two forges that everybody has put the page; of others it is not known.
static struct str pr_url(struct arena *a, const struct budget_place *p)
{
	const char *page = str_starts(p->pr_repo, "github.")   ? "pull"
			   : str_starts(p->pr_repo, "gitlab.") ? "-/merge_requests"
							       : NULL;
	if (!page || !p->pr_number || !is_safe(p->pr_repo))
		return STR_NONE;
	return str_of(arena_printf(
		a, "https://%.*s/%s/%lld", STR_ARG(p->pr_repo), page, (long long)p->pr_number));
}

void bar_read(struct look *l, struct bar *out)
{
	AUTO(buf_free) struct buf t = {0};
	struct bar b = {.look = l, .limit_used_bp = -1, .session = {-1, -1, false}};
	struct str session;
	b.has_session = look_newest(l, &session, &b.session_ms) && look_place(l, session, &b.place);
	b.is_active = b.has_session && l->now_ms - b.session_ms < ACTIVE_MS;
	b.today = look_today(l);
	b.burn = look_burn(l, 0);
	if (b.has_session)
		b.session = look_session(l, b.place.session_id);
	b.has_budget = look_budget(l, &b.place, &b.budget);
	(void)look_limit(
		l, status_limit_name(STATUS_FIVE_HOUR), &b.limit_used_bp, &b.limit_resets_ms);
	b.n_alerts = look_alerts(l, l->now_ms - ALERTS_MS, b.alerts, BAR_MAX_ALERTS);
	b.pr_url = pr_url(l->arena, &b.place);
	say_today(&b, &t);
	say_session(&b, &t);
	say_burn(&b, &t);
	say_budget(&b, &t);
	say_limit(&b, &t);
	say_alerts(&b, &t);
	say_trouble(&b, &t);
	*out = b;
}
