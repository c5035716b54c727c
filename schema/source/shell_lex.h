// SPDX-License-Identifier: MIT
// Words and operators of a POSIX shell or bash command line, for shell.c and shell_pr.c.
//
// Slices of the input only: nothing is copied, expanded or run. Quotes, substitutions,
// here-documents, comments and redirections are passed over as the shell would; what the shell
// would refuse (an unclosed quote) reaches to the end of the text.
#ifndef CCL_SOURCE_SHELL_LEX_H
#define CCL_SOURCE_SHELL_LEX_H

#include "str.h"

enum { SHELL_HEREDOCS_MAX = 4, SHELL_INNER_MAX = 8, SHELL_WORDS_MAX = 64, SHELL_NEST_MAX = 24 };

struct shell_heredoc {
	struct str end; // the delimiter as written, with its quotes
	bool is_indented;
};

struct shell_lex {
	const char *p, *end;
	unsigned depth; // substitutions around this text
	unsigned n_heredocs;
	struct shell_heredoc heredoc[SHELL_HEREDOCS_MAX]; // whose bodies start at the next newline
	unsigned n_inner;
	struct str
		inner[SHELL_INNER_MAX]; // command texts of the $(), `` and <() passed since cleared
};

enum shell_token {
	SHELL_END,
	SHELL_WORD,
	SHELL_OR,        // ||
	SHELL_SEPARATOR, // ; & && | newline
	SHELL_OPEN,      // (
	SHELL_CLOSE,     // )
};

// What stands between two operators, redirections left out: the first SHELL_WORDS_MAX words.
struct shell_simple {
	struct str word[SHELL_WORDS_MAX];
	size_t n;
	enum shell_token end; // what it ended at
};

struct shell_lex shell_lex_of(struct str command);
enum shell_token shell_lex_token(struct shell_lex *l, struct str *word);
// The next one, perhaps of no words; false once the text is used up. Clears l->inner first.
bool shell_lex_simple(struct shell_lex *l, struct shell_simple *out);

// What a word means, if that is a slice of it: no quotes, or one pair around all of it, and nothing
// to expand. STR_NONE otherwise.
struct str shell_lex_plain(struct str word);
// The text between the quotes if the word is one quoted string; *is_double tells which quotes.
struct str shell_lex_quoted(struct str word, bool *is_double);

#endif
