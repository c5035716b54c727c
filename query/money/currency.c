// SPDX-License-Identifier: MIT
#include "currency.h"

#include "decimal.h"
#include "usd.h"

enum { NANO_DIGITS = 9 };

__extension__ typedef unsigned __int128 wide;

// pico-USD times a rate in billionths
#define UNIT ((wide)1000000000000 * 1000000000)

bool currency_parse(struct str code, struct str rate, struct currency *out, struct err *e)
{
	struct currency c = {0};
	bool is_code = code.n == 3;
	for (size_t i = 0; is_code && i < 3; i++) {
		char x = code.p[i];
		c.code[i] = (char)(x >= 'a' && x <= 'z' ? x - 'a' + 'A' : x);
		is_code = c.code[i] >= 'A' && c.code[i] <= 'Z';
	}
	if (!is_code)
		return err_set(e, ERR_USAGE, "%.*s: a currency is three letters, such as EUR",
			STR_ARG(code));
	enum decimal d = decimal_parse(
		rate, NANO_DIGITS, INT64_C(1000000) * INT64_C(1000000000), &c.rate_nano);
	if (d != DECIMAL_EXACT || c.rate_nano == 0)
		return err_set(e, ERR_USAGE,
			"%.*s: a rate says how much %s a dollar is, such as 0.92 (at most nine "
			"digits behind the point)",
			STR_ARG(rate), c.code);
	if (strcmp(c.code, "USD") == 0 && c.rate_nano != 1000000000)
		return err_set(e, ERR_USAGE, "%.*s: a dollar is 1 USD", STR_ARG(rate));
	*out = c;
	return true;
}

static void add_sign(struct buf *out, const char *code)
{
	static const char *const signs[][2] = {
		{"USD", "$"}, {"EUR", "€"}, {"GBP", "£"}, {"JPY", "¥"}, {"INR", "₹"}};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strcmp(code, signs[i][0]) == 0) {
			buf_addz(out, signs[i][1]);
			return;
		}
	buf_printf(out, "%s ", code);
}

// Below a hundredth the first two digits that say something, as usd_add_short.
static void add_small(struct buf *out, wide v)
{
	wide unit = 1; // of the last digit shown
	int decimals = 21;
	while (v / unit >= 100) {
		unit *= 10;
		decimals--;
	}
	uint64_t n = (uint64_t)((v + unit / 2) / unit);
	while (n % 10 == 0 && decimals > 2) {
		n /= 10;
		decimals--;
	}
	buf_printf(out, "0.%0*llu", decimals, (unsigned long long)n);
}

void currency_add(struct buf *out, const struct currency *c, int64_t usd_pico)
{
	if (!c->code[0]) {
		usd_add_short(out, usd_pico);
		return;
	}
	uint64_t u = usd_pico < 0 ? 0 - (uint64_t)usd_pico : (uint64_t)usd_pico;
	wide v = (wide)u * (wide)c->rate_nano;
	if (usd_pico < 0)
		buf_addc(out, '-');
	add_sign(out, c->code);
	if (v > 0 && v < UNIT / 100) {
		add_small(out, v);
		return;
	}
	wide hundredths = (v + UNIT / 200) / (UNIT / 100);
	buf_add_grouped(out, (uint64_t)(hundredths / 100));
	buf_printf(out, ".%02u", (unsigned)(hundredths % 100));
}

void currency_add_rate(struct buf *out, const struct currency *c)
{
	buf_add_digits(out, (uint64_t)c->rate_nano / 1000000000, 1);
	buf_addc(out, '.');
	buf_add_digits(out, (uint64_t)c->rate_nano % 1000000000, NANO_DIGITS);
	while (out->p[out->n - 1] == '0')
		out->n--;
	out->n -= out->p[out->n - 1] == '.';
}
