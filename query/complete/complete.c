// SPDX-License-Identifier: MIT
#include "complete.h"

#include <string.h>

#include "command.h"
#include "offer.h"
#include "report.h"
#include "setting.h"
#include "usage.h"

// What the words before the last one say.
struct context {
	const struct report_def *report; // either of them, or neither
	const struct command_def *command;
	uint64_t options;
	struct str positionals[ARGS_MAX_POSITIONALS];
	size_t n_positionals;
	int value_of; // the option that wants the last word as its value; -1: none
	const struct report_param *param; // the same of a report's own option
};

static const struct command_def *find_command(struct arena *a, struct str one, struct str two)
{
	const char *both = arena_printf(a, "%.*s %.*s", STR_ARG(one), STR_ARG(two));
	for (size_t i = 0; i < n_command_defs; i++)
		if (str_is(one, command_defs[i].name) || strcmp(both, command_defs[i].name) == 0)
			return &command_defs[i];
	return NULL;
}

// Reads the name; returns how many words it has.
static size_t find_target(
	struct arena *a, size_t n, char **words, struct str last, struct context *c)
{
	struct str one = str_of(n > 0 ? words[0] : NULL), two = str_of(n > 1 ? words[1] : NULL);
	bool is_alone = !two.n || two.p[0] == '-';
	if (!one.n || one.p[0] == '-') {
		c->report = report_find(STR("summary"));
		return 0;
	}
	c->command = find_command(a, one, is_alone ? STR("") : two);
	if (c->command)
		return strchr(c->command->name, ' ') ? 2 : 1;
	// `ccl work review` is the report work-review, but `ccl pr 7` the report pr
	const struct report_def *both =
		report_find(str_of(arena_printf(a, "%.*s-%.*s", STR_ARG(one), STR_ARG(two))));
	if (!is_alone && both && report_find(one) && !str_is(one, "pr")) {
		c->report = both;
		return 2;
	}
	bool is_all = is_alone && last.n && last.p[0] == '-';
	c->report = report_find(is_all && str_is(one, "pr") ? STR("prs")
				: str_is(one, "budget")     ? STR("budgets")
							    : one);
	return 1;
}

static int find_option(const struct context *c, struct str word)
{
	bool is_long = str_starts(word, "--");
	struct str name = str_from(word, is_long ? 2 : 1);
	for (int i = 0; i < N_OPTIONS; i++) {
		const struct option_def *o = &option_defs[i];
		if (c->options & OPT(i) &&
			(is_long ? str_is(name, o->name) : o->letter && str_is(name, o->letter)))
			return i;
	}
	return -1;
}

static const struct report_param *find_param(const struct context *c, struct str word)
{
	for (size_t i = 0; c->report && i < c->report->n_params; i++)
		if (!c->report->params[i].is_positional &&
			c->report->params[i].type != VALUE_BOOL && str_starts(word, "--") &&
			str_is(str_from(word, 2), c->report->params[i].name))
			return &c->report->params[i];
	return NULL;
}

static void read_words(struct context *c, size_t n, char **words)
{
	bool is_option = true;
	c->value_of = -1;
	for (size_t i = 0; i < n; i++) {
		struct str word = str_of(words[i]);
		bool is_value = c->value_of >= 0 || c->param;
		int option = is_option ? find_option(c, word) : -1;
		c->param = is_option && !is_value ? find_param(c, word) : NULL;
		c->value_of = !is_value && option >= 0 && option_defs[option].value ? option : -1;
		if (is_value)
			continue;
		if (str_is(word, "--"))
			is_option = false;
		else if ((!is_option || word.n < 2 || word.p[0] != '-') &&
			 c->n_positionals < ARGS_MAX_POSITIONALS)
			c->positionals[c->n_positionals++] = word;
	}
}

static void split_part(struct offers *o, size_t n_lead)
{
	struct buf b = {0};
	buf_add(&b, o->lead);
	buf_add(&b, (struct str){o->part.p, n_lead});
	o->lead = arena_str(o->arena, buf_str(&b));
	o->part = str_from(o->part, n_lead);
	buf_free(&b);
}

// "day,co": only behind the last one of these.
static bool split_behind(struct offers *o, char c)
{
	size_t n = o->part.n;
	while (n && o->part.p[n - 1] != c)
		n--;
	if (n)
		split_part(o, n);
	return n > 0;
}

