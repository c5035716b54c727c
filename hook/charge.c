// SPDX-License-Identifier: MIT
#include "charge.h"

#include <stdio.h>
#include <string.h>

#include "claim.h"
#include "head.h"
#include "touched.h"
#include "turn.h"

enum {
	RECENT_MS = 10 * 60 * 1000, // a detached HEAD still counts for the branch before it
	CHECKOUT_MS = 15 * 1000,    // how long `gh pr checkout` may take
	SURE = 60,
};

// What the circumstances of a turn say, once per origin and batch.
struct scene {
	int64_t origin_id, session_id, agent_id, prompt_id; // prompt: not part of the origin
	int64_t workdir_id, project_id, worktree_id, told_branch_id; // told: by the transcript
	int64_t review_number; // of a working tree that was made for a pull request; 0: none
	bool is_plain;         // no repository
	bool is_missing;       // the folder is there no more
	bool is_touched;       // by its edits alone
	bool is_agent_tree;    // a working tree made for an agent
	bool has_repo;         // the project is known to be a repository
	bool is_ci, has_links, has_reviews; // of the session
	int64_t ci_number, ci_branch_id;
	bool is_simple; // the same for all times: `simple_charge`
	int64_t simple_charge;
};

struct decision {
	int64_t project_id, branch_id, repo_id, number, confidence;
	const char *branch_source, *role, *source, *reason;
	struct claim claim; // what role and source may point to
};

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

static bool read_scene(struct store *st, struct scene *c, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT o.session_id, o.agent_id, o.workdir_id, w.project_id, w.worktree_id, "
		"o.branch_id, w.path, w.how, s.ci_id IS NOT NULL, s.ci_pr_number, s.ci_branch_id,"
		" EXISTS (SELECT 1 FROM pr_link AS l WHERE l.undone_ms IS NULL AND (l.scope = "
		"'turn' OR "
		"l.scope = 'session' AND l.target = s.uid)),"
		" EXISTS (SELECT 1 FROM pr_hint AS h WHERE h.session_id = s.id AND h.number IS NOT "
		"NULL "
		"AND h.verb IN ('view', 'checkout', 'review', 'diff', 'checks', 'comment')),"
		" p.repo IS NOT NULL OR EXISTS (SELECT 1 FROM worktree AS t WHERE t.project_id = "
		"p.id)"
		" FROM origin AS o JOIN session AS s ON s.id = o.session_id LEFT JOIN workdir AS w "
		"ON "
		"w.id = o.workdir_id LEFT JOIN project AS p ON p.id = w.project_id WHERE o.id = "
		":origin",
		e);
	if (!s)
		return false;
	store_bind(s, "i", c->origin_id);
	if (!store_step(st, s, &has_row, e))
		return false;
	struct str path = store_column(s, 6), how = store_column(s, 7);
	c->session_id = sqlite3_column_int64(s, 0);
	c->agent_id = sqlite3_column_int64(s, 1);
	c->workdir_id = sqlite3_column_int64(s, 2);
	c->project_id = sqlite3_column_int64(s, 3);
	c->worktree_id = sqlite3_column_int64(s, 4);
	c->told_branch_id = sqlite3_column_int64(s, 5);
	c->review_number = review_number(path);
	c->is_agent_tree = c->agent_id && str_has(path, "/.claude/worktrees/");
	c->is_plain = str_is(how, "plain");
	c->is_missing = str_is(how, "missing");
	c->is_ci = sqlite3_column_int(s, 8);
	c->ci_number = sqlite3_column_int64(s, 9);
	c->ci_branch_id = sqlite3_column_int64(s, 10);
	c->has_links = sqlite3_column_int(s, 11);
	c->has_reviews = sqlite3_column_int(s, 12);
	c->has_repo = sqlite3_column_int(s, 13);
	(void)sqlite3_reset(s);
	return true;
}

static bool find_scene(struct store *st, int64_t origin_id, struct scene **out, struct err *e)
{
	uint64_t hash = (uint64_t)origin_id * UINT64_C(0x9e3779b97f4a7c15);
	struct scene *c = table_find(&st->scenes, hash, same_scene, &origin_id);
	if (!c) {
		c = arena_alloc(&st->arena, sizeof *c);
		c->origin_id = origin_id;
		if (!read_scene(st, c, e))
			return false;
		table_add(&st->scenes, hash, c);
	}
	*out = c;
	return true;
}

static void set_branch(struct decision *d, int64_t branch_id, const char *source)
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
static bool branch_of_tree(struct store *st, const struct scene *c, int64_t at_ms,
	struct decision *d, bool *out_known, struct err *e)
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
		set_branch(d, h.carry_id, "carry");
	else if (is_stale && c->told_branch_id != h.branch_id)
		*out_known = false; // it changed at some time before it was seen again
	else if (h.branch_id)
		set_branch(d, h.branch_id, h.source);
	else if (h.before_id && at_ms - h.since_ms < RECENT_MS)
		set_branch(d, h.before_id, "recent");
	else
		d->reason = "detached";
	return true;
}

