// SPDX-License-Identifier: MIT
// `ccl pr resolve`: what the forges know of the pull requests.
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "ask.h"
#include "choose.h"
#include "clock.h"
#include "command.h"
#include "forge.h"
#include "ledger.h"
#include "path.h"
#include "pr_forge.h"
#include "report.h"
#include "text.h"

enum { WRITE_BUSY_MS = 5000, QUICK_MS = 1500, MAX_NAME_COLS = 60 };

static const int64_t minute_ms = 60000, hour_ms = 3600000, day_ms = 86400000;

static void finalize_answer(struct child_answer *c)
{
	child_answer_free(c);
}

struct resolve {
	struct arena *a;
	sqlite3 *db; // for writing, but with --offline
	bool is_offline, is_refresh;
	size_t name_cols;
	size_t n_ok, n_failed;
	bool has_changed;
};

static const char *ago(struct arena *a, int64_t ms)
{
	if (ms < minute_ms)
		return arena_printf(a, "%lld s", (long long)(ms < 0 ? 0 : ms / 1000));
	if (ms < 2 * hour_ms)
		return arena_printf(a, "%lld min", (long long)(ms / minute_ms));
	if (ms < 2 * day_ms)
		return arena_printf(a, "%lld h", (long long)(ms / hour_ms));
	return arena_printf(a, "%lld days", (long long)(ms / day_ms));
}

static const char *count_prs(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld pull request%s", (long long)n, n == 1 ? "" : "s");
}

static void say(struct resolve *r, struct str repo, const char *text)
{
	struct buf b = {0};
	text_add_clean(&b, repo);
	for (size_t cols = text_cols(buf_str(&b)); cols < r->name_cols; cols++)
		buf_addc(&b, ' ');
	buf_addz(&b, "  ");
	text_add_clean(&b, str_of(text));
	(void)printf("%s\n", buf_z(&b));
	(void)fflush(stdout); // the next repository may take seconds
	buf_free(&b);
}

// How long it is not asked again: an answer is good for a while, and what fails keeps failing.
static int64_t pause_of(const struct forge_state *s)
{
	return s->failures <= 1 ? 15 * minute_ms : s->failures == 2 ? 2 * hour_ms : 24 * hour_ms;
}

static void say_stored(struct resolve *r, struct str repo, const struct forge_state *s)
{
	int64_t now = clock_now_ms();
	const char *prs = count_prs(r->a, s->n_prs), *text = "never asked";
	if (s->answered_ms)
		text = arena_printf(r->a, "%s, as of %s ago", prs, ago(r->a, now - s->answered_ms));
	else if (s->asked_ms)
		text = "no answer yet";
	if (s->error[0])
		text = arena_printf(
			r->a, "%s; %s ago: %s", text, ago(r->a, now - s->asked_ms), s->error);
	if (!r->is_offline)
		text = arena_printf(r->a, "%s (--refresh asks now, else in %s)", text,
			ago(r->a, s->asked_ms + pause_of(s) - now));
	say(r, repo, text);
}

static void say_answer(struct resolve *r, const struct forge_repo *repo,
	const struct forge_state *s, const struct forge_change *c, const struct forge_state *before,
	size_t n_bad, int64_t took_ms)
{
	struct buf b = {0};
	buf_addz(&b, count_prs(r->a, s->n_prs));
	if (before->answered_ms && c->n_new)
		buf_printf(&b, ", %lld new", (long long)c->n_new);
	if (c->n_merged)
		buf_printf(&b, ", %lld merged since", (long long)c->n_merged);
	if (c->n_closed)
		buf_printf(&b, ", %lld closed since", (long long)c->n_closed);
	if (n_bad)
		buf_printf(&b, ", %zu passed over: malformed", n_bad);
	if (before->newest < FORGE_MOST)
		buf_printf(&b, ", of the newest %lld", (long long)before->newest);
	buf_printf(&b, "  %.1f s", (double)took_ms / 1000);
	say(r, repo->name, buf_z(&b));
	buf_free(&b);
}

// The list of a large repository takes long: after a time-out a shorter one, until it is quick.
static int64_t next_newest(const struct forge_state *s, bool is_timeout, int64_t took_ms)
{
	int64_t n = is_timeout ? s->newest / 3 : took_ms < QUICK_MS ? s->newest * 2 : s->newest;
	return n < FORGE_LEAST ? FORGE_LEAST : n > FORGE_MOST ? FORGE_MOST : n;
}

