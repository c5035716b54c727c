// SPDX-License-Identifier: MIT
#include "claim.h"

#include <stdlib.h>
#include <string.h>

#include "embedded.h"

enum {
	GRACE_MS = 30 * 60 * 1000,  // of cleaning up after a merge
	SHARED_MS = 15 * 60 * 1000, // two pull requests opened from one branch at once
	CARRY_MS = 4 * 3600 * 1000, // work before a branch was created (head.c)
	SURE = 60,                  // what is below is shown, not summed
};

struct candidate { // a pull request that some evidence names
	struct str repo;
	int64_t number;
	int64_t first_ms, newest_ms; // evidence
	int64_t created_ms;          // by a call or the forge; -1: unknown
	int64_t end_ms;              // merged or closed; INT64_MAX: not known to be
	int64_t session_id;          // that created it; 0: unknown
	int64_t confidence, best_ms; // of the best evidence
	const char *source, *role;
	bool is_other_base, is_checkout, is_created, is_shared;
	int64_t since_ms, until_ms;
};

struct word_of_user {
	struct str repo;
	int64_t number, since_ms, until_ms; // number 0: no pull request
	const char *role;
	int64_t id;
};

struct work {
	struct store *st;
	int64_t project_id, branch_id;
	bool is_default, is_pushed;
	LIST(struct candidate) prs;
	LIST(struct word_of_user) words;
	LIST(int64_t) births;
	LIST(int64_t) bounds;
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

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
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

// What a call merged or closed, where the forge has not said when.
static bool find_end(struct work *w, struct candidate *c, struct err *e)
{
	bool has_row;
	if (c->end_ms != INT64_MAX)
		return true;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT min(h.at_ms) FROM pr_hint AS h WHERE h.project_id = :project AND h.number "
		"= "
		":number AND h.verb IN ('merged', 'close') AND h.at_ms >= :first",
		e);
	if (!s)
		return false;
	store_bind(s, "iii", w->project_id, c->number, c->first_ms);
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
		"'cherry-pick') AND coalesce(h.branch_id, :branch) = :branch) FROM sync",
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

static bool is_better(const struct candidate *a, const struct candidate *b)
{
	if (!b)
		return true;
	if (a->confidence != b->confidence)
		return a->confidence > b->confidence;
	if (a->best_ms != b->best_ms)
		return a->best_ms > b->best_ms;
	return a->number > b->number;
}

struct piece {
	int64_t since_ms, until_ms, number, confidence;
	struct str repo;
	const char *role, *source;
};

static bool winner_at(const struct work *w, int64_t at_ms, struct piece *out)
{
	const struct candidate *best = NULL;
	for (size_t i = 0; i < w->prs.n; i++) {
		const struct candidate *c = &w->prs.p[i];
		if (!c->is_shared && c->since_ms <= at_ms && at_ms < c->until_ms &&
			is_better(c, best))
			best = c;
	}
	for (size_t i = w->words.n; i-- > 0;) {
		const struct word_of_user *u = &w->words.p[i];
		if (at_ms < u->since_ms || at_ms >= u->until_ms)
			continue;
		*out = (struct piece){.number = u->number,
			.confidence = 100,
			.repo = u->repo,
			.role = u->role,
			.source = "link"};
		return true;
	}
	if (!best)
		return false;
	bool is_review = best->is_checkout && !best->is_created && !w->is_pushed;
	*out = (struct piece){.number = best->number,
		.confidence = best->confidence,
		.repo = best->repo,
		.role = is_review ? "review" : "author",
		.source = best->source};
	return true;
}

static bool same_piece(const struct piece *a, const struct piece *b)
{
	return a->number == b->number && a->confidence == b->confidence &&
	       str_eq(a->repo, b->repo) && strcmp(a->role, b->role) == 0 &&
	       strcmp(a->source, b->source) == 0;
}

static bool write_piece(struct work *w, const struct piece *x, struct err *e)
{
	int64_t repo;
	sqlite3_stmt *s = store_sql(w->st,
		"INSERT INTO claim VALUES (:project, :branch, :since, :until, :repo, :number, "
		":role, "
		":source, :confidence)",
		e);
	if (!s || !store_word_of(w->st, x->number ? x->repo : STR_NONE, &repo, e))
		return false;
	store_bind(s, "iiiikkzzi", w->project_id, w->branch_id, x->since_ms, x->until_ms, repo,
		x->number, x->role, x->source, x->confidence);
	return store_run(w->st, s, e);
}

static void add_bound(struct work *w, int64_t at_ms)
{
	*LIST_ADD(&w->bounds) = at_ms < 0 ? 0 : at_ms > LEDGER_NO_END_MS ? LEDGER_NO_END_MS : at_ms;
}

// The winner of each stretch between two bounds; neighbours with the same one are joined.
static bool write_claims(struct work *w, struct err *e)
{
	struct piece now, open = {.since_ms = -1};
	add_bound(w, 0);
	add_bound(w, LEDGER_NO_END_MS);
	for (size_t i = 0; i < w->prs.n; i++) {
		add_bound(w, w->prs.p[i].since_ms);
		add_bound(w, w->prs.p[i].until_ms);
	}
	for (size_t i = 0; i < w->words.n; i++) {
		add_bound(w, w->words.p[i].since_ms);
		add_bound(w, w->words.p[i].until_ms);
	}
	qsort(w->bounds.p, w->bounds.n, sizeof *w->bounds.p, by_value);
	for (size_t i = 0; i + 1 < w->bounds.n; i++) {
		int64_t since = w->bounds.p[i], until = w->bounds.p[i + 1];
		if (since == until)
			continue;
		bool is_some = winner_at(w, since, &now);
		if (is_some && open.since_ms >= 0 && same_piece(&open, &now)) {
			open.until_ms = until;
			continue;
		}
		if (open.since_ms >= 0 && !write_piece(w, &open, e))
			return false;
		open.since_ms = -1;
		if (is_some) {
			open = now;
			open.since_ms = since;
			open.until_ms = until;
		}
	}
	return open.since_ms < 0 || write_piece(w, &open, e);
}

// A fingerprint of the stored claims, to see whether anything changed.
static bool read_digest(struct work *w, uint64_t *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(w->st,
		"SELECT group_concat(since_ms || ',' || until_ms || ',' || coalesce(repo_id, 0) || "
		"',' || "
		"coalesce(number, 0) || role || source || confidence, ';') FROM claim WHERE "
		"project_id = "
		":project AND branch_id = :branch",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", w->project_id, w->branch_id);
	if (!store_step(w->st, s, &has_row, e))
		return false;
	*out = hash_fast(store_column(s, 0));
	(void)sqlite3_reset(s);
	return true;
}

static bool update(struct work *w, bool *out_has_changed, struct err *e)
{
	uint64_t before, after;
	if (!read_digest(w, &before, e) || !load_evidence(w, e) || !load_births(w, e) ||
		!claim_is_default(w->st, w->project_id, w->branch_id, &w->is_default, e))
		return false;
	for (size_t i = 0; i < w->prs.n; i++)
		if (!find_end(w, &w->prs.p[i], e))
			return false;
	if (w->prs.n)
		qsort(w->prs.p, w->prs.n, sizeof *w->prs.p, by_first);
	if (w->words.n)
		qsort(w->words.p, w->words.n, sizeof *w->words.p, by_id);
	if (!w->is_default && !cut_instances(w, e))
		return false;
	for (size_t i = 0; w->is_default && i < w->prs.n; i++)
		if (!cut_default(w, &w->prs.p[i], e))
			return false;
	sqlite3_stmt *s = store_sql(
		w->st, "DELETE FROM claim WHERE project_id = :project AND branch_id = :branch", e);
	if (!s)
		return false;
	store_bind(s, "ii", w->project_id, w->branch_id);
	if (!store_run(w->st, s, e) || !write_claims(w, e) || !read_digest(w, &after, e))
		return false;
	*out_has_changed = before != after;
	return true;
}

bool claim_update(struct store *st, int64_t project_id, int64_t branch_id, bool *out_has_changed,
	struct err *e)
{
	struct work w = {.st = st, .project_id = project_id, .branch_id = branch_id};
	bool ok = update(&w, out_has_changed, e);
	free(w.prs.p);
	free(w.words.p);
	free(w.births.p);
	free(w.bounds.p);
	return ok;
}

bool claim_at(struct store *st, int64_t project_id, int64_t branch_id, int64_t at_ms,
	struct claim *out, struct err *e)
{
	bool has_row;
	*out = (struct claim){0};
	sqlite3_stmt *s = store_sql(st,
		"SELECT repo_id, number, role, source, confidence, until_ms FROM claim WHERE "
		"project_id = "
		":project AND branch_id = :branch AND since_ms <= :at ORDER BY since_ms DESC LIMIT "
		"1",
		e);
	if (!s)
		return false;
	store_bind(s, "iii", project_id, branch_id, at_ms);
	if (!store_step(st, s, &has_row, e))
		return false;
	if (has_row && at_ms < sqlite3_column_int64(s, 5)) {
		out->repo_id = sqlite3_column_int64(s, 0);
		out->number = sqlite3_column_int64(s, 1);
		(void)sqlite3_snprintf(
			sizeof out->role, out->role, "%s", sqlite3_column_text(s, 2));
		(void)sqlite3_snprintf(
			sizeof out->source, out->source, "%s", sqlite3_column_text(s, 3));
		out->confidence = sqlite3_column_int64(s, 4);
	}
	(void)sqlite3_reset(s);
	return true;
}

bool claim_is_default(
	struct store *st, int64_t project_id, int64_t branch_id, bool *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT 1 FROM name AS n WHERE n.id = :branch AND CASE WHEN EXISTS (SELECT 1 FROM "
		"worktree "
		"WHERE project_id = :project AND default_branch_id IS NOT NULL)"
		" THEN n.id IN (SELECT default_branch_id FROM worktree WHERE project_id = :project)"
		" ELSE n.text IN ('main', 'master') END",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", branch_id, project_id);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}
