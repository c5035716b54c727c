// SPDX-License-Identifier: MIT
// One work session, as the report `work` has it, and what others like it cost.
#ifndef CCL_QUERY_WORK_ROW_H
#define CCL_QUERY_WORK_ROW_H

#include "arena.h"
#include "err.h"
#include "value.h"

enum { WORK_N_TYPES = 6 };
extern const char *const work_types[WORK_N_TYPES];

struct work_row { // texts in the arena
	int64_t id, started_ms, ended_ms, duration_ms, cost_pico, commits, lines_added,
		lines_removed, turns, sessions;
	bool is_open, has_cost; // without a cost: no turn of it has a price
	struct str type, goal, project, root, model, prs, lesson;
	struct cell cache_hit;
};

// Those of its type that have ended and have a cost: of its project if there are any, else all.
struct work_similar {
	size_t n;
	bool is_here;
	int64_t mean_pico, median_pico, least_pico, most_pico;
};

// ERR_NO_INPUT: there is none of this number. *similar may be NULL.
MUST_USE bool work_read(struct arena *a, int64_t id, struct work_row *out,
	struct work_similar *similar, struct err *e);

// All of them, newest first.
MUST_USE bool work_read_all(
	struct arena *a, const struct work_row **out, size_t *out_n, struct err *e);

struct work_note_row {
	int64_t at_ms;
	struct str text;
};
MUST_USE bool work_read_notes(struct arena *a, int64_t id, const struct work_note_row **out,
	size_t *out_n, struct err *e);

#endif
