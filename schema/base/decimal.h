// SPDX-License-Identifier: MIT
// Decimal numbers, exactly: money is never a double.
#ifndef CCL_BASE_DECIMAL_H
#define CCL_BASE_DECIMAL_H

#include "str.h"

enum decimal {
	DECIMAL_BAD, // no number, negative, or above max
	DECIMAL_EXACT,
	DECIMAL_ROUNDED, // it has more digits: half a unit and more is rounded up
};

// "3", "0.50", ".5", "3e-06", "1.5E3": the number times 10^digits (0 to 18), at most max.
enum decimal decimal_parse(struct str text, int digits, int64_t max, int64_t *out);

#endif
