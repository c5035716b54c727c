// SPDX-License-Identifier: MIT
#include "scene.h"

#include <string.h>

#include "charge.h"
#include "head.h"

enum { RECENT_MS = 10 * 60 * 1000 }; // a detached HEAD still counts for the branch before it

static bool same_scene(const void *value, const void *key)
{
	return ((const struct scene *)value)->origin_id == *(const int64_t *)key;
}

void charge_forget(struct store *st)
{
	table_clear(&st->scenes);
}

// The number of a working tree that Claude Code made for a pull request: .claude/worktrees/pr-N.
static int64_t review_number(struct str path)
{
	static const char part[] = "/.claude/worktrees/pr-";
	for (size_t i = 0; i + sizeof part - 1 < path.n; i++) {
		struct str rest, word;
		int64_t n;
		if (!str_starts(str_from(path, i), part))
			continue;
		word = str_split(str_from(path, i + sizeof part - 1), '/', &rest);
		return str_int(word, 1, INT32_MAX, &n) ? n : 0;
	}
	return 0;
}

// Of the origin's row, which never changes.
static bool read_origin(struct store *st, struct scene *c, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT session_id, agent_id, workdir_id, branch_id FROM origin WHERE id = :origin",
		e);
	if (!s)
		return false;
	store_bind(s, "i", c->origin_id);
	if (!store_step(st, s, &has_row, e))
		return false;
	c->session_id = sqlite3_column_int64(s, 0);
	c->agent_id = sqlite3_column_int64(s, 1);
	c->workdir_id = sqlite3_column_int64(s, 2);
	c->told_branch_id = sqlite3_column_int64(s, 3);
	(void)sqlite3_reset(s);
	return true;
}

static bool read_workdir(struct store *st, struct scene *c, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(
		st, "SELECT project_id, worktree_id, path, how FROM workdir WHERE id = :id", e);
	if (!s)
		return false;
	store_bind(s, "i", c->workdir_id);
	if (!store_step(st, s, &has_row, e))
		return false;
	struct str path = store_column(s, 2), how = store_column(s, 3);
	c->project_id = sqlite3_column_int64(s, 0);
	c->worktree_id = sqlite3_column_int64(s, 1);
	c->review_number = review_number(path);
	c->is_agent_tree = c->agent_id && str_has(path, "/.claude/worktrees/");
	c->is_plain = str_is(how, "plain");
	c->is_missing = str_is(how, "missing");
	(void)sqlite3_reset(s);
	return true;
}

static bool exists(
	struct store *st, const char *sql, const char *types, int64_t id, bool *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, sql, e);
	if (!s)
		return false;
	store_bind(s, types, id);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

// Table by table: one statement with two joins and two EXISTS took 118,000 instructions to prepare,
// these take 68,000, and 21,000 more where the origin is not known.
static bool read_scene(struct store *st, struct scene *c, struct err *e)
{
	bool has_row;
	if ((!c->session_id && !read_origin(st, c, e)) ||
		(c->workdir_id && !read_workdir(st, c, e)))
		return false;
	sqlite3_stmt *s = store_sql(
		st, "SELECT ci_id, ci_pr_number, ci_branch_id FROM session WHERE id = :id", e);
	if (!s)
		return false;
	store_bind(s, "i", c->session_id);
	if (!store_step(st, s, &has_row, e))
		return false;
	c->is_ci = sqlite3_column_type(s, 0) != SQLITE_NULL;
	c->ci_number = sqlite3_column_int64(s, 1);
	c->ci_branch_id = sqlite3_column_int64(s, 2);
	(void)sqlite3_reset(s);
	return exists(st, "SELECT 1 FROM pr_link", "", 0, &c->has_links, e) &&
	       exists(st, "SELECT 1 FROM pr_hint WHERE session_id = :id", "i", c->session_id,
		       &c->has_reviews, e);
}

static struct scene *find(struct store *st, int64_t origin_id)
{
	uint64_t hash = (uint64_t)origin_id * UINT64_C(0x9e3779b97f4a7c15);
	struct scene *c = table_find(&st->scenes, hash, same_scene, &origin_id);
	if (!c) {
		c = arena_alloc(&st->arena, sizeof *c);
		c->origin_id = origin_id;
		table_add(&st->scenes, hash, c);
	}
	return c;
}

void scene_know(struct store *st, int64_t origin_id, int64_t session_id, int64_t agent_id,
	int64_t workdir_id, int64_t branch_id)
{
	struct scene *c = find(st, origin_id);
	c->session_id = session_id;
	c->agent_id = agent_id;
	c->workdir_id = workdir_id;
	c->told_branch_id = branch_id;
}

bool scene_find(struct store *st, int64_t origin_id, struct scene **out, struct err *e)
{
	struct scene *c = find(st, origin_id);
	if (!c->is_read && !read_scene(st, c, e))
		return false;
	c->is_read = true;
	*out = c;
	return true;
}

