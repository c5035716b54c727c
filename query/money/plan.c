// SPDX-License-Identifier: MIT
// `ccl plan set`. `ccl plan` itself is a report.
#include "plan.h"

#include <stdio.h>

#include "command.h"
#include "decimal.h"
#include "ledger.h"
#include "path.h"
#include "setting.h"
#include "usd.h"

enum { WRITE_BUSY_MS = 5000 };
#define MAX_PICO (INT64_C(100000) * USD_PICO)

// A month, without tax, as claude.com had them in 2026; of team a premium seat.
static const struct {
	const char *name;
	int64_t usd;
} plans[] = {{"api", 0}, {"pro", 20}, {"max5", 100}, {"max20", 200}, {"team", 150}};

bool plan_price(struct str plan, int64_t *out_pico)
{
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
		if (str_is(plan, plans[i].name)) {
			*out_pico = plans[i].usd * USD_PICO;
			return true;
		}
	struct str number = str_starts(plan, "$") ? str_from(plan, 1) : plan;
	int64_t pico;
	if (decimal_parse(number, 12, MAX_PICO, &pico) != DECIMAL_EXACT || pico == 0)
		return false;
	*out_pico = pico;
	return true;
}

bool command_plan_set(struct command_call *call, struct err *e)
{
	struct str word = call->args->positionals[0];
	const struct setting_def *def = setting_find(call->arena, STR("plan"));
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf price = {0};
	int64_t pico;
	bool has_changed;
	if (!setting_check(def, word, e) ||
		!ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, &db, e) ||
		!setting_set(db, def, word.p, &has_changed, e))
		return false;
	if (!plan_price(word, &pico) || pico == 0) {
		(void)puts("Plan: api. Sums of money are what the API bills.");
		return true;
	}
	usd_add_short(&price, pico);
	(void)printf("Plan: %s a month%s. Sums of money are API-equivalent; `ccl plan` shows what "
		     "it is worth.\n",
		buf_z(&price),
		str_is(word, "team") ? " (a premium seat; `ccl plan set PRICE` for another)" : "");
	return true;
}
