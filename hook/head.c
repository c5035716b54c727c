// SPDX-License-Identifier: MIT
#include "head.h"

#include <stdlib.h>
#include <string.h>

#include "charge.h"
#include "head_event.h"

enum { CARRY_MS = 4 * 3600 * 1000, SECOND_MS = 1000, TIP_BRANCHES = 64 };

struct span {
	int64_t since_ms, branch_id, carry_id;
	const char *source;
};

struct builder {
	struct store *st;
	const struct worktree *tree;
	struct head_events events;
	LIST(struct span) spans;
	size_t n_applied;  // events
	int64_t oldest_ms; // entry of the reflog; what came before has expired
	int64_t commit_ms; // last commit on the branch now checked out; 0: none
	bool is_tip_older; // a detached HEAD is the tip of no branch since the start
};

static const char *const sources[] = {
	"reflog", "observed", "operation", "tip", "detached", "unknown"};

static const char *source_of(struct str s)
{
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		if (str_is(s, sources[i]))
			return sources[i];
	return "unknown";
}

bool head_at(struct store *st, int64_t worktree_id, int64_t at_ms, struct head *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT branch_id, carry_id, source, since_ms,"
		" (SELECT min(since_ms) FROM head_span AS n WHERE n.worktree_id = h.worktree_id "
		"AND "
		"n.since_ms > h.since_ms),"
		" (SELECT branch_id FROM head_span AS p WHERE p.worktree_id = h.worktree_id AND "
		"p.since_ms < h.since_ms ORDER BY p.since_ms DESC LIMIT 1)"
		" FROM head_span AS h WHERE worktree_id = :tree AND since_ms <= :at ORDER BY "
		"since_ms DESC LIMIT 1",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", worktree_id, at_ms);
	if (!store_step(st, s, &has_row, e))
		return false;
	*out = (struct head){.source = "unknown"};
	if (has_row)
		*out = (struct head){.branch_id = sqlite3_column_int64(s, 0),
			.carry_id = sqlite3_column_int64(s, 1),
			.source = source_of(store_column(s, 2)),
			.since_ms = sqlite3_column_int64(s, 3),
			.until_ms = sqlite3_column_type(s, 4) == SQLITE_NULL
					    ? INT64_MAX
					    : sqlite3_column_int64(s, 4),
			.before_id = sqlite3_column_int64(s, 5)};
	(void)sqlite3_reset(s);
	return true;
}

static struct span *top(struct builder *b)
{
	return &b->spans.p[b->spans.n - 1];
}

static void open_span(struct builder *b, int64_t since_ms, int64_t branch_id, const char *source)
{
	struct span *t = top(b);
	if (t->branch_id == branch_id &&
		(strcmp(t->source, source) == 0 || (branch_id && strcmp(t->source, "reflog") == 0 &&
							   strcmp(source, "observed") == 0)))
		return;
	if (t->since_ms >= since_ms)
		*t = (struct span){t->since_ms, branch_id, 0, source};
	else
		*LIST_ADD(&b->spans) = (struct span){since_ms, branch_id, 0, source};
}

// A detached HEAD stands for the branch whose tip this commit then was.
static int64_t find_tip(const struct builder *b, const struct event *x)
{
	int64_t seen[TIP_BRANCHES]; // branches whose tip was met, going back
	size_t n_seen = 0;
	for (size_t i = b->n_applied; i-- > 0 && n_seen < TIP_BRANCHES;) {
		const struct event *p = &b->events.p[i];
		bool is_seen = !p->branch_id || !p->sha.n;
		for (size_t k = 0; k < n_seen && !is_seen; k++)
			is_seen = seen[k] == p->branch_id;
		if (is_seen)
			continue;
		if (str_eq(p->sha, x->sha))
			return p->branch_id;
		seen[n_seen++] = p->branch_id;
	}
	return 0;
}

static void detach(struct builder *b, const struct event *x)
{
	int64_t tip = find_tip(b, x);
	b->is_tip_older |= !tip;
	open_span(b, x->at_ms, tip, tip ? "tip" : "detached");
}
// The stretch on the branch that was left, from which `to` was created, goes with the new branch:
// what came since its last commit, at most CARRY_MS.
static void carry(struct builder *b, const struct event *x)
{
	struct span *t = top(b);
	int64_t since = x->at_ms - CARRY_MS;
	if (b->commit_ms > since)
		since = b->commit_ms;
	if (t->since_ms >= since) {
		t->carry_id = x->to_id;
		return;
	}
	if (since >= x->at_ms)
		return;
	struct span more = *t;
	more.since_ms = since;
	more.carry_id = x->to_id;
	*LIST_ADD(&b->spans) = more;
}

static void rename_spans(struct builder *b, int64_t from_id, int64_t to_id)
{
	for (size_t i = 0; i < b->spans.n; i++) {
		if (b->spans.p[i].branch_id == from_id)
			b->spans.p[i].branch_id = to_id;
		if (b->spans.p[i].carry_id == from_id)
			b->spans.p[i].carry_id = to_id;
	}
}

