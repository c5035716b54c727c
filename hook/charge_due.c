// SPDX-License-Identifier: MIT
// What is to be charged again, and doing it.
#include <stdlib.h>
#include <sys/stat.h>

#include "charge.h"
#include "claim.h"
#include "clock.h"
#include "head.h"
#include "turn.h"
#include "worktree.h"

enum { CHUNK_TURNS = 500, DAY_MS = 86400000, PAUSE_MS = 5 };

struct due {
	int64_t id, project_id, branch_id, session_id, since_ms; // 0: any
};

bool charge_due(struct store *st, int64_t project_id, int64_t branch_id, int64_t session_id,
	int64_t since_ms, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO charge_due(project_id, branch_id, session_id, since_ms)"
		" SELECT :project, :branch, :session, :since WHERE NOT EXISTS (SELECT 1 FROM "
		"charge_due "
		"WHERE project_id IS :project AND branch_id IS :branch AND session_id IS :session "
		"AND "
		"since_ms <= :since)",
		e);
	if (!s)
		return false;
	store_bind(s, "kkki", project_id, branch_id, session_id, since_ms);
	st->has_due = true;
	return store_run(st, s, e);
}

bool charge_due_worktree(struct store *st, int64_t worktree_id, int64_t since_ms, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st, "SELECT project_id FROM worktree WHERE id = :tree", e);
	if (!s)
		return false;
	store_bind(s, "i", worktree_id);
	if (!store_step(st, s, &has_row, e))
		return false;
	int64_t project = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	charge_forget(st);
	return !has_row || charge_due(st, project, 0, 0, since_ms, e);
}

bool charge_due_agents(struct store *st, int64_t project_id, int64_t branch_id, struct err *e)
{
	LIST(int64_t) ids = {0};
	bool has_row = true, ok = true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT DISTINCT w.session_id FROM workdir AS w JOIN head_span AS h ON "
		"h.worktree_id = w.worktree_id WHERE w.project_id = :project AND h.branch_id = "
		":branch AND w.path GLOB '*/.claude/worktrees/*'",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", project_id, branch_id);
	while (ok && has_row) {
		ok = store_step(st, s, &has_row, e);
		if (ok && has_row)
			*LIST_ADD(&ids) = sqlite3_column_int64(s, 0);
	}
	(void)sqlite3_reset(s);
	for (size_t i = 0; ok && i < ids.n; i++)
		ok = charge_due(st, 0, 0, ids.p[i], 0, e);
	free(ids.p);
	return ok;
}

static bool read_due(struct store *st, struct due *out, bool *out_found, struct err *e)
{
	// the widest first: what it decides, the narrower ones need not
	sqlite3_stmt *s = store_sql(st,
		"SELECT id, project_id, branch_id, session_id, since_ms FROM charge_due"
		" ORDER BY project_id IS NOT NULL, branch_id IS NOT NULL, session_id IS NOT NULL, "
		"id LIMIT 1",
		e);
	if (!s || !store_step(st, s, out_found, e))
		return false;
	if (*out_found)
		*out = (struct due){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
			sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3),
			sqlite3_column_int64(s, 4)};
	(void)sqlite3_reset(s);
	return true;
}

// Hints in the same reach: where they were seen depends on what the turns' places depend on.
static bool place_hints(struct store *st, const struct due *d, struct err *e)
{
	LIST(int64_t) ids = {0};
	bool has_row = true, ok = true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT h.id FROM pr_hint AS h LEFT JOIN workdir AS w ON w.id = h.workdir_id WHERE "
		"(:project IS NULL OR w.project_id = :project) AND h.at_ms >= :since AND h.verb <> "
		"'switch' AND "
		"h.source <> 'config'",
		e);
	if (!s)
		return false;
	store_bind(s, "ki", d->project_id, d->since_ms);
	while (ok && has_row) {
		ok = store_step(st, s, &has_row, e);
		if (ok && has_row)
			*LIST_ADD(&ids) = sqlite3_column_int64(s, 0);
	}
	(void)sqlite3_reset(s);
	for (size_t i = 0; ok && i < ids.n; i++)
		ok = charge_place_hint(st, ids.p[i], e);
	free(ids.p);
	return ok;
}

