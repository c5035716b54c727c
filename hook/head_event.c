// SPDX-License-Identifier: MIT
#include "head_event.h"

enum { SECOND_MS = 1000 };

struct loader {
	struct store *st;
	const struct worktree *tree;
	struct head_events *out;
};

static enum event_kind kind_of(struct str kind)
{
	return str_is(kind, "checkout")        ? EVENT_CHECKOUT
	       : str_is(kind, "rename")        ? EVENT_RENAME
	       : str_is(kind, "rebase-start")  ? EVENT_REBASE_START
	       : str_is(kind, "rebase-finish") ? EVENT_REBASE_FINISH
					       : EVENT_COMMIT;
}

static bool load_moves(struct loader *b, int64_t since_ms, struct err *e)
{
	bool has_row = true;
	// A checkout makes a branch if the branch's own log begins in that second, from what was
	// left (REMOTE/main is main, too: work in the tree goes along), or if nothing stood on it
	// before and it begins where HEAD was.
	sqlite3_stmt *s = store_sql(b->st,
		"SELECT m.kind, m.at_ms, m.from_id, m.to_id, m.new_sha,"
		" m.kind = 'checkout' AND m.to_id IS NOT NULL AND coalesce("
		"  (SELECT b.at_ms BETWEEN m.at_ms - 1000 AND m.at_ms AND (b.from_id IS NULL OR "
		"b.from_id = m.from_id OR EXISTS (SELECT 1 FROM name AS r JOIN name AS l ON "
		"substr(r.text, -length(l.text) - 1) = '/' || l.text WHERE r.id = b.from_id AND "
		"l.id = m.from_id)) FROM git_move AS b WHERE b.kind = 'birth' AND b.to_id = "
		"m.to_id AND b.worktree_id = m.worktree_id ORDER BY b.at_ms DESC LIMIT 1),"
		"  m.old_sha = m.new_sha AND NOT EXISTS (SELECT 1 FROM git_move AS p WHERE "
		"p.worktree_id = m.worktree_id AND (p.at_ms, p.n) < (m.at_ms, m.n) AND m.to_id IN "
		"(p.from_id, p.to_id)))"
		" FROM git_move AS m WHERE m.worktree_id = :tree AND m.at_ms >= :since AND m.kind "
		"IN"
		" ('checkout', 'rename', 'rebase-start', 'rebase-finish', 'commit', 'amend', "
		"'merge', 'cherry-pick', 'revert')"
		" ORDER BY m.at_ms, m.n",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", b->tree->id, since_ms);
	while (has_row) {
		if (!store_step(b->st, s, &has_row, e))
			return false;
		if (has_row)
			*LIST_ADD(b->out) = (struct event){.kind = kind_of(store_column(s, 0)),
				.at_ms = sqlite3_column_int64(s, 1),
				.from_id = sqlite3_column_int64(s, 2),
				.to_id = sqlite3_column_int64(s, 3),
				.sha = arena_str(&b->st->arena, store_column(s, 4)),
				.is_birth = sqlite3_column_int(s, 5)};
	}
	(void)sqlite3_reset(s);
	return true;
}

// Only work on the default branch is carried on.
static bool keep_births(struct loader *b, struct err *e)
{
	for (size_t i = 0; i < b->out->n; i++) {
		struct event *x = &b->out->p[i];
		if (!x->from_id)
			x->is_birth = false;
		if (x->is_birth &&
			!worktree_is_default(b->st, b->tree, x->from_id, &x->is_birth, e))
			return false;
	}
	return true;
}

// A name that was asked for may have been a tag or a commit: HEAD was detached then, as the next
// switch says, which names what it left.
static void find_detached(struct loader *b)
{
	struct event *last = NULL;
	for (size_t i = 0; i < b->out->n; i++) {
		struct event *x = &b->out->p[i];
		if (x->kind == EVENT_COMMIT)
			continue;
		if (last && last->kind == EVENT_CHECKOUT && x->kind == EVENT_CHECKOUT) {
			last->is_detached = !x->from_id;
			if (x->from_id && x->from_id != last->to_id)
				last->to_id = x->from_id;
		}
		last = x;
	}
	for (size_t i = 0; i < b->out->n; i++)
		if (b->out->p[i].kind == EVENT_CHECKOUT && !b->out->p[i].to_id)
			b->out->p[i].is_detached = true;
}

// The Bash calls that switched branches, from the last one back: each ran the last switch that is
// left of its second, or of the next one if it took until then.
static bool place_within_second(struct loader *b, struct err *e)
{
	sqlite3_stmt *s = store_sql(b->st,
		"SELECT max(h.at_ms) FROM pr_hint AS h JOIN workdir AS w ON w.id = h.workdir_id"
		" WHERE w.worktree_id = :tree AND h.verb IN ('switch', 'checkout') AND h.at_ms >= "
		":from AND h.at_ms < :until",
		e);
	int64_t left_ms = INT64_MAX; // calls from here on have run theirs
	if (!s)
		return false;
	for (size_t i = b->out->n; i-- > 0;) {
		struct event *x = &b->out->p[i];
		bool has_row;
		int64_t end_ms = x->at_ms + SECOND_MS;
		if (x->kind == EVENT_COMMIT)
			continue;
		store_bind(s, "iii", b->tree->id, x->at_ms - SECOND_MS,
			end_ms < left_ms ? end_ms : left_ms);
		if (!store_step(b->st, s, &has_row, e))
			return false;
		if (has_row && sqlite3_column_type(s, 0) != SQLITE_NULL) {
			left_ms = sqlite3_column_int64(s, 0);
			if (left_ms >= x->at_ms)
				x->at_ms = left_ms + 1;
		}
		(void)sqlite3_reset(s);
	}
	// what the reflog has after a switch came after it, in the same second too
	for (size_t i = 1; i < b->out->n; i++)
		if (b->out->p[i].at_ms < b->out->p[i - 1].at_ms)
			b->out->p[i].at_ms = b->out->p[i - 1].at_ms;
	return true;
}

static bool load_seen(struct loader *b, int64_t since_ms, struct err *e)
{
	bool has_row = true;
	sqlite3_stmt *s = store_sql(b->st,
		"SELECT at_ms, branch_id, kind, operation IS NOT NULL, sha FROM git_obs WHERE "
		"worktree_id = :tree AND at_ms >= :since AND kind <> 'reftable' ORDER BY at_ms, id",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", b->tree->id, since_ms);
	while (has_row) {
		if (!store_step(b->st, s, &has_row, e))
			return false;
		if (has_row)
			*LIST_ADD(b->out) = (struct event){.kind = EVENT_SEEN,
				.at_ms = sqlite3_column_int64(s, 0),
				.to_id = sqlite3_column_int64(s, 1),
				.is_detached = str_is(store_column(s, 2), "detached"),
				.is_birth = sqlite3_column_int(s, 3), // here: an operation
				.sha = arena_str(&b->st->arena, store_column(s, 4))};
	}
	(void)sqlite3_reset(s);
	return true;
}

// Stable: by time alone, and an entry of the reflog before what was seen at that time.
static void sort_events(struct loader *b)
{
	for (size_t i = 1; i < b->out->n; i++) {
		struct event x = b->out->p[i];
		size_t at = i;
		while (at > 0 && b->out->p[at - 1].at_ms > x.at_ms) {
			b->out->p[at] = b->out->p[at - 1];
			at--;
		}
		b->out->p[at] = x;
	}
}

bool head_events_load(struct store *st, const struct worktree *t, int64_t since_ms,
	struct head_events *out, struct err *e)
{
	struct loader b = {st, t, out};
	if (!load_moves(&b, since_ms - since_ms % SECOND_MS, e) || !keep_births(&b, e))
		return false;
	find_detached(&b);
	if (!place_within_second(&b, e) || !load_seen(&b, since_ms, e))
		return false;
	sort_events(&b);
	return true;
}
