// SPDX-License-Identifier: MIT
// `ccl pr link`, `unlink`, `move`, `ignore`: the user's word on what belongs to which pull request.
#include <stdio.h>

#include "clock.h"
#include "command.h"
#include "ledger.h"
#include "path.h"
#include "pr_link.h"
#include "pr_target.h"
#include "report.h"
#include "tally.h"
#include "text.h"
#include "when.h"

enum { WRITE_BUSY_MS = 5000 };

// One line; names in it are other people's.
static void say(const struct buf *line)
{
	AUTO(buf_free) struct buf clean = {0};
	text_add_clean(&clean, buf_str(line));
	(void)printf("%s\n", buf_z(&clean));
}

static bool store(struct command_call *call, const struct pr_link *links, size_t n, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	return ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, &db, e) &&
	       pr_link_add(db, links, n, clock_now_ms(), e);
}

// The money of what was said, once it is charged so; nothing if that has to wait for a hook.
static bool add_tally(struct command_call *call, bool is_charged, const struct tally_of *of,
	struct buf *line, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	struct tally t;
	if (!is_charged) {
		buf_addc(line, '.');
		return true;
	}
	if (!report_open(call->arena, &db, e) || !tally_read(db, of, &t, e))
		return false;
	buf_addz(line, ": ");
	tally_add(line, &t);
	buf_addc(line, '.');
	return true;
}

static bool read_window(const struct args *args, struct pr_link *out, struct err *e)
{
	struct str since = args->values[OPT_SINCE], until = args->values[OPT_UNTIL];
	int64_t now_ms = clock_now_ms();
	out->until_ms = LEDGER_NO_END_MS;
	if (since.p && !when_parse(since, "--since", now_ms, &out->since_ms, e))
		return false;
	if (until.p && !when_parse(until, "--until", now_ms, &out->until_ms, e))
		return false;
	return out->since_ms < out->until_ms ||
	       err_set(e, ERR_USAGE, "--since does not lie before --until: that is no time at all");
}

static bool read_role(struct str role, struct str *out, struct err *e)
{
	if (role.p && !str_is(role, "author") && !str_is(role, "review") && !str_is(role, "ci"))
		return err_set(e, ERR_USAGE, "--role %.*s: author, review or ci", STR_ARG(role));
	*out = role;
	return true;
}

static bool usage(const char *name, const char *what, struct err *e)
{
	return err_set(e, ERR_USAGE, "usage: ccl pr %s %s", name, what);
}

// The branch, session or turn that the words name; *out_used: positionals that this took.
static bool read_target(sqlite3 *db, struct command_call *call, struct pr_target *out,
	size_t *out_used, struct err *e)
{
	const struct args *args = call->args;
	struct str session = args->values[OPT_SESSION], turn = args->values[OPT_TURN];
	*out_used = session.p || turn.p ? 0 : 1;
	if (session.p && turn.p)
		return err_set(e, ERR_USAGE, "--session and --turn: one of them, please");
	if ((session.p || turn.p) && args_has(args, OPT_PROJECT))
		return err_set(e, ERR_USAGE, "--project is for a branch: the id says all");
	if (turn.p && (args_has(args, OPT_SINCE) || args_has(args, OPT_UNTIL)))
		return err_set(e, ERR_USAGE, "--since and --until are not for one turn");
	if (session.p)
		return pr_target_session(db, call->arena, session, out, e);
	if (turn.p)
		return pr_target_turn(db, call->arena, turn, out, e);
	return pr_target_branch(
		db, call->arena, args->positionals[0], args->values[OPT_PROJECT], out, e);
}

static void add_time(struct buf *out, const char *word, int64_t ms)
{
	struct cell c = {.kind = CELL_INT, .i = ms};
	buf_printf(out, "%s", word);
	value_add_human(out, VALUE_TIME, &c);
}

