// SPDX-License-Identifier: MIT
#include "shell.h"

#include <string.h>

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(struct str s, size_t max_bytes, const char *others)
{
	if (!s.n || s.n > max_bytes || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && (!s.p[i] || !strchr(others, s.p[i])))
			return false;
	return true;
}

bool shell_is_among(struct str s, const char *words)
{
	while (*words) {
		size_t n = strcspn(words, " ");
		if (n && s.n == n && memcmp(words, s.p, n) == 0)
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}

static bool is_number(struct str s)
{
	int64_t unused;
	return str_int(s, 0, INT32_MAX, &unused);
}

// NAME=..., NAME+=..., NAME[...]=...
static bool is_assignment(struct str s)
{
	size_t i = 0;
	while (i < s.n && (is_alnum(s.p[i]) || s.p[i] == '_'))
		i++;
	if (i == 0 || (s.p[0] >= '0' && s.p[0] <= '9') || i == s.n)
		return false;
	if (s.p[i] == '[') {
		const char *end = memchr(s.p + i, ']', s.n - i);
		if (!end)
			return false;
		i = (size_t)(end - s.p) + 1;
	}
	i += i < s.n && s.p[i] == '+';
	return i < s.n && s.p[i] == '=';
}

// The last component of the word, if that is a plain name. What precedes it may be quoted or hold
// variables ("$HOME/bin/x"): the directory is not kept.
static struct str program_name(struct str word)
{
	size_t i = word.n;
	while (i > 0 && word.p[i - 1] != '/')
		i--;
	struct str s = str_from(word, i);
	if (s.n && strchr("\"'\\", s.p[0]) && s.p[0])
		s = str_from(s, 1);
	if (s.n && (s.p[s.n - 1] == '"' || s.p[s.n - 1] == '\''))
		s.n--;
	return is_name(s, 64, "_.+-") ? s : STR_NONE;
}

// Programs that run the rest of their words.
struct wrapper {
	const char *name;
	const char *letters_with_value;
	size_t n_operands; // in front of the command
};

static const struct wrapper *find_wrapper(struct str name)
{
	static const struct wrapper wrappers[] = {
		{"sudo", "ugpCDhRrtTU", 0},
		{"doas", "uC", 0},
		{"env", "uC", 0},
		{"nice", "n", 0},
		{"ionice", "cnpPu", 0},
		{"time", "fo", 0},
		{"timeout", "sk", 1},
		{"nohup", "", 0},
		{"setsid", "", 0},
		{"stdbuf", "ioe", 0},
		{"command", "", 0},
		{"builtin", "", 0},
		{"exec", "a", 0},
	};
	for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
		if (str_is(name, wrappers[i].name))
			return &wrappers[i];
	return NULL;
}

// Whether an option takes the word behind it: "-u root", "-nu root", "--user root", not
// "--user=root".
static bool takes_next(struct str option, const char *letters)
{
	if (str_starts(option, "--"))
		return shell_is_among(option,
			"--user --group --host --prompt --chdir --chroot --unset --adjustment "
			"--signal --kill-after --format --output --input --error --class "
			"--classdata --other-user --role --type");
	for (size_t i = 1; i < option.n; i++)
		if (option.p[i] && strchr(letters, option.p[i]))
			return i + 1 == option.n;
	return false;
}

// The index of the command behind the wrapper at `i`; c->n if it runs none.
static size_t skip_wrapper(const struct shell_simple *c, size_t i, const struct wrapper *w)
{
	size_t n_operands = w->n_operands;
	for (i++; i < c->n; i++) {
		struct str word = c->word[i];
		if (str_is(word, "--"))
			continue;
		if (word.n > 1 && word.p[0] == '-') {
			// `command -v x` asks where x is
			if (str_is(word, "-v") || str_is(word, "-V"))
				if (str_is(str_of(w->name), "command"))
					return c->n;
			i += takes_next(word, w->letters_with_value);
			continue;
		}
		if (is_assignment(word))
			continue;
		if (!n_operands)
			return i;
		n_operands--;
	}
	return c->n;
}

struct str shell_program(const struct shell_simple *c, size_t *at)
{
	size_t i = 0;
	for (;;) {
		while (i < c->n &&
			(is_assignment(c->word[i]) ||
				shell_is_among(c->word[i], "! { } if then elif else fi while until "
							   "do done esac coproc")))
			i++;
		if (i + 2 < c->n && str_is(c->word[i], "function")) {
			i += 2;
			continue;
		}
		*at = i;
		if (i == c->n)
			return STR_NONE;
		struct str name = program_name(c->word[i]);
		const struct wrapper *w = find_wrapper(name);
		size_t next = w ? skip_wrapper(c, i, w) : c->n;
		if (next == c->n)
			return name;
		i = next;
	}
}

// Programs whose subcommand says what was done, with the options that take the word behind them.
static const char *find_options(struct str program)
{
	static const struct {
		const char *program, *with_value;
	} known[] = {
		{"git", "-C -c --git-dir --work-tree --namespace --super-prefix --config-env "
			"--attr-source"},
		{"gh", "-R --repo --hostname"},
		{"glab", "-R --repo -g --group"},
		{"az", "--subscription --output -o --query"},
		{"npm", "--prefix -C -w --workspace --registry --userconfig --loglevel --cache"},
		{"pnpm", "-C --dir --filter -F --registry --loglevel --reporter"},
		{"yarn", "--cwd --registry --cache-folder"},
		{"cargo", "-C -Z --color --config --manifest-path"},
		{"docker", "-c --context -H --host -l --log-level --config --tlscacert --tlscert "
			   "--tlskey"},
		{"kubectl", "-n --namespace --context --kubeconfig --cluster --user -s --server "
			    "--token --as "
			    "--as-group --password --username -v"},
		{"go", "-C"},
		{"make", "-C --directory -f --file --makefile -I --include-dir -o -W -E --eval"},
		{"brew", ""},
		{"pip", "--proxy --cache-dir --log --timeout --retries --trusted-host --cert "
			"--client-cert "
			"--python --exists-action --keyring-provider"},
		{"apt", "-o --option -c --config-file -t --target-release -a "
			"--host-architecture"},
		{"systemctl",
			"-H --host -M --machine -t --type -p --property -n --lines -o --output -s "
			"--signal --state --root --what"},
		{"terraform", ""},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_is(program, known[i].program))
			return known[i].with_value;
	return NULL;
}

static struct str find_sub(const struct shell_simple *c, size_t program_at, struct str program)
{
	const char *with_value = find_options(program);
	if (!with_value)
		return STR_NONE;
	for (size_t i = program_at + 1; i < c->n; i++) {
		struct str word = c->word[i];
		if (word.p[0] == '-') {
			i += shell_is_among(word, with_value);
			continue;
		}
		struct str s = shell_lex_plain(word);
		if (str_is(program, "make") && (is_assignment(word) || is_number(s))) // -j 8
			continue;
		if (str_is(program, "cargo") && s.n && s.p[0] == '+') // +nightly
			continue;
		return is_name(s, 32, "_.:+-") ? s : STR_NONE;
	}
	return STR_NONE;
}

// Words of the shell that run nothing themselves.
static bool is_syntax(struct str word)
{
	return shell_is_among(word, "[ [[ : for select case");
}

// Commands that only set the stage for the next one.
static bool is_preparation(struct str name)
{
	return shell_is_among(name,
		"cd pushd popd export declare local readonly typeset set unset shopt umask "
		"ulimit source . test alias trap true false exit return");
}

// [[ a && b ]] is one command, though its words look like two.
static void skip_test(struct shell_lex *l, struct shell_simple *c)
{
	do {
		for (size_t i = 0; i < c->n; i++)
			if (str_is(c->word[i], "]]"))
				return;
	} while (shell_lex_simple(l, c));
}

void shell_first(struct str command, struct shell_cmd *out)
{
	*out = (struct shell_cmd){STR_NONE, STR_NONE};
	bool is_cut = command.n > SHELL_TEXT_MAX_BYTES;
	if (is_cut)
		command.n = SHELL_TEXT_MAX_BYTES;
	struct shell_lex l = shell_lex_of(command);
	struct shell_simple c;
	while (shell_lex_simple(&l, &c)) {
		if (is_cut && c.end == SHELL_END)
			return; // its words may be torn
		size_t at;
		struct str name = shell_program(&c, &at);
		if (at == c.n)
			continue;
		bool is_word = is_syntax(c.word[at]);
		if (!is_word && !is_preparation(name)) {
			out->program = name;
			out->sub = find_sub(&c, at, name);
			return;
		}
		if (!out->program.p && !is_word)
			out->program = name;
		if (str_is(c.word[at], "[["))
			skip_test(&l, &c);
		bool is_guarded = c.end == SHELL_OR && shell_is_among(name, "cd pushd source .");
		if (is_guarded && !shell_lex_simple(&l, &c)) // cd x || exit 1
			return;
	}
}

static bool only_prints(struct str text)
{
	struct shell_lex l = shell_lex_of(text);
	struct shell_simple c;
	while (shell_lex_simple(&l, &c)) {
		size_t at;
		struct str name = shell_program(&c, &at);
		if (l.n_inner || (at < c.n && !shell_is_among(name, "cat echo printf date")))
			return false;
	}
	return true;
}

bool shell_saves_work(struct str command)
{
	bool has_saved = false;
	if (command.n > SHELL_TEXT_MAX_BYTES)
		return false;
	struct shell_lex l = shell_lex_of(command);
	struct shell_simple c;
	while (shell_lex_simple(&l, &c)) {
		size_t at;
		struct str name = shell_program(&c, &at);
		for (unsigned i = 0; i < l.n_inner; i++)
			if (!only_prints(l.inner[i]))
				return false;
		if (at == c.n && c.n == 0)
			continue;
		bool saves = str_is(name, "ccl") ||
			     (str_is(name, "git") &&
				     shell_is_among(find_sub(&c, at, name), "add commit stash"));
		if (!saves && !str_is(name, "cd"))
			return false;
		has_saved |= saves;
	}
	return has_saved;
}
