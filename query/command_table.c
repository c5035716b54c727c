// SPDX-License-Identifier: MIT
// Every command, with what its help page says.
#include "command.h"
#include "pr_forge.h"

#define OPTS_ROWS (OPTS_OUTPUT | OPT(OPT_TIMEZONE))

#define OPTS_LINK                                                                                  \
	(OPT(OPT_REPO) | OPT(OPT_PROJECT) | OPT(OPT_SESSION) | OPT(OPT_TURN) | OPT(OPT_SINCE) |    \
		OPT(OPT_UNTIL) | OPT(OPT_ROLE) | OPT(OPT_HELP))

const struct command_def command_defs[] = {
	{"pr link", "pr", "BRANCH|--session ID|--turn ID NUMBER",
		"Say which pull request it was for",
		"Charges a branch, a session or one turn to a pull request, whatever the evidence "
		"says: "
		"all of it, or what lies within --since and --until. The branch is one of the "
		"repository "
		"around the current folder, or of --project. NUMBER may be a URL; its repository "
		"is "
		"the "
		"branch's own unless --repo says otherwise. Of two links the newer one wins; a "
		"link of "
		"a "
		"turn comes before one of its session, and that before one of its branch. `ccl pr "
		"undo` "
		"takes it back.",
		OPTS_LINK, 1, 2, command_pr_link, "ccl pr link feature/pay 123 --since 2026-11-01"},
	{"pr unlink", "pr", "BRANCH|--session ID|--turn ID", "Say that it has no pull request",
		"Charges a branch, a session or one turn to no pull request, whatever the evidence "
		"and "
		"older links say.",
		OPTS_LINK & ~(OPT(OPT_REPO) | OPT(OPT_ROLE)), 0, 1, command_pr_unlink,
		"ccl pr unlink --session 3f2a"},
	{"pr ignore", "pr", "NUMBER", "Charge nothing to one by itself",
		"Makes all automatic evidence for a pull request void. What is linked to it by "
		"hand "
		"stays "
		"with it.",
		OPT(OPT_REPO) | OPT(OPT_HELP), 1, 1, command_pr_ignore,
		"ccl pr ignore 123 --repo acme/api"},
	{"pr move", "pr", "TURN ... NUMBER", "Charge single turns to another one",
		"Charges the turns to a pull request: `pr link --turn` for several at once. `ccl "
		"session "
		"ID` lists the turns of a session; the beginning of an id is enough.",
		OPT(OPT_REPO) | OPT(OPT_ROLE) | OPT(OPT_HELP), 2, ARGS_MAX_POSITIONALS,
		command_pr_move, "ccl pr move msg_01A7 msg_01Bc 123"},
	{"pr log", "pr", "", "List what was said by hand",
		"Lists all links, the newest first, and those that were undone.", OPTS_ROWS, 0, 0,
		command_pr_log, "ccl pr log --json"},
	{"pr undo", "pr", "[ID]", "Take a link back",
		"Takes back the newest link that holds, or the one with this id (`ccl pr log`). "
		"Whether "
		"it was a link, an unlink or an ignore: what was decided before holds again.",
		OPT(OPT_HELP), 0, 1, command_pr_undo, "ccl pr undo 3"},
	{"budget set", "guard", "--session USD | --day USD | ... [--enforce | --observe]",
		"Say what may be spent",
		"Sets budgets: for each session, for all work of a day, week or month, for each "
		"pull "
		"request, for a branch (--branch NAME=20) or a project (--project NAME=100 a "
		"month, "
		"NAME=10/day, /week, /total). You are warned near a limit and beyond it; with "
		"--enforce "
		"prompts and tool calls beyond it are refused, and the hooks that this takes are "
		"wired; "
		"with --observe it is only recorded. Subagents count.",
		OPT(OPT_SESSION_USD) | OPT(OPT_DAY) | OPT(OPT_WEEK) | OPT(OPT_MONTH) | OPT(OPT_PR) |
			OPT(OPT_BRANCH_USD) | OPT(OPT_PROJECT_USD) | OPT(OPT_ENFORCE) |
			OPT(OPT_OBSERVE) | OPT(OPT_HELP),
		0, 0, command_budget_set, "ccl budget set --session 5 --day 50 --enforce"},
	{"budget remove", "guard", "session|day|week|month|pr|branch [NAME]|project [NAME]|all",
		"Take budgets away",
		"Removes budgets. `ccl budget off` only lifts them for a time.", OPT(OPT_HELP), 1,
		2, command_budget_remove, "ccl budget remove session"},
	{"budget allow", "guard", "--session ID --add USD", "Let one session spend more",
		"Adds to the budget of one session; the beginning of its id is enough.",
		OPT(OPT_SESSION) | OPT(OPT_ADD) | OPT(OPT_HELP), 0, 0, command_budget_allow,
		"ccl budget allow --session 3f2a --add 10"},
	{"budget off", "guard", "--for SPAN", "Lift all budgets for a time",
		"Nothing is refused or said because of a budget until then. The environment "
		"variable "
		"CCL_BUDGET=off does the same for one Claude Code.",
		OPT(OPT_FOR) | OPT(OPT_HELP), 0, 0, command_budget_off, "ccl budget off --for 1h"},
	{"budget on", "guard", "", "Put all budgets in force again",
		"Ends what `ccl budget off` began.", OPT(OPT_HELP), 0, 0, command_budget_on,
		"ccl budget on"},
	{"budget log", "guard", "", "Who set and lifted what, and when",
		"Lists every change of a budget, the newest first.", OPTS_ROWS, 0, 0,
		command_budget_log, "ccl budget log --json"},
	{"budget check", "guard", "[--session ID]", "Ask a script's question: is it spent?",
		"Prints the budgets, or those that count for one session. Exit status: 3 if one is "
		"used "
		"up, 2 if one is near its end, else 0.",
		OPTS_ROWS | OPT(OPT_SESSION), 0, 0, command_budget_check,
		"ccl budget check --session 3f2a || exit 1"},
	{"work start", "worklog", "TYPE \"GOAL\"", "Start a work session in this project",
		"Starts a work session of the project around the current folder: from now until "
		"`ccl work end` all that is spent in it counts as the cost of this goal. TYPE is "
		"feature, bug, refactor, explore, research or other. Says what others like it have "
		"cost.",
		OPT(OPT_HELP), 2, 2, command_work_start,
		"ccl work start bug \"Fix the login loop\""},
	{"work note", "worklog", "\"TEXT\"", "Note something in it",
		"Adds a line to the work session that is open in this project.", OPT(OPT_HELP), 1,
		1, command_work_note, "ccl work note \"the cache was stale\""},
	{"work end", "worklog", "[\"LESSON\"]", "End it, and see what it cost",
		"Ends the work session that is open in this project, and says what it cost, how "
		"long it took, what was committed, and how that compares with others like it. A "
		"lesson is kept for `ccl work lessons`.",
		OPT(OPT_HELP), 0, 1, command_work_end, "ccl work end \"read the log first\""},
	{"work check", "worklog", "", "See what it has cost so far",
		"Compares what the open work session has cost with others of its type: those of "
		"this project, or of all if there are none. Exit status: 3 if it has cost more "
		"than any of three or more, 2 if more than their average, else 0.",
		OPT(OPT_HELP), 0, 0, command_work_check, "ccl work check || echo dear"},
	{"work show", "worklog", "[ID]", "One of them as Markdown",
		"Prints a work session (the newest, or the one with this number) as Markdown with "
		"YAML front matter: goal, times, cost, commits, lines, notes and lesson.",
		OPT(OPT_HELP), 0, 1, command_work_show, "ccl work show 3"},
	{"work export", "worklog", "DIR", "All of them as Markdown files",
		"Writes each work session to a file DIR/work-NUMBER-TYPE.md, over what an earlier "
		"export wrote.",
		OPT(OPT_HELP), 1, 1, command_work_export, "ccl work export ~/notes"},
	{"plan set", "money", "pro|max5|max20|team|api|PRICE", "Say how Claude Code is paid for",
		"Says which plan you have: pro ($20 a month), max5 ($100), max20 ($200), team "
		"($150, "
		"a premium seat), any other by its price in USD a month, or api, if each token is "
		"billed. With a plan every sum of money is said to be API-equivalent: what the "
		"same tokens would have cost through the API. `ccl plan` shows what it is worth.",
		OPT(OPT_HELP), 1, 1, command_plan_set, "ccl plan set max5"},
	{"price set", "money", "MODEL input=USD output=USD [NAME=VALUE ...]",
		"Say what a model costs you",
		"Sets a price of your own, in USD per million tokens; it wins over the builtin "
		"one. "
		"Nothing that is stored changes: all sums are computed anew, past ones too. Also "
		"cache-5m=, cache-1h= and cache-read= (1.25, 2 and 0.1 times the input), search= "
		"(USD a web search), factors on every rate (fast=2, or no: not sold; geo-us=11/10, "
		"regional=11/10, batch=1/2), from= and until= (dates, from midnight UTC; until is "
		"exclusive). like=MODEL takes the prices of another model, at their dates. The "
		"newest word holds for its time.",
		OPT(OPT_HELP), 2, ARGS_MAX_POSITIONALS, command_price_set,
		"ccl price set claude-next-9 input=3 output=15 from=2026-11-01"},
	{"price unset", "money", "MODEL [from=DATE] [until=DATE]", "Take a price of your own away",
		"Removes your own prices of a model, or what they have of a time; the builtin "
		"price "
		"holds again, if there is one.",
		OPT(OPT_HELP), 1, 3, command_price_unset, "ccl price unset claude-next-9"},
	{"price import", "money", "FILE", "Read prices from a file",
		"Sets prices of your own from a file: a table with tabs, whose first line names "
		"the "
		"columns (model, from, until, above, input, output, cache_5m, cache_1h, "
		"cache_read, "
		"fast, geo_us, regional, batch, web_search; only model, input and output must be "
		"there), or LiteLLM's model_prices_and_context_window.json, which knows no dates. "
		"All "
		"or none of a table is taken.",
		OPT(OPT_HELP), 1, 1, command_price_import, "ccl price import prices.tsv"},
	{"tips dismiss", "work", "RULE [--for SPAN]", "Hide a tip for a time",
		"Leaves a rule of `ccl tips` out for 14 days, or as long as --for says. `ccl tips "
		"--all` "
		"still shows it; `ccl config set tip.RULE off` takes it away for good.",
		OPT(OPT_FOR) | OPT(OPT_HELP), 1, 1, command_tips_dismiss,
		"ccl tips dismiss no-edit --for 30d"},
	{"tips restore", "work", "RULE", "Show a tip again", "Ends what `ccl tips dismiss` began.",
		OPT(OPT_HELP), 1, 1, command_tips_restore, "ccl tips restore no-edit"},
	{"sync", "setup", "[DIR ...]", "Read all that Claude Code has kept",
		"Reads every transcript of the projects folders, or those below DIR, as far as it "
		"was not "
		"read before. Can be interrupted and run again.",
		OPT(OPT_HELP), 0, ARGS_MAX_POSITIONALS, command_sync,
		"ccl sync ~/.claude/projects"},
	{"install", "setup", "[--statusline | --git-trailer] [--check | --dry-run]",
		"Wire the hooks into Claude Code's settings",
		"Adds ccl-hook to settings.json, so that each turn is logged as it ends; while the "
		"guard is on or a budget is enforced, under the events that this takes, too. What "
		"else is in the file stays byte for byte. With --statusline something else: "
		"`ccl statusline` becomes Claude Code's status line. A status line that is there "
		"still runs, and ccl's stands below it. With --git-trailer: a "
		"prepare-commit-msg hook in the repository around the current folder, which ends "
		"each "
		"new commit's message with what the turns on its branch cost since the commit "
		"before "
		"(`CCL-Cost: $1.23`); merges, squashes and amends get none, and a commit never "
		"waits "
		"longer than $CCL_TRAILER_MS (100) for it.",
		OPT(OPT_CHECK) | OPT(OPT_DRY_RUN) | OPT(OPT_GIT_TRAILER) | OPT(OPT_STATUSLINE) |
			OPT(OPT_HELP),
		0, 0, command_install, "ccl install --dry-run"},
	{"uninstall", "setup", "[--statusline | --git-trailer] [--dry-run]",
		"Take the hooks out again",
		"Removes ccl-hook and the status line of ccl from settings.json; the ledger stays. "
		"With --statusline the hooks stay, too; a status line that ccl was put around is "
		"again what it was. With --git-trailer only what `install --git-trailer` has added "
		"to the repository around the current folder.",
		OPT(OPT_DRY_RUN) | OPT(OPT_GIT_TRAILER) | OPT(OPT_STATUSLINE) | OPT(OPT_HELP), 0, 0,
		command_uninstall, "ccl uninstall --dry-run"},
	{"trailer", "hidden", "FILE [SOURCE]", "Put the cost into a commit message",
		"Run by the hook of `ccl install --git-trailer`, with the arguments of "
		"prepare-commit-msg. Says nothing and never fails.",
		OPT(OPT_HELP), 1, 3, command_trailer, "ccl trailer .git/COMMIT_EDITMSG message"},
	{"config", "setup", "[list | get KEY | set KEY VALUE | unset KEY]",
		"Settings, and folders that are not logged",
		"Lists the settings with what they do; `get KEY` prints one's value, `set KEY "
		"VALUE` "
		"changes it, `unset KEY` takes it back. `set carry off` leaves work on the default "
		"branch there, though the "
		"session "
		"made a branch of it later; `set forge off` keeps `ccl pr resolve` from asking "
		"anyone. "
		"`set ignore PATH` keeps everything below a folder out of the ledger from now on, "
		"`unset ignore PATH` lets it in again; what is stored already stays: `ccl forget` "
		"removes it.",
		OPTS_ROWS, 0, 3, command_config, "ccl config set ignore ~/private"},
	{"forget", "setup", "SESSION|PROJECT [--yes]", "Delete all that is stored of one",
		"Deletes every row of a session (the beginning of its id is enough), or of all "
		"sessions of "
		"a project (name, folder or repository), and keeps them from being read again.",
		OPT(OPT_YES) | OPT(OPT_HELP), 1, 1, command_forget, "ccl forget 3f2a"},
	{"export", "more", "[--format csv|jsonl|sqlite] [--output FILE]",
		"Every turn, for other programs",
		"Writes one row for each turn, in the order of their times: what it was for, its "
		"tokens, "
		"its exact cost. csv and jsonl go to stdout, sqlite into a new file with one "
		"table, turn. "
		"With --anonymise ids, projects, branches, repositories and all names that are not "
		"Claude "
		"Code's own are keyed hashes, the same in each export of this ledger; folders and "
		"hosts "
		"are not in it.",
		OPT(OPT_FORMAT) | OPT(OPT_OUTPUT) | OPT(OPT_ANONYMISE) | OPT(OPT_SINCE) |
			OPT(OPT_UNTIL) | OPT(OPT_PROJECT) | OPT(OPT_BRANCH) | OPT(OPT_SESSION) |
			OPT(OPT_TIMEZONE) | OPT(OPT_HELP),
		0, 0, command_export, "ccl export --format jsonl --since 30d"},
	{"sql", "more", "\"SELECT ...\"|-|--schema", "Ask the ledger in SQL",
		"Runs one SELECT, read-only; with - it is read from stdin. --schema lists the "
		"tables and "
		"views with what is in them. Views with money: turn_cost, a row for each turn; the "
		"rest are joined by ids: origin_name and agent_name have them in words.",
		OPTS_ROWS | OPT(OPT_SCHEMA), 0, 1, command_sql,
		"ccl sql \"SELECT count(*) FROM turn\""},
	{"pr resolve", "setup", "[--repo O/R] [--offline | --refresh]",
		"Ask the forges about pull requests",
		"Lists the pull requests of each repository that was worked in during the last 90 "
		"days, "
		"through gh (GitHub) or glab (GitLab), and charges turns by what they say. A "
		"repository "
		"is asked at most every 15 minutes. Everything works without it, from what is seen "
		"locally.",
		OPT(OPT_REPO) | OPT(OPT_OFFLINE) | OPT(OPT_REFRESH) | OPT(OPT_HELP), 0, 0,
		command_pr_resolve, "ccl pr resolve --refresh"},
	{"statusline", "more", "[--format TEMPLATE] [--width N] [--with CMD]",
		"One line for Claude Code's status line",
		"Reads what Claude Code tells its status line on stdin and prints one line: what "
		"the session, the day and the pull request have cost, what is left, what burns. "
		"`ccl config set statusline.format TEMPLATE` sets another template for good. With "
		"--with another command gets the same input and is shown first. Exit status 0, "
		"whatever is wrong.",
		OPT(OPT_FORMAT) | OPT(OPT_WIDTH) | OPT(OPT_WITH) | OPT(OPT_NO_COLOR) |
			OPT(OPT_HELP),
		0, 0, command_statusline,
		"ccl statusline --format '{session} of {today}|ctx {context}|5h {5h}'"},
	{"menubar", "more", "[--format HOST]", "What was spent, for a menu bar",
		"Prints today's money, the newest session, what burns, the tightest budget, the "
		"five-hour window and the alerts of the last day, in the syntax of a host: "
		"plain, swiftbar, xbar, argos, waybar, polybar, i3blocks, tmux or json. Exit "
		"status 0, whatever is wrong with the ledger.",
		OPT(OPT_FORMAT) | OPT(OPT_HELP), 0, 0, command_menubar,
		"ccl menubar --format waybar"},
	{"man", "hidden", "", "The manual page",
		"Prints the manual page, in roff. `man ccl` shows it.", OPT(OPT_HELP), 0, 0,
		command_man, "ccl man | man -l -"},
	{"completion", "more", "bash|zsh|fish", "Completion for a shell",
		"Prints the completion script of a shell, which offers reports, commands, options, "
		"and "
		"what is in the ledger. `meson install` puts it where the shell finds it by "
		"itself; "
		"otherwise source it in the shell's start-up file.",
		OPT(OPT_HELP), 1, 1, command_completion, "ccl completion bash >> ~/.bashrc"},
	{"reports", "more", "", "List the reports", "Lists the reports, with what each is about.",
		OPTS_ROWS, 0, 0, command_reports, "ccl reports --json"},
	{"help", "more", "[NAME]", "Explain a report or command",
		"Explains a report or command; without a name, lists them.", OPT(OPT_HELP), 0, 2,
		command_help, "ccl help pr link"},
};
const size_t n_command_defs = sizeof command_defs / sizeof *command_defs;
