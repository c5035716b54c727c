// SPDX-License-Identifier: MIT
#include "rule.h"

#include <stdio.h>
#include <string.h>

#include "ledger.h"

#define K(n) ((int64_t)((n)*1000))
#define NUMBER(about, warn, critical)                                                              \
	{                                                                                          \
		about,                                                                             \
		{                                                                                  \
			0, K(warn), K(critical)                                                    \
		}                                                                                  \
	}

const struct rule_def rule_defs[N_RULES] = {
	[RULE_B1] = {"B1", "budget of a session", {{0}}, 0},
	[RULE_B2] = {"B2", "budget of a day", {{0}}, 0},
	[RULE_B3] = {"B3", "budget of a pull request, branch or project", {{0}}, 0},
	[RULE_B4] = {"B4", "budget of a week or month", {{0}}, 0},
	[RULE_R1] = {"R1", "burn rate of the last ten minutes",
		{NUMBER("USD an hour", 20, 60), NUMBER("times the usual 95th percentile", 4, 10),
			NUMBER("calls at least", 5, 5)},
		3},
	[RULE_R2] = {"R2", "session far dearer than usual",
		{NUMBER("times the median", 10, 40), NUMBER("USD at least", 5, 20),
			NUMBER("times the 95th percentile", 1.5, 3),
			NUMBER("sessions at least", 20, 20)},
		4},
	[RULE_R3] = {"R3", "pull request far dearer than usual",
		{NUMBER("times the median", 10, 40), NUMBER("USD at least", 5, 20),
			NUMBER("times the 95th percentile", 1.5, 3),
			NUMBER("pull requests at least", 10, 10)},
		4},
	[RULE_L1] = {"L1", "same call with the same result, within 20 calls of an agent",
		{NUMBER("calls", 5, 10)}, 1},
	[RULE_L2] = {"L2", "same call, within 30 calls of an agent", {NUMBER("calls", 10, 20)}, 1},
	[RULE_L3] = {"L3", "two calls in turn, within 20 calls of an agent",
		{NUMBER("alternations", 8, 16), NUMBER("% of the calls at least", 80, 80)}, 2},
	[RULE_L4] = {"L4", "same tool with the same error, in a row", {NUMBER("errors", 5, 10)}, 1},
	[RULE_E1] = {"E1", "API errors within ten minutes",
		{NUMBER("errors", 5, 15), NUMBER("retries of one call", 5, 1000),
			NUMBER("calls given up within 30 minutes", 1000, 3)},
		3},
	[RULE_X1] = {"X1", "context window used by one call", {NUMBER("%", 70, 90)}, 1},
	[RULE_X2] = {"X2", "calls in a row that write most of their context to the cache anew",
		{NUMBER("calls", 5, 10), NUMBER("% written at least", 50, 50),
			NUMBER("thousand tokens of context at least", 50, 50)},
		3},
	[RULE_X3] = {"X3", "compactions within 30 minutes", {NUMBER("compactions", 3, 5)}, 1},
	[RULE_S1] = {"S1", "many subagents",
		{NUMBER("at work within five minutes", 10, 25),
			NUMBER("started since the last prompt", 20, 60)},
		2},
	[RULE_S2] = {"S2", "subagents that subagents started", {NUMBER("depth", 2, 3)}, 1},
	[RULE_S3] = {"S3", "share of subagents in what a prompt cost",
		{NUMBER("%", 70, 90), NUMBER("USD at least", 5, 20)}, 2},
	[RULE_U1] = {"U1", "unattended: since the last prompt of a human",
		{NUMBER("USD", 10, 30), NUMBER("minutes", 60, 240)}, 2},
	[RULE_P1] = {"P1", "no progress: since the last edit, commit or test that went well",
		{NUMBER("USD", 3, 10)}, 1},
	[RULE_T1] = {"T1", "prompt far dearer than usual",
		{NUMBER("times the median", 10, 40), NUMBER("USD at least", 3, 10),
			NUMBER("prompts at least", 50, 50)},
		3},
	[RULE_Q1] = {"Q1", "tokens of a model without a price", {NUMBER("% more than", 0, 5)}, 1},
};

