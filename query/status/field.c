// SPDX-License-Identifier: MIT
#include "field.h"

#include "path.h"
#include "plain.h"
#include "text.h"
#include "usd.h"

enum { LIMIT_WARN_BP = 7500, LIMIT_BAD_BP = 9000, NAME_COLS = 24, TARGET_COLS = 12 };

const struct field_def field_defs[N_FIELDS] = {
	[FIELD_ALERT] = {"alert", "the runaway rule that this session broke in the last half hour",
		"RUNAWAY L1", 100},
	[FIELD_MODEL] = {"model", "model", "Opus 5.5", 45},
	[FIELD_SESSION] = {"session",
		"this session; with ~ by Claude Code's own count, while the "
		"ledger has nothing of it; with + some of it has no price",
		"$1.23", 90},
	[FIELD_TODAY] = {"today", "all sessions since midnight", "$8.40", 70},
	[FIELD_PR] = {"pr", "pull request of the branch", "#12", 60},
	[FIELD_PR_COST] = {"pr_cost", "what that has cost so far", "$4.20", 60},
	[FIELD_PROJECT] = {"project", "project of the newest turn", "api", 35},
	[FIELD_BRANCH] = {"branch", "branch of the newest turn", "feature/pay", 35},
	[FIELD_BUDGET] = {"budget", "what is left of the budget that is used up furthest",
		"day: $41.60 of $50.00 left", 80},
	[FIELD_BUDGET_LEFT] = {"budget_left", "the same, only the money", "$41.60", 80},
	[FIELD_BUDGET_USED] = {"budget_used", "the share of it that is spent", "17%", 80},
	[FIELD_BURN] = {"burn",
		"the last ten minutes of this session, by the hour; nothing while "
		"it rests",
		"$7.20/h", 50},
	[FIELD_CONTEXT] = {"context", "context window in use", "34%", 65},
	[FIELD_CONTEXT_TOK] = {"context_tok", "the same in tokens", "68k", 65},
	[FIELD_ABOVE_200K] = {"above_200k",
		"shown while the last response has more than 200,000 tokens", ">200k", 65},
	[FIELD_5H] = {"5h", "five-hour window of the subscription, and the time to its end",
		"34% (2h10m)", 55},
	[FIELD_5H_RESET] = {"5h_reset", "only the time", "2h10m", 55},
	[FIELD_7D] = {"7d", "seven-day window, likewise", "61% (3d4h)", 40},
	[FIELD_7D_RESET] = {"7d_reset", "only the time", "3d4h", 40},
	[FIELD_SPEND] = {"spend", "spend limit of a gateway, likewise", "12% (20d3h)", 40},
	[FIELD_CACHE] = {"cache", "share of the prompt that came from the cache", "93%", 20},
	[FIELD_TURNS] = {"turns", "responses in this session", "42", 15},
	[FIELD_VERSION] = {"version", "version of Claude Code", "2.1.330", 10},
	[FIELD_NOTE] = {"note", "what to run if the ledger cannot be read",
		"no ledger: run ccl sync", 30},
};

bool field_find(struct str name, enum field *out)
{
	for (size_t i = 0; i < N_FIELDS; i++) {
		if (!str_is(name, field_defs[i].name))
			continue;
		*out = (enum field)i;
		return true;
	}
	return false;
}

void field_add_span(struct buf *out, int64_t ms)
{
	long long minutes = ms / 60000, hours = minutes / 60, days = hours / 24;
	if (minutes < 1)
		buf_addz(out, "<1m");
	else if (hours < 1)
		buf_printf(out, "%lldm", minutes);
	else if (days < 1)
		buf_printf(out, "%lldh%02lldm", hours, minutes % 60);
	else
		buf_printf(out, "%lldd%lldh", days, hours % 24);
}

enum level field_limit_level(int64_t used_bp)
{
	return used_bp >= LIMIT_BAD_BP    ? LEVEL_BAD
	       : used_bp >= LIMIT_WARN_BP ? LEVEL_WARN
					  : LEVEL_GOOD;
}

// `value` against a rule's first limit, in thousandths of its unit.
static enum level rule_level_of(const struct look *l, enum rule rule, double value)
{
	const int64_t *limit = l->rules.limit[rule][0];
	if (l->rules.is_off[rule])
		return LEVEL_NONE;
	return value >= (double)limit[RULE_CRITICAL] ? LEVEL_BAD
	       : value >= (double)limit[RULE_WARN]   ? LEVEL_WARN
						     : LEVEL_GOOD;
}

enum level field_burn_level(const struct look *l, int64_t pico_per_hour)
{
	enum level level =
		rule_level_of(l, RULE_R1, (double)pico_per_hour * 1000 / (double)USD_PICO);
	return level == LEVEL_GOOD ? LEVEL_NONE : level;
}

enum level field_budget_level(const struct look_budget *b)
{
	if (b->is_off)
		return LEVEL_NONE;
	switch (b->reading.level) {
	case BUDGET_OK: return LEVEL_GOOD;
	case BUDGET_NEAR: return LEVEL_WARN;
	case BUDGET_OVER: return LEVEL_BAD;
	}
	return LEVEL_NONE;
}

