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

extern const struct sink_kind sink_table, sink_json, sink_csv, sink_tsv, sink_md;
// A JSON object a line, and nothing else.
extern const struct sink_kind sink_jsonl;

// All of a result through one kind.
void sink_write(const struct sink_kind *kind, const struct result *r, struct sink_frame frame,
	struct buf *out);

#endif
