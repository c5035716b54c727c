// SPDX-License-Identifier: MIT
// The numbers of a tip's rule: its defaults, and what the user set (`ccl config set tip.RULE ...`).
#ifndef CCL_QUERY_TIP_LIMIT_H
#define CCL_QUERY_TIP_LIMIT_H

#include <sqlite3.h>

#include "arena.h"
#include "err.h"
#include "tip_def.h"

#define TIP_CHEAPER_KEY "tip.cheaper"
#define TIP_CHEAPER     "claude-sonnet-5-5" // what dear models are compared with

struct tip_limits {
	bool is_off;
	struct str texts[TIP_MAX_NUMBERS]; // as typed; parts of the value that was parsed
	int64_t milli[TIP_MAX_NUMBERS];    // thousandths
};

const struct tip_def *tip_find(struct str id); // NULL: there is no such rule
// Says so, and which one may be meant; always false.
bool tip_unknown(struct str id, struct err *e);

// "off", "on", or each number in turn: "500,10,1". False, and nothing else, if it is neither.
bool tip_limits_parse(const struct tip_def *def, struct str value, struct tip_limits *out);
// "500,10,1"
const char *tip_limits_default(struct arena *a, const struct tip_def *def);
// "title: tokens of output, fewer than; answers at least; ..."
const char *tip_limits_about(struct arena *a, const struct tip_def *def);
// What holds; what is set and cannot be read leaves the default.
MUST_USE bool tip_limits_read(sqlite3 *db, struct arena *a, const struct tip_def *def,
	struct tip_limits *out, struct err *e);

#endif
