// SPDX-License-Identifier: MIT
// What embed.py puts into the program: the SQL files and the price table of this folder.
#ifndef CCL_EMBEDDED_H
#define CCL_EMBEDDED_H

extern const char *const embedded_migrations[]; // 001_*.sql, 002_*.sql, ...
extern const int n_embedded_migrations;
extern const char embedded_views[];
extern const char embedded_pr_evidence[];   // a SELECT: rules/pr_evidence.sql
extern const char embedded_prices[];        // INSERTs of the builtin price rows
extern const char embedded_prices_digest[]; // changes when they change

#endif
