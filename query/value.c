// SPDX-License-Identifier: MIT
#include "value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "text.h"
#include "usd.h"
#include "zone.h"

static struct currency currency; // of the whole process, as the zone is

void value_set_currency(const struct currency *c)
{
	currency = *c;
}

const char *value_type_name(enum value_type type)
{
	static const char *const names[] = {
		[VALUE_TEXT] = "text",
		[VALUE_ID] = "id",
		[VALUE_PATH] = "path",
		[VALUE_NUMBER] = "number",
		[VALUE_INT] = "int",
		[VALUE_TOKENS] = "tokens",
		[VALUE_USD] = "usd",
		[VALUE_RATE] = "rate",
		[VALUE_TIME] = "time",
		[VALUE_DAY] = "day",
		[VALUE_HOUR] = "hour",
		[VALUE_WEEK] = "week",
		[VALUE_MONTH] = "month",
		[VALUE_SPAN] = "span",
		[VALUE_PCT] = "pct",
		[VALUE_BOOL] = "bool",
		[VALUE_QUANTITY] = "quantity",
		[VALUE_JSON] = "json",
		[VALUE_EXACT] = "usd", // to a program there is no difference
	};
	return names[type];
}

bool value_is_number(enum value_type type)
{
	return type == VALUE_NUMBER || type == VALUE_INT || type == VALUE_TOKENS ||
	       type == VALUE_USD || type == VALUE_EXACT || type == VALUE_RATE ||
	       type == VALUE_SPAN || type == VALUE_PCT || type == VALUE_QUANTITY;
}

bool value_is_text(enum value_type type)
{
	return type == VALUE_TEXT || type == VALUE_ID || type == VALUE_PATH;
}

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

static void add_tokens(struct buf *out, int64_t v)
{
	static const char *const suffix[] = {"k", "M", "B", "T"};
	uint64_t u = magnitude(v), unit = 1000;
	if (v < 0)
		buf_addc(out, '-');
	if (u < 1000) {
		buf_add_int(out, (int64_t)u);
		return;
	}
	// 999,950 is 1.0M, not 1000.0k
	size_t i = 0;
	while (i < 3 && u >= unit * 1000 - unit / 20) {
		unit *= 1000;
		i++;
	}
	uint64_t tenths = (u + unit / 20) / (unit / 10);
	buf_printf(out, "%llu.%llu%s", (unsigned long long)(tenths / 10),
		(unsigned long long)(tenths % 10), suffix[i]);
}

static void add_span(struct buf *out, int64_t ms)
{
	int64_t s = (ms + 500) / 1000;
	if (ms < 1000)
		buf_printf(out, ms > 0 ? "%.1fs" : "%.0fs", (double)ms / 1000);
	else if (s < 60)
		buf_printf(out, "%llds", (long long)s);
	else if (s < 3600)
		buf_printf(out, "%lldm %llds", (long long)(s / 60), (long long)(s % 60));
	else if (s < 86400)
		buf_printf(out, "%lldh %lldm", (long long)(s / 3600), (long long)(s / 60 % 60));
	else
		buf_printf(out, "%lldd %lldh", (long long)(s / 86400), (long long)(s / 3600 % 24));
}

// Decimal, never with an exponent, without the noise behind the last exact digit.
static void add_real(struct buf *out, double r)
{
	char z[64];
	if (!isfinite(r))
		return;
	if (fabs(r) >= 1e15 || r == floor(r)) {
		(void)snprintf(z, sizeof z, "%.17g", r);
	} else {
		(void)snprintf(z, sizeof z, "%.12f", r);
		size_t n = strlen(z);
		while (z[n - 1] == '0')
			z[--n] = '\0';
		if (z[n - 1] == '.')
			z[n - 1] = '\0';
	}
	buf_addz(out, z);
}

static double as_real(const struct cell *c)
{
	return c->kind == CELL_INT ? (double)c->i : c->r;
}

