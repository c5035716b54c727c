// SPDX-License-Identifier: MIT
// A JSON text as the scanner sees it, written down in one canonical spelling: no blanks, strings
// decoded and followed by #UTF-16 units, numbers as they stand. Shared by test_scan.c and the
// driver of the differential test, so that both judge the same walk.
#ifndef CCL_TESTS_UNIT_SCAN_WALK_H
#define CCL_TESTS_UNIT_SCAN_WALK_H

#include <sys/mman.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "scan.h"

// A copy whose last byte is the last of a page, with no page behind it: reading one byte too far,
// with whatever instruction, ends the test in every build.
struct guarded {
	struct str text;
	void *map;
	size_t map_bytes;
};

static inline struct guarded guard(struct str s)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t used = (s.n + page) / page * page;
	char *map = mmap(NULL, used + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	if (map == MAP_FAILED || mprotect(map + used, page, PROT_NONE) != 0)
		mem_die("no guarded memory");
	if (s.n)
		memcpy(map + used - s.n, s.p, s.n);
	return (struct guarded){{map + used - s.n, s.n}, map, used + page};
}

static inline void unguard(struct guarded *g)
{
	(void)munmap(g->map, g->map_bytes);
}

static inline void walk_string(struct arena *a, struct str raw, struct buf *out)
{
	struct str s = scan_decode(a, raw, SIZE_MAX / 8);
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else
			buf_addc(out, s.p[i]);
	}
	buf_printf(out, "\"#%lld", (long long)scan_utf16_units(raw));
}

static inline void walk_value(struct scan *s, struct arena *a, struct buf *out);

static inline void walk_object(struct scan *s, struct arena *a, struct buf *out)
{
	struct scan_list list = {0};
	struct str key;
	buf_addc(out, '{');
	for (int n = 0; scan_key(s, &list, &key); n++) {
		if (n)
			buf_addc(out, ',');
		walk_string(a, key, out);
		buf_addc(out, ':');
		walk_value(s, a, out);
	}
	buf_addc(out, '}');
}

static inline void walk_array(struct scan *s, struct arena *a, struct buf *out)
{
	struct scan_list list = {0};
	buf_addc(out, '[');
	for (int n = 0; scan_item(s, &list); n++) {
		if (n)
			buf_addc(out, ',');
		walk_value(s, a, out);
	}
	buf_addc(out, ']');
}

static inline void walk_value(struct scan *s, struct arena *a, struct buf *out)
{
	struct str raw;
	bool b;
	switch (scan_peek(s)) {
	case SCAN_NONE: break;
	case SCAN_OBJECT: walk_object(s, a, out); break;
	case SCAN_ARRAY: walk_array(s, a, out); break;
	case SCAN_STRING:
		if (scan_string(s, &raw))
			walk_string(a, raw, out);
		break;
	case SCAN_NUMBER:
		if (scan_number(s, &raw))
			buf_add(out, raw);
		break;
	case SCAN_BOOL:
		if (scan_bool(s, &b))
			buf_addz(out, b ? "true" : "false");
		break;
	case SCAN_NULL:
		buf_addz(out, "null");
		(void)scan_skip(s);
		break;
	}
}

// False: not one JSON value; then *out means nothing.
static inline bool walk_text(struct arena *a, struct str text, struct buf *out)
{
	struct scan s = scan_begin(text);
	walk_value(&s, a, out);
	return scan_at_end(&s);
}

// Whether scan_skip, which has a grammar of its own, takes the text too.
static inline bool skips_text(struct str text)
{
	struct scan s = scan_begin(text);
	return scan_skip(&s).p && scan_at_end(&s);
}

#endif
