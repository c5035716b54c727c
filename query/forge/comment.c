// SPDX-License-Identifier: MIT
// `ccl pr NUMBER --md` and `--comment`.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "ask.h"
#include "body.h"
#include "forge.h"
#include "ledger.h"
#include "pr_find.h"
#include "pr_forge.h"
#include "report.h"
#include "text.h"

static void finalize_answer(struct child_answer *c)
{
	child_answer_free(c);
}

static bool print(const struct buf *b, struct err *e)
{
	if (fwrite(b->p, 1, b->n, stdout) == b->n && fflush(stdout) == 0)
		return true;
	return err_set(e, ERR_IO, "cannot write the output: %s", strerror(errno));
}

bool pr_markdown(struct arena *a, struct str repo, int64_t number, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf body = {0};
	return report_open(a, &db, e) && body_build(db, repo, number, &body, e) && print(&body, e);
}

struct place { // of a comment
	struct arena *a;
	struct forge_repo repo;
	struct str program;
	int64_t number;
};

// Anybody can write the marker, so that the comment must be ours too. A token of an action has no
// user that it may ask for; it writes as a robot.
static bool is_ours(const struct answer_comment *c, struct str login)
{
	if (!login.n)
		return c->is_bot || !c->author.n;
	return str_eq(c->author, login);
}

static struct str who_we_are(const struct place *p)
{
	AUTO(finalize_answer) struct child_answer answer = {0};
	struct err ignored;
	if (!ask(&p->repo, forge_user_argv(p->a, &p->repo, p->program), STR_NONE, &answer,
		    &ignored))
		return STR_NONE;
	return answer_read_login(p->a, &p->repo, buf_str(&answer.out));
}

// *out_id 0: there is none yet.
static bool find_ours(const struct place *p, int64_t *out_id, struct err *e)
{
	AUTO(finalize_answer) struct child_answer answer = {0};
	struct answer_comment *found;
	size_t n;
	char **argv = forge_comments_argv(p->a, &p->repo, p->program, p->number);
	if (!ask(&p->repo, argv, STR_NONE, &answer, e) ||
		!answer_read_comments(
			p->a, &p->repo, buf_str(&answer.out), BODY_MARKER, &found, &n, e))
		return false;
	*out_id = 0;
	struct str login = n ? who_we_are(p) : STR_NONE;
	for (size_t i = 0; i < n && !*out_id; i++)
		if (is_ours(&found[i], login))
			*out_id = found[i].id;
	return true;
}

static bool write_comment(const struct place *p, int64_t id, const struct buf *body, struct err *e)
{
	AUTO(finalize_answer) struct child_answer answer = {0};
	AUTO(buf_free) struct buf json = {0};
	char **argv = forge_write_argv(p->a, &p->repo, p->program, p->number, id);
	buf_addz(&json, "{\"body\":");
	text_add_json(&json, buf_str(body));
	buf_addc(&json, '}');
	return ask(&p->repo, argv, buf_str(&json), &answer, e);
}

static bool may_write(const struct place *p, const struct buf *body, struct err *e)
{
	const char *question =
		arena_printf(p->a, "Put this on pull request %lld of %.*s for all to see?",
			(long long)p->number, STR_ARG(p->repo.name));
	if (!print(body, e))
		return false;
	return command_ask(question) || err_set(e, ERR_USAGE, "no comment was made");
}

bool pr_comment(struct arena *a, struct str repo, int64_t number, bool is_yes, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf body = {0};
	struct place p = {.a = a, .number = number};
	int64_t id;
	if (!is_yes && !isatty(STDIN_FILENO))
		return err_set(e, ERR_USAGE,
			"there is no terminal to ask on: --yes comments without asking");
	if (!report_open(a, &db, e))
		return false;
	if (forge_is_off(db))
		return err_set(e, ERR_USAGE, PR_FORGE_OFF);
	if (!body_build(db, repo, number, &body, e))
		return false;
	ledger_close(&db); // the user may take his time
	if (!forge_repo_parse(a, repo, &p.repo))
		return err_set(
			e, ERR_USAGE, "%.*s is not of the form HOST/OWNER/NAME", STR_ARG(repo));
	if (!ask_find_program(a, &p.repo, &p.program, e) || (!is_yes && !may_write(&p, &body, e)) ||
		!find_ours(&p, &id, e) || !write_comment(&p, id, &body, e))
		return false;
	(void)printf("%s the comment on pull request %lld of %.*s.\n", id ? "Updated" : "Made",
		(long long)number, STR_ARG(repo));
	return true;
}

bool command_pr_comment(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	const struct args *args = call->args;
	struct str repo;
	int64_t number;
	if (!str_int(args->positionals[0], 1, INT32_MAX, &number))
		return err_set(e, ERR_USAGE, "number %.*s: not the number of a pull request",
			STR_ARG(args->positionals[0]));
	if (!report_open(call->arena, &db, e) ||
		!pr_find(db, call->arena, number, args->values[OPT_REPO], &repo, e))
		return false;
	ledger_close(&db);
	if (args_has(args, OPT_COMMENT))
		return pr_comment(call->arena, repo, number, args_has(args, OPT_YES), e);
	return pr_markdown(call->arena, repo, number, e);
}
