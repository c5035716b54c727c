// SPDX-License-Identifier: MIT
// `ccl budget set`, `remove`, `allow`, `off`, `on`, `log`, `check`.
#include "budget_edit.h"

#include <stdio.h>

#include "clock.h"
#include "command.h"
#include "ledger.h"
#include "money_view.h"
#include "path.h"
#include "report.h"
#include "show.h"
#include "text.h"
#include "usd.h"
#include "when.h"
#include "wired.h"
#include "zone.h"

enum { WRITE_BUSY_MS = 5000 };
#define MAX_USD_PICO (INT64_C(1000000) * USD_PICO)

// "5", "0.50", "$12": up to twelve decimals.
static bool parse_usd(struct str text, const char *what, int64_t *out_pico, struct err *e)
{
	struct str fraction, whole = str_starts(text, "$") ? str_from(text, 1) : text;
	int64_t usd = 0, part = 0;
	whole = str_split(whole, '.', &fraction);
	bool ok = (whole.n || fraction.n) && (!whole.n || str_int(whole, 0, 1000000, &usd)) &&
		  fraction.n <= 12 && (!fraction.n || str_int(fraction, 0, USD_PICO - 1, &part));
	for (size_t i = fraction.n; ok && i < 12; i++)
		part *= 10;
	int64_t pico = usd * USD_PICO + part;
	if (!ok || pico <= 0 || pico > MAX_USD_PICO)
		return err_set(e, ERR_USAGE, "%s %.*s: not an amount of USD, such as 5 or 0.50",
			what, STR_ARG(text));
	*out_pico = pico;
	return true;
}

static bool open_write(struct command_call *call, sqlite3 **db, struct err *e)
{
	return ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, db, e);
}

// What the budgets allow, and hooks that they want, may have changed.
static bool refresh_hooks(struct command_call *call, struct err *e)
{
	AUTO(buf_free) struct buf report = {0};
	if (!wired_refresh(call->arena, &report, e))
		return false;
	(void)fputs(buf_z(&report), stdout);
	return true;
}

static void say_set(const struct budget *b)
{
	AUTO(buf_free) struct buf line = {0}, clean = {0};
	usd_add_short(&line, b->limit_pico);
	if (b->scope == BUDGET_SESSION || b->scope == BUDGET_PR)
		buf_addz(&line, b->scope == BUDGET_PR ? " a pull request" : " a session");
	else if (b->scope != BUDGET_ALL) {
		buf_printf(&line, " for %s ", budget_scope_name(b->scope));
		buf_add(&line, b->target);
	}
	if (b->period != BUDGET_TOTAL)
		buf_printf(&line, " a %s", budget_period_name(b->period));
	buf_addz(&line, b->mode == BUDGET_ENFORCE
				? ": beyond it prompts and tool calls are refused."
			: b->mode == BUDGET_OBSERVE ? ": what goes beyond it is recorded."
						    : ": you are warned near it and beyond it.");
	text_add_clean(&clean, buf_str(&line));
	(void)puts(buf_z(&clean));
}

// "NAME=100/week"
static bool read_named(struct str text, struct budget *b, struct err *e)
{
	size_t at = text.n;
	while (at > 0 && text.p[at - 1] != '=')
		at--;
	const char *what = b->scope == BUDGET_BRANCH ? "--branch" : "--project";
	if (at < 2)
		return err_set(e, ERR_USAGE, "%s %.*s: NAME=AMOUNT is wanted, such as api=100",
			what, STR_ARG(text));
	struct str period, amount = str_split(str_from(text, at), '/', &period);
	b->target = (struct str){text.p, at - 1};
	if (period.p && (b->scope != BUDGET_PROJECT || !budget_period_parse(period, &b->period)))
		return err_set(e, ERR_USAGE,
			b->scope == BUDGET_PROJECT
				? "%s %.*s: a period is day, week, month or total"
				: "%s %.*s: a branch has one budget, for all of time",
			what, STR_ARG(text));
	return parse_usd(amount, what, &b->limit_pico, e);
}

