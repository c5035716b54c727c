// SPDX-License-Identifier: MIT
// What the user may set: the only writer of table setting.
#ifndef CCL_EDIT_SETTING_H
#define CCL_EDIT_SETTING_H

#include <sqlite3.h>

#include "arena.h"
#include "err.h"
#include "rule.h"
#include "tip_limit.h"

enum setting_kind {
	SETTING_CHOICE,   // one of `choices`
	SETTING_TEXT,     // anything of one line
	SETTING_PCT,      // 1 to 99
	SETTING_HOURS,    // 22:00-07:00
	SETTING_PLAN,     // plan.h
	SETTING_CURRENCY, // "EUR 0.92"
	SETTING_RULE,     // off, on, or a rule's limits
	SETTING_TIP,      // the same of a tip's rule
};

struct setting_def {
	const char *key;
	const char *fallback; // while nothing is set
	const char *about;
	enum setting_kind kind;
	const char *choices;       // "on off"; NULL: not of that kind
	bool is_charged;           // turns are charged differently: all are due again
	bool is_wired;             // other hooks are wanted
	enum rule rule;            // of SETTING_RULE
	const struct tip_def *tip; // of SETTING_TIP
};

// NULL: there is no such setting. In the arena.
const struct setting_def *setting_find(struct arena *a, struct str key);
// All of them, in order: switches, rules, tips.
size_t setting_count(void);
const struct setting_def *setting_at(struct arena *a, size_t i);

// Whether a setting takes this value; if not, the message says what it takes.
MUST_USE bool setting_check(const struct setting_def *def, struct str value, struct err *e);

// `value` NULL: back to the fallback. *out_has_changed: it meant something else before. What is to
// be charged again stands in charge_due then.
MUST_USE bool setting_set(sqlite3 *db, const struct setting_def *def, const char *value,
	bool *out_has_changed, struct err *e);

#endif
