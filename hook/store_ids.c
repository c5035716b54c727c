// SPDX-License-Identifier: MIT
// Row ids of what facts share: found or made, then kept in memory.
#include "cursor.h"
#include "model.h"
#include "store.h"

// Runs `find` and, without a row, `make` with the same bound text; both give the id.
static bool id_of_text(struct store *st, const char *find, const char *make, struct str text,
	int64_t *out, struct err *e)
{
	int64_t id;
	sqlite3_stmt *s = store_sql(st, find, e);
	if (!s)
		return false;
	store_bind(s, "t", text);
	if (!store_find(st, s, &id, e))
		return false;
	if (!id) {
		s = store_sql(st, make, e);
		if (!s)
			return false;
		store_bind(s, "t", text);
		if (!store_make(st, s, &id, e))
			return false;
	}
	*out = id;
	return true;
}

bool store_word(struct store *st, struct word *w, int64_t *out, struct err *e)
{
	*out = 0;
	if (!w)
		return true;
	if (!w->id && !id_of_text(st, "SELECT id FROM name WHERE text = :text",
			      "INSERT INTO name(text) VALUES (:text)", w->text, &w->id, e))
		return false;
	*out = w->id;
	return true;
}

bool store_word_of(struct store *st, struct str text, int64_t *out, struct err *e)
{
	return store_word(st, text.n ? catalog_word(st->catalog, text) : NULL, out, e);
}

bool store_model(struct store *st, struct model_name *m, int64_t *out, struct err *e)
{
	*out = 0;
	if (!m)
		return true;
	sqlite3_stmt *s = store_sql(st, "SELECT id FROM model WHERE name = :name", e);
	bool has_row = true;
	if (!m->id) {
		if (!s)
			return false;
		store_bind(s, "t", m->text);
		if (!store_step(st, s, &has_row, e))
			return false;
		if (has_row)
			m->id = sqlite3_column_int64(s, 0);
		(void)sqlite3_reset(s);
	}
	if (!has_row) {
		s = store_sql(st,
			"INSERT INTO model(name, priced_as, is_regional) VALUES (:name, :as, "
			":regional)",
			e);
		if (!s)
			return false;
		store_bind(s, "tti", m->text, model_normalise(&st->arena, m->text),
			(int64_t)model_is_regional(m->text));
		if (!store_run(st, s, e))
			return false;
		m->id = sqlite3_last_insert_rowid(st->db);
	}
	*out = m->id;
	return true;
}

// Takes what the row knows and this batch has not said.
static void take_session_row(struct store *st, struct session *s, sqlite3_stmt *q)
{
	s->id = sqlite3_column_int64(q, 0);
	s->first_own_ms =
		sqlite3_column_type(q, 1) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 1);
	int64_t first_cwd_ms =
		sqlite3_column_type(q, 2) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 2);
	if (first_cwd_ms >= 0 && (s->first_cwd_ms < 0 || first_cwd_ms <= s->first_cwd_ms)) {
		s->first_cwd_ms = first_cwd_ms;
		s->first_cwd = arena_str(&st->catalog->arena, store_column(q, 3));
	}
	if (!s->original_cwd.n)
		s->original_cwd = arena_str(&st->catalog->arena, store_column(q, 4));
	if (!s->worktree_path.n)
		s->worktree_path = arena_str(&st->catalog->arena, store_column(q, 5));
	bool is_custom = sqlite3_column_int(q, 6);
	if (is_custom && !s->is_custom_title)
		s->title_file = NULL; // the user's own word wins over this batch's ai-title
	s->is_custom_title |= is_custom;
	s->row_first_cwd_ms = first_cwd_ms;
	for (int i = 0; i < SESSION_WORDS; i++)
		s->has_word[i] = sqlite3_column_type(q, 7 + i) != SQLITE_NULL;
}

bool store_session(struct store *st, struct session *s, int64_t *out, struct err *e)
{
	*out = 0;
	if (!s)
		return true;
	if (s->id && s->loaded_in == st->n_batches) {
		*out = s->id;
		return true;
	}
	s->loaded_in = st->n_batches;
	sqlite3_stmt *q = store_sql(st,
		"SELECT id, first_own_ms, first_cwd_ms, first_cwd, original_cwd, worktree_path, "
		"is_custom_title, entrypoint_id, kind_id, team_id,"
		" agent_name_id, config_dir_id, worktree_branch_id, billing_id, ci_id, ci_branch_id"
		" FROM session WHERE uid = :uid",
		e);
	bool has_row;
	if (!q)
		return false;
	store_bind(q, "t", s->uid);
	if (!store_step(st, q, &has_row, e))
		return false;
	if (has_row)
		take_session_row(st, s, q);
	(void)sqlite3_reset(q);
	if (!has_row) {
		q = store_sql(st, "INSERT INTO session(uid) VALUES (:uid)", e);
		if (!q)
			return false;
		store_bind(q, "t", s->uid);
		if (!store_run(st, q, e))
			return false;
		s->id = sqlite3_last_insert_rowid(st->db);
		s->row_first_cwd_ms = -1;
	}
	*out = s->id;
	return true;
}

