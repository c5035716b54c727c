// SPDX-License-Identifier: MIT
// What must be of a type, or there only once, before ccl edits it. The messages begin with
// "file:line:column: ".
#ifndef CCL_INSTALL_NEED_H
#define CCL_INSTALL_NEED_H

#include "err.h"
#include "settings.h"

struct need {
	struct str file, text; // where the values below are slices of `text`
	struct err *e;
};

bool need_refuse(const struct need *n, const char *at, const char *what, const char *why); // false

// `type` as settings_type() names it: '{', '[' or '"'.
MUST_USE bool need_type(const struct need *n, struct str value, char type, const char *what);

// JavaScript keeps the last of two equal keys; editing either would surprise somebody. *out is a
// zero item if there is none.
MUST_USE bool need_once(
	const struct need *n, struct str object, const char *key, struct settings_item *out);

#endif
