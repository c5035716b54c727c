// SPDX-License-Identifier: MIT
// Whether a hook between two calls has anything to do: a few look-ups, no lock.
#ifndef CCL_HOOK_PULSE_H
#define CCL_HOOK_PULSE_H

#include <sqlite3.h>

#include "err.h"
#include "str.h"

// The files have grown by PULSE_BYTES, or by anything and were read PULSE_MS ago; not if the guard
// is off. What cannot be told counts as due.
enum { PULSE_BYTES = 64 * 1024, PULSE_MS = 5000 };
bool pulse_is_due(sqlite3 *db, const struct str *paths, size_t n_paths);

// The session has an alert that nobody was told of.
MUST_USE bool pulse_has_alert(sqlite3 *db, struct str session, bool *out, struct err *e);

#endif
