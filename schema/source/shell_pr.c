// SPDX-License-Identifier: MIT
#include "shell.h"

#include <string.h>

#include "git.h"
#include "path.h"
#include "pr_url.h"

enum { FRAME_DEPTH_MAX = 3 };

// A subcommand with its options that take the word behind them: the value of an option must not
// pass for the number of a pull request (`gh pr merge -t 12`). Read off the sources of gh 2.60 and
// glab 1.79.
struct verb {
	const char *word;
	enum shell_pr_verb verb;
	const char *with_value;
};

static const struct verb gh_verbs[] = {
	{"create", SHELL_PR_CREATE, ""},
	{"new", SHELL_PR_CREATE, ""},
	{"view", SHELL_PR_VIEW, "-q --jq --json -t --template"},
	{"checkout", SHELL_PR_CHECKOUT, "-b --branch"},
	{"co", SHELL_PR_CHECKOUT, "-b --branch"},
	{"review", SHELL_PR_REVIEW, "-b --body -F --body-file"},
	{"diff", SHELL_PR_DIFF, "--color -e --exclude"},
	{"merge", SHELL_PR_MERGE,
		"-A --author-email -b --body -F --body-file --match-head-commit -t --subject"},
	{"comment", SHELL_PR_COMMENT, "-b --body -F --body-file"},
	{"checks", SHELL_PR_CHECKS, "-i --interval -q --jq --json -t --template"},
	{"close", SHELL_PR_CLOSE, "-c --comment"},
	{"reopen", SHELL_PR_REOPEN, "-c --comment"},
	{"edit", SHELL_PR_EDIT,
		"--add-assignee --add-label --add-project --add-reviewer -B --base -b --body -F "
		"--body-file -m --milestone --remove-assignee --remove-label --remove-project "
		"--remove-reviewer -t --title"},
	{"ready", SHELL_PR_READY, ""},
};

static const struct verb glab_verbs[] = {
	{"create", SHELL_PR_CREATE, ""},
	{"new", SHELL_PR_CREATE, ""},
	{"view", SHELL_PR_VIEW, "-p --page -P --per-page -F --output"},
	{"show", SHELL_PR_VIEW, "-p --page -P --per-page -F --output"},
	{"checkout", SHELL_PR_CHECKOUT, "-b --branch -u --set-upstream-to"},
	{"approve", SHELL_PR_REVIEW, "-p --password -s --sha"},
	{"diff", SHELL_PR_DIFF, "--color"},
	{"merge", SHELL_PR_MERGE, "-m --message --sha --squash-message"},
	{"accept", SHELL_PR_MERGE, "-m --message --sha --squash-message"},
	{"note", SHELL_PR_COMMENT, "-m --message"},
	{"comment", SHELL_PR_COMMENT, "-m --message"},
	{"close", SHELL_PR_CLOSE, ""},
	{"reopen", SHELL_PR_REOPEN, ""},
	{"update", SHELL_PR_EDIT,
		"-a --assignee -d --description -l --label -m --milestone --reviewer "
		"--target-branch -t "
		"--title -u --unlabel"},
};

static const struct verb az_verbs[] = {
	{"create", SHELL_PR_CREATE, ""},
	{"show", SHELL_PR_VIEW, ""},
	{"checkout", SHELL_PR_CHECKOUT, ""},
	{"set-vote", SHELL_PR_REVIEW, ""},
	{"update", SHELL_PR_EDIT, ""},
};

// One program's command words: `gh pr VERB`, `az repos pr VERB`.
struct tool {
	const char *program, *group[2];
	size_t n_group;
	const char *with_value;  // options that every verb has
	const char *head, *base; // options of `create`
	const struct verb *verbs;
	size_t n_verbs;
};

#define VERBS(list) list, sizeof list / sizeof *(list)

static const struct tool tools[] = {
	{"gh", {"pr", NULL}, 1, "-R --repo --hostname", "-H --head", "-B --base", VERBS(gh_verbs)},
	{"glab", {"mr", NULL}, 1, "-R --repo -g --group", "-s --source-branch",
		"-b --target-branch", VERBS(glab_verbs)},
	{"az", {"repos", "pr"}, 2, "--id --subscription --org --organization -o --output --query",
		"-s --source-branch", "-t --target-branch", VERBS(az_verbs)},
};

// [host/]owner/name, or a URL as gh takes it too.
static struct str read_repo(struct arena *a, struct str s)
{
	struct pr_repo r;
	if (str_has(s, ":"))
		return pr_remote_parse(a, s, &r)
			       ? str_of(arena_printf(a, "%.*s/%.*s/%.*s", STR_ARG(r.host),
					 STR_ARG(r.owner), STR_ARG(r.repo)))
			       : STR_NONE;
	if (s.n > 255 || !s.n || s.p[0] == '-' || s.p[0] == '/' || s.p[s.n - 1] == '/')
		return STR_NONE;
	size_t n_slashes = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool is_alnum =
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!is_alnum && (!c || !strchr("_.-/", c)))
			return STR_NONE;
		if (c == '/' && s.p[i + 1] == '/')
			return STR_NONE;
		n_slashes += c == '/';
	}
	return n_slashes ? s : STR_NONE;
}

