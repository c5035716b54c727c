// SPDX-License-Identifier: MIT
#include "err.h"

#include <stdarg.h>
#include <stdio.h>

bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	if (!e)
		return false;
	va_list ap;
	va_start(ap, fmt);
	e->code = code;
	(void)vsnprintf(e->text, sizeof e->text, fmt, ap);
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
