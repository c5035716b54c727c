// SPDX-License-Identifier: MIT
#include "claim_evidence.h"

#include <stdlib.h>
#include <string.h>

#include "embedded.h"

enum {
	GRACE_MS = 30 * 60 * 1000,  // of cleaning up after a merge
	SHARED_MS = 15 * 60 * 1000, // two pull requests opened from one branch at once
	CARRY_MS = 4 * 3600 * 1000, // work before a branch was created (head.c)
};

static int by_id(const void *a, const void *b)
{
	const struct word_of_user *x = a, *y = b;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int by_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	if (x->first_ms != y->first_ms)
		return x->first_ms < y->first_ms ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static bool is_nocase(struct str a, struct str b)
{
	return a.n == b.n && sqlite3_strnicmp(a.p, b.p, (int)a.n) == 0;
}

static struct candidate *find(struct work *w, struct str repo, int64_t number)
{
	for (size_t i = 0; i < w->prs.n; i++)
		if (w->prs.p[i].number == number && is_nocase(w->prs.p[i].repo, repo))
			return &w->prs.p[i];
	struct candidate *c = LIST_ADD(&w->prs);
	*c = (struct candidate){.repo = arena_str(&w->st->arena, repo),
		.number = number,
		.first_ms = INT64_MAX,
		.created_ms = -1,
		.end_ms = INT64_MAX};
	return c;
}

static void take_evidence(struct work *w, sqlite3_stmt *s)
{
	struct str source = store_column(s, 5), role = store_column(s, 4);
	int64_t at_ms = sqlite3_column_int64(s, 1), confidence = sqlite3_column_int64(s, 6);
	if (str_is(source, "link")) {
		*LIST_ADD(&w->words) =
			(struct word_of_user){.repo = arena_str(&w->st->arena, store_column(s, 2)),
				.number = sqlite3_column_int64(s, 3),
				.since_ms = sqlite3_column_int64(s, 9),
				.until_ms = sqlite3_column_int64(s, 10),
				.role = arena_str(&w->st->arena, role).p,
				.id = sqlite3_column_int64(s, 11)};
		return;
	}
	struct candidate *c = find(w, store_column(s, 2), sqlite3_column_int64(s, 3));
	bool is_made = str_is(source, "created") || str_is(source, "forge");
	if (at_ms < c->first_ms)
		c->first_ms = at_ms;
	if (at_ms > c->newest_ms)
		c->newest_ms = at_ms;
	if (is_made && (c->created_ms < 0 || at_ms < c->created_ms))
		c->created_ms = at_ms;
	if (str_is(source, "created")) {
		c->is_created = true;
		c->session_id = sqlite3_column_int64(s, 0);
	}
	c->is_checkout |= str_is(source, "checkout") || str_is(source, "config");
	if (sqlite3_column_type(s, 7) != SQLITE_NULL && sqlite3_column_int64(s, 7) < c->end_ms)
		c->end_ms = sqlite3_column_int64(s, 7);
	c->is_other_base |= sqlite3_column_int(s, 8) != 0;
	if (confidence > c->confidence || (confidence == c->confidence && at_ms > c->best_ms)) {
		c->confidence = confidence;
		c->best_ms = at_ms;
		c->source = arena_str(&w->st->arena, source).p;
		c->role = arena_str(&w->st->arena, role).p;
	}
}

static bool load_evidence(struct work *w, struct err *e)
{
	// pull requests that the user wants left out stay out
	static char *sql;
	if (!sql) {
		sql = sqlite3_mprintf(
			"SELECT session_id, at_ms, repo, number, role, source, "
			"confidence, end_ms, is_other_base, since_ms, until_ms, link_id"
			" FROM (%s) AS x WHERE project_id = ?1 AND branch_id = ?2"
			" AND (source = 'link' OR NOT EXISTS (SELECT 1 FROM pr_link AS "
			"l WHERE l.act = 'ignore' AND l.undone_ms IS NULL AND "
			"l.number = x.number AND l.repo = x.repo COLLATE NOCASE))",
			embedded_pr_evidence);
		if (!sql)
			mem_die("out of memory");
	}
	bool has_row = true;
	sqlite3_stmt *s = store_sql(w->st, sql, e);
	if (!s)
		return false;
	store_bind(s, "ii", w->project_id, w->branch_id);
	while (has_row) {
		if (!store_step(w->st, s, &has_row, e))
			return false;
		if (has_row)
			take_evidence(w, s);
	}
	(void)sqlite3_reset(s);
	return true;
}

// What a call merged or closed, where the forge has not said when, unless it was opened again. A
// number stands for any repository if none is named, no number for the branch's pull request.
static bool find_end(struct work *w, struct candidate *c, struct err *e)
{
	bool has_row;
	if (c->end_ms != INT64_MAX)
		return true;
	sqlite3_stmt *s = store_sql(w->st,
		"WITH mine AS (SELECT at_ms, verb FROM pr_hint WHERE project_id = :project AND "
		"at_ms >= :first AND (number = :number OR number IS NULL AND on_branch_id = "
		":branch) AND (repo IS NULL OR repo = :repo COLLATE NOCASE OR '/' || repo = "
		"substr(:repo, -length(repo) - 1) COLLATE NOCASE))"
		" SELECT min(at_ms) FROM mine AS h WHERE verb IN ('merged', 'merge', 'close') AND "
		"NOT EXISTS (SELECT 1 FROM mine AS o WHERE o.verb = 'reopen' AND o.at_ms > "
		"h.at_ms)",
		e);
	if (!s)
		return false;
	store_bind(s, "iiiit", w->project_id, c->first_ms, c->number, w->branch_id, c->repo);
	if (!store_step(w->st, s, &has_row, e))
		return false;
	if (sqlite3_column_type(s, 0) != SQLITE_NULL)
		c->end_ms = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

static bool load_births(struct work *w, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT m.at_ms FROM git_move AS m JOIN worktree AS t ON t.id = m.worktree_id"
		" WHERE m.kind = 'birth' AND m.to_id = :branch AND t.project_id = :project"
		" ORDER BY m.at_ms",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", w->branch_id, w->project_id);
	while (has_row) {
		if (!store_step(w->st, s, &has_row, e))
			return false;
		if (has_row)
			*LIST_ADD(&w->births) = sqlite3_column_int64(s, 0);
	}
	(void)sqlite3_reset(s);
	s = store_sql(w->st,
		"SELECT 1 FROM pr_hint WHERE project_id = :project AND on_branch_id = :branch AND "
		"verb = 'pushed' LIMIT 1",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", w->project_id, w->branch_id);
	if (!store_step(w->st, s, &w->is_pushed, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

// When the session that opened the second pull request came to the branch.
static bool find_return(struct work *w, const struct candidate *a, const struct candidate *b,
	int64_t *out, struct err *e)
{
	bool has_row;
	*out = a->first_ms + 1;
	if (!b->session_id || b->session_id == a->session_id)
		return true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT min(r.first_ms) FROM charge AS c JOIN charge_rollup AS r ON r.charge_id = "
		"c.id"
		" WHERE c.project_id = :project AND c.branch_id = :branch AND r.session_id = "
		":session "
		"AND r.first_ms > :at",
		e);
	if (!s)
		return false;
	store_bind(s, "iiii", w->project_id, w->branch_id, b->session_id, a->first_ms);
	if (!store_step(w->st, s, &has_row, e))
		return false;
	if (sqlite3_column_type(s, 0) != SQLITE_NULL && sqlite3_column_int64(s, 0) < b->first_ms)
		*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

// Where each pull request's instance of the branch begins and ends; they are sorted by first_ms.
static bool cut_instances(struct work *w, struct err *e)
{
	struct candidate *last = NULL;
	for (size_t i = 0; i < w->prs.n; i++) {
		struct candidate *c = &w->prs.p[i];
		c->since_ms = 0;
		c->until_ms = c->end_ms == INT64_MAX ? INT64_MAX : c->end_ms + GRACE_MS;
		for (size_t k = 0; c->newest_ms && k < w->births.n; k++) { // 0: only by its name
			if (w->births.p[k] <= c->first_ms)
				c->since_ms = w->births.p[k] - CARRY_MS;
			else if (w->births.p[k] - 1000 < c->until_ms)
				c->until_ms = w->births.p[k];
		}
		if (c->created_ms < 0)
			continue;
		if (last && last->until_ms > c->first_ms - SHARED_MS &&
			last->end_ms > c->first_ms) {
			bool is_at_once = c->first_ms - last->first_ms < SHARED_MS;
			c->is_shared = c->is_other_base || (is_at_once && !last->is_other_base);
			last->is_shared |= !c->is_shared && last->is_other_base;
		}
		if (c->is_shared)
			continue;
		if (last && !last->is_shared && last->until_ms > c->first_ms) {
			last->until_ms = last->end_ms;
			if (last->end_ms > c->first_ms &&
				!find_return(w, last, c, &last->until_ms, e))
				return false;
		}
		if (last && !last->is_shared && last->until_ms > c->since_ms)
			c->since_ms = last->until_ms;
		last = c;
	}
	return true;
}

// On the default branch: only what was committed since it was last brought up to date, and only if
// something was.
static bool cut_default(struct work *w, struct candidate *c, struct err *e)
{
	bool has_row;
	c->until_ms = c->since_ms = 0;
	if (c->created_ms < 0)
		return true;
	sqlite3_stmt *s = store_sql(w->st,
		"WITH tree AS (SELECT id FROM worktree WHERE project_id = :project),"
		" sync(at_ms) AS (SELECT coalesce(max(at_ms), 0) FROM git_move WHERE worktree_id "
		"IN tree "
		"AND at_ms <= :at AND (kind IN ('pull', 'reset', 'clone') OR kind = 'checkout' AND "
		"to_id = :branch))"
		" SELECT sync.at_ms, (SELECT count(*) FROM git_move AS m LEFT JOIN head_span AS h "
		"ON "
		"h.worktree_id = m.worktree_id AND h.since_ms = (SELECT max(since_ms) FROM "
		"head_span "
		"WHERE worktree_id = m.worktree_id AND since_ms <= m.at_ms) WHERE m.worktree_id IN "
		"tree "
		"AND m.at_ms > sync.at_ms AND m.at_ms <= :at AND m.kind IN ('commit', 'amend', "
		"'cherry-pick', 'revert') AND coalesce(h.branch_id, :branch) = :branch) FROM sync",
		e);
	if (!s)
		return false;
	store_bind(s, "iii", w->project_id, c->created_ms + 1000, w->branch_id);
	if (!store_step(w->st, s, &has_row, e))
		return false;
	c->since_ms = sqlite3_column_int64(s, 0);
	c->until_ms = c->created_ms + 1;
	c->confidence = sqlite3_column_int64(s, 1) > 0 ? 80 : 45;
	c->source = "fork-main";
	if (c->since_ms < c->created_ms - 4 * CARRY_MS)
		c->since_ms = c->created_ms - 4 * CARRY_MS;
	(void)sqlite3_reset(s);
	return true;
}

bool claim_evidence_load(struct work *w, struct err *e)
{
	if (!load_evidence(w, e) || !load_births(w, e) ||
		!claim_is_default(w->st, w->project_id, w->branch_id, &w->is_default, e))
		return false;
	for (size_t i = 0; i < w->prs.n; i++)
		if (!find_end(w, &w->prs.p[i], e))
			return false;
	if (w->prs.n)
		qsort(w->prs.p, w->prs.n, sizeof *w->prs.p, by_first);
	if (w->words.n)
		qsort(w->words.p, w->words.n, sizeof *w->words.p, by_id);
	if (!w->is_default)
		return cut_instances(w, e);
	for (size_t i = 0; i < w->prs.n; i++)
		if (!cut_default(w, &w->prs.p[i], e))
			return false;
	return true;
}