// N, #N, !N (glab) or a URL; the name of a branch gives no number.
static void read_target(struct arena *a, struct str s, struct shell_pr *out)
{
	struct pr_ref ref;
	if (s.n && (s.p[0] == '#' || s.p[0] == '!'))
		s = str_from(s, 1);
	if (str_int(s, 1, INT32_MAX, &out->number))
		return;
	if (!pr_url_parse(a, s, &ref))
		return;
	out->number = ref.number;
	if (ref.owner.n)
		out->repo = str_of(arena_printf(a, "%.*s/%.*s/%.*s", STR_ARG(ref.host),
			STR_ARG(ref.owner), STR_ARG(ref.repo)));
}

// An option of any verb that we use: -R o/n, -Ro/n, --repo o/n, --repo=o/n; --id N. Its value may
// be the next word.
static void read_option(
	struct arena *a, struct str word, struct str next, bool is_az, struct shell_pr *out)
{
	static const char *const names[] = {"--repo=", "--repo", "-R=", "-R"};
	struct str value = STR_NONE;
	if (is_az) {
		if (str_is(word, "--id"))
			read_target(a, shell_lex_plain(next), out);
		else if (str_starts(word, "--id="))
			read_target(a, shell_lex_plain(str_from(word, 5)), out);
		return;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names && !value.n; i++) {
		if (str_is(word, names[i]))
			value = next;
		else if (str_starts(word, names[i]) &&
			 (word.p[1] != '-' || str_ends(str_of(names[i]), "=")))
			value = str_from(word, strlen(names[i]));
	}
	value = read_repo(a, shell_lex_plain(value));
	if (value.n)
		out->repo = value;
}

// The branch behind one of these options, in the same word (--head=x) or the next; OWNER:BRANCH
// names one of a fork.
static void read_branch(struct str word, struct str next, const char *options, struct str *out)
{
	struct str value = next, rest;
	const char *equals = memchr(word.p, '=', word.n);
	if (equals) {
		value = str_from(word, (size_t)(equals - word.p) + 1);
		word.n = (size_t)(equals - word.p);
	}
	if (!shell_is_among(word, options))
		return;
	value = shell_lex_plain(value);
	if (value.n && memchr(value.p, ':', value.n)) {
		(void)str_split(value, ':', &rest);
		value = rest;
	}
	if (git_is_branch_name(value))
		*out = value;
}

static const struct verb *find_verb(const struct tool *t, struct str word)
{
	for (size_t i = 0; i < t->n_verbs; i++)
		if (str_is(word, t->verbs[i].word))
			return &t->verbs[i];
	return NULL;
}

static bool read_tool(struct arena *a, const struct shell_simple *c, size_t at,
	const struct tool *t, struct shell_pr *out)
{
	const struct verb *verb = NULL;
	size_t n_words = 0; // that are no options
	bool is_az = t->n_group == 2, is_rest = false;
	for (size_t i = at + 1; i < c->n; i++) {
		struct str word = c->word[i], next = i + 1 < c->n ? c->word[i + 1] : STR_NONE;
		struct str s = shell_lex_plain(word);
		if (s.n)
			word = s;
		if (!is_rest && word.n > 1 && word.p[0] == '-') {
			is_rest = str_is(word, "--");
			read_option(a, word, next, is_az, out);
			if (verb && verb->verb == SHELL_PR_CREATE) {
				read_branch(word, next, t->head, &out->head);
				read_branch(word, next, t->base, &out->base);
			}
			out->is_later |= shell_is_among(word, "--auto --disable-auto");
			i += shell_is_among(word, t->with_value) ||
			     (verb && shell_is_among(word, verb->with_value));
			continue;
		}
		if (n_words < t->n_group) {
			if (!str_is(s, t->group[n_words]))
				return false;
		} else if (n_words == t->n_group) {
			verb = find_verb(t, s);
			if (!verb)
				return false;
		} else if (n_words == t->n_group + 1 && !is_az && verb->verb != SHELL_PR_CREATE) {
			read_target(a, s, out);
		}
		n_words++;
	}
	if (!verb)
		return false;
	out->verb = verb->verb;
	return true;
}

static struct str in_dir(struct arena *a, struct str dir, struct str name)
{
	return name.p[0] == '/' || !dir.n ? name : path_join(a, dir, name);
}