// The claims of the branch, of all branches of the project, of all: the user or the forge has said
// something new.
static bool renew_claims(struct store *st, const struct due *d, struct err *e)
{
	LIST(struct due) branches = {0};
	bool has_row = true, ok = true, has_changed;
	sqlite3_stmt *s = store_sql(st,
		"SELECT project_id, branch_id FROM charge WHERE branch_id IS NOT NULL AND "
		"project_id IS NOT NULL AND (:project IS NULL OR project_id = :project) AND "
		"(:branch IS NULL OR branch_id = :branch)"
		" UNION SELECT w.project_id, h.branch_id FROM workdir AS w JOIN head_span AS h ON "
		"h.worktree_id = w.worktree_id WHERE w.path GLOB '*/.claude/worktrees/*' AND "
		"h.branch_id IS NOT NULL AND (:project IS NULL OR w.project_id = :project) AND "
		"(:branch IS NULL OR h.branch_id = :branch)",
		e);
	if (!s)
		return false;
	store_bind(s, "kk", d->project_id, d->branch_id);
	while (ok && has_row) {
		ok = store_step(st, s, &has_row, e);
		if (ok && has_row)
			*LIST_ADD(&branches) =
				(struct due){.project_id = sqlite3_column_int64(s, 0),
					.branch_id = sqlite3_column_int64(s, 1)};
	}
	(void)sqlite3_reset(s);
	for (size_t i = 0; ok && i < branches.n; i++) {
		const struct due *b = &branches.p[i];
		ok = claim_update(st, b->project_id, b->branch_id, &has_changed, e) &&
		     (!has_changed || charge_due_agents(st, b->project_id, b->branch_id, e));
	}
	free(branches.p);
	return ok;
}

static const char session_sql[] =
	"SELECT t.id, t.at_ms FROM origin AS o JOIN turn AS t ON t.origin_id = o.id"
	" WHERE o.session_id = :session AND t.at_ms >= :since ORDER BY t.at_ms LIMIT :max";
static const char branch_sql[] =
	"SELECT t.id, t.at_ms FROM (SELECT DISTINCT r.session_id FROM charge AS c JOIN "
	"charge_rollup AS r"
	" ON r.charge_id = c.id WHERE c.project_id = :project AND c.branch_id = :branch) AS s"
	" CROSS JOIN origin AS o ON o.session_id = s.session_id CROSS JOIN turn AS t ON "
	"t.origin_id = o.id"
	" WHERE t.at_ms >= :since AND t.charge_id IN (SELECT id FROM charge WHERE project_id = "
	":project AND "
	"branch_id = :branch) ORDER BY t.at_ms LIMIT :max";
static const char project_sql[] =
	"SELECT t.id, t.at_ms FROM workdir AS w CROSS JOIN origin AS o ON o.session_id = "
	"w.session_id AND "
	"o.workdir_id = w.id CROSS JOIN turn AS t ON t.origin_id = o.id"
	" WHERE w.project_id = :project AND t.at_ms >= :since ORDER BY t.at_ms LIMIT :max";
static const char recent_sql[] = "SELECT t.id, t.at_ms FROM turn AS t CROSS JOIN origin AS o ON "
				 "o.id = t.origin_id CROSS JOIN workdir "
				 "AS w ON w.id = o.workdir_id WHERE w.project_id = :project AND "
				 "t.at_ms >= :since ORDER BY t.at_ms "
				 "LIMIT :max";
static const char all_sql[] =
	"SELECT t.id, t.at_ms FROM turn AS t WHERE t.at_ms >= :since ORDER BY t.at_ms LIMIT :max";

static const char *choose_sql(const struct due *d, int64_t newest_ms)
{
	return d->session_id                      ? session_sql
	       : d->branch_id                     ? branch_sql
	       : !d->project_id                   ? all_sql
	       : d->since_ms > newest_ms - DAY_MS ? recent_sql
						  : project_sql;
}

static bool bind_due(sqlite3_stmt *s, const struct due *d, size_t max)
{
	const struct {
		const char *name;
		int64_t value;
	} values[] = {{":project", d->project_id}, {":branch", d->branch_id},
		{":session", d->session_id}, {":since", d->since_ms}, {":max", (int64_t)max}};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		int at = sqlite3_bind_parameter_index(s, values[i].name);
		if (at && sqlite3_bind_int64(s, at, values[i].value) != SQLITE_OK)
			return false;
	}
	return true;
}

