// SPDX-License-Identifier: MIT
// What a Bash tool call runs, read off its command text. Arguments hold passwords, so nothing but
// the names below ever leaves here. The text is untrusted and may be torn; only its first
// SHELL_TEXT_MAX_BYTES are looked at.
#ifndef CCL_SOURCE_SHELL_H
#define CCL_SOURCE_SHELL_H

#include "arena.h"
#include "shell_lex.h"

enum { SHELL_TEXT_MAX_BYTES = 64 * 1024 };

struct shell_cmd {
	struct str program; // basename, [A-Za-z0-9_.+-]{1,64}; absent if it is anything else
	struct str
		sub; // subcommand of git, gh, npm, make ...: [A-Za-z0-9_.:+-]{1,32}; mostly absent
};

// The first program that does the work: behind assignments, `cd x &&` and other preparation
// (export, set, source, [ ... ]), keywords, and wrappers such as sudo, env, timeout. If there is
// only preparation, its first word. Slices of `command`.
void shell_first(struct str command, struct shell_cmd *out);

enum shell_pr_verb {
	SHELL_PR_NONE,
	SHELL_PR_CREATE,
	SHELL_PR_VIEW,
	SHELL_PR_CHECKOUT,
	SHELL_PR_REVIEW, // approve, too
	SHELL_PR_DIFF,
	SHELL_PR_MERGE,
	SHELL_PR_COMMENT,
	SHELL_PR_CHECKS,
	SHELL_PR_CLOSE,
	SHELL_PR_EDIT,
	SHELL_PR_READY,
	SHELL_PR_REOPEN,
};

struct shell_pr {
	enum shell_pr_verb verb; // SHELL_PR_NONE for git
	bool is_push;            // git push
	bool is_switch;          // git checkout, git switch: HEAD may move
	bool is_later;           // of a merge: once its checks have passed
	struct str head, base;   // branches that `create` names
	struct str dir;          // where it runs, by `cd` or git -C before it: absolute or
				 // relative to where the line began; absent if none
	int64_t number;  // as written, or from a URL; 0 if none: the pull request of the current
			 // branch
	struct str repo; // [host/]owner/name from -R, --repo or the URL; absent if none
};

enum { SHELL_FRAMES_MAX = 8 };

// Where a walk over a command line stands: the line and the texts within it that are commands too
// ($(...), `...`, sh -c '...').
struct shell_walk {
	struct arena *arena;
	struct shell_lex frame[SHELL_FRAMES_MAX];
	size_t n_frames;
	struct str dir; // that the last `cd` went to
	bool is_cut;
};

struct shell_walk shell_walk_begin(struct arena *a, struct str command);

// The next `gh pr VERB`, `glab mr VERB`, `az repos pr VERB`, `git push`, `git checkout` or
// `git switch` in the line, in order.
// The strings are slices of the command or live in the arena. False, and *out untouched, at the
// end.
bool shell_next_pr(struct shell_walk *w, struct shell_pr *out);

// The line only saves work: each command of it is `ccl ...`, `git add`, `git commit` or `git
// stash`, or a `cd` before one; substitutions in their words only print (git commit -m "$(cat <<EOF
// ...)").
bool shell_saves_work(struct str command);

// For shell_pr.c: the program that a simple command runs, *at being the index of its word (c->n if
// there is none). STR_NONE if the word is not a plain name.
struct str shell_program(const struct shell_simple *c, size_t *at);
bool shell_is_among(struct str s, const char *words); // `words`: "a b c"

#endif
