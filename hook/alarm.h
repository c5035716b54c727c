// SPDX-License-Identifier: MIT
// Writes table alert: a level that was crossed is fired once, and told once.
#ifndef CCL_HOOK_ALARM_H
#define CCL_HOOK_ALARM_H

#include "alert.h"
#include "judge.h"
#include "store.h"

// Whether this level may be fired: not again for the same rule, scope and target, unless the value
// has grown by half, or on another day. x->level, share_ppm and at_ms decide.
MUST_USE bool alarm_may_fire(struct store *st, const struct alert *x, bool *out, struct err *e);

// As a row. is_told: nobody is to be told any more (what is read from history).
MUST_USE bool alarm_fire(struct store *st, const struct alert *x, bool is_told, struct err *e);

// What a verdict says of a session.
struct alert alarm_of_session(enum rule rule, const struct verdict *v, int64_t session_id,
	struct str session, int64_t now_ms);

// Takes what nobody was told yet of this session's alerts, in words, one a line, and notes that it
// was told. *out_worst: the worst level among them.
MUST_USE bool alarm_tell(struct store *st, struct pricer *p, int64_t session_id, struct buf *out,
	enum rule_level *out_worst, struct err *e);

#endif
