// SPDX-License-Identifier: MIT
// `ccl tips dismiss` and `restore`.
#include <stdio.h>

#include "clock.h"
#include "command.h"
#include "ledger.h"
#include "path.h"
#include "tip_dismiss.h"
#include "tip_limit.h"
#include "when.h"
#include "zone.h"

enum { WRITE_BUSY_MS = 5000, DEFAULT_DAYS = 14 };
#define DAY_MS INT64_C(86400000)

static bool find_rule(struct command_call *call, const struct tip_def **out, struct err *e)
{
	struct str id = call->args->positionals[0];
	*out = tip_find(id);
	return *out || tip_unknown(id, e);
}

bool command_tips_dismiss(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	const struct tip_def *def;
	struct str text = call->args->values[OPT_FOR];
	int64_t now_ms = clock_now_ms(), span_ms = DEFAULT_DAYS * DAY_MS;
	if (!find_rule(call, &def, e) || (text.p && !when_span(text, "--for", &span_ms, e)) ||
		!ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, &db, e) ||
		!tip_dismiss(db, def->id, now_ms + span_ms, e))
		return false;
	struct zone_time t = zone_local(now_ms + span_ms);
	(void)printf("%s is not shown until %04lld-%02u-%02u %02u:%02u; `ccl tips restore %s` "
		     "brings it back.\n",
		def->id, (long long)t.year, t.month, t.day, t.hour, t.minute, def->id);
	return true;
}

bool command_tips_restore(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	const struct tip_def *def;
	if (!find_rule(call, &def, e) ||
		!ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, &db, e) ||
		!tip_restore(db, def->id, clock_now_ms(), e))
		return false;
	(void)printf("%s is shown again.\n", def->id);
	return true;
}
