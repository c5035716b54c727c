// SPDX-License-Identifier: MIT
#include "setting.h"

#include <string.h>

#include "currency.h"
#include "ledger.h"
#include "plan.h"

static const struct setting_def defs[] = {
	{.key = "guard",
		.fallback = "warn",
		.about = "What budgets and runaway rules do: off, observe (recorded only) or warn",
		.choices = "off observe warn",
		.is_wired = true},
	{.key = "carry",
		.fallback = "on",
		.about = "Work on the default branch counts for the branch that was then made from "
			 "it",
		.choices = "on off",
		.is_charged = true},
	{.key = "forge",
		.fallback = "on",
		.about = "`ccl pr resolve` may ask the forge, through gh or glab",
		.choices = "on off"},
	{.key = "budget.near",
		.fallback = "80",
		.about = "Percent of a budget from which it is said to be near its end",
		.kind = SETTING_PCT},
	{.key = "notify.level",
		.fallback = "critical",
		.about = "Alerts that are notified outside the conversation: off, warn or critical",
		.choices = "off warn critical"},
	{.key = "notify.terminal",
		.fallback = "auto",
		.about = "How the terminal is told: auto, off, bell, osc9, osc777 or osc99",
		.choices = "auto off bell osc9 osc777 osc99"},
	{.key = "notify.desktop",
		.fallback = "on",
		.about = "Alerts that the terminal does not show go to the desktop (notify-send, "
			 "osascript)",
		.choices = "on off"},
	{.key = "notify.command",
		.fallback = "",
		.about = "Shell command that gets each alert as JSON on its stdin",
		.kind = SETTING_TEXT},
	{.key = "notify.quiet",
		.fallback = "",
		.about = "Hours of the day without notifications, such as 22:00-07:00",
		.kind = SETTING_HOURS},
	{.key = "pager",
		.fallback = "on",
		.about = "What is longer than the terminal goes through $CCL_PAGER, $PAGER or less",
		.choices = "on off"},
	{.key = "plan",
		.fallback = "api",
		.about = "How Claude Code is paid for: " PLAN_NAMES,
		.kind = SETTING_PLAN},
	{.key = "currency",
		.fallback = "",
		.about = "Currency of tables and Markdown, and how much of it a dollar is, such as "
			 "EUR 0.92",
		.kind = SETTING_CURRENCY},
	{.key = "polls",
		.fallback = "",
		.about = "Tools, or programs of Bash, that may repeat without being a loop; blanks "
			 "between",
		.kind = SETTING_TEXT},
	{.key = "statusline.format",
		.fallback = "",
		.about = "Template of the status line; `ccl statusline --help` names its fields",
		.kind = SETTING_TEXT},
	{.key = TIP_CHEAPER_KEY,
		.fallback = TIP_CHEAPER,
		.about = "Model whose prices tips compare dearer models with",
		.kind = SETTING_TEXT},
};
enum { N_DEFS = sizeof defs / sizeof *defs };

size_t setting_count(void)
{
	return N_DEFS + N_RULES + n_tip_defs;
}

// "10,40,5,20": times the median; USD at least: warn, critical of each
static const char *about_rule(struct arena *a, const struct rule_def *def)
{
	struct buf b = {0};
	buf_addz(&b, def->about);
	for (size_t n = 0; n < def->n_numbers; n++)
		buf_printf(&b, "%s%s", n ? "; " : ": warn and critical in ", def->numbers[n].about);
	const char *z = arena_printf(a, "%s", buf_z(&b));
	buf_free(&b);
	return z;
}

static const struct setting_def *tip_setting(struct arena *a, const struct tip_def *tip)
{
	struct setting_def *def = arena_alloc(a, sizeof *def);
	*def = (struct setting_def){.key = arena_printf(a, "tip.%s", tip->id),
		.fallback = tip_limits_default(a, tip),
		.about = tip_limits_about(a, tip),
		.kind = SETTING_TIP,
		.tip = tip};
	return def;
}

const struct setting_def *setting_at(struct arena *a, size_t i)
{
	if (i < N_DEFS)
		return &defs[i];
	if (i >= N_DEFS + N_RULES)
		return tip_setting(a, &tip_defs[i - N_DEFS - N_RULES]);
	enum rule rule = (enum rule)(i - N_DEFS);
	struct buf b = {0};
	struct rules rules = rules_default();
	rule_print(rule, &rules, &b);
	struct setting_def *def = arena_alloc(a, sizeof *def);
	*def = (struct setting_def){.key = rule_defs[rule].id,
		.fallback = b.n ? arena_printf(a, "%s", buf_z(&b)) : "on",
		.about = about_rule(a, &rule_defs[rule]),
		.kind = SETTING_RULE,
		.rule = rule};
	buf_free(&b);
	return def;
}

