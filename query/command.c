// SPDX-License-Identifier: MIT
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "help.h"
#include "pr_forge.h"
#include "report.h"
#include "show.h"

// The report `pr`, for a comment on the pull request.
static const struct command_def comment_def = {"pr", "work", "NUMBER --md|--comment",
	"What a pull request cost, for a comment on it",
	"Prints what a pull request cost as Markdown; with --comment it is written on the forge "
	"through gh or glab, in place of the comment that an earlier run made.",
	OPT(OPT_REPO) | OPT(OPT_MD) | OPT(OPT_COMMENT) | OPT(OPT_YES) | OPT(OPT_HELP), 1, 1,
	command_pr_comment, "ccl pr 7 --comment --yes"};

static bool is_comment(int argc, char **argv)
{
	bool is_wanted = false;
	for (int i = 2; i < argc; i++)
		is_wanted |= strcmp(argv[i], "--md") == 0 || strcmp(argv[i], "--comment") == 0;
	return is_wanted && strcmp(argv[1], "pr") == 0;
}

static const struct command_def *find_command(struct str name)
{
	for (size_t i = 0; i < n_command_defs; i++)
		if (str_is(name, command_defs[i].name))
			return &command_defs[i];
	return NULL;
}

static bool unknown(struct str word, struct err *e)
{
	enum { MAX_NAMES = 128 };
	const char *names[MAX_NAMES];
	size_t n = 0;
	for (size_t i = 0; i < n_report_defs && n < MAX_NAMES; i++)
		names[n++] = report_defs[i].name;
	for (size_t i = 0; i < n_command_defs && n < MAX_NAMES; i++)
		names[n++] = command_defs[i].name;
	const char *near = args_nearest(word, names, n);
	if (near)
		return err_set(e, ERR_USAGE, "unknown command %.*s: did you mean %s?",
			STR_ARG(word), near);
	return err_set(e, ERR_USAGE, "unknown command %.*s: `ccl help` lists all", STR_ARG(word));
}

// argv[first..] are the words behind the command's name.
static bool run_command(struct arena *a, const struct command_def *def, int argc, char **argv,
	int first, int *out_status, struct err *e)
{
	struct args args;
	struct command_call call = {.arena = a, .args = &args};
	if (!args_parse(argc, argv, first, def->name, def->options, NULL, &args, e))
		return false;
	if (args_has(&args, OPT_HELP))
		return help_command(def, e);
	if (args.n_positionals < def->least)
		return err_set(e, ERR_USAGE, "usage: ccl %s %s", def->name, def->usage);
	if (args.n_positionals > def->most)
		return err_set(e, ERR_USAGE, "`ccl %s` takes no %.*s", def->name,
			STR_ARG(args.positionals[def->most]));
	if (!def->run(&call, e))
		return false;
	*out_status = call.status;
	return true;
}

static bool run_report(struct arena *a, const struct report_def *def, int argc, char **argv,
	int first, int *out_status, struct err *e)
{
	struct args args;
	if (!args_parse(argc, argv, first, def->name, args_options_of(def), def, &args, e))
		return false;
	if (args_has(&args, OPT_HELP))
		return help_report(def, e);
	return show_report(a, def, &args, out_status, e);
}

// Takes a word off the command line, if it is there.
static bool take_word(int *argc, char **argv, const char *word)
{
	for (int i = 2; i < *argc; i++) {
		if (strcmp(argv[i], word) != 0)
			continue;
		memmove(argv + i, argv + i + 1, (size_t)(*argc - i) * sizeof *argv);
		(*argc)--;
		return true;
	}
	return false;
}

static struct str pr_name(struct arena *a, struct str word)
{
	return str_of(arena_printf(a, "pr %.*s", STR_ARG(word)));
}

