// SPDX-License-Identifier: MIT
// A Markdown table, to be pasted into a pull request. Values as people read them.
#include <string.h>

#include "sink.h"
#include "text.h"

// What Markdown or the HTML behind it would take for more than text.
static void add_escaped(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '<')
			buf_addz(out, "&lt;");
		else if (s.p[i] == '&')
			buf_addz(out, "&amp;");
		else {
			if (strchr("|\\`*_[]~$", s.p[i]) && s.p[i])
				buf_addc(out, '\\');
			buf_addc(out, s.p[i]);
		}
	}
}

static void add_row(struct sink *k, const struct cell *cells, const char *mark)
{
	bool is_named = false;
	for (size_t c = 0; c < k->result->n_columns; c++) {
		const struct report_column *col = &k->result->columns[c];
		struct buf cell = {0};
		bool is_label = *mark && !is_named && !value_is_number(col->type);
		if (is_label)
			buf_addz(&cell, "total");
		else if (!*mark || cells[c].kind != CELL_NULL)
			value_add_human(&cell, col->type, &cells[c]);
		is_named |= is_label;
		buf_addz(k->out, c ? " | " : "| ");
		if (cell.n)
			buf_addz(k->out, mark);
		if (cells[c].kind == CELL_TEXT && !is_label)
			add_escaped(k->out, buf_str(&cell));
		else
			buf_add(k->out, buf_str(&cell));
		if (cell.n)
			buf_addz(k->out, mark);
		buf_free(&cell);
	}
	buf_addz(k->out, " |\n");
}

static void begin(struct sink *k)
{
	if (k->frame.title)
		buf_printf(k->out, "### %s\n\n", k->frame.title);
}

static void head(struct sink *k)
{
	for (size_t c = 0; c < k->result->n_columns; c++) {
		buf_addz(k->out, c ? " | " : "| ");
		add_escaped(k->out, str_of(k->result->columns[c].name));
	}
	buf_addz(k->out, " |\n");
	for (size_t c = 0; c < k->result->n_columns; c++)
		buf_addz(
			k->out, value_is_number(k->result->columns[c].type) ? "| ---: " : "| --- ");
	buf_addz(k->out, "|\n");
}

static void row(struct sink *k, const struct cell *cells)
{
	if (k->n_rows == 0)
		head(k);
	add_row(k, cells, "");
}

static void end(struct sink *k, const struct cell *totals)
{
	bool has_totals = false;
	for (size_t c = 0; totals && c < k->result->n_columns; c++)
		has_totals |= k->result->columns[c].is_total;
	if (k->n_rows == 0)
		buf_printf(k->out, "%s\n", k->frame.empty);
	else if (has_totals && !k->result->is_total_row)
		add_row(k, totals, "**");
	if (k->n_rows && k->frame.note)
		buf_printf(k->out, "\n%s\n", k->frame.note);
}

const struct sink_kind sink_md = {"md", begin, row, end};
