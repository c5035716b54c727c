// SPDX-License-Identifier: MIT
#include "judge.h"

#include "usd.h"

// Limits are in thousandths (rule.h).
static int64_t usd(int64_t limit)
{
	return limit * (USD_PICO / 1000);
}

static int64_t count(int64_t limit)
{
	return limit / 1000;
}

static int64_t times(int64_t limit, int64_t pico)
{
	double v = (double)limit / 1000 * (double)pico;
	return v < 9e18 ? (int64_t)v : INT64_MAX;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

typedef int64_t limits[3];

static bool is_crossed(struct verdict *v, enum rule_level level, int64_t value, int64_t limit)
{
	if (value < limit || limit <= 0)
		return false;
	v->level = level;
	v->value = value;
	v->limit = limit;
	return true;
}

static struct verdict judge_count(int64_t value, const limits l)
{
	struct verdict v = {.level = RULE_NONE};
	for (int level = RULE_CRITICAL; level >= RULE_WARN; level--)
		if (is_crossed(&v, (enum rule_level)level, value, count(l[level])))
			break;
	return v;
}

static struct verdict judge_money(int64_t pico, const limits l)
{
	struct verdict v = {.level = RULE_NONE, .is_money = true};
	for (int level = RULE_CRITICAL; level >= RULE_WARN; level--)
		if (is_crossed(&v, (enum rule_level)level, pico, usd(l[level])))
			break;
	return v;
}

static struct verdict judge_burn(const struct watch *w, const struct usual *u, const limits *l)
{
	struct verdict v = {.is_money = true, .since_ms = w->now_ms - WATCH_BURN_MS};
	int64_t usual_pico = u->n_rates ? u->rate_p95_pico * 6 : 0;
	for (int level = RULE_CRITICAL; level >= RULE_WARN; level--) {
		int64_t limit = most(usd(l[0][level]), times(l[1][level], usual_pico));
		if (w->n_burn >= count(l[2][level]) &&
			is_crossed(&v, (enum rule_level)level, w->burn_pico * 6, limit))
			break;
	}
	return v;
}

struct verdict judge_outlier(
	enum rule rule, int64_t cost_pico, const struct usual *u, const struct rules *r)
{
	bool is_pr = rule == RULE_R3;
	const limits *l = r->limit[rule];
	struct verdict v = {.is_money = true};
	int64_t n = is_pr ? u->n_prs : u->n_sessions;
	int64_t p50 = is_pr ? u->pr_p50_pico : u->session_p50_pico;
	int64_t p95 = is_pr ? u->pr_p95_pico : u->session_p95_pico;
	if (r->is_off[rule])
		return v;
	// critical: far from the median or far beyond the 95th percentile; warn: both
	int64_t far = least(times(l[0][RULE_CRITICAL], p50), times(l[2][RULE_CRITICAL], p95));
	int64_t critical = most(usd(l[1][RULE_CRITICAL]), far);
	int64_t near = most(times(l[0][RULE_WARN], p50), times(l[2][RULE_WARN], p95));
	int64_t warn = most(usd(l[1][RULE_WARN]), near);
	if (n >= count(l[3][RULE_CRITICAL]) && is_crossed(&v, RULE_CRITICAL, cost_pico, critical))
		return v;
	if (n >= count(l[3][RULE_WARN]))
		(void)is_crossed(&v, RULE_WARN, cost_pico, warn);
	return v;
}

static struct verdict judge_prompt(const struct watch *w, const struct usual *u, const limits *l)
{
	struct verdict v = {.is_money = true, .since_ms = w->prompt_ms};
	for (int level = RULE_CRITICAL; level >= RULE_WARN; level--) {
		int64_t limit = most(usd(l[1][level]), times(l[0][level], u->prompt_p50_pico));
		if (u->n_prompts >= count(l[2][level]) &&
			is_crossed(&v, (enum rule_level)level, w->prompt_pico, limit))
			break;
	}
	return v;
}

static struct verdict judge_share(const struct watch *w, const limits *l)
{
	struct verdict v = {.since_ms = w->prompt_ms};
	if (w->prompt_pico <= 0)
		return v;
	int64_t pct = (int64_t)((double)w->prompt_agent_pico * 100 / (double)w->prompt_pico);
	for (int level = RULE_CRITICAL; level >= RULE_WARN; level--)
		if (w->prompt_agent_pico >= usd(l[1][level]) &&
			is_crossed(&v, (enum rule_level)level, pct, count(l[0][level])))
			break;
	return v;
}

// The worse of two measures.
static struct verdict worse(struct verdict a, struct verdict b)
{
	b.is_second = true;
	return b.level > a.level ? b : a;
}

static struct verdict judge_unattended(const struct watch *w, const limits *l)
{
	if (!w->prompt_ms)
		return (struct verdict){.level = RULE_NONE};
	struct verdict v = worse(judge_money(w->prompt_pico, l[0]),
		judge_count((w->now_ms - w->prompt_ms) / 60000, l[1]));
	v.since_ms = w->prompt_ms;
	return v;
}

static struct verdict judge_errors(const struct watch *w, const limits *l)
{
	struct verdict v = judge_count(w->n_errors, l[0]);
	struct verdict retries = judge_count(w->n_retries, l[1]);
	struct verdict given_up = judge_count(w->n_given_up, l[2]);
	v = retries.level > v.level ? retries : v;
	v = given_up.level > v.level ? given_up : v;
	v.since_ms = w->now_ms - WATCH_ERRORS_MS;
	return v;
}

static struct verdict judge_in_turn(const struct watch *w, const limits *l)
{
	struct verdict v = {.level = RULE_NONE};
	for (int level = RULE_CRITICAL; level >= RULE_WARN; level--)
		if (w->loops.in_turn_pct >= count(l[1][level]) &&
			is_crossed(
				&v, (enum rule_level)level, w->loops.in_turn, count(l[0][level])))
			break;
	return v;
}

static struct verdict judge_unpriced(const struct watch *w, const limits *l)
{
	struct verdict v = {.level = RULE_NONE};
	if (!w->unpriced_tok || w->tok <= 0)
		return v;
	int64_t permille = (int64_t)((double)w->unpriced_tok * 1000 / (double)w->tok);
	v.level = permille * 100 > l[0][RULE_CRITICAL] ? RULE_CRITICAL : RULE_WARN;
	v.value = (permille + 9) / 10;
	v.limit = most(count(l[0][v.level]), 1);
	return v;
}

static struct verdict with_name(struct verdict v, int64_t name_id)
{
	v.name_id = name_id;
	return v;
}

static int64_t window_of(const struct watch *w)
{
	enum { USUAL_TOK = 200000, LARGE_TOK = 1000000 };
	if (w->window_tok)
		return w->window_tok;
	return w->context_tok > USUAL_TOK ? LARGE_TOK : USUAL_TOK;
}

struct verdict judge(
	enum rule rule, const struct watch *w, const struct usual *u, const struct rules *r)
{
	const limits *l = r->limit[rule];
	struct verdict none = {.level = RULE_NONE}, v;
	if (r->is_off[rule])
		return none;
	switch (rule) {
	case RULE_R1: return judge_burn(w, u, l);
	case RULE_R2: return judge_outlier(rule, w->cost_pico, u, r);
	case RULE_L1:
		return with_name(judge_count(w->loops.same_result, l[0]), w->loops.result_name_id);
	case RULE_L2:
		return with_name(judge_count(w->loops.same_input, l[0]), w->loops.input_name_id);
	case RULE_L3: return with_name(judge_in_turn(w, l), w->loops.turn_name_id);
	case RULE_L4:
		return with_name(judge_count(w->loops.failing, l[0]), w->loops.failing_name_id);
	case RULE_E1: return judge_errors(w, l);
	case RULE_X1: return judge_count(w->context_tok * 100 / window_of(w), l[0]);
	case RULE_X2: return judge_count(w->n_rewrites, l[0]);
	case RULE_X3: return judge_count(w->n_compactions, l[0]);
	case RULE_S1:
		v = worse(judge_count(w->n_agents, l[0]), judge_count(w->n_started, l[1]));
		v.since_ms = v.is_second ? w->prompt_ms : w->now_ms - WATCH_AGENTS_MS;
		return v;
	case RULE_S2: return judge_count(w->depth, l[0]);
	case RULE_S3: return judge_share(w, l);
	case RULE_U1: return judge_unattended(w, l);
	case RULE_P1:
		v = w->is_plan ? none : judge_money(w->progress_pico, l[0]);
		v.since_ms = w->progress_ms;
		return v;
	case RULE_T1: return judge_prompt(w, u, l);
	case RULE_Q1: return judge_unpriced(w, l);
	case RULE_B1:
	case RULE_B2:
	case RULE_B3:
	case RULE_B4:
	case RULE_R3:
	case N_RULES: break;
	}
	return none;
}

int64_t judge_least_pico(const struct rules *r)
{
	int64_t all[] = {usd(r->limit[RULE_R1][0][RULE_WARN]) / 6,
		usd(r->limit[RULE_R2][1][RULE_WARN]), usd(r->limit[RULE_S3][1][RULE_WARN]),
		usd(r->limit[RULE_U1][0][RULE_WARN]), usd(r->limit[RULE_P1][0][RULE_WARN]),
		usd(r->limit[RULE_T1][1][RULE_WARN])};
	int64_t out = INT64_MAX;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		out = least(out, all[i]);
	return out;
}

bool judge_is_rewrite(int64_t context_tok, int64_t write_tok, const struct rules *r)
{
	const limits *l = r->limit[RULE_X2];
	return context_tok > l[2][RULE_WARN] &&
	       write_tok * 100 >= context_tok * count(l[1][RULE_WARN]);
}
