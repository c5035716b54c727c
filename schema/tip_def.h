// SPDX-License-Identifier: MIT
// The table of tips that embed_tips.py makes from tips/*.sql, where a header says what a rule looks
// for.
//
// The SQL of a rule stands behind tip_base_sql and, as the window is, one of the next two. Its rows
// are (subject, words, size), an integer, what was seen in words, and by what subjects are sorted,
// the largest first; and, if savings can be computed, (subject, NULL, NULL, turn_id, saving): how
// much of a turn's money would have been saved, in pico-USD.
#ifndef CCL_TIP_DEF_H
#define CCL_TIP_DEF_H

#include <stddef.h>

enum tip_unit {
	TIP_COUNT, // bound as an integer
	TIP_USD,   // as pico-USD
	TIP_TIMES, // as a real
	TIP_PCT,   // as a real, 0..1; set in percent
};

struct tip_number {
	const char *name, *about;
	const char *fallback; // as a user would type it
	enum tip_unit unit;
};

enum { TIP_MAX_NUMBERS = 4 };

struct tip_def {
	const char *id, *title;
	const char *one, *many; // the finding, by the number of subjects; many NULL: not counted
	const char *sql;
	const struct tip_number *numbers;
	size_t n_numbers;
};

extern const char tip_base_sql[], tip_few_calls_sql[], tip_many_calls_sql[];
extern const struct tip_def tip_defs[];
extern const size_t n_tip_defs;

#endif
