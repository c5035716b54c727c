// SPDX-License-Identifier: MIT
#include "layout.h"

#include "value.h"

// Of a text that is cut. SPLIT_COLS hold claude-sonnet-4-5-20250929.
enum { WIDE_COLS = 36, SPLIT_COLS = 26, EASY_COLS = 14, LEAST_COLS = 10, WRAP_COLS = 20 };

static bool is_elastic(const struct layout_column *c)
{
	return c->def->type == VALUE_TEXT || c->def->type == VALUE_PATH;
}

static size_t least(const struct layout_column *c, size_t floor_cols)
{
	size_t cols = c->def->is_wrap && floor_cols < WRAP_COLS ? WRAP_COLS : floor_cols;
	if (c->def->is_wide && floor_cols == EASY_COLS)
		cols = WIDE_COLS;
	else if (c->def->by && floor_cols == EASY_COLS)
		cols = SPLIT_COLS;
	cols = cols > c->head_cols ? cols : c->head_cols;
	return cols < c->cols ? cols : c->cols;
}

size_t layout_cols(const struct layout_column *columns, size_t n)
{
	size_t cols = 0;
	for (size_t i = 0; i < n; i++)
		if (!columns[i].is_hidden)
			cols += columns[i].cols + (cols ? LAYOUT_GAP_COLS : 0);
	return cols;
}

// Takes one column at a time from the widest text that has some to give.
static void shrink(struct layout_column *columns, size_t n, size_t max_cols, size_t floor_cols)
{
	for (size_t cols = layout_cols(columns, n); cols > max_cols; cols--) {
		struct layout_column *widest = NULL;
		for (size_t i = 0; i < n; i++)
			if (!columns[i].is_hidden && is_elastic(&columns[i]) &&
				columns[i].cols > least(&columns[i], floor_cols) &&
				(!widest || columns[i].cols > widest->cols))
				widest = &columns[i];
		if (!widest)
			return;
		widest->cols--;
	}
}

static void grow_back(struct layout_column *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		columns[i].cols = columns[i].need_cols > columns[i].head_cols
					  ? columns[i].need_cols
					  : columns[i].head_cols;
}

static bool is_minor_sum(const struct layout_column *c)
{
	return c->def->is_minor && c->def->is_total;
}

static bool is_minor(const struct layout_column *c)
{
	return c->def->is_minor;
}

// Without what rows are split by, they cannot be told apart.
static bool is_text(const struct layout_column *c)
{
	return is_elastic(c) && !c->def->by;
}

// The last column of this kind; not the first of all.
static bool hide_one(
	struct layout_column *columns, size_t n, bool (*is_kind)(const struct layout_column *))
{
	for (size_t i = n; i-- > 1;)
		if (!columns[i].is_hidden && is_kind(&columns[i])) {
			columns[i].is_hidden = true;
			return true;
		}
	return false;
}

bool layout_goes_blank(const struct layout_column *c)
{
	return c->def->is_minor || c->def->is_alert;
}

void layout_fit(struct layout_column *columns, size_t n, size_t max_cols)
{
	for (size_t i = 0; i < n; i++)
		columns[i].is_hidden = columns[i].is_blank && layout_goes_blank(&columns[i]);
	grow_back(columns, n);
	if (!max_cols)
		return;
	for (int step = 0;; step++) {
		grow_back(columns, n);
		shrink(columns, n, max_cols, EASY_COLS);
		if (layout_cols(columns, n) <= max_cols)
			return;
		if (hide_one(columns, n, is_minor_sum) || hide_one(columns, n, is_minor))
			continue;
		shrink(columns, n, max_cols, LEAST_COLS);
		if (layout_cols(columns, n) <= max_cols || !hide_one(columns, n, is_text))
			return;
	}
}
