// SPDX-License-Identifier: MIT
// From the command line to rows on the screen.
#ifndef CCL_QUERY_SHOW_H
#define CCL_QUERY_SHOW_H

#include <sqlite3.h>

#include "args.h"
#include "sink.h"

struct report_def;
struct request;

// What `args` ask of a report, but for its session; takes the zone that they name.
MUST_USE bool show_request(
	const struct report_def *def, const struct args *args, struct request *out, struct err *e);
// The ledger for it, in which the session is found by its beginning.
MUST_USE bool show_open(struct arena *a, const struct args *args, struct request *req,
	sqlite3 **out, struct err *e);
// Why the filters have left no row: changes *out, what is said of a ledger without any turns.
MUST_USE bool show_why_empty(sqlite3 *db, struct arena *a, const struct args *args,
	const struct request *req, const char **out, struct err *e);

// Runs a report as `args` ask and prints it. Returns false with *e set, or true with the exit
// status in *out_status.
MUST_USE bool show_report(struct arena *a, const struct report_def *def, const struct args *args,
	int *out_status, struct err *e);

// Sorts, cuts and prints rows as the output options say.
MUST_USE bool show_result(
	const struct args *args, struct result *r, struct sink_frame frame, struct err *e);

// The terminal: columns to fit (0: no limit), and whether colours are wanted.
struct sink_frame show_frame(const struct args *args);

#endif
