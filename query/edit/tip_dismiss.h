// SPDX-License-Identifier: MIT
// Tips that the user does not want to see: the only writer of table tip_dismissed.
#ifndef CCL_EDIT_TIP_DISMISS_H
#define CCL_EDIT_TIP_DISMISS_H

#include <sqlite3.h>
#include <stdint.h>

#include "err.h"

// Until then, instead of what was said before.
MUST_USE bool tip_dismiss(sqlite3 *db, const char *rule, int64_t until_ms, struct err *e);
// ERR_USAGE: it is not dismissed at this time.
MUST_USE bool tip_restore(sqlite3 *db, const char *rule, int64_t now_ms, struct err *e);

#endif
