// SPDX-License-Identifier: MIT
// What people type for a time.
#ifndef CCL_QUERY_WHEN_H
#define CCL_QUERY_WHEN_H

#include "err.h"
#include "str.h"

// An ISO date or time (in the process's zone, unless it says Z or +hh:mm), `30m`, `12h`, `7d`, `2w`
// before now, `now`, `today`, `yesterday`, `week`, `month` (where the current one began).
// `option` is named in the message.
MUST_USE bool when_parse(
	struct str text, const char *option, int64_t now_ms, int64_t *out_ms, struct err *e);

// A span such as `30m`, `1h`, `2d`, `2w`; not 0.
MUST_USE bool when_span(struct str text, const char *option, int64_t *out_ms, struct err *e);

#endif
