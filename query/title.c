// SPDX-License-Identifier: MIT
#include "title.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scan.h"

enum { LINE_BYTES = 8192 };

static struct str read_line(struct arena *a, const char *path, int64_t offset_bytes)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return STR_NONE;
	char *line = arena_alloc(a, LINE_BYTES);
	ssize_t n = -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = pread(fd, line, LINE_BYTES, (off_t)offset_bytes);
	(void)close(fd);
	const char *end = n > 0 ? memchr(line, '\n', (size_t)n) : NULL;
	return end ? (struct str){line, (size_t)(end - line)} : STR_NONE;
}

static bool is_title_type(struct str type)
{
	return str_is(type, "ai-title") || str_is(type, "custom-title") || str_is(type, "summary");
}

static bool is_title_key(struct str key)
{
	return str_is(key, "aiTitle") || str_is(key, "customTitle") || str_is(key, "summary");
}

// Line breaks and tabs become blanks, at the ends nothing.
static struct str on_one_line(struct arena *a, struct str text)
{
	char *p = arena_alloc(a, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool is_blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
		if (!is_blank)
			p[n++] = c;
		else if (n && p[n - 1] != ' ')
			p[n++] = ' ';
	}
	return str_trim((struct str){p, n});
}

struct str title_read(struct arena *a, const char *path, int64_t offset_bytes)
{
	struct str line = offset_bytes < 0 ? STR_NONE : read_line(a, path, offset_bytes);
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
	return on_one_line(a, scan_decode(a, raw, TITLE_MAX_BYTES));
}
