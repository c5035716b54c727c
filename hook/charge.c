// SPDX-License-Identifier: MIT
#include "charge.h"

#include <stdio.h>
#include <string.h>

#include "scene.h"
#include "touched.h"
#include "turn.h"

static void set_claim(struct decision *d)
{
	const struct claim *x = &d->claim;
	d->repo_id = x->repo_id;
	d->number = x->number;
	d->role = x->role;
	d->source = x->source;
	d->confidence = x->confidence;
}

// The user's word on this turn or session; the newest row wins, one on the turn before any other.
static bool find_link(struct store *st, const struct scene *c, const struct turn *t,
	struct decision *d, bool *out_found, struct err *e)
{
	int64_t repo;
	sqlite3_stmt *s = store_sql(st,
		"SELECT l.repo, l.number, coalesce(l.role, 'author') FROM pr_link AS l WHERE "
		"l.undone_ms "
		"IS NULL AND l.act IN ('link', 'unlink') AND (l.scope = 'turn' AND l.target = "
		"(SELECT key "
		"FROM turn WHERE id = :turn) OR l.scope = 'session' AND l.target = (SELECT uid "
		"FROM "
		"session WHERE id = :session)) AND l.since_ms <= :at AND l.until_ms > :at"
		" ORDER BY l.scope = 'turn' DESC, l.id DESC LIMIT 1",
		e);
	*out_found = false;
	if (!s)
		return false;
	store_bind(s, "iii", t->id, c->session_id, t->owner.at_ms);
	if (!store_step(st, s, out_found, e))
		return false;
	if (*out_found) {
		struct str name = arena_str(&st->arena, store_column(s, 0));
		d->claim = (struct claim){.number = sqlite3_column_int64(s, 1), .confidence = 100};
		(void)sqlite3_snprintf(
			sizeof d->claim.role, d->claim.role, "%s", sqlite3_column_text(s, 2));
		strcpy(d->claim.source, "link");
		(void)sqlite3_reset(s);
		if (!store_word_of(st, name, &repo, e))
			return false;
		d->claim.repo_id = repo;
		set_claim(d);
		return true;
	}
	(void)sqlite3_reset(s);
	return true;
}

// host/owner/name that a bare number means in this project.
static bool own_repo(struct store *st, const struct scene *c, int64_t *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT coalesce((SELECT base_repo FROM worktree WHERE id = :tree), p.repo, "
		"p.name) FROM "
		"project AS p WHERE p.id = :project",
		e);
	*out = 0;
	if (!s)
		return false;
	store_bind(s, "ii", c->worktree_id, c->project_id);
	if (!store_step(st, s, &has_row, e))
		return false;
	struct str name = has_row ? arena_str(&st->arena, store_column(s, 0)) : STR_NONE;
	(void)sqlite3_reset(s);
	return store_word_of(st, name, out, e);
}

// A pull request that was looked at: the prompts that name it; if it was reviewed or checked out,
// all that the session does from there on, until it looks at another one.
static bool find_review(struct store *st, const struct scene *c, const struct turn *t,
	struct decision *d, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT x.repo, x.number, x.verb FROM (SELECT h.at_ms, h.number, h.verb, "
		"h.prompt_id,"
		" CASE WHEN h.repo IS NULL THEN coalesce(w.base_repo, p.repo, p.name)"
		"  WHEN instr(substr(h.repo, 1, instr(h.repo, '/')), '.') > 0 OR p.repo IS NULL "
		"THEN h.repo"
		"  ELSE substr(p.repo, 1, instr(p.repo, '/')) || h.repo END AS repo"
		" FROM pr_hint AS h LEFT JOIN workdir AS d ON d.id = h.workdir_id LEFT JOIN "
		"worktree AS w ON "
		"w.id = d.worktree_id LEFT JOIN project AS p ON p.id = coalesce(h.project_id, "
		":project)"
		" WHERE h.session_id = :session AND h.number IS NOT NULL AND h.verb IN ('view', "
		"'checkout', 'review', 'diff', 'checks', 'comment')"
		" AND (h.prompt_id = :prompt OR h.at_ms <= :at AND h.verb IN ('checkout', "
		"'review', "
		"'diff'))) AS x WHERE NOT EXISTS (SELECT 1 FROM pr_link AS l WHERE l.act = "
		"'ignore' AND "
		"l.undone_ms IS NULL AND l.number = x.number AND l.repo = x.repo COLLATE NOCASE)"
		" ORDER BY x.at_ms <= :at DESC, CASE WHEN x.at_ms <= :at THEN -x.at_ms ELSE "
		"x.at_ms END "
		"LIMIT 1",
		e);
	if (!s)
		return false;
	store_bind(s, "iiki", c->project_id, c->session_id, t->prompt_id, t->owner.at_ms);
	if (!store_step(st, s, &has_row, e))
		return false;
	struct str name = has_row ? arena_str(&st->arena, store_column(s, 0)) : STR_NONE;
	struct claim found = {.number = sqlite3_column_int64(s, 1), .confidence = 70};
	if (has_row)
		(void)sqlite3_snprintf(
			sizeof found.source, found.source, "%s", sqlite3_column_text(s, 2));
	(void)sqlite3_reset(s);
	if (!has_row)
		return true;
	strcpy(found.role, "review");
	if (!store_word_of(st, name, &found.repo_id, e))
		return false;
	d->claim = found;
	set_claim(d);
	return true;
}

