// SPDX-License-Identifier: MIT
// What embed.py puts into the program: the SQL files and the price table of this folder.
#ifndef CCL_EMBEDDED_H
#define CCL_EMBEDDED_H

#include <stddef.h>

extern const char *const embedded_migrations[]; // 001_*.sql, 002_*.sql, ...
extern const int n_embedded_migrations;
extern const char embedded_views[];
extern const char embedded_pr_evidence[];   // a SELECT: rules/pr_evidence.sql
extern const char embedded_prices[];        // INSERTs of the builtin price rows
extern const char embedded_prices_digest[]; // changes when they change

// What the comments of the SQL files say of a table or view (column "") and of a column.
struct embedded_comment {
	const char *table, *column, *about;
};
extern const struct embedded_comment embedded_comments[];
extern const size_t n_embedded_comments;

#endif
