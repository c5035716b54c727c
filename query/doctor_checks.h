// SPDX-License-Identifier: MIT
// The checks of doctor.c that look beyond the ledger.
#ifndef CCL_QUERY_DOCTOR_CHECKS_H
#define CCL_QUERY_DOCTOR_CHECKS_H

#include <sqlite3.h>

#include "result.h"

enum doctor_state { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

struct doctor {
	struct arena *arena;
	struct result *result;
	struct str path; // of the ledger
	sqlite3 *db;     // NULL: there is none, or it cannot be opened
	int64_t now_ms, deadline_ms;
	bool has_failed;
};

// One finding; cure may be NULL.
void doctor_add(struct doctor *d, const char *check, enum doctor_state state, const char *detail,
	const char *cure);
char *doctor_count(struct doctor *d, int64_t n, const char *one, const char *many); // "2 files"
char *doctor_size(struct doctor *d, int64_t n_bytes);                               // "1.5 MiB"
char *doctor_sentence(struct doctor *d, struct str text); // a capital first, a full stop behind
// Steps once; true if there is a row.
bool doctor_query(struct doctor *d, const char *sql, sqlite3_stmt **out);

void doctor_check_hooks(struct doctor *d);  // is ccl-hook wired?
void doctor_check_runs(struct doctor *d);   // when did it last run?
void doctor_check_unread(struct doctor *d); // transcripts that the ledger is behind of
void doctor_check_log(struct doctor *d);    // what the hook could not do

#endif