// A number that nothing but the circumstances name, unless the user wants it left out.
static bool use_number(struct store *st, const struct scene *c, const struct claim *x,
	struct decision *d, bool *out_used, struct err *e)
{
	int64_t repo;
	bool is_ignored;
	sqlite3_stmt *s = store_sql(st,
		"SELECT 1 FROM pr_link AS l JOIN name AS r ON r.id = :repo WHERE l.act = 'ignore' "
		"AND "
		"l.undone_ms IS NULL AND l.number = :number AND l.repo = r.text COLLATE NOCASE",
		e);
	if (!s || !own_repo(st, c, &repo, e))
		return false;
	store_bind(s, "ii", repo, x->number);
	if (!store_step(st, s, &is_ignored, e))
		return false;
	(void)sqlite3_reset(s);
	*out_used = !is_ignored;
	if (is_ignored)
		return true;
	d->claim = *x;
	d->claim.repo_id = repo;
	set_claim(d);
	return true;
}

static bool decide_pr(struct store *st, const struct scene *c, const struct turn *t,
	struct decision *d, struct err *e)
{
	bool is_decided, is_default = true;
	if (c->has_links && (!find_link(st, c, t, d, &is_decided, e) || is_decided))
		return is_decided;
	const struct claim ci = {
		.number = c->ci_number, .role = "ci", .source = "ci", .confidence = 95};
	if (c->is_ci && c->ci_number && (!use_number(st, c, &ci, d, &is_decided, e) || is_decided))
		return is_decided;
	if (d->has_claims &&
		!claim_at(st, c->project_id, d->branch_id, t->owner.at_ms, &d->claim, e))
		return false;
	if (d->claim.confidence)
		set_claim(d);
	if (c->is_ci && d->number)
		d->role = "ci";
	if (d->confidence >= CHARGE_SURE)
		return true;
	const struct claim made_for = {.number = c->review_number,
		.role = "review",
		.source = "worktree",
		.confidence = 90};
	if (c->review_number && (!use_number(st, c, &made_for, d, &is_decided, e) || is_decided))
		return is_decided;
	if (!c->has_reviews)
		return true;
	if (d->branch_id && !claim_is_default(st, c->project_id, d->branch_id, &is_default, e))
		return false;
	return !is_default || find_review(st, c, t, d, e);
}

static uint64_t hash_of(const struct decision *d)
{
	char text[256];
	int n = snprintf(text, sizeof text, "%lld %lld %s %lld %lld %s %s %lld %s",
		(long long)d->project_id, (long long)d->branch_id,
		d->branch_source ? d->branch_source : "", (long long)d->repo_id,
		(long long)d->number, d->role ? d->role : "", d->source ? d->source : "",
		(long long)d->confidence, d->reason ? d->reason : "");
	return hash_fast((struct str){text, (size_t)n});
}

static bool has_charge(
	struct store *st, uint64_t hash, bool *out_found, int64_t *out_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, "SELECT id FROM charge WHERE key_hash = :hash", e);
	if (!s)
		return false;
	store_bind(s, "h", hash);
	if (!store_step(st, s, out_found, e))
		return false;
	*out_id = *out_found ? sqlite3_column_int64(s, 0) : 0;
	(void)sqlite3_reset(s);
	return true;
}

