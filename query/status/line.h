// SPDX-License-Identifier: MIT
// A template and the values of its fields -> one line that fits.
//
// Segments stand between `|`, fields in braces; a backslash takes away what the next character
// means. A segment with a field that is not known is left out. What is no field stays as it was
// written, for the user to see.
#ifndef CCL_STATUS_LINE_H
#define CCL_STATUS_LINE_H

#include "field.h"

extern const char line_default[]; // template

enum { LINE_MAX_SEGMENTS = 32 };

struct segment {
	struct str text; // plain, in the arena
	enum level level;
	bool is_alert; // drawn in reverse
	int rank;      // of its fields' ranks the greatest, more where its level asks for it
};

// The fields that a template names, as FIELD_BITs.
unsigned line_fields(struct str template);

// Returns how many segments are left.
size_t line_expand(struct arena *a, struct str template, const struct field_value *values,
	struct segment out[static LINE_MAX_SEGMENTS]);

// Adds those segments that fit into max_cols columns (0: all), the most important first chosen, in
// their order; of one that alone is too long the beginning. No newline.
void line_draw(
	struct buf *out, const struct segment *segments, size_t n, size_t max_cols, bool is_color);

#endif
