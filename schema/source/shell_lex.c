// SPDX-License-Identifier: MIT
#include "shell_lex.h"

#include <string.h>

static void skip_dollar(struct shell_lex *l, bool is_in_double);

struct shell_lex shell_lex_of(struct str command)
{
	struct shell_lex l = {0};
	l.p = command.n ? command.p : "";
	l.end = l.p + command.n;
	return l;
}

static char peek(const struct shell_lex *l, size_t ahead)
{
	return (size_t)(l->end - l->p) > ahead ? l->p[ahead] : '\0';
}

static void skip(struct shell_lex *l, size_t n)
{
	size_t left = (size_t)(l->end - l->p);
	l->p += n < left ? n : left;
}

// Text nested deeper than any person or model writes is not looked at: the stack is finite.
static bool is_too_deep(struct shell_lex *l)
{
	if (l->depth < SHELL_NEST_MAX)
		return false;
	l->p = l->end;
	return true;
}

static void add_inner(struct shell_lex *l, const char *start, const char *end)
{
	if (l->n_inner < SHELL_INNER_MAX)
		l->inner[l->n_inner++] = (struct str){start, (size_t)(end - start)};
}

static void skip_to(struct shell_lex *l, char c)
{
	const char *at = memchr(l->p, c, (size_t)(l->end - l->p));
	l->p = at ? at + 1 : l->end;
}

// Behind "`".
static void skip_backtick(struct shell_lex *l)
{
	const char *start = l->p;
	while (l->p < l->end && *l->p != '`')
		skip(l, *l->p == '\\' ? 2 : 1);
	add_inner(l, start, l->p);
	skip(l, 1);
}

// Behind '"'.
static void skip_double(struct shell_lex *l)
{
	if (is_too_deep(l))
		return;
	l->depth++;
	while (l->p < l->end && *l->p != '"') {
		if (*l->p == '$') {
			skip_dollar(l, true);
		} else if (*l->p == '`') {
			skip(l, 1);
			skip_backtick(l);
		} else {
			skip(l, *l->p == '\\' ? 2 : 1);
		}
	}
	l->depth--;
	skip(l, 1);
}

// Behind "(": words and commands up to its ")", here-documents and all.
static void skip_parens(struct shell_lex *l, bool is_command)
{
	if (is_too_deep(l))
		return;
	struct shell_lex in = {.p = l->p, .end = l->end, .depth = l->depth + 1};
	struct str word;
	unsigned n_open = 1;
	while (n_open) {
		enum shell_token t = shell_lex_token(&in, &word);
		if (t == SHELL_END)
			break;
		n_open += t == SHELL_OPEN;
		n_open -= t == SHELL_CLOSE;
	}
	if (is_command)
		add_inner(l, l->p, in.p - (n_open ? 0 : 1));
	l->p = in.p;
}

// One character of a word, or the quoted or substituted text that begins with it.
static void skip_piece(struct shell_lex *l, bool is_in_double)
{
	char c = *l->p;
	if (c == '$') {
		skip_dollar(l, is_in_double);
		return;
	}
	skip(l, c == '\\' ? 2 : 1);
	if (c == '\'' && !is_in_double)
		skip_to(l, '\'');
	else if (c == '"')
		skip_double(l);
	else if (c == '`')
		skip_backtick(l);
}

