// SPDX-License-Identifier: MIT
#include "decimal.h"

enum { MAX_DIGITS = 40, MAX_EXPONENT = 1000 };

// 0.ddd... x 10^point, without zeros in front.
struct number {
	int digits[MAX_DIGITS];
	int n, point;
	bool is_cut; // further digits that are not all 0
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void add_digit(struct number *d, int digit, bool is_fraction)
{
	if (d->n == 0 && digit == 0) {
		d->point -= is_fraction;
		return;
	}
	d->point += !is_fraction;
	if (d->n < MAX_DIGITS)
		d->digits[d->n++] = digit;
	else
		d->is_cut |= digit != 0;
}

static bool read_exponent(struct str s, int *out)
{
	bool is_minus = str_starts(s, "-");
	int64_t v;
	if (is_minus || str_starts(s, "+"))
		s = str_from(s, 1);
	if (!s.n || !is_digit(s.p[0]) || !str_int(s, 0, MAX_EXPONENT, &v))
		return false;
	*out = is_minus ? -(int)v : (int)v;
	return true;
}

static bool read_number(struct str s, struct number *d)
{
	size_t i = 0, n_seen = 0;
	bool is_fraction = false;
	int exponent;
	for (; i < s.n && (is_digit(s.p[i]) || (s.p[i] == '.' && !is_fraction)); i++) {
		if (s.p[i] == '.') {
			is_fraction = true;
			continue;
		}
		add_digit(d, s.p[i] - '0', is_fraction);
		n_seen++;
	}
	if (n_seen == 0 || n_seen > MAX_EXPONENT)
		return false;
	if (i == s.n)
		return true;
	if ((s.p[i] != 'e' && s.p[i] != 'E') || !read_exponent(str_from(s, i + 1), &exponent))
		return false;
	d->point += exponent;
	return true;
}

enum decimal decimal_parse(struct str text, int digits, int64_t max, int64_t *out)
{
	struct number d = {0};
	int64_t v = 0;
	if (!read_number(text, &d))
		return DECIMAL_BAD;
	int n_whole = d.point + digits; // digits in front of what is rounded
	while (d.n && d.digits[d.n - 1] == 0)
		d.n--;
	if (d.n == 0)
		n_whole = 0;
	if (n_whole > 18)
		return DECIMAL_BAD;
	for (int i = 0; i < n_whole; i++)
		v = v * 10 + (i < d.n ? d.digits[i] : 0);
	if (n_whole >= 0 && n_whole < d.n && d.digits[n_whole] >= 5)
		v++;
	if (v > max)
		return DECIMAL_BAD;
	*out = v;
	return n_whole >= d.n && !d.is_cut ? DECIMAL_EXACT : DECIMAL_ROUNDED;
}
