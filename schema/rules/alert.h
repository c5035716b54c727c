// SPDX-License-Identifier: MIT
// Rows of table alert as findings in words. What they hold is a stretch of time and a share: the
// money is summed up anew, so that a corrected price corrects it.
#ifndef CCL_RULES_ALERT_H
#define CCL_RULES_ALERT_H

#include "arena.h"
#include "rule.h"
#include "spent.h"

struct alert {
	int64_t id;
	enum rule rule;
	enum rule_level level;
	struct str scope, target; // see 004_guard.sql
	int64_t session_id;
	struct str session; // its id
	int64_t since_ms, at_ms;
	bool is_money, is_second;
	int64_t value; // a count; of money 0 until alert_find says
	int64_t share_ppm;
	int64_t name_id; // of a tool; 0: none
	struct str name;
	bool is_observed;
};

// What a SELECT of alerts begins with, for alert_take: FROM alert AS a.
#define ALERT_COLUMNS                                                                              \
	"a.id, a.rule, a.level, a.scope, a.target, a.session_id, (SELECT uid FROM session WHERE "  \
	"id = a.session_id), a.since_ms, a.at_ms, a.value, a.is_second, a.share_ppm, a.about_id, " \
	"(SELECT text FROM name WHERE id = a.about_id), a.is_observed"

// False: a rule of a later ccl.
bool alert_take(sqlite3_stmt *s, struct arena *a, struct alert *out);

// The finding, with its money. A value that cannot be summed up any more (a budget of a project
// that is gone) is 0, and so is its limit.
MUST_USE bool alert_find(
	struct pricer *p, const struct alert *x, struct rule_finding *out, struct err *e);

// "ccl: session 3f2a1b9c burns ..., more than $20.00 [R1]. `ccl session 3f2a1b9c` shows its turns."
void alert_say(const struct rule_finding *f, struct buf *out);

#endif