static bool newest_turn(struct store *st, int64_t *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st, "SELECT max(at_ms) FROM turn", e);
	if (!s || !store_step(st, s, &has_row, e))
		return false;
	*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

// The next turns that are due; *out_last_ms: the time of the last of them.
static bool list_turns(struct store *st, const struct due *d, int64_t *ids, size_t *out_n,
	int64_t *out_last_ms, struct err *e)
{
	bool has_row = true;
	int64_t newest_ms;
	*out_n = 0;
	if (!newest_turn(st, &newest_ms, e))
		return false;
	sqlite3_stmt *s = store_sql(st, choose_sql(d, newest_ms), e);
	if (!s || !bind_due(s, d, CHUNK_TURNS))
		return false;
	while (has_row) {
		if (!store_step(st, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		ids[(*out_n)++] = sqlite3_column_int64(s, 0);
		*out_last_ms = sqlite3_column_int64(s, 1);
	}
	(void)sqlite3_reset(s);
	return true;
}

static bool finish(struct store *st, const struct due *d, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, "DELETE FROM charge_due WHERE id = :id", e);
	if (!s)
		return false;
	store_bind(s, "i", d->id);
	return store_run(st, s, e);
}

// So far it is done: the next run goes on from there. A user's row says "from the start" with 0.
static bool advance(struct store *st, const struct due *d, int64_t since_ms, struct err *e)
{
	sqlite3_stmt *s =
		store_sql(st, "UPDATE charge_due SET since_ms = :since WHERE id = :id", e);
	if (!s)
		return false;
	store_bind(s, "ii", since_ms, d->id);
	return store_run(st, s, e);
}

static bool work_off(struct store *st, struct due *d, size_t *budget, struct err *e)
{
	int64_t ids[CHUNK_TURNS], last_ms = 0;
	size_t n;
	bool is_wide = !d->branch_id && !d->session_id;
	charge_forget(st);
	if (is_wide && !place_hints(st, d, e))
		return false;
	if (!d->session_id && !renew_claims(st, d, e))
		return false;
	for (;;) {
		if (!list_turns(st, d, ids, &n, &last_ms, e))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!store_recharge(st, ids[i], e))
				return false;
		*budget -= n < *budget ? n : *budget;
		if (n < CHUNK_TURNS)
			return finish(st, d, e);
		d->since_ms = last_ms > d->since_ms ? last_ms : last_ms + 1;
		if (*budget == 0)
			return advance(st, d, d->since_ms, e);
	}
}

bool charge_settle(struct store *st, size_t max_turns, bool *out_is_done, struct err *e)
{
	size_t budget = max_turns;
	struct due d;
	bool has_some;
	for (;;) {
		if (!read_due(st, &d, &has_some, e))
			return false;
		*out_is_done = !has_some;
		if (!has_some || budget == 0)
			return true;
		if (!work_off(st, &d, &budget, e))
			return false;
		// the roll-up is where the turns of a branch are found
		if (!store_rollup_flush(st, e))
			return false;
	}
}

// A folder's working tree, where a ledger of an older version does not know it.
static bool link_workdirs(struct store *st, struct str path, int64_t tree_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"UPDATE workdir SET worktree_id = :tree WHERE worktree_id IS NULL AND how = 'git' "
		"AND path "
		"= :path",
		e);
	if (!s)
		return false;
	store_bind(s, "it", tree_id, path);
	return store_run(st, s, e) &&
	       (sqlite3_changes(st->db) == 0 || charge_due_worktree(st, tree_id, 0, e));
}

