// SPDX-License-Identifier: MIT
// Where rows meet formats: begin, one call per row, end.
#ifndef CCL_QUERY_SINK_H
#define CCL_QUERY_SINK_H

#include "buf.h"
#include "result.h"

// What the human formats say around the rows.
struct sink_frame {
	const char *title;   // NULL: none
	const char *context; // the filters in words, or NULL
	const char *empty;   // said in place of rows
	const char *footer;  // said below them; NULL: nothing
	const char *basis;   // what money is, for programs: "api-equivalent"; NULL: what is billed
	const char *note;    // what it is, in words, where there is no context; NULL: nothing
	size_t max_cols;     // of a terminal; 0: no limit
	bool is_color;
	bool is_utf8;      // it shows more than ASCII
	const char *chart; // of report_def.h; only sink_chart wants it
};

struct sink {
	const struct sink_kind *kind;
	struct buf *out;
	const struct result *result; // its columns, name and version; the rows come one by one
	struct sink_frame frame;
	size_t n_rows;
	void *state; // of the kind
};

struct sink_kind {
	const char *name;
	void (*begin)(struct sink *k);
	void (*row)(struct sink *k, const struct cell *cells);
	void (*end)(struct sink *k, const struct cell *totals);
};

extern const struct sink_kind sink_table, sink_chart, sink_json, sink_csv, sink_tsv, sink_md;
// A JSON object a line, and nothing else.
extern const struct sink_kind sink_jsonl;

// All of a result through one kind.
void sink_write(const struct sink_kind *kind, const struct result *r, struct sink_frame frame,
	struct buf *out);

#define STYLE_BOLD   "\033[1m"
#define STYLE_DIM    "\033[2m"
#define STYLE_RED    "\033[31m"
#define STYLE_GREEN  "\033[32m"
#define STYLE_YELLOW "\033[33m"
#define STYLE_CYAN   "\033[36m"
#define STYLE_OFF    "\033[0m"

// What the sinks for a terminal share. Styles only where the frame has colours.
void sink_style(struct sink *k, const char *code);
void sink_pad(struct buf *out, size_t n); // blanks
// The part of `text` that fits a line; *rest is what is left for the next.
struct str sink_fold(struct str text, size_t cols, struct str *rest);
void sink_title(struct sink *k);
void sink_note(struct sink *k, struct str text); // below the rows, folded to the width
void sink_empty(struct sink *k);                 // in place of the rows

#endif
