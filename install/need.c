// SPDX-License-Identifier: MIT
#include "need.h"

#include <stdio.h>

static const char *type_name(char type)
{
	switch (type) {
	case '{': return "an object";
	case '[': return "an array";
	case '"': return "a string";
	case '0': return "a number";
	case 'n': return "null";
	default: return "true or false";
	}
}

bool need_refuse(const struct need *n, const char *at, const char *what, const char *why)
{
	size_t line, column;
	settings_place(n->text, at, &line, &column);
	return err_set(
		n->e, ERR_FORMAT, "%.*s:%zu:%zu: %s %s", STR_ARG(n->file), line, column, what, why);
}

bool need_type(const struct need *n, struct str value, char type, const char *what)
{
	char why[64];
	if (settings_type(value) == type)
		return true;
	(void)snprintf(
		why, sizeof why, "is %s, not %s", type_name(settings_type(value)), type_name(type));
	return need_refuse(n, value.p, what, why);
}

bool need_once(const struct need *n, struct str object, const char *key, struct settings_item *out)
{
	if (settings_find(object, key, out) < 2)
		return true;
	return need_refuse(n, out->key.p, key,
		"stands here a second time (Claude Code reads only the last): join the two");
}
