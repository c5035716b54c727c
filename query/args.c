// SPDX-License-Identifier: MIT
#include "args.h"

#include <string.h>

const struct option_def option_defs[N_OPTIONS] = {
	[OPT_SINCE] = {"since", NULL, "TIME",
		"from this time on: 2026-11-21, 7d, 12h, today, week, month"},
	[OPT_UNTIL] = {"until", NULL, "TIME", "before this time"},
	[OPT_PROJECT] = {"project", NULL, "NAME", "only this project: name, folder or repository"},
	[OPT_BRANCH] = {"branch", NULL, "NAME", "only this git branch"},
	[OPT_MODEL] = {"model", NULL, "ID", "only this model"},
	[OPT_SESSION] = {"session", NULL, "ID",
		"only this session; the beginning of its id is enough"},
	[OPT_BREAKDOWN] = {"breakdown", NULL, NULL, "split each row by model"},
	[OPT_BY] = {"by", NULL, "A,B", "one row for each project, branch, agent or model"},
	[OPT_COST] = {"cost", NULL, "WHOSE",
		"money as calculated, as reported by Claude Code, or auto (reported without a "
		"price)"},
	[OPT_TIMEZONE] = {"timezone", NULL, "ZONE",
		"days and hours of this zone, e.g. Europe/Berlin"},
	[OPT_CURRENCY] = {"currency", NULL, "CODE",
		"tables and Markdown in this currency, at --rate or that of the setting"},
	[OPT_RATE] = {"rate", NULL, "N", "how much of it a dollar is: --currency EUR --rate 0.92"},
	[OPT_COLUMNS] = {"columns", "o", "A,B", "these columns, in this order"},
	[OPT_SORT] = {"sort", NULL, "COL[:desc]", "sort by a column"},
	[OPT_LIMIT] = {"limit", NULL, "N", "at most N rows"},
	[OPT_CHART] = {"chart", NULL, NULL, "bars in place of the table"},
	[OPT_JSON] = {"json", NULL, NULL, "exact, for programs"},
	[OPT_CSV] = {"csv", NULL, NULL, "exact, for spreadsheets"},
	[OPT_MD] = {"md", NULL, NULL, "a Markdown table"},
	[OPT_TSV] = {"tsv", NULL, NULL, "exact, for cut and awk"},
	[OPT_NO_COLOR] = {"no-color", NULL, NULL, "no colours on the terminal"},
	[OPT_CHECK] = {"check", NULL, NULL, "say what is wired, change nothing"},
	[OPT_DRY_RUN] = {"dry-run", NULL, NULL, "show what would change"},
	[OPT_YES] = {"yes", "y", NULL, "do not ask"},
	[OPT_REPO] = {"repo", NULL, "O/R",
		"the repository that is meant: owner/name, host/owner/name"},
	[OPT_OFFLINE] = {"offline", NULL, NULL, "say what is stored, ask nobody"},
	[OPT_REFRESH] = {"refresh", NULL, NULL, "ask now, however new the last answer is"},
	[OPT_COMMENT] = {"comment", NULL, NULL, "write it as a comment on the pull request"},
	[OPT_ROLE] = {"role", NULL, "ROLE", "what the work was: author, review or ci"},
	[OPT_TURN] = {"turn", NULL, "ID", "only this turn; the beginning of its id is enough"},
	[OPT_GIT_TRAILER] = {"git-trailer", NULL, NULL,
		"a CCL-Cost line in this repository's commits"},
	[OPT_STATUSLINE] = {"statusline", NULL, NULL, "the status line of Claude Code"},
	[OPT_SESSION_USD] = {"session", NULL, "USD", "for each session"},
	[OPT_BRANCH_USD] = {"branch", NULL, "NAME=USD", "for a branch"},
	[OPT_PROJECT_USD] = {"project", NULL, "NAME=USD",
		"for a project, a month; NAME=USD/day, /week, /total"},
	[OPT_DAY] = {"day", NULL, "USD", "for all work of a day, from local midnight"},
	[OPT_WEEK] = {"week", NULL, "USD", "for all work of a week, from Monday"},
	[OPT_MONTH] = {"month", NULL, "USD", "for all work of a month"},
	[OPT_PR] = {"pr", NULL, "USD", "for each pull request"},
	[OPT_ENFORCE] = {"enforce", NULL, NULL, "refuse prompts and tool calls beyond it"},
	[OPT_OBSERVE] = {"observe", NULL, NULL, "only record what goes beyond it"},
	[OPT_ADD] = {"add", NULL, "USD", "how much more"},
	[OPT_FOR] = {"for", NULL, "SPAN", "for how long: 30m, 1h, 2d"},
	[OPT_FORMAT] = {"format", NULL, "FORMAT", "what it looks like"},
	[OPT_WIDTH] = {"width", NULL, "N", "at most N columns; else $COLUMNS says how many"},
	[OPT_WITH] = {"with", NULL, "CMD", "show first what this other status line command prints"},
	[OPT_OUTPUT] = {"output", NULL, "FILE", "into this file, which must be new"},
	[OPT_ANONYMISE] = {"anonymise", NULL, NULL,
		"hashes in place of ids, projects, branches, repositories and own names"},
	[OPT_SCHEMA] = {"schema", NULL, NULL, "list tables, views and columns"},
	[OPT_RESULT] = {"result", NULL, "FILE",
		"keep this result of `claude -p --output-format json`; -: stdin"},
	[OPT_HELP] = {"help", "h", NULL, "this page"},
};