static bool read_budget(const struct args *args, enum option o, struct budget *b, struct err *e)
{
	static const struct {
		enum option option;
		enum budget_scope scope;
		enum budget_period period;
	} known[] = {
		{OPT_SESSION_USD, BUDGET_SESSION, BUDGET_TOTAL},
		{OPT_DAY, BUDGET_ALL, BUDGET_DAY},
		{OPT_WEEK, BUDGET_ALL, BUDGET_WEEK},
		{OPT_MONTH, BUDGET_ALL, BUDGET_MONTH},
		{OPT_PR, BUDGET_PR, BUDGET_TOTAL},
		{OPT_BRANCH_USD, BUDGET_BRANCH, BUDGET_TOTAL},
		{OPT_PROJECT_USD, BUDGET_PROJECT, BUDGET_MONTH},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (known[i].option != o)
			continue;
		*b = (struct budget){.scope = known[i].scope,
			.period = known[i].period,
			.target = STR(""),
			.mode = args_has(args, OPT_ENFORCE)   ? BUDGET_ENFORCE
				: args_has(args, OPT_OBSERVE) ? BUDGET_OBSERVE
							      : BUDGET_WARN};
		char what[24];
		(void)snprintf(what, sizeof what, "--%s", option_defs[o].name);
		return o == OPT_BRANCH_USD || o == OPT_PROJECT_USD
			       ? read_named(args->values[o], b, e)
			       : parse_usd(args->values[o], what, &b->limit_pico, e);
	}
	return err_set(e, ERR_INTERNAL, "no budget of that kind");
}

bool command_budget_set(struct command_call *call, struct err *e)
{
	static const enum option options[] = {OPT_SESSION_USD, OPT_DAY, OPT_WEEK, OPT_MONTH, OPT_PR,
		OPT_BRANCH_USD, OPT_PROJECT_USD};
	enum { N = sizeof options / sizeof *options };
	struct budget budgets[N];
	size_t n = 0;
	AUTO(ledger_close) sqlite3 *db = NULL;
	if (args_has(call->args, OPT_ENFORCE) && args_has(call->args, OPT_OBSERVE))
		return err_set(e, ERR_USAGE, "--enforce and --observe: one of them, please");
	for (size_t i = 0; i < N; i++)
		if (args_has(call->args, options[i]) &&
			!read_budget(call->args, options[i], &budgets[n++], e))
			return false;
	if (!n)
		return err_set(e, ERR_USAGE,
			"say what may be spent: `ccl budget set --session 5 --day 50`, or --week, "
			"--month, --pr, --branch NAME=20, --project NAME=100");
	if (!open_write(call, &db, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!budget_set(db, &budgets[i], clock_now_ms(), e))
			return false;
		say_set(&budgets[i]);
	}
	ledger_close(&db);
	return refresh_hooks(call, e);
}

// session, day, week, month, pr, branch [NAME], project [NAME], all
static bool read_which(const struct args *args, struct budget_which *out, struct err *e)
{
	struct str word = args->positionals[0];
	enum budget_period period;
	struct budget_which w = {.scope = BUDGET_ALL, .period = -1};
	bool is_named = str_is(word, "branch") || str_is(word, "project");
	if (str_is(word, "all"))
		w.all_scopes = true;
	else if (budget_period_parse(word, &period))
		w.period = (int)period;
	else if (!budget_scope_parse(word, &w.scope))
		return err_set(e, ERR_USAGE,
			"%.*s: session, day, week, month, pr, branch [NAME], project [NAME] or all",
			STR_ARG(word));
	if (args->n_positionals > 1) {
		if (!is_named)
			return err_set(e, ERR_USAGE,
				"a budget of a %.*s has no name: leave %.*s out", STR_ARG(word),
				STR_ARG(args->positionals[1]));
		w.target = args->positionals[1];
	}
	*out = w;
	return true;
}

bool command_budget_remove(struct command_call *call, struct err *e)
{
	struct budget_which which;
	AUTO(ledger_close) sqlite3 *db = NULL;
	int n;
	if (!read_which(call->args, &which, e) || !open_write(call, &db, e) ||
		!budget_remove(db, &which, clock_now_ms(), &n, e))
		return false;
	ledger_close(&db);
	if (!n)
		return err_set(e, ERR_USAGE,
			"there is no such budget: `ccl budget list` shows those that are");
	(void)printf(n == 1 ? "One budget is gone.\n" : "%d budgets are gone.\n", n);
	return refresh_hooks(call, e);
}

bool command_budget_allow(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL, *read = NULL;
	AUTO(buf_free) struct buf line = {0};
	struct str session;
	int64_t add_pico;
	if (!args_has(call->args, OPT_SESSION) || !args_has(call->args, OPT_ADD))
		return err_set(e, ERR_USAGE, "usage: ccl budget allow --session ID --add AMOUNT");
	if (!parse_usd(call->args->values[OPT_ADD], "--add", &add_pico, e) ||
		!report_open(call->arena, &read, e) ||
		!report_session(read, call->arena, call->args->values[OPT_SESSION], &session, e))
		return false;
	ledger_close(&read);
	if (!open_write(call, &db, e) || !budget_allow(db, session, add_pico, clock_now_ms(), e))
		return false;
	usd_add_short(&line, add_pico);
	(void)printf("Session %.8s may spend %s more.\n", session.p, buf_z(&line));
	return true;
}

