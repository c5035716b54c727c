// SPDX-License-Identifier: MIT
// SQL aggregates that reports use.
//
//   count_once(id)        how many different ids; count(DISTINCT id) makes a table for each group
//   list_once(id, text)   the texts, each id once, in the order of their rows, with commas between
//   dearest_project(id, cost, turns)  dearest_branch(..)  dearest_model(..)
//
// dearest: the id (NULL counts as one) whose rows of the group cost most; among equals, cost known
// or not, the one with most turns, then the first by name. One pass, where SQL alone would sort
// three times.
#ifndef CCL_QUERY_SQLAGG_H
#define CCL_QUERY_SQLAGG_H

#include <sqlite3.h>

#include "err.h"

MUST_USE bool sqlagg_register(sqlite3 *db, struct err *e);

#endif
