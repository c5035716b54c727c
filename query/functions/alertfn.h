// SPDX-License-Identifier: MIT
// SQL functions over table alert:
//
//   alert_value(id) alert_limit(id)   in millionths of a millionth, money and counts alike; NULL:
//   no
//                                     longer known
//   alert_unit(id) alert_message(id)  text
//   budget_message(rule, scope, target, spent, limit)   the sentence of a budget that no hook has
//   seen
#ifndef CCL_QUERY_ALERTFN_H
#define CCL_QUERY_ALERTFN_H

#include <sqlite3.h>

#include "err.h"

MUST_USE bool alertfn_register(sqlite3 *db, struct err *e);

#endif
