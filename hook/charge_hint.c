// SPDX-License-Identifier: MIT
// Which repository and branch a sign of a pull request was seen in, and what follows from it.
#include <stdlib.h>

#include "charge.h"
#include "scene.h"

enum { CHECKOUT_MS = 15 * 1000 }; // how long `gh pr checkout` may take

struct seen_hint { // a row of pr_hint
	int64_t id, at_ms, session_id, was_project_id, was_branch_id;
	int64_t number, head_id;
	bool is_alone; // no folder of its own is known
	bool is_review, is_checkout, is_created, is_end;
	struct scene scene;
};

// A pr-link line names no folder: what the call did that created the pull request, perhaps an
// agent's, is known better. A fork or a resumed session may repeat the line and work elsewhere.
static bool find_call(struct store *st, struct seen_hint *h, bool *out_found, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT w.project_id, w.worktree_id, h.branch_id, h.head_id, h.at_ms FROM pr_hint "
		"AS me JOIN pr_hint AS h ON h.number = me.number AND h.repo = me.repo COLLATE "
		"NOCASE AND h.verb = 'created' JOIN workdir AS w ON w.id = h.workdir_id WHERE "
		"me.id = :id AND me.verb = 'created' ORDER BY h.session_id = me.session_id DESC, "
		"h.source = 'gitOperation' DESC, h.at_ms, h.uuid LIMIT 1",
		e);
	if (!s)
		return false;
	store_bind(s, "i", h->id);
	if (!store_step(st, s, out_found, e))
		return false;
	if (*out_found) {
		h->scene.project_id = sqlite3_column_int64(s, 0);
		h->scene.worktree_id = sqlite3_column_int64(s, 1);
		h->scene.told_branch_id = sqlite3_column_int64(s, 2);
		h->head_id = sqlite3_column_int64(s, 3);
		h->at_ms = sqlite3_column_int64(s, 4);
	}
	(void)sqlite3_reset(s);
	return true;
}

// Else it was seen where the session then worked.
static bool find_place(struct store *st, struct seen_hint *h, struct err *e)
{
	bool has_row;
	if (!find_call(st, h, &has_row, e))
		return false;
	if (has_row)
		return true;
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
	static const char *const ends[] = {"merged", "merge", "merge-failed", "close", "reopen"};
	sqlite3_stmt *s = store_sql(st,
		"SELECT h.at_ms, h.branch_id, w.project_id, w.worktree_id, h.session_id, h.verb, "
		"h.project_id, h.on_branch_id, h.number, h.head_id FROM pr_hint AS h LEFT JOIN "
		"workdir AS w "
		"ON w.id = "
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
		.number = sqlite3_column_int64(s, 8),
		.head_id = sqlite3_column_int64(s, 9),
		.is_alone = sqlite3_column_type(s, 2) == SQLITE_NULL,
		.is_checkout = str_is(store_column(s, 5), "checkout"),
		.is_created = str_is(store_column(s, 5), "created"),
		.scene = {.told_branch_id = sqlite3_column_int64(s, 1),
			.project_id = sqlite3_column_int64(s, 2),
			.worktree_id = sqlite3_column_int64(s, 3)}};
	for (size_t i = 0; i < sizeof reviews / sizeof *reviews; i++)
		h->is_review |= str_is(store_column(s, 5), reviews[i]);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		h->is_end |= str_is(store_column(s, 5), ends[i]);
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
	return charge_due(st, project_id, branch_id, 0, 0, e) &&
	       charge_due_agents(st, project_id, branch_id, e);
}

bool charge_renew_pr(struct store *st, int64_t project_id, int64_t number, struct err *e)
{
	LIST(int64_t) branches = {0};
	bool has_row = true, ok = true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT DISTINCT branch_id FROM claim WHERE project_id = :project AND number = "
		":number",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", project_id, number);
	while (ok && has_row) {
		ok = store_step(st, s, &has_row, e);
		if (ok && has_row)
			*LIST_ADD(&branches) = sqlite3_column_int64(s, 0);
	}
	(void)sqlite3_reset(s);
	for (size_t i = 0; ok && i < branches.n; i++)
		ok = charge_renew_claim(st, project_id, branches.p[i], e);
	free(branches.p);
	return ok;
}

// Those that know their place by this one.
static bool place_links(struct store *st, const struct seen_hint *h, struct err *e)
{
	int64_t ids[64];
	size_t n = 0;
	bool has_row = true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT id FROM pr_hint WHERE number = :number AND verb = 'created' AND workdir_id "
		"IS NULL AND source <> 'config' ORDER BY session_id = :session DESC LIMIT 64",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", h->number, h->session_id);
	while (has_row) {
		if (!store_step(st, s, &has_row, e))
			return false;
		if (has_row)
			ids[n++] = sqlite3_column_int64(s, 0);
	}
	(void)sqlite3_reset(s);
	for (size_t i = 0; i < n; i++)
		if (!charge_place_hint(st, ids[i], e))
			return false;
	return true;
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
	if (h.head_id)
		scene_set_branch(&d, h.head_id, "head");
	else if (h.scene.worktree_id && !scene_tree_branch(st, &h.scene, look_ms, &d, &is_known, e))
		return false;
	if (!is_known && !h.head_id)
		scene_set_branch(&d, h.scene.told_branch_id, "transcript");
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
	if (!h.is_alone && h.is_created && h.number && !place_links(st, &h, e))
		return false;
	if (h.is_end && h.number && !charge_renew_pr(st, h.scene.project_id, h.number, e))
		return false;
	return (!has_moved || charge_renew_claim(st, h.was_project_id, h.was_branch_id, e)) &&
	       charge_renew_claim(st, h.scene.project_id, d.branch_id, e);
}