bool command_budget_off(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	struct str text = call->args->values[OPT_FOR];
	int64_t now_ms = clock_now_ms(), span_ms;
	if (!text.p)
		return err_set(e, ERR_USAGE,
			"for how long? `ccl budget off --for 1h` (30m, 1h, 2d); `ccl budget "
			"remove` "
			"takes a budget away");
	if (!when_span(text, "--for", &span_ms, e))
		return false;
	int64_t until_ms = now_ms + span_ms;
	if (!open_write(call, &db, e) || !budget_off(db, until_ms, now_ms, e))
		return false;
	struct zone_time t = zone_local(until_ms);
	(void)printf("All budgets are lifted until %04lld-%02u-%02u %02u:%02u; `ccl budget on` "
		     "ends that.\n",
		(long long)t.year, t.month, t.day, t.hour, t.minute);
	return true;
}

bool command_budget_on(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	if (!open_write(call, &db, e) || !budget_off(db, 0, clock_now_ms(), e))
		return false;
	(void)puts("All budgets hold again.");
	return true;
}

bool command_budget_log(struct command_call *call, struct err *e)
{
	static const struct report_column columns[] = {
		{.name = "at", .about = "When", .type = VALUE_TIME},
		{.name = "who", .about = "Login name", .type = VALUE_TEXT},
		{.name = "act", .about = "set, remove, allow, off, on", .type = VALUE_TEXT},
		{.name = "scope", .about = "all, project, branch, pr, session", .type = VALUE_TEXT},
		{.name = "id", .about = "Project, branch or session", .type = VALUE_ID},
		{.name = "period", .about = "day, week, month, total", .type = VALUE_TEXT},
		{.name = "amount", .about = "The limit, or what is added to it", .type = VALUE_USD},
		{.name = "mode", .about = "observe, warn, enforce", .type = VALUE_TEXT},
		{.name = "until",
			.about = "Lifted until then",
			.type = VALUE_TIME,
			.is_alert = true},
	};
	enum { N = sizeof columns / sizeof *columns };
	int at[N];
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct result r = {.arena = call->arena,
		.name = STR("budget log"),
		.version = 1,
		.columns = columns,
		.n_columns = N};
	for (int i = 0; i < N; i++)
		at[i] = i;
	if (args_has(call->args, OPT_TIMEZONE) && !zone_set(call->args->values[OPT_TIMEZONE], e))
		return false;
	if (!report_open(call->arena, &db, e))
		return false;
	if (sqlite3_prepare_v2(db,
		    "SELECT at_ms, who, act, scope, nullif(target, ''), period, amount_pico, mode, "
		    "until_ms "
		    "FROM budget_change ORDER BY id DESC",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the budgets", e);
	if (!report_fetch(s, at, &r, e))
		return false;
	struct sink_frame frame = show_frame(call->args);
	frame.title = "Changes of budgets, the newest first";
	frame.empty = "No budget was set yet.";
	return show_result(call->args, &r, frame, e);
}

bool command_budget_check(struct command_call *call, struct err *e)
{
	const struct report_def *def = report_find(STR("budgets"));
	struct request req = {.def = def, .now_ms = clock_now_ms(), .until_ms = LEDGER_NO_END_MS};
	struct result r = {0};
	struct sink_frame frame = show_frame(call->args);
	AUTO(ledger_close) sqlite3 *db = NULL;
	struct str session = call->args->values[OPT_SESSION];
	if (args_has(call->args, OPT_TIMEZONE) && !zone_set(call->args->values[OPT_TIMEZONE], e))
		return false;
	if (!def || !report_open(call->arena, &db, e) ||
		(session.p && !report_session(db, call->arena, session, &req.session, e)) ||
		!money_view_apply(db, call->arena, call->args, def, &frame, e) ||
		!report_run(db, call->arena, &req, &r, e))
		return false;
	for (size_t c = 0; c < r.n_columns; c++)
		for (size_t i = 0; str_is(str_of(r.columns[c].name), "level") && i < r.n_rows;
			i++) {
			int status = str_is(r.rows[i][c].s, "over")   ? 3
				     : str_is(r.rows[i][c].s, "warn") ? 2
								      : 0;
			call->status = status > call->status ? status : call->status;
		}
	frame.title = def->title;
	frame.empty = def->empty;
	return show_result(call->args, &r, frame, e);
}