static bool find_charge(struct store *st, const struct decision *d, int64_t *out, struct err *e)
{
	bool has_row;
	uint64_t hash = hash_of(d);
	if (!has_charge(st, hash, &has_row, out, e))
		return false;
	if (has_row)
		return true;
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO charge(key_hash, project_id, branch_id, branch_source, repo_id, "
		"number, "
		"role, source, confidence, reason) VALUES (:hash, :project, :branch, "
		":branch_source, "
		":repo, :number, :role, :source, :confidence, :reason)",
		e);
	if (!s)
		return false;
	store_bind(s, "hkkzkkzzkz", hash, d->project_id, d->branch_id, d->branch_source, d->repo_id,
		d->number, d->role, d->source, d->confidence, d->reason);
	if (!store_run(st, s, e))
		return false;
	*out = sqlite3_last_insert_rowid(st->db);
	return true;
}

static bool has_rows(
	struct store *st, const char *sql, const struct decision *d, bool *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, sql, e);
	if (!s)
		return false;
	store_bind(s, "ii", d->project_id, d->branch_id);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

// Whether anything was charged to the branch so far.
static bool is_known(struct store *st, const struct decision *d, bool *out, struct err *e)
{
	int64_t id;
	struct decision usual = *d; // what a turn on a branch without a pull request is charged to
	usual.reason = "no-pr";
	if (!has_charge(st, hash_of(&usual), out, &id, e))
		return false;
	return *out ||
	       has_rows(st,
		       "SELECT 1 FROM charge WHERE project_id = :project AND branch_id = :branch",
		       d, out, e);
}

// The claims of a branch are made when its first turn comes; from then on evidence renews them.
static bool prepare_branch(struct store *st, struct decision *d, struct err *e)
{
	bool is_old, has_changed;
	if (!d->branch_id || !d->project_id)
		return true;
	if (!has_rows(st, "SELECT 1 FROM claim WHERE project_id = :project AND branch_id = :branch",
		    d, &d->has_claims, e) ||
		!is_known(st, d, &is_old, e))
		return false;
	if (is_old)
		return true;
	d->has_claims = true; // perhaps: claim_at says
	return claim_update(st, d->project_id, d->branch_id, &has_changed, e);
}

// The scene of a turn whose edits lie in one other working tree is there.
static bool find_elsewhere(struct store *st, const struct turn *t, struct scene *out,
	struct scene **scene, struct err *e)
{
	struct touched other;
	if (!touched_find(st, t->id, (*scene)->worktree_id, &other, e))
		return false;
	if (!other.worktree_id)
		return true;
	*out = **scene;
	out->project_id = other.project_id;
	out->worktree_id = other.worktree_id;
	out->told_branch_id = out->review_number = 0;
	out->is_plain = out->is_missing = out->is_agent_tree = out->is_simple = false;
	out->is_touched = true;
	*scene = out;
	return true;
}

bool charge_find(struct store *st, const struct turn *t, int64_t *out, struct err *e)
{
	struct scene *c;
	struct decision d = {0};
	if (!scene_find(st, t->owner.origin_id, &c, e))
		return false;
	if (c->is_simple && !t->id) {
		*out = c->simple_charge;
		return true;
	}
	struct scene elsewhere;
	if (t->id && !find_elsewhere(st, t, &elsewhere, &c, e))
		return false;
	d.project_id = c->project_id;
	if (!scene_branch(st, c, t->owner.at_ms, &d, e) || !prepare_branch(st, &d, e) ||
		!decide_pr(st, c, t, &d, e))
		return false;
	if (d.number)
		d.reason = d.confidence < CHARGE_SURE ? "below-60" : NULL;
	else if (d.branch_id)
		d.reason = "no-pr";
	if (!find_charge(st, &d, out, e))
		return false;
	bool is_fixed =
		c != &elsewhere && !c->worktree_id && !c->is_ci && !c->has_links && !c->has_reviews;
	c->is_simple = is_fixed && !d.has_claims;
	c->simple_charge = *out;
	return true;
}
