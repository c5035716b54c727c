// SPDX-License-Identifier: MIT
#include "line_at.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_BYTES = 8192 }; // most lines are shorter

static struct str read_line(struct arena *a, int fd, off_t offset, size_t max_bytes)
{
	size_t n = 0, cap = FIRST_BYTES < max_bytes ? FIRST_BYTES : max_bytes;
	char *line = arena_alloc(a, cap);
	for (;;) {
		ssize_t got = pread(fd, line + n, cap - n, offset + (off_t)n);
		if (got <= 0)
			return STR_NONE;
		const char *end = memchr(line + n, '\n', (size_t)got);
		n += (size_t)got;
		if (end)
			return (struct str){line, (size_t)(end - line)};
		if (n == max_bytes)
			return STR_NONE;
		if (n < cap)
			continue;
		cap = cap > max_bytes / 8 ? max_bytes : cap * 8;
		char *longer = arena_alloc(a, cap);
		memcpy(longer, line, n);
		line = longer;
	}
}

struct str line_at(struct arena *a, const char *path, int64_t offset_bytes, size_t max_bytes)
{
	struct stat st;
	struct str line = STR_NONE;
	if (offset_bytes < 0)
		return line;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return line;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && offset_bytes < st.st_size)
		line = read_line(a, fd, (off_t)offset_bytes, max_bytes);
	(void)close(fd);
	return line;
}

struct str line_flatten(struct arena *a, struct str text)
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
