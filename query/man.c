// SPDX-License-Identifier: MIT
// `ccl man`: the manual page, from the same tables as everything else. One page for all: what every
// report takes and counts is said once.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "report.h"
#include "value.h"

// Plain words of roff: nothing in them is a request or an escape, and what stands in backquotes is
// bold.
static void add_text(struct buf *out, const char *z)
{
	bool is_bold = false;
	for (const char *c = z; *c; c++) {
		if (*c == '`') {
			is_bold = !is_bold;
			buf_addz(out, is_bold ? "\\fB" : "\\fR");
		} else if (*c == '\\') {
			buf_addz(out, "\\e");
		} else if (*c == '-') {
			buf_addz(out, "\\-");
		} else if (*c == '~') {
			buf_addz(out, "\\(ti");
		} else if (*c == '\'') {
			buf_addz(out, "\\(aq");
		} else if (*c == '^') {
			buf_addz(out, "\\(ha");
		} else {
			buf_addc(out, *c);
		}
	}
	if (is_bold)
		buf_addz(out, "\\fR");
}

static void add_line(struct buf *out, const char *z)
{
	if (*z == '.')
		buf_addz(out, "\\&");
	add_text(out, z);
	buf_addc(out, '\n');
}

// A term in bold with what it takes, and everything behind it indented.
static void add_term(struct buf *out, const char *term, const char *takes)
{
	buf_addz(out, ".TP\n\\fB");
	add_text(out, term);
	buf_addz(out, "\\fR");
	if (*takes) {
		buf_addz(out, " \\fI");
		add_text(out, takes);
		buf_addz(out, "\\fR");
	}
	buf_addc(out, '\n');
}

static void add_title(struct buf *out, const char *title)
{
	add_text(out, title);
	buf_addz(out, title[strlen(title) - 1] == '?' ? "\n" : ".\n");
}

static void add_example(struct buf *out, const char *example)
{
	if (!example)
		return;
	buf_addz(out, ".IP\n.EX\n");
	add_line(out, example);
	buf_addz(out, ".EE\n");
}

static void add_option(
	struct buf *out, const char *letter, const char *name, const char *value, const char *about)
{
	char term[64];
	(void)snprintf(term, sizeof term, "%s%s%s--%s", letter ? "-" : "", letter ? letter : "",
		letter ? ", " : "", name);
	add_term(out, term, value ? value : "");
	add_line(out, about);
}

static bool is_measure(const char *name)
{
	static const char *const names[] = {"turns", "input", "output", "cache_write_5m",
		"cache_write_1h", "cache_read", "web_searches", "cost", "unpriced"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

// Which of the standard options it takes: what all take is not said.
static void add_filters(struct buf *out, const struct report_def *def)
{
	uint64_t filters = args_options_of(def) & ~(OPTS_OUTPUT | OPT(OPT_TIMEZONE));
	const char *before = ".IP\nOptions: ";
	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (!(filters & OPT(i)))
			continue;
		buf_printf(out, "%s\\fB\\-\\-%s\\fR", before, option_defs[i].name);
		before = ", ";
	}
	if (filters)
		buf_addz(out, ".\n");
}

static void add_columns(struct buf *out, const struct report_def *def)
{
	bool has_measures = false;
	const char *before = ".IP\nColumns: ";
	for (size_t i = 0; i < def->n_columns; i++) {
		has_measures |= is_measure(def->columns[i].name);
		if (is_measure(def->columns[i].name))
			continue;
		buf_printf(out, "%s\\fI%s\\fR", before, def->columns[i].name);
		before = ", ";
	}
	buf_addz(out, has_measures ? "; the measures.\n" : ".\n");
}

static void add_params(struct buf *out, const struct report_def *def)
{
	bool has_any = false;
	for (size_t i = 0; i < def->n_params; i++) {
		const struct report_param *p = &def->params[i];
		const char *value = p->type == VALUE_BOOL ? NULL : value_type_name(p->type);
		if (p->is_positional)
			continue;
		buf_addz(out, has_any ? "" : ".RS\n");
		has_any = true;
		add_option(out, NULL, p->name, value, p->about);
	}
	buf_addz(out, has_any ? ".RE\n" : "");
}

static void add_report(struct buf *out, const struct report_def *def)
{
	struct buf takes = {0};
	for (size_t i = 0; i < def->n_params; i++)
		if (def->params[i].is_positional)
			buf_printf(&takes, "%s%s", takes.n ? " " : "",
				def->params[i].choices ? def->params[i].choices
						       : def->params[i].name);
	add_term(out, def->name, buf_z(&takes));
	buf_free(&takes);
	add_title(out, def->title);
	add_line(out, def->about);
	add_params(out, def);
	add_filters(out, def);
	add_columns(out, def);
	add_example(out, def->example);
}

static void add_reports(struct buf *out)
{
	const char *group = "";
	buf_addz(out, ".SH REPORTS\n");
	for (size_t i = 0; i < n_report_defs; i++) {
		if (strcmp(report_defs[i].group, group) != 0) {
			group = report_defs[i].group;
			buf_printf(out, ".SS %c%s\n", *group - 'a' + 'A', group + 1);
		}
		add_report(out, &report_defs[i]);
	}
}

// Its own, with what they mean there.
static void add_command(struct buf *out, const struct command_def *def)
{
	uint64_t options = def->options & ~(OPTS_OUTPUT | OPT(OPT_TIMEZONE));
	add_term(out, def->name, def->usage);
	add_title(out, def->title);
	add_line(out, def->about);
	buf_addz(out, options ? ".RS\n" : "");
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option_def *o = &option_defs[i];
		if (options & OPT(i))
			add_option(out, o->letter, o->name, o->value, o->about);
	}
	buf_addz(out, options ? ".RE\n" : "");
	if (def->run == command_export)
		add_columns(out, export_def);
	add_example(out, def->example);
}

