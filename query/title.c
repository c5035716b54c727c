// SPDX-License-Identifier: MIT
#include "title.h"

#include "line_at.h"
#include "scan.h"

enum { LINE_BYTES = 8192 };

static bool is_title_type(struct str type)
{
	return str_is(type, "ai-title") || str_is(type, "custom-title") || str_is(type, "summary");
}

static bool is_title_key(struct str key)
{
	return str_is(key, "aiTitle") || str_is(key, "customTitle") || str_is(key, "summary");
}

struct str title_read(struct arena *a, const char *path, int64_t offset_bytes)
{
	struct str line = line_at(a, path, offset_bytes, LINE_BYTES);
	struct str key, type = STR_NONE, raw = STR_NONE, value;
	struct scan s = scan_begin(line);
	struct scan_list list = {0};
	while (scan_key(&s, &list, &key)) {
		if (str_is(key, "type"))
			(void)scan_string(&s, &type);
		else if (is_title_key(key) && scan_peek(&s) == SCAN_STRING &&
			 scan_string(&s, &value))
			raw = value;
		else
			(void)scan_skip(&s);
	}
	if (s.is_bad || !raw.n || !is_title_type(type))
		return STR_NONE;
	return line_flatten(a, scan_decode(a, raw, TITLE_MAX_BYTES));
}
