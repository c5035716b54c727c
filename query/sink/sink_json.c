// SPDX-License-Identifier: MIT
// {"report","version","columns":[{name,type,about}],"rows":[{..}],"totals":{..}}
#include "sink.h"
#include "text.h"

static void add_object(struct sink *k, const struct cell *cells, bool is_sparse)
{
	const struct str *keys = k->state;
	bool is_first = true;
	buf_addc(k->out, '{');
	for (size_t c = 0; c < k->result->n_columns; c++) {
		const struct report_column *col = &k->result->columns[c];
		bool is_part =
			col->is_total || (k->result->is_total_row && value_is_number(col->type));
		if (is_sparse && !is_part && cells[c].kind == CELL_NULL)
			continue;
		if (!is_first)
			buf_addc(k->out, ',');
		is_first = false;
		buf_add(k->out, keys[c]);
		bool is_bare = cells[c].kind != CELL_TEXT &&
			       (col->type != VALUE_TIME || cells[c].kind != CELL_INT);
		if (cells[c].kind == CELL_NULL) {
			buf_addz(k->out, "null");
		} else if (cells[c].kind == CELL_TEXT && col->type == VALUE_JSON) {
			buf_add(k->out, cells[c].s);
		} else if (cells[c].kind == CELL_TEXT) {
			text_add_json(k->out, cells[c].s);
		} else {
			if (!is_bare)
				buf_addc(k->out, '"');
			value_add_machine(k->out, col->type, &cells[c]);
			if (!is_bare)
				buf_addc(k->out, '"');
		}
	}
	buf_addc(k->out, '}');
}

// "name": of every column, as each row has it.
static struct str *make_keys(const struct result *r)
{
	struct str *keys = arena_alloc(r->arena, r->n_columns * sizeof *keys);
	struct buf b = {0};
	for (size_t c = 0; c < r->n_columns; c++) {
		buf_clear(&b);
		text_add_json(&b, str_of(r->columns[c].name));
		buf_addc(&b, ':');
		keys[c] = arena_str(r->arena, buf_str(&b));
	}
	buf_free(&b);
	return keys;
}

static void begin(struct sink *k)
{
	k->state = make_keys(k->result);
	buf_addz(k->out, "{\"report\":");
	text_add_json(k->out, k->result->name);
	buf_printf(k->out, ",\"version\":%d,", k->result->version);
	if (k->frame.basis)
		buf_printf(k->out, "\"basis\":\"%s\",", k->frame.basis);
	buf_addz(k->out, "\"columns\":[");
	for (size_t c = 0; c < k->result->n_columns; c++) {
		const struct report_column *col = &k->result->columns[c];
		buf_addz(k->out, c ? ",{\"name\":" : "{\"name\":");
		text_add_json(k->out, str_of(col->name));
		buf_printf(k->out, ",\"type\":\"%s\",\"about\":", value_type_name(col->type));
		text_add_json(k->out, str_of(col->about));
		buf_addc(k->out, '}');
	}
	buf_addz(k->out, "],\"rows\":[");
}

static void row(struct sink *k, const struct cell *cells)
{
	buf_addz(k->out, k->n_rows ? ",\n" : "\n");
	add_object(k, cells, false);
}

static void end(struct sink *k, const struct cell *totals)
{
	buf_addz(k->out, k->n_rows ? "\n],\"totals\":" : "],\"totals\":");
	if (totals)
		add_object(k, totals, true);
	else
		buf_addz(k->out, "{}");
	buf_addz(k->out, "}\n");
}

static void begin_lines(struct sink *k)
{
	k->state = make_keys(k->result);
}

static void add_line(struct sink *k, const struct cell *cells)
{
	add_object(k, cells, false);
	buf_addc(k->out, '\n');
}

static void end_lines(struct sink *k, const struct cell *totals)
{
	(void)k;
	(void)totals;
}

const struct sink_kind sink_jsonl = {"jsonl", begin_lines, add_line, end_lines};
const struct sink_kind sink_json = {"json", begin, row, end};