// `ccl pr` is the report of all, `ccl pr link ...` a command, `ccl pr 7` the report of one.
static bool run_pr(struct arena *a, int argc, char **argv, int *out_status, struct err *e)
{
	struct str word = str_of(argc > 2 ? argv[2] : NULL);
	bool is_all = !word.n || word.p[0] == '-';
	const struct report_def *report = report_find(is_all ? STR("prs") : STR("pr"));
	const struct command_def *def = is_all ? NULL : find_command(pr_name(a, word));
	if (def)
		return run_command(a, def, argc, argv, 3, out_status, e);
	// neither a number nor a URL: more likely a slip of the pen
	if (!is_all && !strpbrk(word.p, "0123456789/"))
		return unknown(pr_name(a, word), e);
	if (!is_all && is_comment(argc, argv))
		return run_command(a, &comment_def, argc, argv, 2, out_status, e);
	if (!is_all && take_word(&argc, argv, "--why"))
		report = report_find(STR("pr-why"));
	if (report)
		return run_report(a, report, argc, argv, 2, out_status, e);
	return unknown(is_all ? STR("pr") : pr_name(a, word), e);
}

// `--input 3` and `--input=3` are `input=3`, behind `ccl price set`.
static int join_options(struct arena *a, int argc, char **argv)
{
	int n = 3;
	for (int i = 3; i < argc; i++) {
		char *word = argv[i];
		bool is_option =
			strncmp(word, "--", 2) == 0 && word[2] && strcmp(word, "--help") != 0;
		if (is_option && !strchr(word, '=') && i + 1 < argc)
			word = arena_printf(a, "--%s=%s", word + 2, argv[++i]);
		argv[n++] = word + (is_option ? 2 : 0);
	}
	return n;
}

// Nouns that are a report by themselves, also with `list` behind them, and commands with a verb.
static const struct {
	const char *word, *report;
} nouns[] = {{"budget", "budgets"}, {"plan", "plan"}, {"price", "prices"}, {"tips", "tips"}};
enum { N_NOUNS = sizeof nouns / sizeof *nouns };

// `ccl budget` is the report, also as `ccl budget list`; `ccl budget set ...` a command.
static bool run_noun(
	struct arena *a, size_t noun, int argc, char **argv, int *out_status, struct err *e)
{
	struct str word = str_of(argc > 2 ? argv[2] : NULL);
	bool is_list = !word.n || word.p[0] == '-' || str_is(word, "list");
	struct str name = str_of(arena_printf(a, "%s %.*s", nouns[noun].word, STR_ARG(word)));
	const struct command_def *def = is_list ? NULL : find_command(name);
	if (is_list)
		return run_report(a, report_find(str_of(nouns[noun].report)), argc, argv,
			str_is(word, "list") ? 3 : 2, out_status, e);
	if (!def)
		return unknown(name, e);
	if (def->run == command_price_set || def->run == command_price_unset)
		argc = join_options(a, argc, argv);
	return run_command(a, def, argc, argv, 3, out_status, e);
}

// A report that takes a number as an option, and is given one as a word: `ccl work review 50`.
static void name_number(struct arena *a, int *argc, char ***argv, int at, const char *option)
{
	int64_t n;
	if (*argc <= at || !str_int(str_of((*argv)[at]), 0, INT64_MAX, &n))
		return;
	char **words = arena_alloc(a, ((size_t)*argc + 2) * sizeof *words);
	memcpy(words, *argv, (size_t)*argc * sizeof *words);
	words[at] = arena_printf(a, "--%s=%s", option, (*argv)[at]);
	*argv = words;
}

// `ccl work` and `ccl work list` are a report, as are review, lessons and notes; the rest are
// commands.
static bool run_work(struct arena *a, int argc, char **argv, int *out_status, struct err *e)
{
	struct str word = str_of(argc > 2 ? argv[2] : NULL);
	bool is_bare = !word.n || word.p[0] == '-', is_list = str_is(word, "list");
	struct str name = str_of(arena_printf(a, "work %.*s", STR_ARG(word)));
	const struct command_def *def = is_bare || is_list ? NULL : find_command(name);
	if (def)
		return run_command(a, def, argc, argv, 3, out_status, e);
	if (str_is(word, "review"))
		name_number(a, &argc, &argv, 3, "last");
	const struct report_def *report = report_find(
		is_bare || is_list ? STR("work")
				   : str_of(arena_printf(a, "work-%.*s", STR_ARG(word))));
	return report ? run_report(a, report, argc, argv, is_bare ? 2 : 3, out_status, e)
		      : unknown(name, e);
}