static void skip_dollar(struct shell_lex *l, bool is_in_double)
{
	char c = peek(l, 1);
	if (c == '(') {
		skip(l, 2);
		skip_parens(l, true);
	} else if (c == '{') {
		skip(l, 2);
		if (is_too_deep(l))
			return;
		l->depth++;
		while (l->p < l->end && *l->p != '}')
			skip_piece(l, is_in_double);
		l->depth--;
		skip(l, 1);
	} else if (c == '\'' && !is_in_double) { // $'it\'s'
		skip(l, 2);
		while (l->p < l->end && *l->p != '\'')
			skip(l, *l->p == '\\' ? 2 : 1);
		skip(l, 1);
	} else {
		skip(l, 1);
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct shell_lex *l)
{
	while (l->p < l->end) {
		if (is_blank(*l->p))
			l->p++;
		else if (*l->p == '\\' && peek(l, 1) == '\n')
			l->p += 2;
		else if (*l->p == '\\' && peek(l, 1) == '\r' && peek(l, 2) == '\n')
			l->p += 3;
		else
			return;
	}
}

// A parenthesis within a word: process substitution, array, extended pattern.
static bool opens_within_word(const struct shell_lex *l, const char *start)
{
	return l->p > start && strchr("=?*+@!<>", l->p[-1]) && l->p[-1] && peek(l, 0) == '(';
}

static struct str skip_word(struct shell_lex *l)
{
	const char *start = l->p;
	while (l->p < l->end) {
		char c = *l->p;
		if ((c == '<' || c == '>') && l->p == start && peek(l, 1) == '(') {
			l->p++;
			continue;
		}
		if (opens_within_word(l, start)) {
			bool is_command = strchr("<>!", l->p[-1]) != NULL;
			l->p++;
			skip_parens(l, is_command);
			continue;
		}
		if (is_blank(c) || (c && strchr("\n;&|<>()", c)))
			break;
		skip_piece(l, false);
	}
	return (struct str){start, (size_t)(l->p - start)};
}

// At '<' or '>': the operator and its word.
static void skip_redirection(struct shell_lex *l)
{
	bool is_input = *l->p == '<', is_here = is_input && peek(l, 1) == '<';
	if (is_here && peek(l, 2) != '<') {
		struct shell_heredoc here = {.is_indented = peek(l, 2) == '-'};
		skip(l, here.is_indented ? 3 : 2);
		skip_blanks(l);
		here.end = skip_word(l);
		if (l->n_heredocs < SHELL_HEREDOCS_MAX)
			l->heredoc[l->n_heredocs++] = here;
		return;
	}
	skip(l, is_here ? 3 : 1);
	while (l->p < l->end && strchr("<>&|", *l->p) && *l->p && peek(l, 1) != '(')
		l->p++;
	skip_blanks(l);
	skip_word(l);
}

static bool is_heredoc_end(const struct shell_heredoc *h, struct str line)
{
	while (h->is_indented && line.n && line.p[0] == '\t')
		line = str_from(line, 1);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	size_t at = 0;
	for (size_t i = 0; i < h->end.n; i++) {
		char c = h->end.p[i];
		if (c == '\'' || c == '"' || c == '\\')
			continue;
		if (at == line.n || line.p[at++] != c)
			return false;
	}
	return at == line.n;
}

// Behind a newline.
static void skip_heredocs(struct shell_lex *l)
{
	for (unsigned i = 0; i < l->n_heredocs; i++) {
		bool is_end = false;
		while (!is_end && l->p < l->end) {
			const char *start = l->p;
			skip_to(l, '\n');
			size_t n = (size_t)(l->p - start);
			n -= n && start[n - 1] == '\n';
			is_end = is_heredoc_end(&l->heredoc[i], (struct str){start, n});
		}
	}
	l->n_heredocs = 0;
}

static enum shell_token read_operator(struct shell_lex *l)
{
	char c = *l->p, next = peek(l, 1);
	skip(l, 1);
	switch (c) {
	case '\n': skip_heredocs(l); return SHELL_SEPARATOR;
	case '(': return SHELL_OPEN;
	case ')': return SHELL_CLOSE;
	case '|':
		if (next == '|' || next == '&')
			skip(l, 1);
		return next == '|' ? SHELL_OR : SHELL_SEPARATOR;
	default:
		if (next == c) // && ;;
			skip(l, 1);
		return SHELL_SEPARATOR;
	}
}

static bool is_number(struct str s)
{
	int64_t unused;
	return str_int(s, 0, INT32_MAX, &unused);
}

enum shell_token shell_lex_token(struct shell_lex *l, struct str *word)
{
	for (;;) {
		skip_blanks(l);
		if (l->p == l->end)
			return SHELL_END;
		char c = *l->p, next = peek(l, 1);
		if (c == '#') {
			const char *at = memchr(l->p, '\n', (size_t)(l->end - l->p));
			l->p = at ? at : l->end;
		} else if (c == '&' && next == '>') {
			l->p++;
			skip_redirection(l);
		} else if ((c == '<' || c == '>') && next != '(') {
			skip_redirection(l);
		} else if (c && strchr("\n;&|()", c)) {
			return read_operator(l);
		} else {
			*word = skip_word(l);
			bool is_descriptor =
				(peek(l, 0) == '<' || peek(l, 0) == '>') && is_number(*word);
			if (!is_descriptor)
				return SHELL_WORD;
		}
	}
}

bool shell_lex_simple(struct shell_lex *l, struct shell_simple *out)
{
	out->n = 0;
	l->n_inner = 0;
	for (;;) {
		struct str word;
		out->end = shell_lex_token(l, &word);
		if (out->end == SHELL_END)
			return out->n > 0 || l->n_inner > 0;
		if (out->end != SHELL_WORD)
			return true;
		if (out->n < SHELL_WORDS_MAX)
			out->word[out->n++] = word;
	}
}

static bool has_special(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr("'\"\\$`", s.p[i]))
			return true;
	return false;
}

struct str shell_lex_quoted(struct str word, bool *is_double)
{
	if (word.n < 2 || (word.p[0] != '\'' && word.p[0] != '"') ||
		word.p[word.n - 1] != word.p[0])
		return STR_NONE;
	struct shell_lex l = shell_lex_of(str_from(word, 1));
	*is_double = word.p[0] == '"';
	if (*is_double)
		skip_double(&l);
	else
		skip_to(&l, '\'');
	return l.p == l.end ? (struct str){word.p + 1, word.n - 2} : STR_NONE;
}

struct str shell_lex_plain(struct str word)
{
	bool is_double;
	struct str inner = shell_lex_quoted(word, &is_double);
	if (!inner.p && word.n && word.p[0] == '\\') // \gh: not the alias
		inner = str_from(word, 1);
	if (!inner.p)
		inner = word;
	return has_special(inner) ? STR_NONE : inner;
}
