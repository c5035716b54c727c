// SPDX-License-Identifier: MIT
// `ccl reports`: the table of reports, in JSON all of it.
#include <string.h>

#include "command.h"
#include "report.h"
#include "show.h"
#include "text.h"
#include "value.h"

static void add_text(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, "%s\"%s\":", out->p[out->n - 1] == '{' ? "" : ",", key);
	if (text)
		text_add_json(out, str_of(text));
	else
		buf_addz(out, "null");
}

static void add_bool(struct buf *out, const char *key, bool value)
{
	buf_printf(out, ",\"%s\":%s", key, value ? "true" : "false");
}

static void add_params(struct buf *out, const struct report_def *def)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < def->n_params; i++) {
		const struct report_param *p = &def->params[i];
		buf_addz(out, i ? ",{" : "{");
		add_text(out, "name", p->name);
		add_text(out, "type", value_type_name(p->type));
		add_bool(out, "required", p->is_required);
		add_bool(out, "positional", p->is_positional);
		add_text(out, "choices", p->choices);
		add_text(out, "default", p->fallback);
		add_text(out, "about", p->about);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void add_columns(struct buf *out, const struct report_def *def)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < def->n_columns; i++) {
		const struct report_column *c = &def->columns[i];
		buf_addz(out, i ? ",{" : "{");
		add_text(out, "name", c->name);
		add_text(out, "type", value_type_name(c->type));
		add_text(out, "about", c->about);
		add_bool(out, "total", c->is_total);
		add_bool(out, "breakdown", c->by == BY_MODEL);
		add_text(out, "by", args_by_name(c->by));
		add_text(out, "drill", c->drill);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

// The standard ones, with what their values are called.
static void add_options(struct buf *out, const struct report_def *def)
{
	uint64_t options = args_options_of(def);
	buf_addc(out, '[');
	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (!(options & OPT(i)))
			continue;
		buf_addz(out, out->p[out->n - 1] == '[' ? "{" : ",{");
		add_text(out, "name", option_defs[i].name);
		add_text(out, "value", option_defs[i].value);
		add_text(out, "about", option_defs[i].about);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static struct cell text_cell(const char *z)
{
	return z ? (struct cell){.kind = CELL_TEXT, .s = str_of(z)}
		 : (struct cell){.kind = CELL_NULL};
}

static struct cell json_cell(struct arena *a, const struct report_def *def,
	void (*add)(struct buf *out, const struct report_def *def))
{
	AUTO(buf_free) struct buf b = {0};
	add(&b, def);
	return (struct cell){.kind = CELL_TEXT, .s = arena_str(a, buf_str(&b))};
}

// The table is as it was before there was more to tell.
static bool is_listed(const struct report_column *c)
{
	return c->type != VALUE_JSON && strcmp(c->name, "example") != 0;
}

bool command_reports(struct command_call *call, struct err *e)
{
	static const struct report_column columns[] = {
		{.name = "report", .about = "What `ccl` is to be followed by", .type = VALUE_TEXT},
		{.name = "group", .about = "Kind of report", .type = VALUE_TEXT},
		{.name = "title", .about = "What it shows", .type = VALUE_TEXT},
		{.name = "about", .about = "What a row is", .type = VALUE_TEXT, .is_wrap = true},
		{.name = "example", .about = "A command line", .type = VALUE_TEXT},
		{.name = "params",
			.about = "Its own parameters; the positional ones in this order",
			.type = VALUE_JSON},
		{.name = "columns", .about = "Its columns", .type = VALUE_JSON},
		{.name = "options",
			.about = "The standard options that it honours",
			.type = VALUE_JSON},
	};
	struct result r = {.arena = call->arena,
		.name = STR("reports"),
		.version = 1,
		.columns = columns,
		.n_columns = sizeof columns / sizeof *columns};
	for (size_t i = 0; i < n_report_defs; i++) {
		const struct report_def *def = &report_defs[i];
		struct cell *row = result_add_row(&r);
		row[0] = text_cell(def->name);
		row[1] = text_cell(def->group);
		row[2] = text_cell(def->title);
		row[3] = text_cell(def->about);
		row[4] = text_cell(def->example);
		row[5] = json_cell(r.arena, def, add_params);
		row[6] = json_cell(r.arena, def, add_columns);
		row[7] = json_cell(r.arena, def, add_options);
	}
	if (!args_has(call->args, OPT_JSON))
		result_drop(&r, is_listed);
	struct sink_frame frame = show_frame(call->args);
	frame.title = "Reports";
	frame.empty = "";
	return show_result(call->args, &r, frame, e);
}
