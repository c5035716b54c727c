// SPDX-License-Identifier: MIT
#include "claim.h"

#include <stdlib.h>
#include <string.h>

#include "claim_evidence.h"

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
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
	if (!read_digest(w, &before, e) || !claim_evidence_load(w, e))
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