// `ccl audit --result FILE` is a command, since it keeps something.
static const struct command_def audit_result_def = {"audit", "health", "--result FILE [options]",
	"Hold a result of `claude -p` against the turns",
	"Keeps the numbers of what `claude -p --output-format json` (or stream-json) has printed, "
	"never its text, and audits that session. - is stdin.",
	OPTS_OUTPUT | OPT(OPT_TIMEZONE) | OPT(OPT_BREAKDOWN) | OPT(OPT_RESULT), 0, 0,
	command_audit_result, "claude -p --output-format json ... | ccl audit --result -"};

// `ccl audit 3f2a` is `ccl audit --session 3f2a`.
static bool run_audit(struct arena *a, int argc, char **argv, int *out_status, struct err *e)
{
	for (int i = 2; i < argc; i++)
		if (str_starts(str_of(argv[i]), "--result"))
			return run_command(a, &audit_result_def, argc, argv, 2, out_status, e);
	if (argc > 2 && argv[2][0] != '-')
		argv[2] = arena_printf(a, "--session=%s", argv[2]);
	return run_report(a, report_find(STR("audit")), argc, argv, 2, out_status, e);
}

// What other tools of this field call it.
static struct str our_word(struct str word)
{
	static const struct {
		const char *theirs, *ours;
	} words[] = {{"hourly", "hours"}, {"daily", "days"}, {"weekly", "weeks"},
		{"monthly", "months"}, {"stats", "summary"}, {"optimize", "tips"},
		{"scan", "sync"}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(word, words[i].theirs))
			return str_of(words[i].ours);
	return word;
}

bool command_run(struct arena *a, int argc, char **argv, int *out_status, struct err *e)
{
	struct str word = str_of(argc > 1 ? argv[1] : NULL);
	*out_status = 0;
	if (str_is(word, "--help") || str_is(word, "-h"))
		return help_all(e);
	if (str_is(word, "--version") || str_is(word, "-V")) {
		(void)printf("ccl %s\n", CCL_VERSION);
		return true;
	}
	if (str_is(word, "complete"))
		return command_complete(a, argc, argv, e);
	if (!word.n || word.p[0] == '-')
		return run_report(a, report_find(STR("summary")), argc, argv, 1, out_status, e);
	word = our_word(word);
	const struct command_def *def = find_command(word);
	const struct report_def *report = report_find(word);
	if (str_is(word, "work"))
		return run_work(a, argc, argv, out_status, e);
	if (str_is(word, "audit"))
		return run_audit(a, argc, argv, out_status, e);
	for (size_t i = 0; i < N_NOUNS; i++)
		if (str_is(word, nouns[i].word))
			return run_noun(a, i, argc, argv, out_status, e);
	if (report && !str_is(word, "pr"))
		return run_report(a, report, argc, argv, 2, out_status, e);
	if (def)
		return run_command(a, def, argc, argv, 2, out_status, e);
	if (str_is(word, "pr"))
		return run_pr(a, argc, argv, out_status, e);
	return unknown(word, e);
}

bool command_help(struct command_call *call, struct err *e)
{
	if (call->args->n_positionals == 0)
		return help_all(e);
	struct str word = our_word(call->args->positionals[0]);
	if (call->args->n_positionals > 1)
		word = str_of(arena_printf(call->arena, "%.*s %.*s", STR_ARG(word),
			STR_ARG(call->args->positionals[1])));
	const struct report_def *report = report_find(word);
	if (report)
		return help_report(report, e);
	const struct command_def *def = find_command(word);
	return def ? help_command(def, e) : unknown(word, e);
}