// What HEAD was before the first switch, as far back as the reflog goes: what that left or, if
// there was none, what HEAD was found to be.
static void open_first(struct builder *b)
{
	const struct event *x = NULL;
	for (size_t i = 0; i < b->events.n && !x; i++)
		if (b->events.p[i].kind != EVENT_COMMIT && b->events.p[i].kind != EVENT_SEEN)
			x = &b->events.p[i];
	int64_t branch = x ? x->from_id : 0;
	for (size_t i = 0; i < b->events.n && !x; i++)
		if (b->events.p[i].kind == EVENT_SEEN && !b->events.p[i].is_detached) {
			x = &b->events.p[i];
			branch = x->to_id;
		}
	bool is_loose = !branch && b->events.n &&
			(x ? x->kind == EVENT_CHECKOUT
			   : b->events.p[0].kind == EVENT_SEEN && b->events.p[0].is_detached &&
						!b->events.p[0].to_id);
	if (is_loose && b->oldest_ms) // git worktree add --detach
		*LIST_ADD(&b->spans) = (struct span){b->oldest_ms, 0, 0, "detached"};
	if (branch && b->oldest_ms)
		*LIST_ADD(&b->spans) = (struct span){b->oldest_ms, branch, 0, "reflog"};
}

static void apply_checkout(struct builder *b, const struct event *x)
{
	if (x->is_birth && !x->is_detached && top(b)->branch_id == x->from_id)
		carry(b, x);
	b->commit_ms = 0;
	if (x->is_detached)
		detach(b, x);
	else
		open_span(b, x->at_ms, x->to_id, "reflog");
}

static void apply_seen(struct builder *b, const struct event *x)
{
	struct span *t = top(b);
	bool is_asked = t->branch_id && strcmp(t->source, "reflog") == 0;
	bool is_unknown = strcmp(t->source, "unknown") == 0;
	bool is_loose = strcmp(t->source, "detached") == 0 || strcmp(t->source, "tip") == 0;
	if (x->is_detached && x->to_id && is_loose) // and has been since it was detached
		*t = (struct span){t->since_ms, x->to_id, 0, "operation"};
	else if (x->is_detached && x->to_id)
		open_span(b, x->at_ms, x->to_id, "operation");
	else if (x->is_detached && (is_asked || is_unknown)) // what was asked for was no branch
		detach(b, x);
	else if (x->to_id && !x->is_detached)
		open_span(b, x->at_ms, x->to_id, "observed");
}

static void apply(struct builder *b, const struct event *x)
{
	switch (x->kind) {
	case EVENT_CHECKOUT: apply_checkout(b, x); return;
	case EVENT_RENAME:
		if (x->from_id && x->to_id)
			rename_spans(b, x->from_id, x->to_id);
		return;
	case EVENT_REBASE_START:
		open_span(b, x->at_ms, top(b)->branch_id,
			top(b)->branch_id ? "operation" : "detached");
		return;
	case EVENT_REBASE_FINISH:
		if (x->to_id)
			open_span(b, x->at_ms, x->to_id, "reflog");
		return;
	case EVENT_COMMIT: b->commit_ms = x->at_ms - x->at_ms % SECOND_MS + SECOND_MS; return;
	case EVENT_SEEN: apply_seen(b, x); return;
	}
}

static void apply_all(struct builder *b, int64_t start_ms)
{
	if (start_ms == 0)
		open_first(b);
	for (; b->n_applied < b->events.n; b->n_applied++) {
		struct event *x = &b->events.p[b->n_applied];
		if (x->at_ms > start_ms || start_ms == 0)
			apply(b, x);
		x->branch_id = top(b)->branch_id;
	}
}

// The spans stored from since_ms on, into *out; the one before it is what the builder starts from.
static bool load_spans(
	struct builder *b, int64_t since_ms, struct span **out, size_t *out_n, struct err *e)
{
	LIST(struct span) old = {0};
	bool has_row = true;
	sqlite3_stmt *s = store_sql(b->st,
		"SELECT since_ms, branch_id, carry_id, source FROM head_span WHERE worktree_id = "
		":tree AND since_ms >= :since ORDER BY since_ms",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", b->tree->id, since_ms);
	while (has_row) {
		if (!store_step(b->st, s, &has_row, e))
			return false;
		if (has_row)
			*LIST_ADD(&old) = (struct span){sqlite3_column_int64(s, 0),
				sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2),
				source_of(store_column(s, 3))};
	}
	(void)sqlite3_reset(s);
	*out = old.p;
	*out_n = old.n;
	return true;
}

static bool same_span(const struct span *a, const struct span *b)
{
	return a->since_ms == b->since_ms && a->branch_id == b->branch_id &&
	       a->carry_id == b->carry_id && strcmp(a->source, b->source) == 0;
}