static void add_cut(struct buf *out, struct str s, size_t max_cols)
{
	AUTO(buf_free) struct buf plain = {0};
	plain_add(&plain, s);
	text_add_cut(out, buf_str(&plain), max_cols);
}

void field_add_budget(struct buf *out, const struct look_budget *b)
{
	const struct budget *budget = b->reading.budget;
	int64_t left = b->reading.limit_pico - b->reading.spent_pico;
	bool is_total = budget->period == BUDGET_TOTAL;
	if (budget->scope == BUDGET_PROJECT || budget->scope == BUDGET_BRANCH)
		add_cut(out, path_base(budget->target), TARGET_COLS);
	else if (budget->scope != BUDGET_ALL)
		buf_addz(out, budget->scope == BUDGET_PR ? "PR" : "session");
	else if (is_total)
		buf_addz(out, "all");
	if (!is_total)
		buf_printf(out, "%s%s", budget->scope == BUDGET_ALL ? "" : " ",
			budget_period_name(budget->period));
	buf_addz(out, ": ");
	usd_add_short(out, left < 0 ? -left : left);
	buf_addz(out, left < 0 ? " over " : " of ");
	usd_add_short(out, b->reading.limit_pico);
	buf_addz(out, left < 0 ? "" : " left");
}

// What is being read, and what several fields need.
struct work {
	struct look *l;
	const struct status *p;
	struct field_value *out;
	unsigned mask;
	bool has_place;
	struct budget_place place; // only the session's id if there is none
};

static bool wants(const struct work *w, unsigned bits)
{
	return (w->mask & bits) != 0;
}

static void set(struct work *w, enum field f, struct buf *text, enum level level)
{
	if (text->n)
		w->out[f] = (struct field_value){arena_str(w->l->arena, buf_str(text)), level};
	buf_clear(text);
}

static void set_money(struct work *w, enum field f, struct look_money m, struct buf *b)
{
	if (m.pico < 0)
		return;
	usd_add_short(b, m.pico);
	buf_addz(b, m.is_partial ? "+" : "");
	set(w, f, b, LEVEL_NONE);
}

static void read_session(struct work *w, struct buf *b)
{
	struct look_money m = {-1, -1, false};
	if (w->has_place)
		m = look_session(w->l, w->place.session_id);
	if (m.pico < 0 && w->p->cost_pico >= 0) {
		buf_addc(b, '~');
		usd_add_short(b, w->p->cost_pico);
		set(w, FIELD_SESSION, b, LEVEL_NONE);
	}
	set_money(w, FIELD_SESSION, m, b);
	if (m.turns >= 0)
		buf_add_grouped(b, (uint64_t)m.turns);
	set(w, FIELD_TURNS, b, LEVEL_NONE);
}

static void read_pr(struct work *w, struct buf *b)
{
	int64_t number = w->p->pr_number ? w->p->pr_number : w->place.pr_number;
	struct str repo = w->place.pr_repo;
	if (!number)
		return;
	if (w->p->pr_number)
		(void)status_pr_key(w->l->arena, w->p, &repo);
	buf_printf(b, "#%lld", (long long)number);
	set(w, FIELD_PR, b, LEVEL_NONE);
	if (wants(w, FIELD_BIT(FIELD_PR_COST)))
		set_money(w, FIELD_PR_COST, look_pr(w->l, repo, number), b);
}

static void read_place(struct work *w, struct buf *b)
{
	add_cut(b, w->place.project, NAME_COLS);
	set(w, FIELD_PROJECT, b, LEVEL_NONE);
	add_cut(b, w->place.branch, NAME_COLS);
	set(w, FIELD_BRANCH, b, LEVEL_NONE);
}

static void read_budget(struct work *w, struct buf *b)
{
	struct look_budget budget;
	if (!look_budget(w->l, &w->place, &budget))
		return;
	enum level level = field_budget_level(&budget);
	int64_t left = budget.reading.limit_pico - budget.reading.spent_pico;
	field_add_budget(b, &budget);
	set(w, FIELD_BUDGET, b, level);
	usd_add_short(b, left);
	set(w, FIELD_BUDGET_LEFT, b, level);
	buf_printf(b, "%lld%%", (long long)budget.used_pct);
	set(w, FIELD_BUDGET_USED, b, level);
}

static void read_burn(struct work *w, struct buf *b)
{
	struct look_money m = {-1, -1, false};
	if (w->has_place)
		m = look_burn(w->l, w->place.session_id);
	if (m.pico <= 0)
		return;
	usd_add_short(b, m.pico);
	buf_addz(b, "/h");
	set(w, FIELD_BURN, b, field_burn_level(w->l, m.pico));
}