bool args_has(const struct args *a, enum option o)
{
	return a->values[o].p != NULL;
}

static const char *const by_words[] = {"project", "branch", "agent", "model"};
static const unsigned by_bits[] = {BY_PROJECT, BY_BRANCH, BY_AGENT, BY_MODEL};
enum { N_BY_WORDS = sizeof by_bits / sizeof *by_bits };

const char *args_by_name(unsigned by)
{
	for (size_t i = 0; i < N_BY_WORDS; i++)
		if (by_bits[i] == by)
			return by_words[i];
	return NULL;
}

bool args_read_by(const struct args *a, unsigned *out, struct err *e)
{
	unsigned by = args_has(a, OPT_BREAKDOWN) ? BY_MODEL : 0;
	for (struct str rest = a->values[OPT_BY]; rest.p;) {
		struct str word = str_trim(str_split(rest, ',', &rest));
		size_t i = 0;
		while (i < N_BY_WORDS && !str_is(word, by_words[i]))
			i++;
		const char *near = i < N_BY_WORDS ? NULL : args_nearest(word, by_words, N_BY_WORDS);
		if (near)
			return err_set(
				e, ERR_USAGE, "--by %.*s: did you mean %s?", STR_ARG(word), near);
		if (i == N_BY_WORDS)
			return err_set(e, ERR_USAGE,
				"--by %.*s: rows are split by project, branch, agent and model",
				STR_ARG(word));
		by |= by_bits[i];
	}
	*out = by;
	return true;
}

uint64_t args_options_of(const struct report_def *def)
{
	static const struct {
		unsigned filter;
		enum option option;
	} map[] = {
		{FILTER_TIME, OPT_SINCE},
		{FILTER_TIME, OPT_UNTIL},
		{FILTER_PROJECT, OPT_PROJECT},
		{FILTER_BRANCH, OPT_BRANCH},
		{FILTER_MODEL, OPT_MODEL},
		{FILTER_SESSION, OPT_SESSION},
		{FILTER_BREAKDOWN, OPT_BREAKDOWN},
		{FILTER_BY, OPT_BY},
	};
	uint64_t options = OPTS_OUTPUT | OPT(OPT_TIMEZONE) | (def->has_spend ? OPT(OPT_COST) : 0) |
			   (def->chart ? OPT(OPT_CHART) : 0);
	for (size_t c = 0; c < def->n_columns; c++)
		if (def->columns[c].type == VALUE_USD)
			options |= OPT(OPT_CURRENCY) | OPT(OPT_RATE);
	for (size_t i = 0; i < sizeof map / sizeof *map; i++)
		if (def->filters & map[i].filter)
			options |= OPT(map[i].option);
	return options;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;
	return m < c ? m : c;
}

// Levenshtein, of short words; two letters that changed places are one step.
static size_t distance(struct str a, struct str b)
{
	enum { MAX = 63 };
	size_t before[MAX + 1] = {0}, above[MAX + 1], now[MAX + 1];
	if (a.n > MAX || b.n > MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		above[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			now[j] = min3(above[j] + 1, now[j - 1] + 1,
				above[j - 1] + (a.p[i - 1] != b.p[j - 1]));
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				now[j] = min3(now[j], before[j - 2] + 1, now[j]);
		}
		memcpy(before, above, sizeof before);
		memcpy(above, now, sizeof above);
	}
	return above[b.n];
}

const char *args_nearest(struct str word, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t best_distance = word.n / 3 + 1;
	for (size_t i = 0; i < n; i++) {
		struct str name = str_of(names[i]);
		bool is_start = word.n >= 3 && str_starts(name, "") && name.n > word.n &&
				memcmp(name.p, word.p, word.n) == 0;
		size_t d = is_start ? 1 : distance(word, name);
		if (d < best_distance) {
			best_distance = d;
			best = names[i];
		}
	}
	return best;
}

struct reader {
	int argc, at;
	char **argv;
	const char *command;
	uint64_t options;
	const struct report_def *def;
	struct args *out;
};

