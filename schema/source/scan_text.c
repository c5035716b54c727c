// SPDX-License-Identifier: MIT
// The second half of scan.h: what a raw string says.
#include "scan.h"

#include <string.h>

static unsigned hex4(const char *p)
{
	unsigned v = 0;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		v = v * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

// One escape at *p (valid: the scanner has checked it); a pair of surrogates is one character.
static uint32_t escape(const char **p, const char *end)
{
	char c = (*p)[1];
	if (c != 'u') {
		*p += 2;
		switch (c) {
		case 'b': return '\b';
		case 'f': return '\f';
		case 'n': return '\n';
		case 'r': return '\r';
		case 't': return '\t';
		default: return (unsigned char)c;
		}
	}
	uint32_t u = hex4(*p + 2);
	*p += 6;
	if (u < 0xd800 || u > 0xdfff)
		return u;
	if (u < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
		uint32_t low = hex4(*p + 2);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*p += 6;
			return 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	return 0xfffd;
}

// One character of (perhaps broken) UTF-8; a broken byte is U+FFFD by itself.
static uint32_t utf8(const char **p, const char *end)
{
	const unsigned char *q = (const unsigned char *)*p;
	size_t left = (size_t)(end - *p);
	uint32_t u = q[0];
	size_t n = u < 0x80                ? 1
		   : u >= 0xc2 && u < 0xe0 ? 2
		   : u >= 0xe0 && u < 0xf0 ? 3
		   : u >= 0xf0 && u < 0xf5 ? 4
					   : 0;
	if (n == 0 || n > left) {
		*p += 1;
		return 0xfffd;
	}
	static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	u &= first_bits[n];
	for (size_t i = 1; i < n; i++) {
		if ((q[i] & 0xc0) != 0x80) {
			*p += 1;
			return 0xfffd;
		}
		u = u << 6 | (q[i] & 0x3f);
	}
	if ((n == 3 && (u < 0x800 || (u >= 0xd800 && u <= 0xdfff))) ||
		(n == 4 && (u < 0x10000 || u > 0x10ffff))) {
		*p += 1;
		return 0xfffd;
	}
	*p += n;
	return u;
}

static size_t encode(uint32_t u, char out[4])
{
	if (u < 0x80) {
		out[0] = (char)u;
		return 1;
	}
	if (u < 0x800) {
		out[0] = (char)(0xc0 | u >> 6);
		out[1] = (char)(0x80 | (u & 0x3f));
		return 2;
	}
	if (u < 0x10000) {
		out[0] = (char)(0xe0 | u >> 12);
		out[1] = (char)(0x80 | (u >> 6 & 0x3f));
		out[2] = (char)(0x80 | (u & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | u >> 18);
	out[1] = (char)(0x80 | (u >> 12 & 0x3f));
	out[2] = (char)(0x80 | (u >> 6 & 0x3f));
	out[3] = (char)(0x80 | (u & 0x3f));
	return 4;
}

static uint32_t next_char(const char **p, const char *end)
{
	uint32_t u = **p == '\\' ? escape(p, end) : utf8(p, end);
	return u ? u : 0xfffd;
}

// The length of the part that needs no change: plain ASCII.
static size_t ascii_run(struct str raw)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
	size_t i = 0;
	for (; i + 8 <= raw.n; i += 8) {
		uint64_t w, slash;
		memcpy(&w, raw.p + i, 8);
		slash = w ^ (ones * '\\');
		// a byte is zero or has its high bit set; a backslash is zero in `slash`
		if (((w - ones) | w | ((slash - ones) & ~slash)) & highs)
			break;
	}
	while (i < raw.n && raw.p[i] != '\\' && (unsigned char)(raw.p[i] - 1) < 0x7f)
		i++;
	return i;
}

struct str scan_decode(struct arena *a, struct str raw, size_t max)
{
	size_t plain = ascii_run(raw);
	if (plain == raw.n || plain >= max)
		return (struct str){raw.p, plain < max ? plain : max};
	// Each input byte gives at most three of output (a broken one becomes U+FFFD).
	size_t cap = raw.n > max / 3 ? max : raw.n * 3;
	char *out = arena_alloc(a, cap + 4);
	memcpy(out, raw.p, plain);
	size_t n = plain;
	const char *p = raw.p + plain, *end = raw.p + raw.n;
	while (p < end) {
		char c[4];
		size_t k = encode(next_char(&p, end), c);
		if (n + k > max || n + k > cap)
			break;
		memcpy(out + n, c, k);
		n += k;
	}
	return (struct str){out, n};
}

int64_t scan_utf16_units(struct str raw)
{
	int64_t n = 0;
	const char *p = raw.p, *end = raw.n ? raw.p + raw.n : raw.p;
	while (p < end) {
		if (*p != '\\' && (unsigned char)*p < 0x80) {
			p++;
			n++;
		} else {
			n += next_char(&p, end) >= 0x10000 ? 2 : 1;
		}
	}
	return n;
}
