// SPDX-License-Identifier: MIT
#include "worktree.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "head.h"

enum {
	REFLOG_TAIL_BYTES = 256 * 1024,
	BIRTH_BYTES = 8192,
	MAX_BIRTHS = 64, // branches whose own log is looked at in one run
};

struct str worktree_repo_name(struct arena *a, const struct pr_repo *repo)
{
	if (!repo->host.n)
		return STR_NONE;
	return str_of(arena_printf(a, "%.*s/%.*s%s%.*s", STR_ARG(repo->host), STR_ARG(repo->owner),
		repo->owner.n ? "/" : "", STR_ARG(repo->repo)));
}

bool worktree_find(struct store *st, const struct git_place *g, const struct git_config *config,
	struct worktree *out, struct err *e)
{
	int64_t project, branch;
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO worktree(git_dir, project_id, path, default_branch_id, base_repo) "
		"VALUES (:dir, :project, :path, :branch, :base)"
		" ON CONFLICT(git_dir) DO UPDATE SET path = excluded.path,"
		" default_branch_id = coalesce(excluded.default_branch_id, default_branch_id),"
		" base_repo = coalesce(excluded.base_repo, base_repo)"
		" RETURNING id, project_id, default_branch_id, reflog_bytes, reflog_inode",
		e);
	if (!s ||
		!store_project(
			st, g->root, worktree_repo_name(&st->arena, &config->repo), &project, e) ||
		!store_word_of(st, config->default_branch, &branch, e))
		return false;
	store_bind(s, "titkt", g->git_dir, project, g->top.n ? g->top : g->root, branch,
		worktree_repo_name(&st->arena, &config->base));
	if (!store_step(st, s, &has_row, e))
		return false;
	*out = (struct worktree){.id = sqlite3_column_int64(s, 0),
		.project_id = sqlite3_column_int64(s, 1),
		.default_branch_id = sqlite3_column_int64(s, 2),
		.reflog_bytes = sqlite3_column_int64(s, 3),
		.reflog_inode = sqlite3_column_int64(s, 4)};
	(void)sqlite3_reset(s);
	return true;
}

bool worktree_is_default(
	struct store *st, const struct worktree *t, int64_t branch_id, bool *out, struct err *e)
{
	*out = branch_id == t->default_branch_id;
	if (t->default_branch_id)
		return true;
	sqlite3_stmt *s = store_sql(
		st, "SELECT 1 FROM name WHERE id = :id AND text IN ('main', 'master')", e);
	if (!s)
		return false;
	store_bind(s, "i", branch_id);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

static const char *move_name(enum git_move_kind kind)
{
	switch (kind) {
	case GIT_MOVE_OTHER: return "other";
	case GIT_MOVE_CHECKOUT: return "checkout";
	case GIT_MOVE_COMMIT: return "commit";
	case GIT_MOVE_AMEND: return "amend";
	case GIT_MOVE_RENAME: return "rename";
	case GIT_MOVE_RESET: return "reset";
	case GIT_MOVE_REBASE_START: return "rebase-start";
	case GIT_MOVE_REBASE_FINISH: return "rebase-finish";
	case GIT_MOVE_MERGE: return "merge";
	case GIT_MOVE_PULL: return "pull";
	case GIT_MOVE_CLONE: return "clone";
	case GIT_MOVE_CHERRY_PICK: return "cherry-pick";
	case GIT_MOVE_REVERT: return "revert";
	case GIT_MOVE_BIRTH: return "birth";
	}
	return "other";
}

static bool write_move(
	struct store *st, int64_t tree_id, const struct git_move *m, int64_t n, struct err *e)
{
	int64_t from, to;
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO git_move VALUES (:tree, :at, :n, :old, :new, :kind, :from, :to, :pr) "
		"ON CONFLICT DO NOTHING",
		e);
	if (!s || !store_word_of(st, m->from, &from, e) || !store_word_of(st, m->to, &to, e))
		return false;
	store_bind(s, "iiizzzkkk", tree_id, m->at_ms, n, m->old_sha, m->new_sha, move_name(m->kind),
		from, to, m->pr_number);
	return store_run(st, s, e);
}

// How many entries of that second are stored. Births, which stand in other logs, are counted from
// BIRTH_N on.
enum { BIRTH_N = 1000000 };

