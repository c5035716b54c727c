// SPDX-License-Identifier: MIT
#include "log.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "path.h"

// No arena: this also works when memory is out.
static char log_path[PATH_MAX];

void log_open(struct str ledger_path)
{
	struct str dir = path_dir(ledger_path);
	int n = snprintf(log_path, sizeof log_path - 2, "%.*s/hook.log", STR_ARG(dir));
	if (n < 0 || (size_t)n >= sizeof log_path - 2)
		log_path[0] = '\0';
}

void log_line(const char *fmt, ...)
{
	char text[1024], now[CLOCK_ISO_BYTES], old[PATH_MAX + 2];
	struct stat st;
	if (!log_path[0])
		return;
	clock_format_iso(clock_now_ms(), now);
	int n = snprintf(text, sizeof text, "%s ", now);
	va_list ap;
	va_start(ap, fmt);
	int m = vsnprintf(text + n, sizeof text - (size_t)n - 1, fmt, ap);
	va_end(ap);
	if (m < 0)
		return;
	size_t len = strlen(text);
	text[len++] = '\n';
	if (stat(log_path, &st) == 0 && st.st_size > LOG_MAX_BYTES) {
		(void)snprintf(old, sizeof old, "%s.1", log_path);
		(void)rename(log_path, old);
	}
	int fd = open(
		log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (fd < 0)
		return;
	ssize_t done = write(fd, text, len);
	(void)done; // there is nobody left to tell
	(void)close(fd);
}
