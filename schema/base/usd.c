// SPDX-License-Identifier: MIT
#include "usd.h"

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

void usd_add(struct buf *out, int64_t usd_pico)
{
	uint64_t u = magnitude(usd_pico);
	if (usd_pico < 0)
		buf_addc(out, '-');
	buf_add_digits(out, u / (uint64_t)USD_PICO, 1);
	buf_addc(out, '.');
	buf_add_digits(out, u % (uint64_t)USD_PICO, 12);
}

// Below a cent the first two digits that say something.
static void add_small_usd(struct buf *out, uint64_t u)
{
	uint64_t unit = 1; // of the last digit shown
	int decimals = 12;
	while (u / unit >= 100) {
		unit *= 10;
		decimals--;
	}
	uint64_t n = (u + unit / 2) / unit;
	while (n % 10 == 0 && decimals > 2) {
		n /= 10;
		decimals--;
	}
	buf_printf(out, "0.%0*llu", decimals, (unsigned long long)n);
}

void usd_add_short(struct buf *out, int64_t usd_pico)
{
	uint64_t u = magnitude(usd_pico);
	buf_addz(out, usd_pico < 0 ? "-$" : "$");
	if (u > 0 && u < (uint64_t)USD_PICO / 100) {
		add_small_usd(out, u);
		return;
	}
	uint64_t cents = (u + (uint64_t)USD_PICO / 200) / ((uint64_t)USD_PICO / 100);
	buf_add_grouped(out, cents / 100);
	buf_printf(out, ".%02llu", (unsigned long long)(cents % 100));
}

void usd_add_rate(struct buf *out, int64_t usd_micro)
{
	uint64_t u = magnitude(usd_micro), part = u % 1000000;
	int n = 6;
	buf_addz(out, usd_micro < 0 ? "-$" : "$");
	buf_add_grouped(out, u / 1000000);
	for (; n > 2 && part % 10 == 0; n--)
		part /= 10;
	buf_addc(out, '.');
	buf_add_digits(out, part, n);
}
