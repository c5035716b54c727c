// SPDX-License-Identifier: MIT
#include "price.h"

#include "args.h"
#include "clock.h"
#include "decimal.h"
#include "ledger.h"
#include "model.h"

enum { MICRO_DIGITS = 6, PICO_DIGITS = 12, MAX_FACTOR = 100, MAX_ARN_BYTES = 512 };
#define MAX_SEARCH_PICO INT64_C(1000000000000)

// "cache-5m" is "cache_5m".
static bool is_name(struct str s, const char *name)
{
	if (s.n != strlen(name))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != name[i] && !(s.p[i] == '-' && name[i] == '_'))
			return false;
	return true;
}

bool price_take_rate(struct price *p, struct price_words *w, enum price_rate rate, struct str value,
	int digits, struct err *e)
{
	struct str number = str_starts(value, "$") ? str_from(value, 1) : value;
	enum decimal d = decimal_parse(number, digits, PRICE_MAX_RATE, &p->rates[rate]);
	w->has_rate[rate] = d == DECIMAL_EXACT;
	if (d == DECIMAL_EXACT)
		return true;
	return err_set(e, ERR_USAGE,
		d == DECIMAL_ROUNDED
			? "%s=%.*s: a rate has at most six digits behind the point"
			: "%s=%.*s: not a rate, which is USD per million tokens, 0 to 1000",
		price_rate_names[rate], STR_ARG(value));
}

// "11/10", "2"; of fast also "no": not sold.
static bool take_factor(struct price *p, enum price_factor f, struct str value, struct err *e)
{
	struct str den, num = str_split(value, '/', &den);
	struct price_ratio r = {0, 1};
	bool ok = str_int(num, 1, MAX_FACTOR, &r.num) &&
		  (!den.p || str_int(den, 1, MAX_FACTOR, &r.den));
	if (f == PRICE_FAST && str_is(value, "no"))
		ok = true;
	if (!ok)
		return err_set(e, ERR_USAGE,
			"%s=%.*s: not a factor such as 2 or 11/10 (up to 100, whole numbers)%s",
			price_factor_names[f], STR_ARG(value),
			f == PRICE_FAST ? ", or no: not sold" : "");
	p->factors[f] = r;
	return true;
}

static bool take_date(struct str name, struct str value, int64_t *out_ms, struct err *e)
{
	return (value.n == 10 && clock_parse_iso(value, out_ms)) ||
	       err_set(e, ERR_USAGE,
		       "%.*s=%.*s: not a date such as 2026-11-01; prices change at midnight UTC",
		       STR_ARG(name), STR_ARG(value));
}

static bool unknown_name(struct str name, struct err *e)
{
	static const char *const names[] = {"input", "output", "cache-5m", "cache-1h", "cache-read",
		"search", "fast", "geo-us", "regional", "batch", "from", "until", "like"};
	const char *near = args_nearest(name, names, sizeof names / sizeof *names);
	return err_set(e, ERR_USAGE, "%.*s: a price has no such part: %s%s%s", STR_ARG(name),
		near ? "did you mean " : "`ccl price set --help` names them", near ? near : "",
		near ? "?" : "");
}

bool price_take(
	struct price *p, struct price_words *w, struct str name, struct str value, struct err *e)
{
	if (!value.n)
		return err_set(
			e, ERR_USAGE, "%.*s wants a value: %.*s=...", STR_ARG(name), STR_ARG(name));
	for (int i = 0; i < PRICE_N_RATES; i++)
		if (is_name(name, price_rate_names[i]))
			return price_take_rate(p, w, (enum price_rate)i, value, MICRO_DIGITS, e);
	for (int f = 0; f < PRICE_N_FACTORS; f++) {
		if (!is_name(name, price_factor_names[f]))
			continue;
		w->has_factor[f] = true;
		return take_factor(p, (enum price_factor)f, value, e);
	}
	if (str_is(name, "from"))
		return take_date(name, value, &p->from_ms, e);
	if (str_is(name, "until"))
		return take_date(name, value, &p->until_ms, e);
	if (str_is(name, "like")) {
		w->like = value;
		return true;
	}
	if (!str_is(name, "search"))
		return unknown_name(name, e);
	struct str number = str_starts(value, "$") ? str_from(value, 1) : value;
	w->has_search = true;
	return decimal_parse(number, PICO_DIGITS, MAX_SEARCH_PICO, &p->search_pico) ==
		       DECIMAL_EXACT ||
	       err_set(e, ERR_USAGE, "search=%.*s: not USD for a web search, 0 to 1",
		       STR_ARG(value));
}

bool price_complete(sqlite3 *db, struct price *p, const struct price_words *w, bool *out_is_known,
	struct err *e)
{
	static const struct price_ratio times_input[PRICE_N_RATES] = {
		[PRICE_CACHE_5M] = {5, 4}, [PRICE_CACHE_1H] = {2, 1}, [PRICE_CACHE_READ] = {1, 10}};
	struct price d = {.model = p->model};
	if (!w->has_rate[PRICE_INPUT] || !w->has_rate[PRICE_OUTPUT])
		return err_set(e, ERR_USAGE,
			"%.*s: input and output are wanted, in USD per million tokens: `ccl price "
			"set %.*s input=3 output=15`",
			STR_ARG(p->model), STR_ARG(p->model));
	if (p->from_ms >= p->until_ms)
		return err_set(e, ERR_USAGE, "from= must lie before until=, which is exclusive");
	if (!price_defaults(db, &d, out_is_known, e))
		return false;
	for (int i = PRICE_CACHE_5M; i < PRICE_N_RATES; i++) {
		int64_t product = p->rates[PRICE_INPUT] * times_input[i].num;
		if (w->has_rate[i])
			continue;
		if (product % times_input[i].den)
			return err_set(e, ERR_USAGE,
				"%.*s: %s is not to be had exactly from this input: say "
				"%s=...",
				STR_ARG(p->model), price_rate_names[i], price_rate_names[i]);
		p->rates[i] = product / times_input[i].den;
	}
	for (int f = 0; f < PRICE_N_FACTORS; f++)
		if (!w->has_factor[f])
			p->factors[f] = d.factors[f];
	if (!w->has_search)
		p->search_pico = d.search_pico;
	return price_check(p, e);
}

bool price_model(struct arena *a, struct str text, struct str *out, struct err *e)
{
	struct str model = model_normalise(a, text);
	// an ARN does not say which model it is, but is written the same each time
	if (!model.p && str_starts(text, "arn:") && text.n <= MAX_ARN_BYTES)
		model = arena_str(a, text);
	bool is_id = model.n > 0;
	for (size_t i = 0; is_id && i < model.n; i++) // '?' stands for bytes that no id has
		is_id = model.p[i] > ' ' && model.p[i] < 127 && model.p[i] != '?';
	if (!is_id)
		return err_set(e, ERR_USAGE, "%.*s is no model's id", STR_ARG(text));
	*out = model;
	return true;
}