static void add_what(struct buf *line, const struct pr_target *t, const struct pr_link *l)
{
	bool is_branch = t->root.p != NULL;
	buf_printf(line, "%s%s%.*s", is_branch ? "" : t->scope, is_branch ? "" : " ",
		STR_ARG(t->target));
	if (is_branch && t->is_elsewhere)
		buf_printf(line, " of %.*s", STR_ARG(t->root));
	if (!l->number)
		buf_addz(line, " has no pull request");
	else
		buf_printf(line, " is linked to %.*s#%lld", STR_ARG(l->repo), (long long)l->number);
	if (l->since_ms)
		add_time(line, " from ", l->since_ms);
	if (l->until_ms != LEDGER_NO_END_MS)
		add_time(line, l->since_ms ? " to " : " until ", l->until_ms);
	else if (is_branch && l->number && !l->since_ms)
		buf_addz(line, " from now on back to its start");
}

static char *json_of(struct arena *a, const struct str *texts, size_t n)
{
	struct buf b = {0};
	buf_addc(&b, '[');
	for (size_t i = 0; i < n; i++) {
		buf_addz(&b, i ? "," : "");
		text_add_json(&b, texts[i]);
	}
	buf_addc(&b, ']');
	char *z = arena_printf(a, "%s", buf_z(&b));
	buf_free(&b);
	return z;
}

static bool tell(struct command_call *call, const struct pr_target *t, const struct pr_link *l,
	struct err *e)
{
	AUTO(buf_free) struct buf line = {0};
	struct tally_of of = {.number = l->number,
		.repo = l->repo,
		.since_ms = l->since_ms,
		.until_ms = l->until_ms};
	if (t->root.p) {
		of.project_id = t->project_id;
		of.branch_id = t->branch_id;
	} else if (str_is(str_of(t->scope), "session")) {
		of.session = t->target;
	} else {
		of.turns = str_of(json_of(call->arena, &t->target, 1));
	}
	add_what(&line, t, l);
	if (t->is_seen) {
		if (!add_tally(call, command_charge(call->arena), &of, &line, e))
			return false;
	} else {
		buf_addz(&line, ". No turn was on it so far: this is for those to come.");
	}
	say(&line);
	return true;
}

static bool link_one(struct command_call *call, bool is_link, struct err *e)
{
	const struct args *args = call->args;
	AUTO(ledger_close) sqlite3 *db = NULL;
	struct pr_target t;
	struct pr_name name = {STR_NONE, 0};
	struct pr_link l = {.act = is_link ? "link" : "unlink"};
	size_t used = args_has(args, OPT_SESSION) || args_has(args, OPT_TURN) ? 0 : 1;
	if (args->n_positionals != used + is_link)
		return is_link ? usage("link", "BRANCH|--session ID|--turn ID NUMBER", e)
			       : usage("unlink", "BRANCH|--session ID|--turn ID", e);
	if (!read_window(args, &l, e) || !read_role(args->values[OPT_ROLE], &l.role, e) ||
		!report_open(call->arena, &db, e) || !read_target(db, call, &t, &used, e))
		return false;
	if (is_link && !pr_target_number(db, call->arena, args->positionals[used],
			       args->values[OPT_REPO], t.project_id, &name, e))
		return false;
	if (is_link && !name.repo.p)
		return err_set(e, ERR_USAGE, "which repository is #%lld of? --repo says it",
			(long long)name.number);
	ledger_close(&db);
	l.scope = t.scope;
	l.root = t.root;
	l.target = t.target;
	l.repo = name.repo;
	l.number = name.number;
	return store(call, &l, 1, e) && tell(call, &t, &l, e);
}

bool command_pr_link(struct command_call *call, struct err *e)
{
	return link_one(call, true, e);
}

bool command_pr_unlink(struct command_call *call, struct err *e)
{
	return link_one(call, false, e);
}