static void read_context(struct work *w, struct buf *b)
{
	int64_t tok = w->p->context_tok, bp = w->p->context_bp;
	if (bp < 0 && tok >= 0 && w->p->window_tok > 0)
		bp = tok * 10000 / w->p->window_tok;
	enum level level = bp < 0 ? LEVEL_NONE : rule_level_of(w->l, RULE_X1, (double)bp * 10);
	if (bp >= 0)
		buf_printf(b, "%lld%%", (long long)(bp + 50) / 100);
	set(w, FIELD_CONTEXT, b, level);
	if (tok >= 1000)
		buf_printf(b, "%lldk", (long long)(tok + 500) / 1000);
	else if (tok >= 0)
		buf_printf(b, "%lld", (long long)tok);
	set(w, FIELD_CONTEXT_TOK, b, level);
	buf_addz(b, w->p->is_above_200k ? ">200k" : "");
	set(w, FIELD_ABOVE_200K, b, LEVEL_WARN);
}

// A window that is over says nothing about the one that has begun.
static void read_limit(
	struct work *w, enum status_limit limit, enum field f, enum field reset, struct buf *b)
{
	const struct status_window *x = &w->p->limits[limit];
	int64_t left_ms = x->resets_ms - w->l->now_ms;
	bool has_end = x->resets_ms >= 0;
	if (has_end && left_ms <= 0)
		return;
	enum level level = x->used_bp >= 0 ? field_limit_level(x->used_bp) : LEVEL_NONE;
	if (x->used_bp >= 0) {
		buf_printf(b, "%lld%%", (long long)(x->used_bp + 50) / 100);
		buf_addz(b, has_end ? " (" : "");
		if (has_end)
			field_add_span(b, left_ms);
		buf_addz(b, has_end ? ")" : "");
	}
	set(w, f, b, level);
	if (has_end)
		field_add_span(b, left_ms);
	if (reset != N_FIELDS)
		set(w, reset, b, level);
	buf_clear(b);
}

static void read_payload(struct work *w, struct buf *b)
{
	add_cut(b, w->p->model_name.n ? w->p->model_name : w->p->model_id, NAME_COLS);
	set(w, FIELD_MODEL, b, LEVEL_NONE);
	add_cut(b, w->p->version, NAME_COLS);
	set(w, FIELD_VERSION, b, LEVEL_NONE);
	if (w->p->cache_hit_bp >= 0)
		buf_printf(b, "%lld%%", (long long)w->p->cache_hit_bp / 100);
	set(w, FIELD_CACHE, b, LEVEL_NONE);
	read_context(w, b);
	read_limit(w, STATUS_FIVE_HOUR, FIELD_5H, FIELD_5H_RESET, b);
	read_limit(w, STATUS_SEVEN_DAY, FIELD_7D, FIELD_7D_RESET, b);
	read_limit(w, STATUS_SPEND, FIELD_SPEND, N_FIELDS, b);
}

static void read_alert(struct work *w, struct buf *b)
{
	struct alert a;
	if (!w->has_place || !look_alert(w->l, &w->place, &a))
		return;
	buf_printf(b, "RUNAWAY %s", rule_defs[a.rule].id);
	set(w, FIELD_ALERT, b, a.level == RULE_CRITICAL ? LEVEL_BAD : LEVEL_WARN);
}

static void read_note(struct work *w, struct buf *b)
{
	switch (w->l->why.code) {
	case ERR_NONE:
	case ERR_BUSY: break; // soon over
	case ERR_NO_INPUT: buf_addz(b, "no ledger: run ccl sync"); break;
	case ERR_USAGE:
	case ERR_OUT_OF_DATE:
	case ERR_FORMAT:
	case ERR_IO:
	case ERR_INTERNAL: buf_addz(b, "ledger: run ccl doctor"); break;
	}
	set(w, FIELD_NOTE, b, LEVEL_WARN);
}

void field_read(struct look *l, const struct status *p, unsigned mask, struct field_value *out)
{
	AUTO(buf_free) struct buf b = {0};
	struct work w = {.l = l, .p = p, .out = out, .mask = mask};
	memset(out, 0, sizeof *out * N_FIELDS);
	w.has_place = look_place(l, p->session, &w.place);
	if (!w.has_place)
		w.place = (struct budget_place){.session = p->session};
	read_payload(&w, &b);
	read_place(&w, &b);
	if (wants(&w, FIELD_BIT(FIELD_SESSION) | FIELD_BIT(FIELD_TURNS)))
		read_session(&w, &b);
	if (wants(&w, FIELD_BIT(FIELD_TODAY)))
		set_money(&w, FIELD_TODAY, look_today(l), &b);
	read_pr(&w, &b);
	if (wants(&w, FIELD_BIT(FIELD_BUDGET) | FIELD_BIT(FIELD_BUDGET_LEFT) |
			      FIELD_BIT(FIELD_BUDGET_USED)))
		read_budget(&w, &b);
	if (wants(&w, FIELD_BIT(FIELD_BURN)))
		read_burn(&w, &b);
	if (wants(&w, FIELD_BIT(FIELD_ALERT)))
		read_alert(&w, &b);
	read_note(&w, &b);
}
