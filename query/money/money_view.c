// SPDX-License-Identifier: MIT
#include "money_view.h"

#include "currency.h"
#include "ledger.h"
#include "plan.h"

static bool is_for_programs(const struct args *args)
{
	return args_has(args, OPT_JSON) || args_has(args, OPT_CSV) || args_has(args, OPT_TSV);
}

bool money_view_check(const struct args *args, struct err *e)
{
	struct str code = args->values[OPT_CURRENCY], rate = args->values[OPT_RATE];
	struct currency c;
	if (!code.p && rate.p)
		return err_set(e, ERR_USAGE,
			"--rate %.*s: of which currency? `--currency EUR --rate 0.92`",
			STR_ARG(rate));
	if (code.p && is_for_programs(args))
		return err_set(e, ERR_USAGE,
			"--currency %.*s: JSON, CSV and TSV are exact, in USD: leave it out",
			STR_ARG(code));
	return !code.p || currency_parse(code, rate.p ? rate : STR("1"), &c, e);
}

// STR_NONE: not set.
static bool read_setting(
	sqlite3 *db, struct arena *a, const char *key, struct str *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, "SELECT value FROM setting WHERE key = ?1", -1, &s, NULL) !=
			SQLITE_OK ||
		sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC) != SQLITE_OK)
		return ledger_fail(db, "reading the settings", e);
	int rc = sqlite3_step(s);
	*out = rc == SQLITE_ROW ? arena_str(a, str_of((const char *)sqlite3_column_text(s, 0)))
				: STR_NONE;
	return rc == SQLITE_ROW || rc == SQLITE_DONE || ledger_fail(db, "reading the settings", e);
}

// What was asked for, else what is set; a code without its rate takes that of the setting.
static bool find_currency(
	sqlite3 *db, struct arena *a, const struct args *args, struct currency *out, struct err *e)
{
	struct str code = args->values[OPT_CURRENCY], rate = args->values[OPT_RATE], set, set_rate;
	struct currency c = {0};
	struct err ignored = {0};
	if (!read_setting(db, a, "currency", &set, e))
		return false;
	struct str set_code = str_split(set, ' ', &set_rate);
	bool is_set = set.n && currency_parse(set_code, set_rate, &c, &ignored);
	if (code.p && rate.p)
		return currency_parse(code, rate, out, e);
	if (code.p && currency_parse(code, STR("1"), out, &ignored) &&
		strcmp(out->code, "USD") != 0 && (!is_set || strcmp(out->code, c.code) != 0))
		return err_set(e, ERR_USAGE,
			"--currency %s: at what rate? `--rate 0.92`, or `ccl config set currency "
			"\"%s 0.92\"`",
			out->code, out->code);
	if (!code.p || strcmp(out->code, "USD") != 0)
		*out = c;
	return true;
}

static bool has_money(const struct report_def *def)
{
	for (size_t i = 0; i < def->n_columns; i++)
		if (def->columns[i].type == VALUE_USD)
			return true;
	return false;
}

bool money_view_apply(sqlite3 *db, struct arena *a, const struct args *args,
	const struct report_def *def, struct sink_frame *frame, struct err *e)
{
	struct currency c = {0};
	struct str plan;
	int64_t pico = 0;
	AUTO(buf_free) struct buf words = {0}, rate = {0};
	if (!has_money(def))
		return true;
	if (!read_setting(db, a, "plan", &plan, e))
		return false;
	if (plan.p && plan_price(plan, &pico) && pico > 0) {
		frame->basis = "api-equivalent";
		buf_addz(&words, "API-equivalent");
	}
	if (is_for_programs(args))
		return true;
	if (!find_currency(db, a, args, &c, e))
		return false;
	if (c.code[0] && strcmp(c.code, "USD") != 0) {
		currency_add_rate(&rate, &c);
		buf_printf(&words, "%sin %s at %s", words.n ? ", " : "", c.code, buf_z(&rate));
		value_set_currency(&c);
	}
	if (!words.n)
		return true;
	frame->note = arena_printf(a, "Money is %s.", buf_z(&words));
	frame->context = arena_printf(a, "%s%s%s", buf_z(&words), frame->context ? ", " : "",
		frame->context ? frame->context : "");
	return true;
}