static void add_commands(struct buf *out)
{
	buf_addz(out, ".SH COMMANDS\n");
	for (size_t i = 0; i < n_command_defs; i++)
		if (strcmp(command_defs[i].group, "hidden") != 0)
			add_command(out, &command_defs[i]);
}

static void add_options(struct buf *out)
{
	uint64_t options = 0;
	for (size_t i = 0; i < n_report_defs; i++)
		options |= args_options_of(&report_defs[i]);
	buf_addz(out,
		".SH OPTIONS\nReports take the filters that they name above, and all others.\n");
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option_def *o = &option_defs[i];
		if (options & OPT(i))
			add_option(out, o->letter, o->name, o->value, o->about);
	}
}

static void add_measures(struct buf *out)
{
	const struct report_def *def = report_find(STR("days"));
	buf_addz(out, ".SH MEASURES\nReports that count money have these columns:\n");
	for (size_t i = 0; def && i < def->n_columns; i++) {
		if (!is_measure(def->columns[i].name))
			continue;
		add_term(out, def->columns[i].name, "");
		add_line(out, def->columns[i].about);
	}
}

static const char head[] =
	".TH CCL 1 \"\" \"ccl " CCL_VERSION "\" \"User Commands\"\n.ad l\n"
	".SH NAME\n"
	"ccl \\- what Claude Code has cost, turn by turn\n"
	".SH SYNOPSIS\n"
	".B ccl\n"
	"[\\fIREPORT\\fR] [\\fIoptions\\fR]\n"
	".br\n"
	".B ccl\n"
	"\\fICOMMAND\\fR\n"
	".SH DESCRIPTION\n"
	"A hook of Claude Code writes each turn, one billed response of its API, into a ledger: a "
	"SQLite\n"
	"file on this machine. Reports read it; none of them writes, asks the network or starts a\n"
	"process. Without the name of a report, \\fBccl\\fR prints the summary.\n"
	".PP\n"
	"\\fBccl install\\fR wires the hook, \\fBccl sync\\fR reads the transcripts that Claude "
	"Code has kept.\n";

static const char tail[] =
	".SH EXIT STATUS\n"
	".TP\n.B 0\nDone; an empty ledger, too.\n"
	".TP\n.B 64\nWrong use, or a name that may mean several.\n"
	".TP\n.B 66\nThere is no ledger, or no such session or pull request.\n"
	".TP\n.B 75\nSomebody else has locked the ledger: try again.\n"
	".TP\n.B 1\nAnything else.\n"
	".PP\n"
	"\\fBrunaway\\fR and \\fBbudget check\\fR: 3 if something is critical or used up, 2 if it "
	"is near\n"
	"that, else 0. \\fBdoctor\\fR: 1 if a check fails.\n"
	".SH ENVIRONMENT\n"
	".TP\n.B CCL_LEDGER\nThe ledger's file.\n"
	".TP\n.B CCL_BUDGET\n\\fBoff\\fR: nothing is refused because of a budget.\n"
	".TP\n.B CCL_TRAILER_MS\nHow long a commit waits for its \\fBCCL\\-Cost\\fR line.\n"
	".TP\n.B CCL_NOW\nAn ISO time, UTC, that is taken as now.\n"
	".TP\n.B CLAUDE_CONFIG_DIR\nFolders of Claude Code, with commas between.\n"
	".TP\n.BR CCL_PAGER \", \" PAGER\nA command that shows what is longer than the terminal; "
	"empty or \\fBcat\\fR: none.\n"
	".TP\n.BR TZ \", \" NO_COLOR \", \" COLUMNS\nAs everywhere.\n"
	".SH FILES\n"
	".TP\n.I \\(ti/.local/share/ccl/ledger.db\n"
	"The ledger, below \\fB$XDG_DATA_HOME\\fR if that is set; with \\fI\\-wal\\fR and "
	"\\fI\\-shm\\fR beside it.\n"
	".TP\n.I \\(ti/.local/share/ccl/hook.log\nWhat the hook could not do.\n"
	".TP\n.I \\(ti/.claude/settings.json\nWhere \\fBccl install\\fR wires the hooks.\n"
	".SH SEE ALSO\n"
	"\\fBccl help\\fR \\fINAME\\fR explains one report or command with all its columns.\n";

bool command_man(struct command_call *call, struct err *e)
{
	AUTO(buf_free) struct buf out = {0};
	(void)call;
	buf_addz(&out, head);
	add_reports(&out);
	add_commands(&out);
	add_options(&out);
	add_measures(&out);
	buf_addz(&out, tail);
	if (fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0)
		return true;
	return err_set(e, ERR_IO, "cannot write the output: %s", strerror(errno));
}