static bool decide_branch(
	struct store *st, const struct scene *c, int64_t at_ms, struct decision *d, struct err *e)
{
	bool is_known = false;
	if (c->is_agent_tree && c->told_branch_id) {
		struct claim own;
		struct decision tree = {0};
		if (c->worktree_id && !branch_of_tree(st, c, at_ms, &tree, &is_known, e))
			return false;
		own.confidence = 0;
		if (tree.branch_id && !claim_at(st, c->project_id, tree.branch_id, at_ms, &own, e))
			return false;
		// what an agent's own tree did belongs to the branch that it was sent from
		if (own.confidence >= SURE)
			set_branch(d, tree.branch_id, tree.branch_source);
		else
			set_branch(d, c->told_branch_id, "spawn");
		return true;
	}
	if (c->worktree_id && !branch_of_tree(st, c, at_ms, d, &is_known, e))
		return false;
	if (is_known && c->is_touched && d->branch_id)
		d->branch_source = "touched-file";
	if (is_known)
		return true;
	if (c->told_branch_id)
		set_branch(d, c->told_branch_id, "transcript");
	else if (c->is_ci && c->ci_branch_id)
		set_branch(d, c->ci_branch_id, "ci");
	else if (!c->workdir_id || c->is_plain || (c->is_missing && !c->has_repo))
		d->reason = "no-repo";
	else
		d->reason = "no-branch";
	return true;
}

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
	if (!s || !c->has_links)
		return s != NULL;
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
	if (!s || !c->has_reviews)
		return s != NULL;
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

static bool decide_pr(struct store *st, const struct scene *c, const struct turn *t,
	struct decision *d, struct err *e)
{
	bool is_linked, is_default = true;
	if (!find_link(st, c, t, d, &is_linked, e) || is_linked)
		return is_linked;
	if (c->is_ci && c->ci_number) {
		d->claim = (struct claim){
			.number = c->ci_number, .role = "ci", .source = "ci", .confidence = 95};
		if (!own_repo(st, c, &d->claim.repo_id, e))
			return false;
		set_claim(d);
		return true;
	}
	if (d->branch_id &&
		!claim_at(st, c->project_id, d->branch_id, t->owner.at_ms, &d->claim, e))
		return false;
	if (d->claim.confidence)
		set_claim(d);
	if (c->is_ci && d->number)
		d->role = "ci";
	if (d->confidence >= SURE)
		return true;
	if (c->review_number) {
		d->claim = (struct claim){.number = c->review_number,
			.role = "review",
			.source = "worktree",
			.confidence = 90};
		if (!own_repo(st, c, &d->claim.repo_id, e))
			return false;
		set_claim(d);
		return true;
	}
	if (d->branch_id && !claim_is_default(st, c->project_id, d->branch_id, &is_default, e))
		return false;
	return !is_default || find_review(st, c, t, d, e);
}