bool store_agent(struct store *st, struct agent *a, int64_t *out, struct err *e)
{
	int64_t session;
	*out = a ? a->id : 0;
	if (!a || a->id)
		return true;
	if (!store_session(st, a->session, &session, e))
		return false;
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO agent(session_id, uid) VALUES (:session, :uid) ON CONFLICT DO NOTHING",
		e);
	if (!s)
		return false;
	store_bind(s, "it", session, a->uid);
	if (!store_make(st, s, &a->id, e))
		return false;
	if (!a->id) {
		s = store_sql(
			st, "SELECT id FROM agent WHERE session_id = :session AND uid = :uid", e);
		if (!s)
			return false;
		store_bind(s, "it", session, a->uid);
		if (!store_find(st, s, &a->id, e))
			return false;
	}
	*out = a->id;
	return true;
}

bool store_prompt(struct store *st, struct prompt *p, int64_t *out, struct err *e)
{
	*out = p ? p->id : 0;
	if (!p || p->id)
		return true;
	if (!id_of_text(st, "SELECT id FROM prompt WHERE uid = :uid",
		    "INSERT INTO prompt(uid) VALUES (:uid)", p->uid, &p->id, e))
		return false;
	*out = p->id;
	return true;
}

// When somebody last typed something: U1 and others of the guard go by it.
static bool note_prompt(struct store *st, int64_t session_id, int64_t at_ms, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"UPDATE session SET prompt_ms = :at WHERE id = :id AND coalesce(prompt_ms, 0) < "
		":at",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", at_ms, session_id);
	return store_run(st, s, e);
}

static bool write_prompt(struct store *st, struct prompt *p, struct err *e)
{
	int64_t session, source, origin, mode, id;
	// The line with a human's words beats one without; of several with words the last, for a
	// fork gives its own prompt's id to the prompts that it copies (2.1.330, recorded run
	// turns); of others the first. Of a fork's equal copies that of the smaller session id, in
	// whatever order they are read.
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO prompt(uid, uuid, session_id, at_ms, is_prompt, source_id, origin_id, "
		"mode_id, chars,"
		" text_hash, file_id, offset_bytes) VALUES (:uid, :uuid, :session, :at, :prompt, "
		":source, :origin, :mode,"
		" :chars, :hash, :file, :offset) ON CONFLICT(uid) DO UPDATE SET uuid = "
		"excluded.uuid,"
		" session_id = excluded.session_id, at_ms = excluded.at_ms, is_prompt = "
		"excluded.is_prompt,"
		" source_id = excluded.source_id, origin_id = excluded.origin_id, mode_id = "
		"excluded.mode_id,"
		" chars = excluded.chars, text_hash = excluded.text_hash, file_id = "
		"excluded.file_id,"
		" offset_bytes = excluded.offset_bytes WHERE uuid IS NULL OR is_prompt < "
		"excluded.is_prompt"
		" OR (is_prompt = excluded.is_prompt AND CASE WHEN is_prompt AND uuid <> "
		"excluded.uuid THEN at_ms < "
		"excluded.at_ms"
		" ELSE at_ms > excluded.at_ms END)"
		" OR (is_prompt = excluded.is_prompt AND at_ms IS excluded.at_ms AND"
		"  (SELECT uid FROM session WHERE id = excluded.session_id)"
		"  < (SELECT uid FROM session WHERE id = prompt.session_id))",
		e);
	if (!s || !store_session(st, p->session, &session, e) ||
		!store_word(st, p->source, &source, e) || !store_word(st, p->origin, &origin, e) ||
		!store_word(st, p->mode, &mode, e))
		return false;
	store_bind(s, "ttkpikkkihki", p->uid, p->uuid, session, p->at_ms, (int64_t)p->is_prompt,
		source, origin, mode, p->chars, p->text_hash, p->file->id, p->offset_bytes);
	if (!store_make(st, s, &id, e))
		return false;
	p->id = id ? id : p->id;
	p->is_changed = false;
	p->file = NULL;
	return !p->is_prompt || note_prompt(st, session, p->at_ms, e);
}

