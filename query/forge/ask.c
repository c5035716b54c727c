// SPDX-License-Identifier: MIT
#include "ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

enum { SHOW_AFTER_MS = 300, GH_NOT_LOGGED_IN = 4 };

bool ask_find_program(struct arena *a, const struct forge_repo *r, struct str *out, struct err *e)
{
	const char *program = forge_program(r->kind);
	switch (r->kind) {
	case FORGE_OTHER:
		return err_set(e, ERR_NO_INPUT,
			"not asked: GitHub and GitLab are; what was seen here counts");
	case FORGE_UNKNOWN:
		return err_set(e, ERR_NO_INPUT,
			"not asked: GH_HOST=%.*s or GITLAB_HOST=%.*s says which forge that is",
			STR_ARG(r->host), STR_ARG(r->host));
	case FORGE_GITHUB:
	case FORGE_GITLAB: break;
	}
	if (child_find(a, program, out))
		return true;
	return err_set(e, ERR_IO,
		"%s is not on PATH: install it (%s) and run `%s auth login --hostname %.*s`",
		program, r->kind == FORGE_GITLAB ? "gitlab.com/gitlab-org/cli" : "cli.github.com",
		program, STR_ARG(r->host));
}

static void show_waiting(void *context, int64_t waited_ms)
{
	const struct forge_repo *r = context;
	if (waited_ms < SHOW_AFTER_MS)
		return;
	(void)fprintf(stderr, "\r\033[K%.*s  asking %s, %.1f s", STR_ARG(r->name),
		forge_program(r->kind), (double)waited_ms / 1000);
	(void)fflush(stderr);
}

static bool is_terminal(void)
{
	const char *term = getenv("TERM");
	return isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

// What it said itself, without the name that it begins with.
static bool explain_status(const struct forge_repo *r, const struct child_answer *c, struct err *e)
{
	const char *program = forge_program(r->kind);
	AUTO(buf_free) struct buf clean = {0};
	text_add_clean(&clean, str_trim(str_of(c->why))); // it may quote what a stranger wrote
	struct str why = buf_str(&clean);
	bool is_login = c->status == GH_NOT_LOGGED_IN || str_has(why, "auth login") ||
			str_has(why, "HTTP 401") || str_has(why, "401 Unauthorized");
	if (is_login)
		return err_set(e, ERR_IO,
			"%s is not logged in there: `%s auth login --hostname %.*s`", program,
			program, STR_ARG(r->host));
	if (str_has(why, "Could not resolve to a") || str_has(why, "HTTP 404") ||
		str_has(why, "404 Not Found"))
		return err_set(e, ERR_IO, "%s found no such thing, or may not read it: %.*s",
			program, STR_ARG(why));
	if (why.n)
		return err_set(e, ERR_IO, "%s failed: %.*s", program, STR_ARG(why));
	return err_set(e, ERR_IO, "%s ended with status %d and said nothing", program, c->status);
}

static bool explain(const struct forge_repo *r, const struct child_answer *c, struct err *e)
{
	const char *program = forge_program(r->kind);
	switch (c->end) {
	case CHILD_EXITED: return explain_status(r, c, e);
	case CHILD_KILLED: return err_set(e, ERR_IO, "%s was killed: try again", program);
	case CHILD_TIMEOUT:
		return err_set(e, ERR_BUSY,
			"%s gave no answer in %d s and was ended: try again later", program,
			ASK_LIMIT_MS / 1000);
	case CHILD_TOO_MUCH:
		return err_set(e, ERR_FORMAT, "%s answered with more than %d MiB: not taken",
			program, ASK_MAX_BYTES / 1024 / 1024);
	case CHILD_FAILED: return err_set(e, ERR_IO, "%s cannot be started", program);
	}
	return false;
}

bool ask(const struct forge_repo *r, char **argv, struct str input, struct child_answer *out,
	struct err *e)
{
	struct forge_repo shown = *r;
	bool is_shown = is_terminal();
	struct child_job job = {.argv = argv,
		.input = input,
		.limit_ms = ASK_LIMIT_MS,
		.max_bytes = ASK_MAX_BYTES,
		.tick = is_shown ? show_waiting : NULL,
		.context = &shown};
	child_run(&job, out);
	if (is_shown) {
		(void)fputs("\r\033[K", stderr);
		(void)fflush(stderr);
	}
	return (out->end == CHILD_EXITED && out->status == 0) || explain(r, out, e);
}
