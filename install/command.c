// SPDX-License-Identifier: MIT
#include "command.h"

#include <string.h>

#include "path.h"

struct word {
	size_t end;       // where it ends in the text
	struct str value; // unquoted
	bool is_literal;
	bool is_assignment; // NAME=..., with nothing of NAME= quoted
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name_char(char c, bool is_first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!is_first && c >= '0' && c <= '9');
}

static bool is_plain(char c)
{
	return is_name_char(c, false) || c == '.' || c == '/' || c == '-';
}

static bool starts_with_assignment(struct str s)
{
	size_t i = 0;
	while (i < s.n && is_name_char(s.p[i], i == 0))
		i++;
	return i > 0 && i < s.n && s.p[i] == '=';
}

// The word that begins at `i`, by the quoting rules of sh (POSIX 2.2).
static struct word read_word(struct arena *a, struct str text, size_t i)
{
	char *out = arena_alloc(a, text.n + 1), quote = '\0';
	size_t n = 0;
	struct word w = {.is_literal = i == text.n || text.p[i] != '~'};
	w.is_assignment = starts_with_assignment(str_from(text, i));
	for (; i < text.n; i++) {
		char c = text.p[i];
		if (!quote && (is_blank(c) || strchr(";&|<>()", c)))
			break;
		if (c == quote || (!quote && (c == '\'' || c == '"'))) {
			quote = quote ? '\0' : c;
			continue;
		}
		if (c == '\\' && quote != '\'' && i + 1 < text.n &&
			(!quote || strchr("$`\"\\\n", text.p[i + 1]))) {
			if (text.p[++i] != '\n') // a joined line leaves nothing
				out[n++] = text.p[i];
			continue;
		}
		if ((quote != '\'' && (c == '$' || c == '`')) || (!quote && strchr("*?[", c)))
			w.is_literal = false;
		out[n++] = c;
	}
	w.end = i;
	w.value = (struct str){out, n};
	return w;
}

struct command command_parse(struct arena *a, struct str text)
{
	size_t i = 0;
	for (;;) {
		while (i < text.n && is_blank(text.p[i]))
			i++;
		struct word w = read_word(a, text, i);
		if (w.end == i || !w.is_assignment)
			return (struct command){
				w.value, {text.p, i}, str_from(text, w.end), w.is_literal};
		i = w.end;
	}
}

bool command_next_word(struct arena *a, struct str *rest, struct str *out)
{
	size_t i = 0;
	while (i < rest->n && is_blank(rest->p[i]))
		i++;
	struct word w = read_word(a, *rest, i);
	if (w.end == i)
		return false;
	*rest = str_from(*rest, w.end);
	*out = w.value;
	return true;
}

bool command_is_own(struct str program)
{
	return str_is(path_base(program), "ccl-hook");
}

void command_quote(struct buf *out, struct str word)
{
	bool is_safe = word.n > 0;
	for (size_t i = 0; i < word.n; i++)
		is_safe = is_safe && is_plain(word.p[i]);
	if (is_safe) {
		buf_add(out, word);
		return;
	}
	buf_addc(out, '\'');
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '\'')
			buf_addz(out, "'\\''");
		else
			buf_addc(out, word.p[i]);
	}
	buf_addc(out, '\'');
}