const struct rule_def *rule_find(struct str id, enum rule *out)
{
	for (size_t i = 0; i < N_RULES; i++) {
		if (!str_is(id, rule_defs[i].id))
			continue;
		*out = (enum rule)i;
		return &rule_defs[i];
	}
	return NULL;
}

const char *rule_level_name(enum rule_level level)
{
	static const char *const names[] = {
		[RULE_NONE] = "", [RULE_WARN] = "warn", [RULE_CRITICAL] = "critical"};
	return names[level];
}

struct rules rules_default(void)
{
	struct rules out = {.guard = GUARD_WARN};
	for (size_t i = 0; i < N_RULES; i++)
		for (size_t n = 0; n < rule_defs[i].n_numbers; n++)
			memcpy(out.limit[i][n], rule_defs[i].numbers[n].limit,
				sizeof out.limit[i][n]);
	return out;
}

// "12", "0.5", "1.25" as thousandths.
static bool parse_number(struct str s, int64_t *out)
{
	struct str fraction, whole = str_split(str_trim(s), '.', &fraction);
	int64_t v, f = 0;
	if (!str_int(whole, 0, INT64_C(1000000000), &v) || fraction.n > 3 ||
		(fraction.p && !str_int(fraction, 0, 999, &f)))
		return false;
	for (size_t i = fraction.n; i < 3; i++)
		f *= 10;
	*out = v * 1000 + f;
	return true;
}

bool rule_parse(enum rule rule, struct str value, struct rules *out)
{
	const struct rule_def *def = &rule_defs[rule];
	int64_t limit[RULE_MAX_NUMBERS][3] = {{0}};
	struct str rest = value;
	if (str_is(value, "off") || str_is(value, "on")) {
		out->is_off[rule] = str_is(value, "off");
		return true;
	}
	for (size_t n = 0; n < def->n_numbers; n++)
		for (int level = RULE_WARN; level <= RULE_CRITICAL; level++)
			if (!parse_number(str_split(rest, ',', &rest), &limit[n][level]))
				return false;
	if (rest.p || !def->n_numbers)
		return false;
	memcpy(out->limit[rule], limit, sizeof limit);
	return true;
}

void rule_print(enum rule rule, const struct rules *rules, struct buf *out)
{
	if (rules->is_off[rule]) {
		buf_addz(out, "off");
		return;
	}
	for (size_t n = 0; n < rule_defs[rule].n_numbers; n++)
		for (int level = RULE_WARN; level <= RULE_CRITICAL; level++) {
			int64_t v = rules->limit[rule][n][level];
			buf_printf(out, "%s%lld", n || level > RULE_WARN ? "," : "",
				(long long)(v / 1000));
			if (v % 1000)
				buf_printf(out, ".%03d", (int)(v % 1000));
		}
}

static void take_setting(struct rules *r, struct str key, struct str value)
{
	enum rule rule;
	if (str_is(key, "guard"))
		r->guard = str_is(value, "off")       ? GUARD_OFF
			   : str_is(value, "observe") ? GUARD_OBSERVE
						      : GUARD_WARN;
	else if (str_is(key, "polls"))
		(void)snprintf(r->polls, sizeof r->polls, " %.*s ", STR_ARG(value));
	else if (rule_find(key, &rule))
		(void)rule_parse(rule, value, r); // what is no limit leaves the default
}

bool rules_read(sqlite3 *db, struct rules *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT key, value FROM setting", -1, &s, NULL);
	if (rc != SQLITE_OK)
		return ledger_fail(db, "reading the settings", e);
	*out = rules_default();
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		take_setting(out, str_of((const char *)sqlite3_column_text(s, 0)),
			str_of((const char *)sqlite3_column_text(s, 1)));
	bool ok = rc == SQLITE_DONE || ledger_fail(db, "reading the settings", e);
	(void)sqlite3_finalize(s);
	return ok;
}