static bool unknown_option(const struct reader *r, struct str name, struct err *e)
{
	const char *dashes = name.n > 1 ? "--" : "-";
	const char *names[N_OPTIONS];
	size_t n = 0;
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (r->options & OPT(i))
			names[n++] = option_defs[i].name;
	const char *near = args_nearest(name, names, n);
	if (near)
		return err_set(e, ERR_USAGE, "unknown option %s%.*s: did you mean --%s?", dashes,
			STR_ARG(name), near);
	return err_set(e, ERR_USAGE, "unknown option %s%.*s: `ccl %s --help` lists them", dashes,
		STR_ARG(name), r->command);
}

// The value behind `=`, else the next word.
static bool take_value(struct reader *r, const char *dash_name, struct str inline_value,
	struct str *out, struct err *e)
{
	if (!inline_value.p && r->at + 1 >= r->argc)
		return err_set(e, ERR_USAGE, "%s wants a value", dash_name);
	struct str value = inline_value.p ? inline_value : str_of(r->argv[++r->at]);
	if (!value.n)
		return err_set(e, ERR_USAGE, "%s wants a value", dash_name);
	if (out->p)
		return err_set(e, ERR_USAGE, "%s is given twice", dash_name);
	*out = value;
	return true;
}

static bool read_param(
	struct reader *r, struct str name, struct str value, bool *is_mine, struct err *e)
{
	*is_mine = false;
	for (size_t i = 0; r->def && i < r->def->n_params; i++) {
		const struct report_param *p = &r->def->params[i];
		if (p->is_positional || !str_is(name, p->name))
			continue;
		*is_mine = true;
		if (p->type == VALUE_BOOL) { // a flag
			r->out->params[i] = STR("1");
			return !value.p || err_set(e, ERR_USAGE, "--%s takes no value", p->name);
		}
		return take_value(r, r->argv[r->at], value, &r->out->params[i], e);
	}
	return true;
}

static bool read_option(struct reader *r, struct str name, struct str value, struct err *e)
{
	bool is_mine;
	if (!read_param(r, name, value, &is_mine, e))
		return false;
	if (is_mine)
		return true;
	bool is_known = false;
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option_def *o = &option_defs[i];
		bool is_short = o->letter && str_is(name, o->letter);
		if (!is_short && !str_is(name, o->name))
			continue;
		is_known = true;
		if (!(r->options & OPT(i)))
			continue;
		char dashed[32] = "-";
		strncat(dashed, is_short ? "" : "-", 2);
		strncat(dashed, is_short ? o->letter : o->name, 24);
		if (o->value)
			return take_value(r, dashed, value, &r->out->values[i], e);
		if (value.p)
			return err_set(e, ERR_USAGE, "%s takes no value", dashed);
		r->out->values[i] = STR("");
		return true;
	}
	if (is_known)
		return err_set(e, ERR_USAGE, "`ccl %s` takes no %s%.*s", r->command,
			name.n > 1 ? "--" : "-", STR_ARG(name));
	return unknown_option(r, name, e);
}

static bool read_word(struct reader *r, bool is_option, struct err *e)
{
	struct str word = str_of(r->argv[r->at]), value = STR_NONE, name;
	if (is_option && str_starts(word, "--")) {
		name = str_split(str_from(word, 2), '=', &value);
		if (value.p == NULL && word.p[word.n - 1] == '=')
			value = STR("");
		return read_option(r, name, value, e);
	}
	// a text may begin with a dash and a blank
	if (is_option && word.n >= 2 && word.p[0] == '-' && word.p[1] != ' ') {
		// -ocol,col
		value = word.n > 2 ? str_from(word, 2) : STR_NONE;
		return read_option(r, (struct str){word.p + 1, 1}, value, e);
	}
	if (r->out->n_positionals == ARGS_MAX_POSITIONALS)
		return err_set(e, ERR_USAGE, "too many words on the command line");
	r->out->positionals[r->out->n_positionals++] = word;
	return true;
}

static bool check_formats(const struct args *a, struct err *e)
{
	static const enum option formats[] = {OPT_CHART, OPT_JSON, OPT_CSV, OPT_MD, OPT_TSV};
	const char *first = NULL;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (!args_has(a, formats[i]))
			continue;
		if (first)
			return err_set(e, ERR_USAGE, "--%s and --%s: one format, please", first,
				option_defs[formats[i]].name);
		first = option_defs[formats[i]].name;
	}
	if (args_has(a, OPT_CHART) && args_has(a, OPT_COLUMNS))
		return err_set(e, ERR_USAGE, "--chart and -o: a chart has columns of its own");
	return true;
}

bool args_parse(int argc, char **argv, int first, const char *command, uint64_t options,
	const struct report_def *def, struct args *out, struct err *e)
{
	struct args a = {0};
	bool is_option = true;
	struct reader r = {argc, first, argv, command, options, def, &a};
	for (; r.at < argc; r.at++) {
		if (is_option && strcmp(argv[r.at], "--") == 0)
			is_option = false;
		else if (!read_word(&r, is_option, e))
			return false;
	}
	if (!check_formats(&a, e))
		return false;
	*out = a;
	return true;
}
