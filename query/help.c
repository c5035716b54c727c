// SPDX-License-Identifier: MIT
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "pager.h"
#include "value.h"

enum { PAGE_COLS = 80 };

static bool print(struct buf *b, struct err *e)
{
	bool ok = pager_print(b, e);
	buf_free(b);
	return ok;
}

// Words of `text` up to PAGE_COLS, further lines indented.
static void add_folded(struct buf *b, const char *text, size_t indent)
{
	struct str rest = str_of(text);
	size_t used = indent;
	while (rest.p) {
		struct str word = str_split(rest, ' ', &rest);
		if (used + 1 + word.n > PAGE_COLS && used > indent) {
			buf_printf(b, "\n%*s", (int)indent, "");
			used = indent;
		} else if (used > indent) {
			buf_addc(b, ' ');
			used++;
		}
		buf_add(b, word);
		used += word.n;
	}
	buf_addc(b, '\n');
}

void help_add_entry(struct buf *b, const char *name, size_t name_cols, const char *about)
{
	buf_printf(b, "  %-*s  ", (int)name_cols, name);
	if (strlen(name) > name_cols)
		buf_printf(b, "\n%*s", (int)name_cols + 4, "");
	add_folded(b, about, name_cols + 4);
}

// " SESSION", as far as there is room.
static size_t add_upper(char *out, size_t size, const char *name)
{
	size_t n = 0;
	if (size > 2)
		out[n++] = ' ';
	for (; *name && n + 1 < size; name++)
		out[n++] = *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;
	out[n] = '\0';
	return n;
}

static void add_reports(struct buf *b, const char *group, const char *heading)
{
	buf_printf(b, "\n%s\n", heading);
	for (size_t i = 0; i < n_report_defs; i++) {
		const struct report_def *def = &report_defs[i];
		char name[64];
		size_t n = (size_t)snprintf(name, sizeof name, "%s", def->name);
		if (strcmp(def->group, group) != 0)
			continue;
		for (size_t p = 0; p < def->n_params && n < 40; p++)
			if (def->params[p].is_positional)
				n += add_upper(name + n, sizeof name - n, def->params[p].name);
		help_add_entry(b, name, 16, def->title);
	}
}

static void add_commands(struct buf *b, const char *group, const char *heading)
{
	if (heading)
		buf_printf(b, "\n%s\n", heading);
	for (size_t i = 0; i < n_command_defs; i++)
		if (strcmp(command_defs[i].group, group) == 0)
			help_add_entry(b, command_defs[i].name, 16, command_defs[i].title);
}

bool help_all(struct err *e)
{
	struct buf b = {0};
	buf_addz(&b, "usage: ccl [REPORT] [options]\n       ccl COMMAND\n\n"
		     "What Claude Code has cost, turn by turn, from a ledger on this machine.\n");
	add_reports(&b, "overview", "Overview");
	add_reports(&b, "time", "By time");
	add_reports(&b, "work", "By what it was for");
	add_commands(&b, "work", NULL);
	add_reports(&b, "worklog", "Work sessions");
	add_commands(&b, "worklog", NULL);
	add_reports(&b, "guard", "Budgets and runaway sessions");
	add_commands(&b, "guard", NULL);
	add_commands(&b, "money", "Prices and plan");
	add_commands(&b, "pr", "Pull requests by hand");
	add_commands(&b, "setup", "Set up");
	add_reports(&b, "health", "More");
	add_commands(&b, "more", NULL);
	buf_addz(&b,
		"\nEvery report takes --since, --until, --project, --branch, --model, --session,\n"
		"--breakdown, --by, --chart, --cost, --currency, --json, --csv, --md, --tsv, -o,\n"
		"--sort, --limit, --timezone, where they make sense.\n"
		"`ccl REPORT --help` explains one.\n\n"
		"  ccl sync                         read what Claude Code has kept\n"
		"  ccl                              today, this week, this month, all time\n"
		"  ccl days --since 30d             one row per day\n"
		"  ccl sessions --sort cost:desc --limit 10\n");
	return print(&b, e);
}

static void add_options(struct buf *b, uint64_t options)
{
	buf_addz(b, "\nOptions\n");
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option_def *o = &option_defs[i];
		char name[64];
		if (!(options & OPT(i)))
			continue;
		(void)snprintf(name, sizeof name, "%s%s%s--%s%s%s", o->letter ? "-" : "",
			o->letter ? o->letter : "", o->letter ? ", " : "", o->name,
			o->value ? " " : "", o->value ? o->value : "");
		help_add_entry(b, name, 22, o->about);
	}
}

static void add_params(struct buf *b, const struct report_def *def)
{
	if (def->n_params)
		buf_addz(b, "\nParameters\n");
	for (size_t i = 0; i < def->n_params; i++) {
		const struct report_param *p = &def->params[i];
		char name[64];
		(void)snprintf(name, sizeof name, "--%s", p->name);
		if (p->is_positional)
			(void)add_upper(name, sizeof name, p->name);
		help_add_entry(b, name + p->is_positional, 22, p->about);
	}
}

static void add_columns(struct buf *b, const struct report_def *def)
{
	buf_addz(b, "\nColumns\n");
	for (size_t i = 0; i < def->n_columns; i++) {
		const struct report_column *c = &def->columns[i];
		char name[64];
		(void)snprintf(name, sizeof name, "%-15s %s", c->name, value_type_name(c->type));
		help_add_entry(b, name, 22, c->about);
	}
}

bool help_report(const struct report_def *def, struct err *e)
{
	struct buf b = {0};
	char upper[40];
	buf_printf(&b, "usage: ccl %s", def->name);
	for (size_t i = 0; i < def->n_params; i++) {
		const struct report_param *p = &def->params[i];
		(void)add_upper(upper, sizeof upper, p->name);
		if (p->choices)
			buf_printf(&b, " [%s]", p->choices);
		else if (p->is_positional)
			buf_addz(&b, upper);
	}
	buf_printf(&b, " [options]\n\n%s\n", def->title);
	add_folded(&b, def->about, 0);
	add_params(&b, def);
	add_options(&b, args_options_of(def));
	add_columns(&b, def);
	if (def->example)
		buf_printf(&b, "\nExample\n  %s\n", def->example);
	return print(&b, e);
}

bool help_command(const struct command_def *def, struct err *e)
{
	struct buf b = {0};
	buf_printf(&b, "usage: ccl %s %s\n\n", def->name, def->usage);
	add_folded(&b, def->about, 0);
	add_options(&b, def->options);
	if (def->run == command_statusline)
		command_statusline_fields(&b);
	if (def->run == command_export)
		add_columns(&b, export_def);
	if (def->example)
		buf_printf(&b, "\nExample\n  %s\n", def->example);
	return print(&b, e);
}