void scene_set_branch(struct decision *d, int64_t branch_id, const char *source)
{
	d->branch_id = branch_id;
	d->branch_source = branch_id ? source : NULL;
}

// Work done on the default branch goes to the branch that the same session then made from it.
static bool is_carried(
	struct store *st, const struct scene *c, const struct head *h, bool *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT 1 WHERE coalesce((SELECT value FROM setting WHERE key = 'carry'), 'on') <> "
		"'off'"
		" AND (EXISTS (SELECT 1 FROM origin AS o JOIN workdir AS w ON w.id = o.workdir_id "
		"JOIN turn "
		"AS t ON t.origin_id = o.id WHERE o.session_id = :session AND w.worktree_id = "
		":tree AND "
		"t.at_ms >= :at) OR EXISTS (SELECT 1 FROM pr_hint AS h WHERE h.session_id = "
		":session AND "
		"h.verb = 'switch' AND h.at_ms BETWEEN :at - 2000 AND :at + 1000))",
		e);
	if (!s)
		return false;
	store_bind(s, "iii", c->session_id, c->worktree_id, h->until_ms);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

// By what the working tree had checked out; false in *out_known if nothing is known of that time.
bool scene_tree_branch(struct store *st, const struct scene *c, int64_t at_ms, struct decision *d,
	bool *out_known, struct err *e)
{
	struct head h;
	bool is_carry = false;
	if (!head_at(st, c->worktree_id, at_ms, &h, e))
		return false;
	*out_known = strcmp(h.source, "unknown") != 0;
	if (!*out_known)
		return true;
	if (h.carry_id && !is_carried(st, c, &h, &is_carry, e))
		return false;
	bool is_stale = strcmp(h.source, "observed") == 0 && h.until_ms != INT64_MAX;
	if (is_carry)
		scene_set_branch(d, h.carry_id, "carry");
	else if (is_stale && c->told_branch_id != h.branch_id)
		*out_known = false; // it changed at some time before it was seen again
	else if (h.branch_id)
		scene_set_branch(d, h.branch_id, h.source);
	else if (h.before_id && at_ms - h.since_ms < RECENT_MS)
		scene_set_branch(d, h.before_id, "recent");
	else
		d->reason = "detached";
	return true;
}

// Whether the project is known to be a repository, though this folder of it is gone.
static bool find_repo(struct store *st, int64_t project_id, bool *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT 1 FROM project AS p WHERE p.id = :project AND (p.repo IS NOT NULL OR "
		"EXISTS "
		"(SELECT 1 FROM worktree AS t WHERE t.project_id = p.id))",
		e);
	if (!s)
		return false;
	store_bind(s, "i", project_id);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

// The branch that an agent was sent from, as its lines say; some that come later may name the
// branch of its own tree.
static bool find_sender(
	struct store *st, const struct scene *c, int64_t own_id, int64_t *out, struct err *e)
{
	bool has_row;
	*out = c->told_branch_id;
	if (c->told_branch_id != own_id)
		return true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT branch_id FROM origin WHERE session_id = :session AND agent_id = :agent "
		"AND "
		"branch_id <> :own ORDER BY id LIMIT 1",
		e);
	if (!s)
		return false;
	store_bind(s, "iii", c->session_id, c->agent_id, own_id);
	if (!store_step(st, s, &has_row, e))
		return false;
	if (has_row)
		*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

bool scene_branch(
	struct store *st, const struct scene *c, int64_t at_ms, struct decision *d, struct err *e)
{
	bool is_known = false;
	if (c->is_agent_tree && c->told_branch_id) {
		struct claim own;
		struct decision tree = {0};
		int64_t sender;
		if (c->worktree_id && !scene_tree_branch(st, c, at_ms, &tree, &is_known, e))
			return false;
		own.confidence = 0;
		if (tree.branch_id && !claim_at(st, c->project_id, tree.branch_id, at_ms, &own, e))
			return false;
		if (!find_sender(st, c, tree.branch_id, &sender, e))
			return false;
		// what an agent's own tree did belongs to the branch that it was sent from
		if (own.confidence >= CHARGE_SURE)
			scene_set_branch(d, tree.branch_id, tree.branch_source);
		else
			scene_set_branch(d, sender, "spawn");
		return true;
	}
	if (c->worktree_id && !scene_tree_branch(st, c, at_ms, d, &is_known, e))
		return false;
	if (is_known && c->is_touched && d->branch_id)
		d->branch_source = "touched-file";
	if (is_known)
		return true;
	if (c->told_branch_id)
		scene_set_branch(d, c->told_branch_id, "transcript");
	else if (c->is_ci && c->ci_branch_id)
		scene_set_branch(d, c->ci_branch_id, "ci");
	else
		d->reason = c->workdir_id && !c->is_plain ? "no-branch" : "no-repo";
	if (d->branch_id || !c->is_missing)
		return true;
	if (!find_repo(st, c->project_id, &is_known, e))
		return false;
	d->reason = is_known ? "no-branch" : "no-repo";
	return true;
}