const struct setting_def *setting_find(struct arena *a, struct str key)
{
	for (size_t i = 0; i < N_DEFS + N_RULES; i++)
		if (str_is(key, i < N_DEFS ? defs[i].key : rule_defs[i - N_DEFS].id))
			return setting_at(a, i);
	const struct tip_def *tip = str_starts(key, "tip.") ? tip_find(str_from(key, 4)) : NULL;
	return tip ? tip_setting(a, tip) : NULL;
}

static bool is_among(struct str value, const char *words)
{
	struct str rest = str_of(words);
	while (rest.n)
		if (str_eq(str_split(rest, ' ', &rest), value))
			return true;
	return false;
}

static bool is_hour(struct str s)
{
	int64_t h, m;
	struct str minutes, hours = str_split(s, ':', &minutes);
	return hours.n <= 2 && minutes.n == 2 && str_int(hours, 0, 24, &h) &&
	       str_int(minutes, 0, 59, &m);
}

bool setting_check(const struct setting_def *def, struct str value, struct err *e)
{
	struct rules rules = rules_default();
	struct tip_limits limits;
	struct str until, from = str_split(value, '-', &until);
	struct str rate, code = str_split(value, ' ', &rate);
	struct currency currency;
	int64_t pct;
	switch (def->kind) {
	case SETTING_CHOICE:
		return is_among(value, def->choices) ||
		       err_set(e, ERR_USAGE, "%s is one of: %s", def->key, def->choices);
	case SETTING_TEXT:
		return (value.n < 1000 && !memchr(value.p, '\n', value.n)) ||
		       err_set(e, ERR_USAGE, "%s is one line of at most 1,000 bytes", def->key);
	case SETTING_PCT:
		return str_int(value, 1, 99, &pct) ||
		       err_set(e, ERR_USAGE, "%s is a number of percent, 1 to 99", def->key);
	case SETTING_HOURS:
		return (is_hour(from) && is_hour(until)) ||
		       err_set(e, ERR_USAGE, "%s is from and until, such as 22:00-07:00", def->key);
	case SETTING_PLAN:
		return plan_price(value, &pct) ||
		       err_set(e, ERR_USAGE, "a plan is " PLAN_NAMES ", not %.*s", STR_ARG(value));
	case SETTING_CURRENCY:
		return rate.p ? currency_parse(code, rate, &currency, e)
			      : err_set(e, ERR_USAGE,
					"currency is a code and a rate, such as \"EUR 0.92\"");
	case SETTING_RULE:
		return rule_parse(def->rule, value, &rules) ||
		       err_set(e, ERR_USAGE, "%s is off, on%s%s (%s)", def->key,
			       rule_defs[def->rule].n_numbers ? ", or limits such as " : "",
			       rule_defs[def->rule].n_numbers ? def->fallback : "", def->about);
	case SETTING_TIP:
		return tip_limits_parse(def->tip, value, &limits) ||
		       err_set(e, ERR_USAGE, "%s is off, on, or %s such as %s (%s)", def->key,
			       def->tip->n_numbers > 1 ? "numbers" : "a number", def->fallback,
			       def->about);
	}
	return false;
}

static bool is_set_to(
	sqlite3 *db, const struct setting_def *def, const char *value, bool *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT coalesce((SELECT value FROM setting WHERE key = ?1), ?2) = "
		    "coalesce(?3, ?2)",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_text(s, 1, def->key, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_bind_text(s, 2, def->fallback, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_bind_text(s, 3, value, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "reading the settings", e);
	*out = sqlite3_column_int(s, 0) != 0;
	return true;
}

static bool write(sqlite3 *db, const struct setting_def *def, const char *value, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	const char *sql =
		value ? "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET "
			"value = excluded.value"
		      : "DELETE FROM setting WHERE key = ?1";
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_text(s, 1, def->key, -1, SQLITE_STATIC) != SQLITE_OK ||
		(value && sqlite3_bind_text(s, 2, value, -1, SQLITE_STATIC) != SQLITE_OK) ||
		sqlite3_step(s) != SQLITE_DONE)
		return ledger_fail(db, "writing the settings", e);
	return true;
}

// All turns, from the start; one such row is enough.
static const char due_sql[] =
	"INSERT INTO charge_due(since_ms) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM charge_due "
	"WHERE "
	"project_id IS NULL AND branch_id IS NULL AND session_id IS NULL AND since_ms = 0)";

bool setting_set(sqlite3 *db, const struct setting_def *def, const char *value,
	bool *out_has_changed, struct err *e)
{
	bool is_same = false;
	if (!ledger_exec(db, "BEGIN IMMEDIATE", e))
		return false;
	bool ok = is_set_to(db, def, value, &is_same, e) && write(db, def, value, e) &&
		  (is_same || !def->is_charged || ledger_exec(db, due_sql, e));
	if (!ledger_end(db, ok, e))
		return false;
	*out_has_changed = !is_same;
	return true;
}