static bool count_second(struct store *st, int64_t tree_id, int64_t at_ms, bool is_birth,
	int64_t *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT count(*) FROM git_move WHERE worktree_id = :tree AND at_ms = :at AND (n >= "
		"1000000) = :birth",
		e);
	if (!s)
		return false;
	store_bind(s, "iii", tree_id, at_ms, (int64_t)is_birth);
	if (!store_step(st, s, &has_row, e))
		return false;
	*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

static bool is_stored(
	struct store *st, int64_t tree_id, const struct git_move *m, bool *out, struct err *e)
{
	int64_t to;
	sqlite3_stmt *s = store_sql(st,
		"SELECT 1 FROM git_move WHERE worktree_id = :tree AND at_ms = :at AND kind = :kind "
		"AND to_id = :to LIMIT 1",
		e);
	if (!s || !store_word_of(st, m->to, &to, e))
		return false;
	store_bind(s, "iizi", tree_id, m->at_ms, move_name(m->kind), to);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

// Where a branch began: the first entry of its own log, if that says so. And what it was called
// before: the log of HEAD has a rename only if the branch was checked out then.
static bool read_birth(struct store *st, const struct git_place *g, const struct worktree *t,
	struct str branch, int64_t *io_first_ms, struct err *e)
{
	char text[BIRTH_BYTES];
	struct git_move m;
	struct str path = str_of(arena_printf(
		&st->arena, "%.*s/logs/refs/heads/%.*s", STR_ARG(g->common_dir), STR_ARG(branch)));
	int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return true;
	ssize_t got = pread(fd, text, sizeof text, 0);
	(void)close(fd);
	struct str rest = {text, got > 0 ? (size_t)got : 0};
	for (bool is_first = true; git_next_move(&rest, &m); is_first = false) {
		int64_t n;
		bool is_known, is_rename = m.kind == GIT_MOVE_RENAME && m.from.n && m.to.n;
		if (!is_rename && !(is_first && m.kind == GIT_MOVE_BIRTH))
			continue;
		if (!is_rename)
			m.to = branch;
		if (!is_stored(st, t->id, &m, &is_known, e))
			return false;
		if (is_known)
			continue;
		if (!count_second(st, t->id, m.at_ms, true, &n, e) ||
			!write_move(st, t->id, &m, BIRTH_N + n, e))
			return false;
		if (is_rename && m.at_ms < *io_first_ms)
			*io_first_ms = m.at_ms;
	}
	return true;
}

// Entries from `text` on. `is_appended`: the first of them may share its second with stored ones.
static bool write_moves(struct store *st, const struct git_place *g, const struct worktree *t,
	bool is_appended, struct str *rest, int64_t *out_first_ms, struct err *e)
{
	struct git_move move;
	int64_t second_ms = -1, n = 0, now_ms = clock_now_ms();
	struct str born[MAX_BIRTHS];
	size_t n_born = 0;
	while (git_next_move(rest, &move)) {
		if (move.at_ms > now_ms) // by a clock that was ahead; it has happened
			move.at_ms = now_ms - now_ms % 1000;
		if (move.at_ms != second_ms) {
			n = 0;
			if (second_ms < 0 && is_appended &&
				!count_second(st, t->id, move.at_ms, false, &n, e))
				return false;
			second_ms = move.at_ms;
		}
		if (!write_move(st, t->id, &move, n++, e))
			return false;
		bool is_switch = move.kind == GIT_MOVE_CHECKOUT || move.kind == GIT_MOVE_RENAME ||
				 move.kind == GIT_MOVE_REBASE_START ||
				 move.kind == GIT_MOVE_REBASE_FINISH;
		if (*out_first_ms < 0 && is_switch)
			*out_first_ms = move.at_ms;
		if (move.kind == GIT_MOVE_CHECKOUT && move.to.n)
			born[n_born++ % MAX_BIRTHS] = move.to; // the newest
	}
	for (size_t i = 0; i < n_born && i < MAX_BIRTHS; i++)
		if (!read_birth(st, g, t, born[i], out_first_ms, e))
			return false;
	return true;
}

bool worktree_read_moves(
	struct store *st, const struct git_place *g, struct worktree *t, struct err *e)
{
	struct str path = str_of(arena_printf(&st->arena, "%.*s/logs/HEAD", STR_ARG(g->git_dir)));
	struct stat s;
	int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return true;
	bool is_file = fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
	bool is_appended = t->reflog_inode == (int64_t)s.st_ino && t->reflog_bytes <= s.st_size;
	char before = '\n';
	if (is_appended &&
		t->reflog_bytes > 0) // another file may have got the inode of the old one
		is_appended =
			pread(fd, &before, 1, (off_t)t->reflog_bytes - 1) == 1 && before == '\n';
	int64_t start = is_appended ? t->reflog_bytes : 0, first_ms = -1;
	if (!is_file || start == s.st_size) {
		(void)close(fd);
		return true;
	}
	if (s.st_size - start > REFLOG_TAIL_BYTES)
		start = s.st_size - REFLOG_TAIL_BYTES;
	size_t want = (size_t)(s.st_size - start);
	char *text = arena_alloc(&st->arena, want);
	ssize_t n = pread(fd, text, want, (off_t)start);
	(void)close(fd);
	struct str rest = {text, n > 0 ? (size_t)n : 0};
	if (start > 0 && !(is_appended && start == t->reflog_bytes))
		(void)str_split(rest, '\n', &rest); // a torn line
	if (!write_moves(st, g, t, is_appended, &rest, &first_ms, e))
		return false;
	t->reflog_inode = (int64_t)s.st_ino;
	t->reflog_bytes = start + (n > 0 ? n : 0) - (int64_t)rest.n;
	sqlite3_stmt *q = store_sql(st,
		"UPDATE worktree SET reflog_bytes = :bytes, reflog_inode = :inode WHERE id = :id",
		e);
	if (!q)
		return false;
	store_bind(q, "iii", t->reflog_bytes, t->reflog_inode, t->id);
	return store_run(st, q, e) && (first_ms < 0 || head_update(st, t, first_ms, e));
}

// Whether what is known of now says something else than HEAD: a reflog may be missing or, by a
// clock that was wrong, tell of another time.
static bool is_surprise(struct store *st, const struct worktree *t, const struct git_head *h,
	int64_t branch_id, int64_t now_ms, bool *out, struct err *e)
{
	struct head known;
	if (!head_at(st, t->id, now_ms, &known, e))
		return false;
	*out = h->kind == GIT_HEAD_BRANCH && known.branch_id != branch_id;
	return true;
}

bool worktree_note_head(struct store *st, const struct worktree *t, int64_t session_id,
	const struct git_head *h, struct err *e)
{
	static const char *kinds[] = {"none", "branch", "detached", "reftable"};
	static const char *operations[] = {NULL, "rebase", "bisect"};
	int64_t branch, now_ms = clock_now_ms();
	bool is_odd;
	// only a change is worth a row
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO git_obs(worktree_id, session_id, at_ms, kind, operation, branch_id, "
		"sha)"
		" SELECT :tree, :session, :at, :kind, :operation, :branch, :sha WHERE :odd OR NOT "
		"EXISTS (SELECT 1 FROM (SELECT * FROM git_obs WHERE worktree_id = :tree ORDER BY "
		"at_ms DESC, id DESC LIMIT 1)"
		"  WHERE session_id IS :session AND kind = :kind AND operation IS :operation AND "
		"branch_id IS :branch"
		"   AND sha IS :sha)",
		e);
	if (!s || !store_word_of(st, h->branch, &branch, e) ||
		!is_surprise(st, t, h, branch, now_ms, &is_odd, e))
		return false;
	store_bind(s, "ikiztkti", t->id, session_id, now_ms, kinds[h->kind],
		str_of(operations[h->op]), branch, h->sha[0] ? str_of(h->sha) : STR_NONE,
		(int64_t)is_odd);
	if (!store_run(st, s, e))
		return false;
	bool is_news = is_odd || (sqlite3_changes(st->db) && h->kind != GIT_HEAD_BRANCH &&
					 h->kind != GIT_HEAD_REFTABLE);
	return !is_news || head_update(st, t, now_ms, e);
}

bool worktree_first_sight(struct store *st, const struct git_place *g,
	const struct git_config *config, struct worktree *out, struct err *e)
{
	struct git_head h;
	if (!worktree_find(st, g, config, out, e))
		return false;
	if (out->reflog_inode)
		return true;
	return worktree_read_moves(st, g, out, e) &&
	       (!git_read_head(&st->arena, g, &h) || worktree_note_head(st, out, 0, &h, e));
}
