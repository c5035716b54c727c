// SPDX-License-Identifier: MIT
// Which project a folder belongs to. Decided once and stored, since folders vanish; what depends on
// the session's facts (its first folder, its worktree) is decided again when they change.
#include <sys/stat.h>

#include "budget_state.h"
#include "charge.h"
#include "path.h"
#include "worktree.h"

struct place {
	struct str root, repo; // repo STR_NONE: unknown
	const char *how;
	struct git_place git; // of how "git"
	struct git_config config;
};

static bool in_git(struct arena *a, struct str dir, struct place *out)
{
	struct place p = {.how = "git"};
	if (!git_find(a, dir, &p.git))
		return false;
	(void)git_read_config(a, &p.git, STR_NONE, &p.config);
	p.root = p.git.root;
	p.repo = worktree_repo_name(a, &p.config.repo);
	*out = p;
	return true;
}

static struct str before_worktrees(struct str path)
{
	static const char marker[] = "/.claude/worktrees/";
	for (size_t i = 1; i + sizeof marker - 1 <= path.n; i++)
		if (str_starts(str_from(path, i), marker))
			return (struct str){path.p, i};
	return STR_NONE;
}

// A folder that is there no more: nothing is guessed from what now stands above it.
static struct place missing(struct arena *a, const struct session *s, struct str path)
{
	struct place p = {.how = "missing"};
	struct str origin = before_worktrees(path);
	if (s->original_cwd.n && s->worktree_path.n && path_is_inside(path, s->worktree_path))
		origin = s->original_cwd;
	if (origin.n && in_git(a, arena_str(a, origin), &p)) {
		p.how = "missing";
		return p;
	}
	if (origin.n)
		p.root = origin;
	else
		p.root = s->first_cwd.n && path_is_inside(path, s->first_cwd) ? s->first_cwd : path;
	return p;
}

static struct place plain(const struct session *s, struct str path)
{
	bool is_below = s->first_cwd.n && path_is_inside(path, s->first_cwd);
	return (struct place){.root = is_below ? s->first_cwd : path, .how = "plain"};
}

static struct place decide(struct arena *a, const struct session *s, struct str path)
{
	struct place p;
	struct stat st;
	if (path.p[0] == '/' && in_git(a, path, &p))
		return p;
	if (path.p[0] == '/' && stat(path.p, &st) == 0 && S_ISDIR(st.st_mode))
		return plain(s, path);
	return missing(a, s, path);
}

bool store_project(struct store *st, struct str root, struct str repo, int64_t *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO project(root, name, repo) VALUES (:root, :name, :repo)"
		" ON CONFLICT(root) DO UPDATE SET repo = coalesce(excluded.repo, repo) RETURNING "
		"id",
		e);
	bool has_row;
	struct str name = path_base(root);
	if (!s)
		return false;
	store_bind(s, "ttt", root, name.n ? name : root, repo);
	if (!store_step(st, s, &has_row, e))
		return false;
	*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return budget_state_drop_projects(st, e); // it may have got its repository just now
}

// The working tree of a folder: by its files, or for one that is gone the one that it lay in.
static bool find_worktree(struct store *st, const struct place *p, struct str path, int64_t project,
	int64_t *out, struct err *e)
{
	struct worktree t;
	bool has_row;
	*out = 0;
	if (str_is(str_of(p->how), "git")) {
		if (!worktree_first_sight(st, &p->git, &p->config, &t, e))
			return false;
		*out = t.id;
		return true;
	}
	if (str_is(str_of(p->how), "plain"))
		return true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT id FROM worktree WHERE project_id = :project AND (path = :path OR "
		"substr(:path, 1, length(path) + 1) = path || '/') ORDER BY length(path) DESC "
		"LIMIT 1",
		e);
	if (!s)
		return false;
	store_bind(s, "it", project, path);
	if (!store_step(st, s, &has_row, e))
		return false;
	if (has_row)
		*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

static bool insert_workdir(struct store *st, struct workdir *w, int64_t session, struct err *e)
{
	int64_t project, worktree;
	struct place p = decide(&st->arena, w->session, w->path);
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO workdir(session_id, path, project_id, how, worktree_id) VALUES "
		"(:session, "
		":path, :project, :how, :worktree)",
		e);
	if (!s || !store_project(st, p.root, p.repo, &project, e) ||
		!find_worktree(st, &p, w->path, project, &worktree, e))
		return false;
	store_bind(s, "itizk", session, w->path, project, p.how, worktree);
	if (!store_run(st, s, e))
		return false;
	w->id = sqlite3_last_insert_rowid(st->db);
	return true;
}

bool store_workdir(struct store *st, struct workdir *w, int64_t *out, struct err *e)
{
	int64_t session;
	*out = w ? w->id : 0;
	if (!w || w->id)
		return true;
	sqlite3_stmt *s = store_sql(
		st, "SELECT id FROM workdir WHERE session_id = :session AND path = :path", e);
	bool has_row;
	if (!s || !store_session(st, w->session, &session, e))
		return false;
	store_bind(s, "it", session, w->path);
	if (!store_step(st, s, &has_row, e))
		return false;
	if (has_row)
		w->id = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	if (!has_row && !insert_workdir(st, w, session, e))
		return false;
	*out = w->id;
	return true;
}

struct undecided {
	int64_t id;
	struct str path;
	bool is_plain;
	struct undecided *next;
};

bool store_replace_workdirs(struct store *st, struct session *s, struct err *e)
{
	sqlite3_stmt *q = store_sql(st,
		"SELECT id, path, how = 'plain' FROM workdir WHERE session_id = :session AND how "
		"<> 'git'",
		e);
	struct undecided *first = NULL;
	bool has_row;
	if (!q)
		return false;
	store_bind(q, "i", s->id);
	for (;;) {
		if (!store_step(st, q, &has_row, e))
			return false;
		if (!has_row)
			break;
		struct undecided *u = arena_alloc(&st->arena, sizeof *u);
		*u = (struct undecided){sqlite3_column_int64(q, 0),
			arena_str(&st->arena, store_column(q, 1)), sqlite3_column_int(q, 2), first};
		first = u;
	}
	(void)sqlite3_reset(q);
	for (struct undecided *u = first; u; u = u->next) {
		struct place p = u->is_plain ? plain(s, u->path) : missing(&st->arena, s, u->path);
		int64_t project;
		q = store_sql(st,
			"UPDATE workdir SET project_id = :project WHERE id = :id AND project_id <> "
			":project",
			e);
		if (!q || !store_project(st, p.root, p.repo, &project, e))
			return false;
		store_bind(q, "ii", project, u->id);
		if (!store_run(st, q, e))
			return false;
		if (sqlite3_changes(st->db) &&
			(!charge_due(st, 0, 0, s->id, 0, e) || !budget_state_drop_projects(st, e)))
			return false;
	}
	return true;
}
