// SPDX-License-Identifier: MIT
#include "plain.h"

#include "err.h"
#include "text.h"

enum { ESC = 0x1b, BEL = 0x07, C1_FIRST = 0x80, C1_LAST = 0x9f };

// Behind a sequence such as "[31m", whose first byte stands at i.
static size_t behind_csi(struct str s, size_t i)
{
	while (i < s.n && (unsigned char)s.p[i] >= 0x20 && (unsigned char)s.p[i] < 0x40)
		i++;
	bool has_end = i < s.n && (unsigned char)s.p[i] >= 0x40 && (unsigned char)s.p[i] < 0x7f;
	return i + has_end;
}

// Behind a title, link or the like, which BEL, ESC \ or U+009C ends; without an end nothing is
// left.
static size_t behind_string(struct str s, size_t i)
{
	for (; i < s.n; i++) {
		if (s.p[i] == BEL)
			return i + 1;
		if (s.p[i] == ESC && i + 1 < s.n && s.p[i + 1] == '\\')
			return i + 2;
		if (i + 1 < s.n && s.p[i] == '\xc2' && s.p[i + 1] == '\x9c')
			return i + 2;
	}
	return i;
}

// `kind`: what stood behind ESC, or the same as a C1 control.
static size_t behind_kind(struct str s, size_t i, char kind)
{
	if (kind == '[')
		return behind_csi(s, i);
	if (kind == ']' || kind == 'P' || kind == 'X' || kind == '^' || kind == '_')
		return behind_string(s, i);
	return i;
}

static size_t behind_escape(struct str s, size_t i)
{
	size_t at = i + 1;
	if (at < s.n && s.p[at] >= 0x40 && s.p[at] < 0x60)
		return behind_kind(s, at + 1, s.p[at]);
	while (at < s.n && s.p[at] >= 0x20 && s.p[at] < 0x30)
		at++;
	return at + (at < s.n && s.p[at] >= 0x30 && s.p[at] < 0x7f);
}

void plain_add(struct buf *out, struct str s)
{
	AUTO(buf_free) struct buf bare = {0};
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i];
		unsigned char next = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
		if (c == ESC) {
			i = behind_escape(s, i);
		} else if (c == 0xc2 && next >= C1_FIRST && next <= C1_LAST) {
			i = behind_kind(s, i + 2, (char)(next - 0x40));
		} else if (c < 0x20 || c == 0x7f) {
			if (c == '\t' || c == '\n' || c == '\r')
				buf_addc(&bare, ' ');
			i++;
		} else {
			buf_addc(&bare, s.p[i++]);
		}
	}
	text_add_clean(out, buf_str(&bare));
}