bool command_pr_move(struct command_call *call, struct err *e)
{
	const struct args *args = call->args;
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf line = {0};
	struct pr_link links[ARGS_MAX_POSITIONALS] = {0};
	struct str keys[ARGS_MAX_POSITIONALS], role;
	struct pr_target t;
	struct pr_name name = {STR_NONE, 0};
	size_t n = args->n_positionals - 1;
	int64_t project_id = 0;
	if (!read_role(args->values[OPT_ROLE], &role, e) || !report_open(call->arena, &db, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!pr_target_turn(db, call->arena, args->positionals[i], &t, e))
			return false;
		keys[i] = t.target;
		project_id = project_id ? project_id : t.project_id;
	}
	if (!pr_target_number(db, call->arena, args->positionals[n], args->values[OPT_REPO],
		    project_id, &name, e))
		return false;
	if (!name.repo.p)
		return err_set(e, ERR_USAGE, "which repository is #%lld of? --repo says it",
			(long long)name.number);
	ledger_close(&db);
	for (size_t i = 0; i < n; i++)
		links[i] = (struct pr_link){.act = "link",
			.scope = "turn",
			.target = keys[i],
			.repo = name.repo,
			.number = name.number,
			.role = role,
			.until_ms = LEDGER_NO_END_MS};
	struct tally_of of = {.turns = str_of(json_of(call->arena, keys, n))};
	buf_printf(&line, "Moved to %.*s#%lld", STR_ARG(name.repo), (long long)name.number);
	if (!store(call, links, n, e) ||
		!add_tally(call, command_charge(call->arena), &of, &line, e))
		return false;
	say(&line);
	return true;
}

// A number outside any repository that the ledger knows: the one that turns are charged to.
static bool find_repo(sqlite3 *db, struct arena *a, int64_t number, struct str *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	const char *list = "";
	int n = 0, rc;
	if (sqlite3_prepare_v2(db,
		    "SELECT DISTINCT n.text FROM charge AS c JOIN name AS n ON n.id = c.repo_id "
		    "WHERE c.number = ?1 AND EXISTS (SELECT 1 FROM charge_rollup WHERE charge_id = "
		    "c.id AND turns > 0) ORDER BY 1 LIMIT 5",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_int64(s, 1, number) != SQLITE_OK)
		return ledger_fail(db, "reading the ledger", e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		*out = arena_str(a, str_of((const char *)sqlite3_column_text(s, 0)));
		list = arena_printf(a, "%s%s%.*s", list, n++ ? ", " : "", STR_ARG(*out));
	}
	if (rc != SQLITE_DONE)
		return ledger_fail(db, "reading the ledger", e);
	if (n == 0)
		return err_set(e, ERR_NO_INPUT,
			"no turn is charged to #%lld: --repo says which repository it is in",
			(long long)number);
	return n == 1 ||
	       err_set(e, ERR_USAGE, "#%lld is in several repositories: %s: --repo chooses",
		       (long long)number, list);
}

bool command_pr_ignore(struct command_call *call, struct err *e)
{
	const struct args *args = call->args;
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf line = {0};
	struct pr_name name;
	struct tally before, after;
	int64_t here;
	if (!report_open(call->arena, &db, e) || !pr_target_here(db, call->arena, &here, e) ||
		!pr_target_number(db, call->arena, args->positionals[0], args->values[OPT_REPO],
			here, &name, e) ||
		(!name.repo.p && !find_repo(db, call->arena, name.number, &name.repo, e)))
		return false;
	struct tally_of of = {
		.number = name.number, .repo = name.repo, .until_ms = LEDGER_NO_END_MS};
	struct pr_link l = {.act = "ignore",
		.scope = "pr",
		.repo = name.repo,
		.number = name.number,
		.until_ms = LEDGER_NO_END_MS};
	if (!tally_read(db, &of, &before, e))
		return false;
	ledger_close(&db);
	buf_printf(&line, "%.*s#%lld is ignored", STR_ARG(name.repo), (long long)name.number);
	if (!store(call, &l, 1, e))
		return false;
	if (command_charge(call->arena)) {
		if (!report_open(call->arena, &db, e) || !tally_read(db, &of, &after, e))
			return false;
		before.turns -= after.turns;
		before.unpriced -= after.unpriced;
		before.usd_pico -= after.usd_pico;
		buf_addz(&line, ": ");
		tally_add(&line, &before);
		buf_addz(&line, before.turns == 1 ? " is no longer charged to it"
						  : " are no longer charged to it");
	}
	buf_addc(&line, '.');
	say(&line);
	return true;
}
