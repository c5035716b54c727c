// SPDX-License-Identifier: MIT
#define _GNU_SOURCE // memmem: also in the BSDs and macOS without it
#include "str.h"

#include <string.h>

struct str str_of(const char *z)
{
	return z ? (struct str){z, strlen(z)} : STR_NONE;
}

bool str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.n >= n && (n == 0 || memcmp(s.p, prefix, n) == 0);
}

bool str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);
	return s.n >= n && (n == 0 || memcmp(s.p + s.n - n, suffix, n) == 0);
}

bool str_has(struct str s, const char *part)
{
	return s.n > 0 && memmem(s.p, s.n, part, strlen(part)) != NULL;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	if (c)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

struct str str_from(struct str s, size_t start)
{
	if (start >= s.n)
		return (struct str){s.p ? s.p + s.n : NULL, 0};
	return (struct str){s.p + start, s.n - start};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_int(struct str s, int64_t min, int64_t max, int64_t *out)
{
	bool is_negative = s.n > 1 && s.p[0] == '-';
	struct str digits = is_negative ? str_from(s, 1) : s;
	if (digits.n == 0 || digits.n > 18)
		return false;
	int64_t v = 0;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
		v = v * 10 + (digits.p[i] - '0');
	}
	if (is_negative)
		v = -v;
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

struct str str_split(struct str s, char sep, struct str *rest)
{
	const char *at = s.n ? memchr(s.p, sep, s.n) : NULL;
	if (!at) {
		*rest = STR_NONE;
		return s;
	}
	size_t n = (size_t)(at - s.p);
	*rest = (struct str){at + 1, s.n - n - 1};
	return (struct str){s.p, n};
}
