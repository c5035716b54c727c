// SPDX-License-Identifier: MIT
// What a template may name: each field as the text that is shown.
#ifndef CCL_STATUS_FIELD_H
#define CCL_STATUS_FIELD_H

#include "look.h"
#include "status.h"

enum field {
	FIELD_ALERT,
	FIELD_MODEL,
	FIELD_SESSION,
	FIELD_TODAY,
	FIELD_PR,
	FIELD_PR_COST,
	FIELD_PROJECT,
	FIELD_BRANCH,
	FIELD_BUDGET,
	FIELD_BUDGET_LEFT,
	FIELD_BUDGET_USED,
	FIELD_BURN,
	FIELD_CONTEXT,
	FIELD_CONTEXT_TOK,
	FIELD_ABOVE_200K,
	FIELD_5H,
	FIELD_5H_RESET,
	FIELD_7D,
	FIELD_7D_RESET,
	FIELD_SPEND,
	FIELD_CACHE,
	FIELD_TURNS,
	FIELD_VERSION,
	FIELD_NOTE,
	N_FIELDS,
};
#define FIELD_BIT(f) (1u << (f))

// How a value is coloured; greater is more urgent.
enum level { LEVEL_NONE, LEVEL_GOOD, LEVEL_WARN, LEVEL_BAD };

struct field_def {
	const char *name, *about, *example;
	int rank; // what a line that is too long keeps longest has the greatest
};
extern const struct field_def field_defs[N_FIELDS];

bool field_find(struct str name, enum field *out);

struct field_value {
	struct str text; // in the arena; STR_NONE: not known
	enum level level;
};

// The values of the fields in the mask. `p`: what Claude Code said; its session may be one that the
// ledger does not know.
void field_read(struct look *l, const struct status *p, unsigned mask, struct field_value *out);

// "2h10m", "3d4h", "<1m"
void field_add_span(struct buf *out, int64_t ms);
// What is left and of what: "day: $41.60 of $50.00 left", "day: $3.20 over $50.00".
void field_add_budget(struct buf *out, const struct look_budget *b);
enum level field_budget_level(const struct look_budget *b);
enum level field_burn_level(const struct look *l, int64_t pico_per_hour);
enum level field_limit_level(int64_t used_bp);

#endif
