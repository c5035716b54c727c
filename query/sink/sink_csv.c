// SPDX-License-Identifier: MIT
// CSV (RFC 4180, but lines end in a newline alone) and TSV; a header line, no totals.
//
// A spreadsheet runs a cell that begins with = + - @ as a formula, and what is in a ledger was
// written by others: such texts get an apostrophe in front. Numbers stay numbers.
#include <string.h>

#include "sink.h"
#include "text.h"

static bool is_formula(struct str s)
{
	return s.n && strchr("=+-@\t\r", s.p[0]) && s.p[0];
}

static void add_csv(struct buf *out, struct str s)
{
	bool is_quoted = false;
	for (size_t i = 0; i < s.n; i++)
		is_quoted |= s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\r' || s.p[i] == '\n';
	if (!is_quoted) {
		buf_add(out, s);
		return;
	}
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, s.p[i]);
	}
	buf_addc(out, '"');
}

static void add_cell(struct sink *k, const struct report_column *col, const struct cell *c)
{
	struct buf clean = {0};
	if (c->kind == CELL_TEXT) {
		if (is_formula(c->s))
			buf_addc(&clean, '\'');
		text_add_clean(&clean, c->s);
	} else {
		value_add_machine(&clean, col->type, c);
	}
	if (k->kind == &sink_csv)
		add_csv(k->out, buf_str(&clean));
	else
		buf_add(k->out, buf_str(&clean)); // tabs and line breaks are pictures by now
	buf_free(&clean);
}

static void begin(struct sink *k)
{
	for (size_t c = 0; c < k->result->n_columns; c++) {
		struct cell name = {.kind = CELL_TEXT, .s = str_of(k->result->columns[c].name)};
		if (c)
			buf_addc(k->out, k->kind == &sink_csv ? ',' : '\t');
		add_cell(k, &k->result->columns[c], &name);
	}
	buf_addc(k->out, '\n');
}

static void row(struct sink *k, const struct cell *cells)
{
	for (size_t c = 0; c < k->result->n_columns; c++) {
		if (c)
			buf_addc(k->out, k->kind == &sink_csv ? ',' : '\t');
		add_cell(k, &k->result->columns[c], &cells[c]);
	}
	buf_addc(k->out, '\n');
}

static void end(struct sink *k, const struct cell *totals)
{
	(void)k;
	(void)totals;
}

const struct sink_kind sink_csv = {"csv", begin, row, end};
const struct sink_kind sink_tsv = {"tsv", begin, row, end};
