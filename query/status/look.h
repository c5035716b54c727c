// SPDX-License-Identifier: MIT
// A glance at the ledger, for a status line or a menu bar: a few statements on indexes, no views,
// no waiting. Nothing here fails: what cannot be read is not known.
#ifndef CCL_STATUS_LOOK_H
#define CCL_STATUS_LOOK_H

#include "alert.h"
#include "budget.h"
#include "rule.h"

struct look {
	struct arena *arena;
	struct str path;
	sqlite3 *db; // NULL: it cannot be read
	struct pricer pricer;
	struct rules rules;
	struct err why; // what went wrong first; ERR_NONE: nothing
	int64_t now_ms;
};

void look_open(struct look *l, struct arena *a);
void look_close(struct look *l); // for AUTO()

// A setting; STR_NONE: not set.
struct str look_setting(struct look *l, const char *key);

// Where a session works (its id). False: the ledger has no turn of it.
bool look_place(struct look *l, struct str session, struct budget_place *out);

// The id of the session that has the newest turn, and when that was. False: there is none.
bool look_newest(struct look *l, struct str *out_session, int64_t *out_ms);

// Money so far; pico -1: not known.
struct look_money {
	int64_t pico;
	int64_t turns;
	bool is_partial; // some of its tokens have no price
};
struct look_money look_session(struct look *l, int64_t session_id);
struct look_money look_today(struct look *l);
struct look_money look_pr(struct look *l, struct str repo, int64_t number);
// Of the last ten minutes, by the hour; session_id 0: of all.
struct look_money look_burn(struct look *l, int64_t session_id);

// The budget of which the greatest share is used up, of those that `place` counts against (a place
// without a session: of all work) and that are to be said. False: none.
struct look_budget {
	struct budget_reading reading;
	int64_t used_pct;
	bool is_off; // `ccl budget off`, for now
};
bool look_budget(struct look *l, const struct budget_place *place, struct look_budget *out);

// The newest of the worst alerts of the last half hour, of a session and its pull request; budgets
// have their own figure. False: none.
bool look_alert(struct look *l, const struct budget_place *place, struct alert *out);
// Alerts of any session, newest first, since since_ms.
size_t look_alerts(struct look *l, int64_t since_ms, struct alert *out, size_t max);

// A window of the subscription, as a status line told: the one that ends last. False: none that has
// not ended.
bool look_limit(struct look *l, const char *kind, int64_t *out_used_bp, int64_t *out_resets_ms);

#endif
