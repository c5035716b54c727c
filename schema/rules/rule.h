// SPDX-License-Identifier: MIT
// The rules that say when a session runs away: their names, limits and words. ccl-hook judges by
// them (hook/judge.h), `ccl runaway` and `ccl config` show them.
#ifndef CCL_RULES_RULE_H
#define CCL_RULES_RULE_H

#include <sqlite3.h>

#include "buf.h"
#include "err.h"

enum rule {
	RULE_B1, // budgets: of a session, a day, a branch or pull request, a week or month
	RULE_B2,
	RULE_B3,
	RULE_B4,
	RULE_R1, // burn rate
	RULE_R2, // session far from the usual
	RULE_R3, // pull request far from the usual
	RULE_L1, // same call, same result
	RULE_L2, // same call, any result
	RULE_L3, // two calls in turn
	RULE_L4, // same tool, same error
	RULE_E1, // API errors
	RULE_X1, // context window
	RULE_X2, // cache written anew
	RULE_X3, // compaction loop
	RULE_S1, // many agents
	RULE_S2, // agents of agents
	RULE_S3, // share of agents
	RULE_U1, // unattended
	RULE_P1, // no progress
	RULE_T1, // long prompt
	RULE_Q1, // model without a price
	N_RULES,
};

enum rule_level { RULE_NONE, RULE_WARN, RULE_CRITICAL };

enum { RULE_MAX_NUMBERS = 4 };

// Limits are in thousandths: of a dollar, a call, a minute, a percent ...
struct rule_number {
	const char *about;
	int64_t limit[3]; // by level; [RULE_NONE] is unused
};

struct rule_def {
	const char *id, *about;
	struct rule_number numbers[RULE_MAX_NUMBERS];
	size_t n_numbers; // 0: the budgets have their own
};
extern const struct rule_def rule_defs[N_RULES];

const struct rule_def *rule_find(struct str id, enum rule *out); // NULL: there is no such rule
const char *rule_level_name(enum rule_level level);              // "warn", "critical"

enum rule_guard { GUARD_OFF, GUARD_OBSERVE, GUARD_WARN };

// What the user set (table setting), else the defaults.
struct rules {
	enum rule_guard guard;
	bool is_off[N_RULES];
	int64_t limit[N_RULES][RULE_MAX_NUMBERS][3];
	char polls[512]; // names of tools, or programs of Bash, that may repeat: " sleep wait "
};
struct rules rules_default(void);
MUST_USE bool rules_read(sqlite3 *db, struct rules *out, struct err *e);

// A value of `ccl config set RULE VALUE`: "off", "on" or the limits, warn and critical of each
// number in turn: "10,40,5,20". *out is the rule's part; false, and nothing else, if it is neither.
bool rule_parse(enum rule rule, struct str value, struct rules *out);
// The limits in that form.
void rule_print(enum rule rule, const struct rules *rules, struct buf *out);

// What a rule found.
struct rule_finding {
	enum rule rule;
	enum rule_level level;
	bool is_money;  // value and limit are pico-USD, else counts
	bool is_second; // of a rule with two measures the second: U1 minutes, S1 agents started
	int64_t value, limit;
	struct str scope, target; // as in table alert
	struct str session;       // id
	struct str about;         // the tool; STR_NONE: none
};

// One sentence without an end: "session 3f2a1b9c burns $34.20 an hour, more than $20.00".
void rule_say(const struct rule_finding *f, struct buf *out);
// What to type: "`ccl session 3f2a1b9c` shows its turns".
void rule_say_cure(const struct rule_finding *f, struct buf *out);
// The unit of value and limit: USD, USD/h, calls, ...
const char *rule_unit(enum rule rule, bool is_money, bool is_second);

#endif
