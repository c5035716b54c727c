// SPDX-License-Identifier: MIT
#include "tip_limit.h"

#include "args.h"
#include "buf.h"
#include "decimal.h"
#include "ledger.h"

enum { MAX_USD = 1000000, MAX_NUMBER = 1000000000 };

const struct tip_def *tip_find(struct str id)
{
	for (size_t i = 0; i < n_tip_defs; i++)
		if (str_is(id, tip_defs[i].id))
			return &tip_defs[i];
	return NULL;
}

bool tip_unknown(struct str id, struct err *e)
{
	enum { MAX_NAMES = 64 };
	const char *names[MAX_NAMES];
	size_t n = 0;
	for (; n < n_tip_defs && n < MAX_NAMES; n++)
		names[n] = tip_defs[n].id;
	const char *near = args_nearest(id, names, n);
	return err_set(e, ERR_USAGE, "there is no rule %.*s: %s%s%s", STR_ARG(id),
		near ? "did you mean " : "`ccl config` lists them, as tip.RULE", near ? near : "",
		near ? "?" : "");
}

bool tip_limits_parse(const struct tip_def *def, struct str value, struct tip_limits *out)
{
	struct tip_limits l = {.is_off = str_is(value, "off")};
	struct str rest = value;
	for (size_t i = 0; i < def->n_numbers; i++) {
		const struct tip_number *number = &def->numbers[i];
		bool is_default = l.is_off || str_is(value, "on");
		l.texts[i] = is_default ? str_of(number->fallback)
					: str_trim(str_split(rest, ',', &rest));
		int64_t max = number->unit == TIP_USD ? MAX_USD : MAX_NUMBER;
		if (decimal_parse(l.texts[i], 3, max * 1000, &l.milli[i]) != DECIMAL_EXACT ||
			(number->unit == TIP_COUNT && l.milli[i] % 1000))
			return false;
	}
	if (rest.p && !l.is_off && !str_is(value, "on"))
		return false;
	*out = l;
	return true;
}

static const char *in_arena(struct arena *a, struct buf *b)
{
	const char *z = arena_printf(a, "%s", buf_z(b));
	buf_free(b);
	return z;
}

const char *tip_limits_default(struct arena *a, const struct tip_def *def)
{
	struct buf b = {0};
	for (size_t i = 0; i < def->n_numbers; i++)
		buf_printf(&b, "%s%s", i ? "," : "", def->numbers[i].fallback);
	return in_arena(a, &b);
}

static const char *unit_word(enum tip_unit unit)
{
	switch (unit) {
	case TIP_COUNT: return "";
	case TIP_USD: return "USD ";
	case TIP_TIMES: return "";
	case TIP_PCT: return "% ";
	}
	return "";
}

const char *tip_limits_about(struct arena *a, const struct tip_def *def)
{
	struct buf b = {0};
	buf_printf(&b, "Tip: %s", def->title);
	for (size_t i = 0; i < def->n_numbers; i++)
		buf_printf(&b, "%s%s%s", i ? "; " : ": ", unit_word(def->numbers[i].unit),
			def->numbers[i].about);
	return in_arena(a, &b);
}

bool tip_limits_read(sqlite3 *db, struct arena *a, const struct tip_def *def,
	struct tip_limits *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	const char *key = arena_printf(a, "tip.%s", def->id);
	if (sqlite3_prepare_v2(db, "SELECT value FROM setting WHERE key = ?1", -1, &s, NULL) !=
			SQLITE_OK ||
		sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC) != SQLITE_OK)
		return ledger_fail(db, "reading the settings", e);
	int rc = sqlite3_step(s);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return ledger_fail(db, "reading the settings", e);
	const char *value = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : "on";
	return tip_limits_parse(def, arena_str(a, str_of(value)), out) ||
	       tip_limits_parse(def, STR("on"), out) ||
	       err_set(e, ERR_INTERNAL, "tip %s: bad defaults", def->id);
}