// Writes what differs from what is stored; *out_ms is where that begins, INT64_MAX if nothing does.
static bool write_spans(struct builder *b, const struct span *old, size_t n_old, int64_t since_ms,
	int64_t *out_ms, struct err *e)
{
	size_t n = 0;
	*out_ms = INT64_MAX;
	while (n < n_old && n < b->spans.n && same_span(&old[n], &b->spans.p[n]))
		n++;
	if (n == n_old && n == b->spans.n)
		return true;
	int64_t was = n < n_old ? old[n].since_ms : INT64_MAX;
	int64_t is = n < b->spans.n ? b->spans.p[n].since_ms : INT64_MAX;
	*out_ms = was < is ? was : is;
	sqlite3_stmt *s = store_sql(
		b->st, "DELETE FROM head_span WHERE worktree_id = :tree AND since_ms >= :since", e);
	if (!s)
		return false;
	store_bind(s, "ii", b->tree->id, n == 0 ? since_ms : *out_ms);
	if (!store_run(b->st, s, e))
		return false;
	for (; n < b->spans.n; n++) {
		const struct span *x = &b->spans.p[n];
		s = store_sql(b->st,
			"INSERT INTO head_span VALUES (:tree, :since, :branch, :source, :carry)",
			e);
		if (!s)
			return false;
		store_bind(
			s, "iikzk", b->tree->id, x->since_ms, x->branch_id, x->source, x->carry_id);
		if (!store_run(b->st, s, e))
			return false;
	}
	return true;
}

// Where to begin: the last switch at least CARRY_MS before first_ms, so that what it was built from
// is at hand again. A rename goes back to where the branch began: to the start.
static bool choose_start(
	struct store *st, const struct worktree *t, int64_t first_ms, int64_t *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT CASE WHEN EXISTS (SELECT 1 FROM git_move WHERE worktree_id = :tree AND "
		"at_ms "
		">= :first AND kind = 'rename') THEN 0 ELSE coalesce((SELECT max(since_ms) FROM "
		"head_span WHERE worktree_id = :tree AND carry_id IS NULL AND source = 'reflog' "
		"AND "
		"since_ms <= :first - 14401000), 0) END",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", t->id, first_ms);
	if (!store_step(st, s, &has_row, e))
		return false;
	*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

static bool find_oldest(struct builder *b, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s =
		store_sql(b->st, "SELECT min(at_ms) FROM git_move WHERE worktree_id = :tree", e);
	if (!s)
		return false;
	store_bind(s, "i", b->tree->id);
	if (!store_step(b->st, s, &has_row, e))
		return false;
	b->oldest_ms = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

static bool rebuild(struct store *st, const struct worktree *t, int64_t start_ms,
	bool *out_is_tip_older, struct err *e)
{
	struct builder b = {.st = st, .tree = t};
	struct span *old = NULL;
	size_t n_old = 0;
	int64_t changed_ms;
	bool ok = load_spans(&b, start_ms, &old, &n_old, e) &&
		  head_events_load(st, t, start_ms, &b.events, e) && find_oldest(&b, e);
	if (ok) {
		*LIST_ADD(&b.spans) =
			start_ms && n_old ? old[0] : (struct span){0, 0, 0, "unknown"};
		apply_all(&b, start_ms);
		*out_is_tip_older = b.is_tip_older;
	}
	if (ok && (start_ms == 0 || !b.is_tip_older))
		ok = write_spans(&b, old, n_old, start_ms, &changed_ms, e) &&
		     (changed_ms == INT64_MAX || charge_due_worktree(st, t->id, changed_ms, e));
	free(old);
	free(b.events.p);
	free(b.spans.p);
	return ok;
}

bool head_update(struct store *st, const struct worktree *t, int64_t first_ms, struct err *e)
{
	int64_t start_ms;
	bool is_tip_older = false;
	// the branch whose tip a detached HEAD is may not have been worked on for days
	return choose_start(st, t, first_ms, &start_ms, e) &&
	       rebuild(st, t, start_ms, &is_tip_older, e) &&
	       (!is_tip_older || start_ms == 0 || rebuild(st, t, 0, &is_tip_older, e));
}

bool head_note_switch(struct store *st, int64_t workdir_id, int64_t at_ms, struct err *e)
{
	struct worktree t = {0};
	bool has_row;
	int64_t second_ms = at_ms - at_ms % SECOND_MS;
	sqlite3_stmt *s = store_sql(st,
		"SELECT t.id, t.project_id, t.default_branch_id FROM workdir AS w JOIN worktree AS "
		"t ON "
		"t.id = w.worktree_id WHERE w.id = :workdir AND EXISTS (SELECT 1 FROM git_move AS "
		"m WHERE "
		"m.worktree_id = t.id AND m.at_ms = :second AND m.kind = 'checkout')",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", workdir_id, second_ms);
	if (!store_step(st, s, &has_row, e))
		return false;
	if (has_row) {
		t.id = sqlite3_column_int64(s, 0);
		t.project_id = sqlite3_column_int64(s, 1);
		t.default_branch_id = sqlite3_column_int64(s, 2);
	}
	(void)sqlite3_reset(s);
	return !has_row || head_update(st, &t, second_ms, e);
}