static bool write_agent(struct store *st, struct agent *a, struct err *e)
{
	int64_t id, meta, attr, model, overhead;
	sqlite3_stmt *s = store_sql(st,
		"UPDATE agent SET meta_type_id = coalesce(:meta, meta_type_id), attr_type_id = "
		"coalesce(:attr, attr_type_id),"
		" call_hash = coalesce(:call, call_hash), parent_uid = coalesce(:parent, "
		"parent_uid),"
		" depth = coalesce(:depth, depth), model_id = coalesce(:model, model_id),"
		" overhead_id = coalesce(:overhead, overhead_id) WHERE id = :id",
		e);
	if (!s || !store_agent(st, a, &id, e) || !store_word(st, a->meta_type, &meta, e) ||
		!store_word(st, a->attr_type, &attr, e) || !store_word(st, a->model, &model, e) ||
		!store_word(st, a->overhead, &overhead, e))
		return false;
	store_bind(s, "kkHtpkki", meta, attr, a->call_hash, a->parent_uid, a->depth, model,
		overhead, id);
	a->is_changed = false;
	return store_run(st, s, e);
}

// Does this batch know something of the session that its row does not?
static bool says_more(const struct session *x, struct word *const words[SESSION_WORDS])
{
	for (size_t i = 0; i < SESSION_WORDS; i++)
		if (words[i] && !x->has_word[i])
			return true;
	return x->row_first_cwd_ms < 0 || x->first_cwd_ms < x->row_first_cwd_ms || x->title_file ||
	       x->has_new_place || x->request_session.n || (x->ci && x->ci_pr_number);
}

static bool write_session(struct store *st, struct session *x, struct err *e)
{
	int64_t id, w[SESSION_WORDS];
	struct word *words[SESSION_WORDS] = {x->entrypoint, x->kind, x->team, x->agent_name,
		x->config_dir, x->worktree_branch, x->billing, x->ci, x->ci_branch};
	if (!store_session(st, x, &id, e))
		return false;
	x->is_changed = false;
	if (!says_more(x, words))
		return true;
	sqlite3_stmt *s = store_sql(st,
		"UPDATE session SET entrypoint_id = coalesce(entrypoint_id, :entrypoint), kind_id "
		"= coalesce(kind_id, :kind),"
		" team_id = coalesce(team_id, :team), agent_name_id = coalesce(agent_name_id, "
		":agent_name),"
		" config_dir_id = coalesce(config_dir_id, :config_dir),"
		" worktree_branch_id = coalesce(:worktree_branch, worktree_branch_id),"
		" billing_id = coalesce(billing_id, :billing), ci_id = coalesce(ci_id, :ci),"
		" ci_branch_id = coalesce(ci_branch_id, :ci_branch), ci_pr_number = "
		"coalesce(ci_pr_number, :ci_pr),"
		" first_cwd = :first_cwd, first_cwd_ms = :first_cwd_ms, original_cwd = :original, "
		"worktree_path = :worktree,"
		" request_session = coalesce(request_session, :request),"
		" title_file_id = coalesce(:file, title_file_id),"
		" title_offset_bytes = CASE WHEN :file IS NULL THEN title_offset_bytes ELSE "
		":offset END,"
		" is_custom_title = :custom WHERE id = :id",
		e);
	if (!s)
		return false;
	for (size_t i = 0; i < SESSION_WORDS; i++)
		if (!store_word(st, words[i], &w[i], e))
			return false;
	store_bind(s, "kkkkkkkkkktptttkiii", w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8],
		x->ci_pr_number, x->first_cwd, x->first_cwd_ms, x->original_cwd, x->worktree_path,
		x->request_session, x->title_file ? x->title_file->id : INT64_C(0),
		x->title_offset_bytes, (int64_t)x->is_custom_title, id);
	x->title_file = NULL;
	x->has_new_place = false;
	return store_run(st, s, e) && store_replace_workdirs(st, x, e);
}

bool store_changes(struct store *st, struct err *e)
{
	struct catalog *c = st->catalog;
	for (; c->changed_sessions; c->changed_sessions = c->changed_sessions->next_changed)
		if (!write_session(st, c->changed_sessions, e))
			return false;
	for (; c->changed_agents; c->changed_agents = c->changed_agents->next_changed)
		if (!write_agent(st, c->changed_agents, e))
			return false;
	for (; c->changed_prompts; c->changed_prompts = c->changed_prompts->next_changed)
		if (!write_prompt(st, c->changed_prompts, e))
			return false;
	return true;
}