static const char *kind_of(int option)
{
	switch (option) {
	case OPT_SINCE:
	case OPT_UNTIL: return "TIME";
	case OPT_PROJECT: return "PROJECT";
	case OPT_BRANCH: return "BRANCH";
	case OPT_MODEL: return "MODEL";
	case OPT_SESSION: return "SESSION";
	case OPT_BY: return "BY";
	case OPT_REPO: return "REPO";
	case OPT_ROLE: return "ROLE";
	case OPT_FOR: return "SPAN";
	case OPT_BRANCH_USD: return "BRANCH=";
	case OPT_PROJECT_USD: return "PROJECT=";
	default: return option_defs[option].value; // FILE
	}
}

static void offer_value(struct offers *o, const struct context *c, int option)
{
	struct str choices = str_of(option_defs[option].value), rest;
	if (c->command && usage_offer_value(o, c->command->usage, option_defs[option].name))
		return;
	if (option == OPT_COLUMNS || option == OPT_SORT) {
		if (option == OPT_SORT && split_behind(o, ':')) {
			offer(o, STR("desc"), "", STR("the greatest first"));
			offer(o, STR("asc"), "", STR("the least first"));
			return;
		}
		if (option == OPT_COLUMNS)
			(void)split_behind(o, ',');
		offer_kind(o, STR("COLUMN"));
		return;
	}
	if (option == OPT_BY)
		(void)split_behind(o, ',');
	// "auto|calculated"
	for (rest = choices; memchr(choices.p, '|', choices.n) && rest.p;)
		offer(o, str_split(rest, '|', &rest), "", STR(""));
	offer_kind(o, str_of(kind_of(option)));
}

// "session" -> SESSION
static void offer_param(struct offers *o, const struct report_param *p)
{
	for (struct str rest = str_of(p->choices); rest.p;)
		offer(o, str_split(rest, '|', &rest), "", STR(""));
	char *kind = arena_printf(o->arena, "%s", p->name);
	for (char *z = kind; *z; z++)
		*z = (char)(*z >= 'a' && *z <= 'z' ? *z - 'a' + 'A' : *z);
	offer_kind(o, str_of(kind));
}

static void offer_report_word(struct offers *o, const struct context *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->report->n_params; i++)
		if (c->report->params[i].is_positional && n++ == c->n_positionals)
			offer_param(o, &c->report->params[i]);
}

static void offer_setting(struct offers *o, struct str key)
{
	const struct setting_def *def = setting_find(o->arena, key);
	struct str rest = str_of(def ? def->choices : NULL);
	if (str_is(key, "ignore"))
		offer_kind(o, STR("DIR"));
	while (rest.p)
		offer(o, str_split(rest, ' ', &rest), "", STR(""));
}

static void offer_positional(struct offers *o, const struct context *c)
{
	if (c->report)
		offer_report_word(o, c);
	if (!c->command)
		return;
	if (c->command->run == command_help && c->n_positionals < 2)
		offer_names(o, c->n_positionals ? c->positionals[0] : STR(""));
	else if (c->command->run == command_config && c->n_positionals == 2)
		offer_setting(o, c->positionals[1]);
	else
		usage_offer(o, c->command->usage, c->n_positionals);
}

static void offer_last(struct offers *o, const struct context *c)
{
	struct str value, word = o->part, name = str_split(word, '=', &value);
	if (c->value_of >= 0) {
		offer_value(o, c, c->value_of);
	} else if (c->param) {
		offer_param(o, c->param);
	} else if (str_starts(word, "--") && value.p) {
		int option = find_option(c, name);
		const struct report_param *param = find_param(c, name);
		split_part(o, name.n + 1);
		if (option >= 0)
			offer_value(o, c, option);
		else if (param)
			offer_param(o, param);
	} else if (word.n && word.p[0] == '-') {
		offer_options(o, c->report, c->options);
	} else {
		offer_positional(o, c);
	}
}

void complete_words(struct arena *a, size_t n_words, char **words, struct buf *out)
{
	struct context c = {0};
	struct str last = str_of(n_words ? words[n_words - 1] : "");
	size_t n_before = n_words ? n_words - 1 : 0;
	size_t n_name = find_target(a, n_before, words, last, &c);
	struct offers o = {.arena = a, .part = last, .report = c.report, .out = out};
	c.options = c.report ? args_options_of(c.report) : c.command ? c.command->options : 0;
	n_name = n_name < n_before ? n_name : n_before;
	read_words(&c, n_before - n_name, words + n_name);
	if (n_before == 0)
		offer_names(&o, STR(""));
	if (n_before == 1 && !(last.n && last.p[0] == '-'))
		offer_names(&o, str_of(words[0]));
	if (n_before > 0 || (last.n && last.p[0] == '-'))
		offer_last(&o, &c);
}
