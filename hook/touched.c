// SPDX-License-Identifier: MIT
#include "touched.h"

#include "path.h"
#include "worktree.h"

struct seen_tree {
	int64_t id, project_id;
};

static bool is_edit(struct str tool)
{
	return str_is(tool, "Edit") || str_is(tool, "Write") || str_is(tool, "MultiEdit") ||
	       str_is(tool, "NotebookEdit");
}

static bool find_known(struct store *st, struct str file, struct seen_tree *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT id, project_id FROM worktree WHERE substr(:file, 1, length(path) + 1) = "
		"path || "
		"'/' ORDER BY length(path) DESC LIMIT 1",
		e);
	*out = (struct seen_tree){0};
	if (!s)
		return false;
	store_bind(s, "t", file);
	if (!store_step(st, s, &has_row, e))
		return false;
	if (has_row)
		*out = (struct seen_tree){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1)};
	(void)sqlite3_reset(s);
	return true;
}

// The working tree of a file that is there; one that the ledger knows, if it is gone.
static bool find_tree(struct store *st, struct str file, struct seen_tree *out, struct err *e)
{
	struct git_place g;
	struct git_config config = {0};
	struct worktree t;
	struct str dir = arena_str(&st->arena, path_dir(file));
	if (!git_find(&st->arena, dir, &g))
		return find_known(st, file, out, e);
	(void)git_read_config(&st->arena, &g, STR_NONE, &config);
	if (!worktree_first_sight(st, &g, &config, &t, e))
		return false;
	*out = (struct seen_tree){t.id, t.project_id};
	return true;
}

bool touched_find(struct store *st, int64_t turn_id, int64_t own_worktree_id, struct touched *out,
	struct err *e)
{
	enum { MAX_FILES = 64 };
	struct str files[MAX_FILES];
	size_t n = 0;
	bool has_row = true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT DISTINCT f.text FROM tool_call AS c JOIN name AS t ON t.id = c.name_id "
		"JOIN name "
		"AS f ON f.id = c.target_id WHERE c.turn_id = :turn AND t.text IN ('Edit', "
		"'Write', "
		"'MultiEdit', 'NotebookEdit') AND f.text LIKE '/%' LIMIT 64",
		e);
	*out = (struct touched){0};
	if (!s || !store_flush_calls(st, e))
		return false;
	store_bind(s, "i", turn_id);
	while (has_row) {
		if (!store_step(st, s, &has_row, e))
			return false;
		if (has_row)
			files[n++] = arena_str(&st->arena, store_column(s, 0));
	}
	(void)sqlite3_reset(s);
	struct touched found = {0};
	for (size_t i = 0; i < n; i++) {
		struct seen_tree tree;
		if (!find_tree(st, files[i], &tree, e))
			return false;
		if (!tree.id)
			continue;
		if (tree.id == own_worktree_id ||
			(found.worktree_id && found.worktree_id != tree.id))
			return true;
		found = (struct touched){tree.id, tree.project_id};
	}
	*out = found;
	return true;
}

bool touched_note(
	struct store *st, int64_t turn_id, struct str tool, struct str path, struct err *e)
{
	bool has_row;
	if (!is_edit(tool) || path.n < 2 || path.p[0] != '/')
		return true;
	// a file below the turn's own folder mostly: nothing to look at
	sqlite3_stmt *s = store_sql(st,
		"SELECT 1 FROM turn AS t JOIN origin AS o ON o.id = t.origin_id JOIN workdir AS w "
		"ON w.id = "
		"o.workdir_id LEFT JOIN worktree AS x ON x.id = w.worktree_id WHERE t.id = :turn "
		"AND "
		"substr(:file, 1, length(coalesce(x.path, w.path)) + 1) = coalesce(x.path, w.path) "
		"|| '/' "
		"AND instr(substr(:file, length(coalesce(x.path, w.path)) + 1), "
		"'/.claude/worktrees/') = 0",
		e);
	if (!s)
		return false;
	store_bind(s, "it", turn_id, path);
	if (!store_step(st, s, &has_row, e))
		return false;
	(void)sqlite3_reset(s);
	return has_row || store_recharge(st, turn_id, e);
}