void value_add_machine(struct buf *out, enum value_type type, const struct cell *c)
{
	char iso[CLOCK_ISO_BYTES];
	switch (c->kind) {
	case CELL_NULL: return;
	case CELL_TEXT: buf_add(out, c->s); return;
	case CELL_REAL: add_real(out, c->r); return;
	case CELL_INT: break;
	}
	if (type == VALUE_USD || type == VALUE_EXACT) {
		usd_add(out, c->i);
	} else if (type == VALUE_RATE) {
		uint64_t u = magnitude(c->i);
		buf_add_digits(out, u / 1000000, 1);
		buf_addc(out, '.');
		buf_add_digits(out, u % 1000000, 6);
	} else if (type == VALUE_TIME) {
		clock_format_iso(c->i, iso);
		buf_addz(out, iso);
	} else if (type == VALUE_SPAN) {
		uint64_t u = magnitude(c->i);
		if (c->i < 0)
			buf_addc(out, '-');
		buf_add_digits(out, u / 1000, 1);
		buf_addc(out, '.');
		buf_add_digits(out, u % 1000, 3);
	} else if (type == VALUE_BOOL) {
		buf_addz(out, c->i ? "true" : "false");
	} else if (type == VALUE_QUANTITY) {
		usd_add(out, c->i);
		while (out->p[out->n - 1] == '0')
			out->n--;
		out->n -= out->p[out->n - 1] == '.';
	} else {
		buf_add_int(out, c->i);
	}
}

// "$0.125": all digits, at least two behind the point.
static void add_exact(struct buf *out, int64_t usd_pico)
{
	buf_addz(out, usd_pico < 0 ? "-$" : "$");
	buf_add_grouped(out, magnitude(usd_pico) / USD_PICO);
	buf_addc(out, '.');
	buf_add_digits(out, magnitude(usd_pico) % USD_PICO, 12);
	for (int i = 0; i < 10 && out->p[out->n - 1] == '0'; i++)
		out->n--;
}

// Whole, or to the hundredth.
static void add_quantity(struct buf *out, int64_t v)
{
	uint64_t hundredths = (magnitude(v) + USD_PICO / 200) / (USD_PICO / 100);
	if (v < 0)
		buf_addc(out, '-');
	buf_add_grouped(out, hundredths / 100);
	if (magnitude(v) % USD_PICO)
		buf_printf(out, ".%02llu", (unsigned long long)(hundredths % 100));
}

static void add_time(struct buf *out, int64_t ms)
{
	struct zone_time t = zone_local(ms);
	buf_printf(out, "%04lld-%02u-%02u %02u:%02u", (long long)t.year, t.month, t.day, t.hour,
		t.minute);
}

static void add_human_text(struct buf *out, enum value_type type, struct str s)
{
	// 2026-10-25T02:00:00+02:00 -> 2026-10-25 02:00 +02:00
	if (type == VALUE_HOUR && s.n == 25)
		buf_printf(out, "%.10s %.5s %.6s", s.p, s.p + 11, s.p + 19);
	else
		text_add_clean(out, s);
}

void value_add_human(struct buf *out, enum value_type type, const struct cell *c)
{
	if (c->kind == CELL_NULL) {
		buf_addc(out, '-');
	} else if (c->kind == CELL_TEXT) {
		add_human_text(out, type, c->s);
	} else if (type == VALUE_PCT) {
		buf_printf(out, "%.1f%%", as_real(c) * 100);
	} else if (c->kind == CELL_REAL) {
		add_real(out, c->r);
	} else if (type == VALUE_USD) {
		currency_add(out, &currency, c->i);
	} else if (type == VALUE_RATE) {
		usd_add_rate(out, c->i);
	} else if (type == VALUE_EXACT) {
		add_exact(out, c->i);
	} else if (type == VALUE_TOKENS) {
		add_tokens(out, c->i);
	} else if (type == VALUE_TIME) {
		add_time(out, c->i);
	} else if (type == VALUE_SPAN) {
		add_span(out, c->i);
	} else if (type == VALUE_NUMBER) {
		buf_add_int(out, c->i);
	} else if (type == VALUE_BOOL) {
		buf_addz(out, c->i ? "yes" : "no");
	} else if (type == VALUE_QUANTITY) {
		add_quantity(out, c->i);
	} else {
		if (c->i < 0)
			buf_addc(out, '-');
		buf_add_grouped(out, magnitude(c->i));
	}
}

int value_cmp(const struct cell *a, const struct cell *b)
{
	if (a->kind == CELL_NULL || b->kind == CELL_NULL)
		return (a->kind != CELL_NULL) - (b->kind != CELL_NULL);
	if (a->kind == CELL_TEXT && b->kind == CELL_TEXT)
		return str_cmp(a->s, b->s);
	if (a->kind == CELL_INT && b->kind == CELL_INT)
		return (a->i > b->i) - (a->i < b->i);
	if (a->kind == CELL_TEXT || b->kind == CELL_TEXT)
		return (a->kind == CELL_TEXT) - (b->kind == CELL_TEXT);
	double x = as_real(a), y = as_real(b);
	return (x > y) - (x < y);
}
