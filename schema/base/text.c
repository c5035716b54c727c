// SPDX-License-Identifier: MIT
#define _XOPEN_SOURCE 700 // wcwidth
#include "text.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { REPLACEMENT = 0xfffd };

void text_init(void)
{
	static const char *const names[] = {"", "C.UTF-8", "en_US.UTF-8", "UTF-8"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (setlocale(LC_CTYPE, names[i]) && MB_CUR_MAX > 1)
			return;
}

bool text_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *locale = getenv(names[i]);
		if (locale && *locale)
			return strstr(locale, "UTF-8") || strstr(locale, "utf8") ||
			       strstr(locale, "utf-8") || strstr(locale, "UTF8");
	}
	return false;
}

// The next character; a byte that begins none is U+FFFD by itself.
static uint32_t next_char(struct str s, size_t *i)
{
	const unsigned char *p = (const unsigned char *)s.p + *i;
	size_t left = s.n - *i;
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	*i += 1;
	if (n == 0 || n > left)
		return REPLACEMENT;
	uint32_t u = p[0] & mask[n];
	for (size_t k = 1; k < n; k++) {
		if ((p[k] & 0xc0) != 0x80)
			return REPLACEMENT;
		u = u << 6 | (p[k] & 0x3f);
	}
	if (u < least[n] || u > 0x10ffff || (u >= 0xd800 && u <= 0xdfff))
		return REPLACEMENT;
	*i += n - 1;
	return u;
}

static void add_char(struct buf *out, uint32_t u)
{
	if (u < 0x80) {
		buf_addc(out, (char)u);
	} else if (u < 0x800) {
		buf_addc(out, (char)(0xc0 | u >> 6));
		buf_addc(out, (char)(0x80 | (u & 0x3f)));
	} else {
		if (u < 0x10000) {
			buf_addc(out, (char)(0xe0 | u >> 12));
		} else {
			buf_addc(out, (char)(0xf0 | u >> 18));
			buf_addc(out, (char)(0x80 | (u >> 12 & 0x3f)));
		}
		buf_addc(out, (char)(0x80 | (u >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (u & 0x3f)));
	}
}

// Characters that change how others are shown, or that nobody sees.
static bool is_sly(uint32_t u)
{
	return (u >= 0x80 && u < 0xa0) || u == 0xad || u == 0x61c || u == 0x180e || u == 0x200b ||
	       u == 0x200e || u == 0x200f || (u >= 0x2028 && u <= 0x202e) ||
	       (u >= 0x2060 && u <= 0x206f) || u == 0xfeff || (u >= 0xfff9 && u <= 0xfffb) ||
	       (u >= 0xe0000 && u <= 0xe0fff);
}

// How many printable characters of ASCII stand at i: nearly all there is.
static size_t count_ascii(struct str s, size_t i)
{
	size_t end = i;
	while (end < s.n && s.p[end] >= 0x20 && s.p[end] < 0x7f)
		end++;
	return end - i;
}

void text_add_clean(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t n_plain = count_ascii(s, i);
		if (n_plain) {
			buf_add(out, (struct str){s.p + i, n_plain});
			i += n_plain;
			continue;
		}
		uint32_t u = next_char(s, &i);
		if (u < 0x20)
			add_char(out, 0x2400 + u);
		else if (u == 0x7f)
			add_char(out, 0x2421);
		else if (is_sly(u))
			buf_printf(out, "<U+%04X>", (unsigned)u);
		else
			add_char(out, u);
	}
}

static size_t char_cols(uint32_t u)
{
	if (u < 0x80)
		return 1;
	int n = wcwidth((wchar_t)u);
	return n < 0 ? 1 : (size_t)n;
}

size_t text_cols(struct str clean)
{
	size_t cols = 0;
	for (size_t i = 0; i < clean.n;)
		cols += char_cols(next_char(clean, &i));
	return cols;
}

void text_add_cut(struct buf *out, struct str clean, size_t max_cols)
{
	if (text_cols(clean) <= max_cols) {
		buf_add(out, clean);
		return;
	}
	size_t cols = 1, end = 0; // one for the ellipsis
	for (size_t i = 0; i < clean.n; end = i) {
		cols += char_cols(next_char(clean, &i));
		if (cols > max_cols)
			break;
	}
	buf_add(out, (struct str){clean.p, end});
	if (max_cols)
		buf_addz(out, "…");
}

void text_add_cut_path(struct buf *out, struct str clean, size_t max_cols)
{
	size_t cols = text_cols(clean), start = 0;
	while (start < clean.n && cols + (start > 0) > max_cols)
		cols -= char_cols(next_char(clean, &start));
	if (start && max_cols)
		buf_addz(out, "…");
	buf_add(out, str_from(clean, start));
}

// How many characters from the i-th on need no escape in JSON and are of one byte.
static size_t count_plain(struct str s, size_t i)
{
	size_t end = i;
	while (end < s.n && s.p[end] >= 0x20 && s.p[end] < 0x7f && s.p[end] != '"' &&
		s.p[end] != '\\')
		end++;
	return end - i;
}

void text_add_json(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n;) {
		size_t n_plain = count_plain(s, i);
		buf_add(out, (struct str){s.p + i, n_plain});
		i += n_plain;
		if (i == s.n)
			break;
		uint32_t u = next_char(s, &i);
		if (u == '"' || u == '\\')
			buf_addc(out, '\\');
		// lossless, and nothing that acts on a terminal
		if (u < 0x20 || u == 0x7f || (u < 0x10000 && is_sly(u)))
			buf_printf(out, "\\u%04x", (unsigned)u);
		else
			add_char(out, u);
	}
	buf_addc(out, '"');
}