// Of a tree that an older version has seen and that is gone, what was stored is all there is.
static bool make_heads(struct store *st, struct err *e)
{
	LIST(struct worktree) trees = {0};
	bool has_row = true, ok;
	sqlite3_stmt *s = store_sql(st,
		"SELECT id, project_id, default_branch_id FROM worktree AS t WHERE NOT EXISTS "
		"(SELECT 1 FROM head_span WHERE worktree_id = t.id) AND (EXISTS (SELECT 1 FROM "
		"git_move WHERE worktree_id = t.id) OR EXISTS (SELECT 1 FROM git_obs WHERE "
		"worktree_id = t.id))",
		e);
	for (ok = s; ok && has_row;) {
		ok = store_step(st, s, &has_row, e);
		if (ok && has_row)
			*LIST_ADD(&trees) = (struct worktree){.id = sqlite3_column_int64(s, 0),
				.project_id = sqlite3_column_int64(s, 1),
				.default_branch_id = sqlite3_column_int64(s, 2)};
	}
	(void)sqlite3_reset(s);
	if (ok && trees.n) {
		ok = ledger_exec(st->db, "BEGIN IMMEDIATE", e);
		for (size_t i = 0; ok && i < trees.n; i++)
			ok = head_update(st, &trees.p[i], 0, e);
		ok = ledger_end(st->db, ok, e);
	}
	free(trees.p);
	return ok;
}

static bool look_at(struct store *st, struct str path, bool is_known, struct err *e)
{
	struct git_place g;
	struct git_config config = {0};
	struct worktree t;
	if (!git_find(&st->arena, path, &g))
		return true;
	(void)git_read_config(&st->arena, &g, STR_NONE, &config);
	if (!ledger_exec(st->db, "BEGIN IMMEDIATE", e))
		return false;
	bool ok = worktree_find(st, &g, &config, &t, e) && worktree_read_moves(st, &g, &t, e) &&
		  (is_known || link_workdirs(st, path, t.id, e));
	return ledger_end(st->db, ok, e);
}

// Whether logs/HEAD still is what was read.
static bool is_unchanged(struct arena *a, struct str git_dir, int64_t bytes, int64_t inode)
{
	struct stat s;
	return stat(arena_printf(a, "%.*s/logs/HEAD", STR_ARG(git_dir)), &s) != 0 ||
	       ((int64_t)s.st_size == bytes && (int64_t)s.st_ino == inode);
}

bool charge_look_around(struct store *st, struct err *e)
{
	LIST(struct str) paths = {0};
	size_t n_known = 0;
	bool has_row = true, ok = true;
	struct arena a = {0};
	sqlite3_stmt *s =
		store_sql(st, "SELECT path, git_dir, reflog_bytes, reflog_inode FROM worktree", e);
	while (ok && s && has_row) {
		ok = store_step(st, s, &has_row, e);
		if (ok && has_row &&
			!is_unchanged(&a, store_column(s, 1), sqlite3_column_int64(s, 2),
				sqlite3_column_int64(s, 3)))
			*LIST_ADD(&paths) = arena_str(&a, store_column(s, 0));
	}
	ok = ok && s;
	(void)sqlite3_reset(s);
	n_known = paths.n;
	s = ok ? store_sql(st,
			 "SELECT DISTINCT path FROM workdir WHERE worktree_id IS NULL AND how = "
			 "'git'",
			 e)
	       : NULL;
	ok = ok && s;
	for (has_row = true; ok && has_row;) {
		ok = store_step(st, s, &has_row, e);
		if (ok && has_row)
			*LIST_ADD(&paths) = arena_str(&a, store_column(s, 0));
	}
	(void)sqlite3_reset(s);
	for (size_t i = 0; ok && i < paths.n; i++)
		ok = look_at(st, paths.p[i], i < n_known, e);
	free(paths.p);
	arena_free(&a);
	return ok && make_heads(st, e);
}

static bool is_any_due(struct store *st, bool *out, bool *out_all, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT count(*), count(*) > count(coalesce(project_id, branch_id, session_id)) "
		"FROM charge_due",
		e);
	if (!s || !store_step(st, s, &has_row, e))
		return false;
	*out = sqlite3_column_int(s, 0);
	*out_all = sqlite3_column_int(s, 1);
	(void)sqlite3_reset(s);
	return true;
}

bool charge_run(struct store *st, struct err *e)
{
	bool is_due, is_all;
	if (!is_any_due(st, &is_due, &is_all, e))
		return false;
	// the ledger may be one of an older version, which knew less of git
	if (is_all && !charge_look_around(st, e))
		return false;
	for (st->has_due = is_due; st->has_due;) {
		if (!ledger_exec(st->db, "BEGIN IMMEDIATE", e))
			return false;
		if (!ledger_end(st->db, store_charge_due(st, e), e))
			return false;
		if (st->has_due)
			clock_sleep_ms(PAUSE_MS); // hooks come first
	}
	return true;
}
