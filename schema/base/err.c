// SPDX-License-Identifier: MIT
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is too long is a name in the middle; the cure stands at the end. Without memory the
// beginning must do.
static void cut_middle(struct err *e, const char *fmt, va_list ap, size_t n)
{
	enum { HEAD = 200 };
	static const char gap[] = " ... ";
	size_t n_tail = sizeof e->text - HEAD - sizeof gap;
	char *whole = malloc(n + 1);
	if (!whole)
		return;
	(void)vsnprintf(whole, n + 1, fmt, ap);
	memcpy(e->text + HEAD, gap, sizeof gap - 1);
	memcpy(e->text + HEAD + sizeof gap - 1, whole + n - n_tail, n_tail + 1);
	free(whole);
}

bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	if (!e)
		return false;
	va_list ap;
	va_start(ap, fmt);
	e->code = code;
	int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	if (n >= (int)sizeof e->text)
		cut_middle(e, fmt, ap, (size_t)n);
	va_end(ap);
	return false;
}

int err_exit_status(enum err_code code)
{
	switch (code) {
	case ERR_NONE: return 0;
	case ERR_USAGE: return 64;
	case ERR_NO_INPUT: return 66;
	case ERR_BUSY: return 75;
	case ERR_OUT_OF_DATE:
	case ERR_FORMAT:
	case ERR_IO:
	case ERR_INTERNAL: return 1;
	}
	return 1;
}