static bool find_charge(struct store *st, const struct decision *d, int64_t *out, struct err *e)
{
	char text[256];
	bool has_row;
	int n = snprintf(text, sizeof text, "%lld %lld %s %lld %lld %s %s %lld %s",
		(long long)d->project_id, (long long)d->branch_id,
		d->branch_source ? d->branch_source : "", (long long)d->repo_id,
		(long long)d->number, d->role ? d->role : "", d->source ? d->source : "",
		(long long)d->confidence, d->reason ? d->reason : "");
	uint64_t hash = hash_fast((struct str){text, (size_t)n});
	sqlite3_stmt *s = store_sql(st, "SELECT id FROM charge WHERE key_hash = :hash", e);
	if (!s)
		return false;
	store_bind(s, "h", hash);
	if (!store_step(st, s, &has_row, e))
		return false;
	*out = has_row ? sqlite3_column_int64(s, 0) : 0;
	(void)sqlite3_reset(s);
	if (has_row)
		return true;
	s = store_sql(st,
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

// The claims of a branch are made when its first turn comes; from then on evidence renews them.
static bool prepare_branch(struct store *st, const struct decision *d, struct err *e)
{
	bool is_known, has_changed;
	sqlite3_stmt *s = store_sql(st,
		"SELECT 1 FROM charge WHERE project_id = :project AND branch_id = :branch LIMIT 1",
		e);
	if (!s)
		return false;
	if (!d->branch_id || !d->project_id)
		return true;
	store_bind(s, "ii", d->project_id, d->branch_id);
	if (!store_step(st, s, &is_known, e))
		return false;
	(void)sqlite3_reset(s);
	return is_known || claim_update(st, d->project_id, d->branch_id, &has_changed, e);
}

static bool has_claims(struct store *st, const struct decision *d, bool *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT 1 FROM claim WHERE project_id = :project AND branch_id = :branch LIMIT 1",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", d->project_id, d->branch_id);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
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
	bool has_some = true;
	if (!find_scene(st, t->owner.origin_id, &c, e))
		return false;
	if (c->is_simple && !t->id) {
		*out = c->simple_charge;
		return true;
	}
	struct scene elsewhere;
	if (t->id && !find_elsewhere(st, t, &elsewhere, &c, e))
		return false;
	d.project_id = c->project_id;
	if (!decide_branch(st, c, t->owner.at_ms, &d, e) || !prepare_branch(st, &d, e) ||
		!decide_pr(st, c, t, &d, e))
		return false;
	if (d.number)
		d.reason = d.confidence < SURE ? "below-60" : NULL;
	else if (d.branch_id)
		d.reason = "no-pr";
	if (!find_charge(st, &d, out, e))
		return false;
	bool is_fixed =
		c != &elsewhere && !c->worktree_id && !c->is_ci && !c->has_links && !c->has_reviews;
	if (is_fixed && d.branch_id && !has_claims(st, &d, &has_some, e))
		return false;
	c->is_simple = is_fixed && (!d.branch_id || !has_some);
	c->simple_charge = *out;
	return true;
}

struct seen_hint { // a row of pr_hint
	int64_t id, at_ms, session_id, was_project_id, was_branch_id;
	bool is_review, is_checkout;
	struct scene scene;
};

// A pr-link line names no folder: it was seen where the session then worked.
static bool find_place(struct store *st, struct seen_hint *h, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT w.project_id, w.worktree_id, o.branch_id FROM origin AS o JOIN turn AS t "
		"ON "
		"t.origin_id = o.id JOIN workdir AS w ON w.id = o.workdir_id WHERE o.session_id = "
		":session "
		"AND t.at_ms <= :at ORDER BY t.at_ms DESC LIMIT 1",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", h->session_id, h->at_ms);
	if (!store_step(st, s, &has_row, e))
		return false;
	if (has_row) {
		h->scene.project_id = sqlite3_column_int64(s, 0);
		h->scene.worktree_id = sqlite3_column_int64(s, 1);
		h->scene.told_branch_id = sqlite3_column_int64(s, 2);
	}
	(void)sqlite3_reset(s);
	return true;
}

static bool read_hint(
	struct store *st, int64_t id, struct seen_hint *h, bool *out_found, struct err *e)
{
	static const char *const reviews[] = {
		"view", "checkout", "review", "diff", "checks", "comment"};
	sqlite3_stmt *s = store_sql(st,
		"SELECT h.at_ms, h.branch_id, w.project_id, w.worktree_id, h.session_id, h.verb, "
		"h.project_id, h.on_branch_id FROM pr_hint AS h LEFT JOIN workdir AS w ON w.id = "
		"h.workdir_id WHERE h.id = :id",
		e);
	if (!s)
		return false;
	store_bind(s, "i", id);
	if (!store_step(st, s, out_found, e))
		return false;
	*h = (struct seen_hint){.id = id,
		.at_ms = sqlite3_column_int64(s, 0),
		.session_id = sqlite3_column_int64(s, 4),
		.was_project_id = sqlite3_column_int64(s, 6),
		.was_branch_id = sqlite3_column_int64(s, 7),
		.is_checkout = str_is(store_column(s, 5), "checkout"),
		.scene = {.told_branch_id = sqlite3_column_int64(s, 1),
			.project_id = sqlite3_column_int64(s, 2),
			.worktree_id = sqlite3_column_int64(s, 3)}};
	for (size_t i = 0; i < sizeof reviews / sizeof *reviews; i++)
		h->is_review |= str_is(store_column(s, 5), reviews[i]);
	(void)sqlite3_reset(s);
	h->scene.session_id = h->session_id;
	return !*out_found || h->scene.project_id || find_place(st, h, e);
}

bool charge_renew_claim(struct store *st, int64_t project_id, int64_t branch_id, struct err *e)
{
	bool has_changed = false;
	if (!project_id || !branch_id)
		return true;
	if (!claim_update(st, project_id, branch_id, &has_changed, e))
		return false;
	if (!has_changed)
		return true;
	charge_forget(st);
	return charge_due(st, project_id, branch_id, 0, 0, e);
}

bool charge_place_hint(struct store *st, int64_t hint_id, struct err *e)
{
	struct seen_hint h;
	struct decision d = {0};
	bool has_row, is_known = false;
	if (!read_hint(st, hint_id, &h, &has_row, e))
		return false;
	if (!has_row)
		return true;
	// a checkout is about the branch that it ends on
	int64_t look_ms = h.is_checkout ? h.at_ms + CHECKOUT_MS : h.at_ms;
	if (h.scene.worktree_id && !branch_of_tree(st, &h.scene, look_ms, &d, &is_known, e))
		return false;
	if (!is_known)
		set_branch(&d, h.scene.told_branch_id, "transcript");
	sqlite3_stmt *s = store_sql(st,
		"UPDATE pr_hint SET project_id = :project, on_branch_id = :branch WHERE id = :id",
		e);
	if (!s)
		return false;
	store_bind(s, "kki", h.scene.project_id, d.branch_id, hint_id);
	if (!store_run(st, s, e))
		return false;
	if (h.is_review && !charge_due(st, 0, 0, h.session_id, 0, e))
		return false;
	bool has_moved = h.was_branch_id != d.branch_id || h.was_project_id != h.scene.project_id;
	return (!has_moved || charge_renew_claim(st, h.was_project_id, h.was_branch_id, e)) &&
	       charge_renew_claim(st, h.scene.project_id, d.branch_id, e);
}