static struct str git_subcommand(
	struct shell_walk *w, const struct shell_simple *c, size_t at, struct str *dir)
{
	for (size_t i = at + 1; i < c->n; i++) {
		struct str word = c->word[i];
		if (word.p[0] != '-')
			return shell_lex_plain(word);
		struct str name = i + 1 < c->n ? shell_lex_plain(c->word[i + 1]) : STR_NONE;
		if (str_is(word, "-C") && name.n)
			*dir = in_dir(w->arena, *dir, name);
		i += shell_is_among(word,
			"-C -c --git-dir --work-tree --namespace --super-prefix --config-env");
	}
	return STR_NONE;
}

// The script of `sh -c SCRIPT`, as written with its quotes; STR_NONE if there is none.
static struct str find_script(const struct shell_simple *c, size_t at)
{
	bool has_c = false;
	for (size_t i = at + 1; i < c->n; i++) {
		struct str word = c->word[i];
		if (word.n < 2 || (word.p[0] != '-' && word.p[0] != '+'))
			return has_c ? word : STR_NONE;
		if (str_starts(word, "--")) {
			i += shell_is_among(word, "--rcfile --init-file");
			continue;
		}
		has_c |= word.p[0] == '-' && memchr(word.p, 'c', word.n) != NULL;
		i += memchr(word.p, 'o', word.n) != NULL; // -o pipefail
	}
	return STR_NONE;
}

// A double-quoted script as the inner shell gets it; what the outer one would expand stays as
// written.
static struct str unescape(struct arena *a, struct str s)
{
	if (!s.n || !memchr(s.p, '\\', s.n))
		return s;
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] && strchr("\"\\$`\n", s.p[i + 1])) {
			i++;
			if (s.p[i] == '\n')
				continue;
		}
		p[n++] = s.p[i];
	}
	return (struct str){p, n};
}

static void push(struct shell_walk *w, struct str text, unsigned depth)
{
	if (w->n_frames == SHELL_FRAMES_MAX || depth > FRAME_DEPTH_MAX || !text.n)
		return;
	w->frame[w->n_frames] = shell_lex_of(text);
	w->frame[w->n_frames++].depth = depth;
}

// Commands within the command just read come before the one behind it.
static void push_inner(struct shell_walk *w, const struct shell_simple *c, struct str script)
{
	const struct shell_lex *top = &w->frame[w->n_frames - 1];
	struct str inner[SHELL_INNER_MAX];
	unsigned n = top->n_inner, depth = top->depth + 1;
	for (unsigned i = 0; i < n; i++)
		inner[i] = top->inner[i];
	if (c->end == SHELL_END && top->p == top->end)
		w->n_frames--;
	bool is_double = false;
	struct str text = shell_lex_quoted(script, &is_double);
	if (is_double)
		text = unescape(w->arena, text);
	push(w, text.p ? text : shell_lex_plain(script), depth);
	while (n-- > 0) // those within a script come up with it
		if (!script.p || inner[n].p < script.p || inner[n].p >= script.p + script.n)
			push(w, inner[n], depth);
}

struct shell_walk shell_walk_begin(struct arena *a, struct str command)
{
	struct shell_walk w = {.arena = a, .is_cut = command.n > SHELL_TEXT_MAX_BYTES};
	if (w.is_cut)
		command.n = SHELL_TEXT_MAX_BYTES;
	push(&w, command, 0);
	return w;
}

bool shell_next_pr(struct shell_walk *w, struct shell_pr *out)
{
	struct shell_simple c;
	while (w->n_frames) {
		struct shell_lex *top = &w->frame[w->n_frames - 1];
		if (!shell_lex_simple(top, &c)) {
			w->n_frames--;
			continue;
		}
		if (w->is_cut && c.end == SHELL_END && top->depth == 0)
			return false; // its last word may be torn
		size_t at;
		struct str name = shell_program(&c, &at), script = STR_NONE;
		struct shell_pr pr = {.verb = SHELL_PR_NONE, .dir = w->dir};
		struct str to = at + 1 < c.n ? shell_lex_plain(c.word[at + 1]) : STR_NONE;
		if (str_is(name, "cd") && to.n && to.p[0] != '-' && to.p[0] != '~')
			w->dir = in_dir(w->arena, w->dir, to);
		if (shell_is_among(name, "sh bash zsh dash ash ksh"))
			script = find_script(&c, at);
		push_inner(w, &c, script);
		bool is_found = false;
		if (str_is(name, "git")) {
			struct str sub = git_subcommand(w, &c, at, &pr.dir);
			pr.is_push = str_is(sub, "push");
			pr.is_switch = shell_is_among(sub, "checkout switch");
			is_found = pr.is_push || pr.is_switch;
		}
		for (size_t i = 0; i < sizeof tools / sizeof *tools && !is_found; i++)
			if (str_is(name, tools[i].program))
				is_found = read_tool(w->arena, &c, at, &tools[i], &pr);
		if (is_found) {
			*out = pr;
			return true;
		}
	}
	return false;
}
