// SPDX-License-Identifier: MIT
// What a session does, in numbers, and what the rules say to them. Pure.
#ifndef CCL_HOOK_JUDGE_H
#define CCL_HOOK_JUDGE_H

#include "loop.h"
#include "rule.h"

// A session as of one instant. Money is pico-USD; a count that was not looked up is 0.
struct watch {
	int64_t now_ms, turn_id; // of the newest call
	int64_t cost_pico, tok, unpriced_tok;
	int64_t burn_pico, n_burn;              // within the last ten minutes
	int64_t prompt_ms;                      // of the last prompt of a human; 0: none is known
	int64_t prompt_pico, prompt_agent_pico; // since then
	int64_t progress_ms;                    // of the last progress; 0: none
	int64_t progress_pico;                  // since then
	bool is_plan;                           // plan mode: nothing is to be edited
	int64_t n_agents, n_started;     // at work within five minutes; started since prompt_ms
	int64_t depth;                   // of the deepest agent
	int64_t context_tok, window_tok; // of the newest call
	int64_t n_rewrites; // calls in a row that wrote their context anew (watch_is_rewrite)
	int64_t n_errors, n_retries, n_given_up, n_compactions;
	struct loop_counts loops;
};

// What is usual (table baseline): n 0 is unknown.
struct usual {
	int64_t n_sessions, session_p50_pico, session_p95_pico;
	int64_t n_prs, pr_p50_pico, pr_p95_pico;
	int64_t n_prompts, prompt_p50_pico;
	int64_t n_rates, rate_p95_pico; // of ten minutes
};

struct verdict {
	enum rule_level level;
	bool is_money, is_second;
	int64_t value, limit;
	int64_t since_ms; // where the stretch begins that counted
	int64_t name_id;  // of a tool; 0: none
};

enum {
	WATCH_BURN_MS = 600000,
	WATCH_AGENTS_MS = 300000,
	WATCH_ERRORS_MS = 600000,
	WATCH_LONG_MS = 1800000
};

// Of all rules but those of budgets and R3.
struct verdict judge(
	enum rule rule, const struct watch *w, const struct usual *u, const struct rules *r);
// R2, and R3 for a pull request.
struct verdict judge_outlier(
	enum rule rule, int64_t cost_pico, const struct usual *u, const struct rules *r);

// The most that a session may have cost without any rule of money being crossed: what is cheaper
// needs no closer look.
int64_t judge_least_pico(const struct rules *r);

// X2: a call with this context that wrote this much of it.
bool judge_is_rewrite(int64_t context_tok, int64_t write_tok, const struct rules *r);

#endif