// Asks; *e is why there is nothing to store.
static bool fetch(struct resolve *r, const struct forge_repo *repo, const struct forge_state *s,
	struct answer_pr **prs, size_t *n, size_t *n_bad, int64_t *took_ms, struct err *e)
{
	AUTO(finalize_answer) struct child_answer answer = {0};
	struct str program;
	int64_t since = s->answered_ms ? s->answered_ms - day_ms : clock_now_ms() - 90 * day_ms;
	if (!ask_find_program(r->a, repo, &program, e))
		return false;
	char **argv = forge_list_argv(r->a, repo, program, s->newest, since);
	if (!ask(repo, argv, STR_NONE, &answer, e))
		return false;
	*took_ms = answer.took_ms;
	if (answer_read_list(r->a, repo, buf_str(&answer.out), prs, n, n_bad, e))
		return true;
	AUTO(buf_free) struct buf why = {0};
	text_add_clean(&why, str_of(e->text));
	return err_set(e, e->code, "%s %s", forge_program(repo->kind), buf_z(&why));
}

static bool fail(struct resolve *r, const struct forge_repo *repo, const struct forge_state *s,
	const struct err *why, struct err *e)
{
	say(r, repo->name, why->text);
	if (why->code == ERR_NO_INPUT)
		return true; // nobody to ask
	r->n_failed++;
	return forge_store_failure(r->db, repo->name, why->text,
		next_newest(s, why->code == ERR_BUSY, INT64_MAX), clock_now_ms(), e);
}

static bool resolve_one(struct resolve *r, struct str name, struct err *e)
{
	struct forge_repo repo;
	struct forge_state before, after;
	struct forge_change change;
	struct answer_pr *prs;
	struct err why = {0};
	size_t n, n_bad;
	int64_t took_ms;
	if (!forge_repo_parse(r->a, name, &repo)) {
		say(r, name, "not asked: not a name of the form HOST/OWNER/NAME");
		return true;
	}
	if (!forge_read_state(r->db, repo.name, &before, e))
		return false;
	bool is_fresh = before.asked_ms && clock_now_ms() - before.asked_ms < pause_of(&before) &&
			clock_now_ms() >= before.asked_ms;
	if (r->is_offline || (is_fresh && !r->is_refresh)) {
		say_stored(r, repo.name, &before);
		r->n_ok += !before.error[0];
		r->n_failed += before.error[0] != 0;
		return true;
	}
	if (!fetch(r, &repo, &before, &prs, &n, &n_bad, &took_ms, &why))
		return fail(r, &repo, &before, &why, e);
	if (!forge_store_answer(r->db, repo.name, prs, n, next_newest(&before, false, took_ms),
		    clock_now_ms(), &change, e) ||
		!forge_read_state(r->db, repo.name, &after, e))
		return false;
	say_answer(r, &repo, &after, &change, &before, n_bad, took_ms);
	r->has_changed |= change.has_changed;
	r->n_ok++;
	return true;
}

static bool list_repos(struct resolve *r, const struct args *args, sqlite3 *db, struct str *repos,
	size_t *n, struct err *e)
{
	if (args_has(args, OPT_REPO)) {
		*n = 1;
		if (!choose_repo(db, r->a, args->values[OPT_REPO], &repos[0], e))
			return false;
	} else if (!choose_repos(db, r->a, repos, n, e)) {
		return false;
	}
	for (size_t i = 0; i < *n; i++)
		if (repos[i].n > r->name_cols && repos[i].n <= MAX_NAME_COLS)
			r->name_cols = repos[i].n;
	return true;
}

bool command_pr_resolve(struct command_call *call, struct err *e)
{
	static struct str repos[CHOOSE_MAX_REPOS];
	AUTO(ledger_close) sqlite3 *db = NULL;
	const struct args *args = call->args;
	struct resolve r = {.a = call->arena,
		.is_offline = args_has(args, OPT_OFFLINE),
		.is_refresh = args_has(args, OPT_REFRESH)};
	size_t n;
	if (r.is_offline && r.is_refresh)
		return err_set(e, ERR_USAGE, "--offline and --refresh: one of them, please");
	// a ledger is not made only to ask
	if (!report_open(call->arena, &db, e) || !list_repos(&r, args, db, repos, &n, e))
		return false;
	if (!r.is_offline && forge_is_off(db))
		return err_set(e, ERR_USAGE, PR_FORGE_OFF);
	if (!r.is_offline) {
		ledger_close(&db);
		if (!ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, &db, e))
			return false;
	}
	r.db = db;
	if (n == 0)
		(void)puts("No repository was worked in for 90 days; `ccl pr resolve --repo "
			   "OWNER/NAME` "
			   "asks for one.");
	for (size_t i = 0; i < n; i++)
		if (!resolve_one(&r, repos[i], e))
			return false;
	ledger_close(&db);
	if (r.has_changed)
		(void)command_charge(r.a);
	call->status = !r.is_offline && r.n_failed && !r.n_ok;
	return true;
}
