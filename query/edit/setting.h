// SPDX-License-Identifier: MIT
// Switches that the user may turn: the only writer of table setting.
#ifndef CCL_EDIT_SETTING_H
#define CCL_EDIT_SETTING_H

#include <sqlite3.h>

#include "err.h"
#include "str.h"

struct setting_def {
	const char *key;
	const char *fallback; // while nothing is set: on, off
	const char *about;
	bool is_charged; // turns are charged differently: all are due again
};

extern const struct setting_def setting_defs[];
extern const size_t n_setting_defs;

const struct setting_def *setting_find(struct str key); // NULL: there is no such setting

// `value` NULL: back to the fallback. *out_has_changed: it meant something else before. What is to
// be charged again stands in charge_due then.
MUST_USE bool setting_set(sqlite3 *db, const struct setting_def *def, const char *value,
	bool *out_has_changed, struct err *e);

#endif
