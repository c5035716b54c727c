// SPDX-License-Identifier: MIT
// Tool calls: a call and its result are one row, in whatever batch either comes.
#include "charge.h"
#include "pr_url.h"
#include "scan.h"
#include "store.h"
#include "touched.h"

// What was printed, or noted by the client, was seen where the command ran; what `create` printed
// was created.
bool store_take_command(struct store *st, int64_t hint_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"UPDATE pr_hint AS h SET agent_id = c.agent_id, branch_id = coalesce(h.branch_id, "
		"c.branch_id), "
		"workdir_id = c.workdir_id, prompt_id = c.prompt_id, head_id = c.head_id, base_id "
		"= c.base_id, repo = coalesce(h.repo, c.repo),"
		" verb = CASE WHEN c.verb = 'create' AND h.verb = 'named' THEN 'created' "
		"WHEN c.verb = 'auto-merge' AND h.verb = 'merged' THEN c.verb ELSE "
		"h.verb END FROM pr_hint AS c WHERE h.id = :id AND c.id = (SELECT x.id FROM "
		"pr_hint AS x WHERE x.session_id = h.session_id AND x.source = 'command' AND "
		"x.call_hash = h.call_hash AND x.verb <> 'switch' ORDER BY x.verb = 'create' DESC, "
		"x.verb GLOB '*merge' DESC LIMIT 1)",
		e);
	if (!s)
		return false;
	store_bind(s, "i", hint_id);
	return store_run(st, s, e) && charge_place_hint(st, hint_id, e);
}

// A push prints what the forge says, which is the branch's pull request; what else the command line
// prints (a log, say) may name any.
static bool find_url(struct arena *a, struct str text, bool is_push, struct pr_ref *out)
{
	struct str rest = text;
	if (!is_push)
		return pr_url_find(a, text, out, &rest);
	while (rest.n) {
		struct str line = str_split(rest, '\n', &rest), behind;
		if (str_starts(str_trim(line), "remote:") && pr_url_find(a, line, out, &behind))
			return true;
	}
	return false;
}

// A command about pull requests prints the URL of the one it is about.
static bool store_printed_url(struct store *st, const struct call *c, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT min(verb = 'pushed'), max(session_id <> ?1) FROM (SELECT * FROM pr_hint "
		"WHERE "
		"session_id = ?1 UNION SELECT h.* FROM line_copy AS l JOIN pr_hint AS h ON h.uuid "
		"= l.uuid "
		"WHERE l.session_id = ?1) WHERE source = 'command' AND call_hash = ?2 AND verb <> "
		"'switch'",
		e);
	bool has_row;
	int64_t session;
	if (!s || !store_session(st, c->session, &session, e))
		return false;
	store_bind(s, "ih", session, c->key_hash);
	if (!store_step(st, s, &has_row, e))
		return false;
	bool is_some = sqlite3_column_type(s, 0) != SQLITE_NULL;
	bool is_push = is_some && sqlite3_column_int(s, 0);
	if (sqlite3_column_int(s, 1)) // a fork's copy of the command: its owner gets this too
		store_mark(st, c->session);
	(void)sqlite3_reset(s);
	if (!is_some)
		return true;
	struct pr_ref ref;
	struct str text = scan_decode(&st->arena, c->result_raw, 16384);
	if (!find_url(&st->arena, text, is_push, &ref))
		return true;
	struct hint h = {.session = c->session,
		.at_ms = c->at_ms,
		.number = ref.number,
		.source = is_push ? "push-output" : "command-output",
		.verb = is_push ? "pushed" : "named",
		.call_hash = c->key_hash};
	h.uuid = str_of(
		arena_printf(&st->arena, "%s:%016llx", h.source, (unsigned long long)c->key_hash));
	h.repo = str_of(arena_printf(&st->arena, "%.*s/%.*s/%.*s", STR_ARG(ref.host),
		STR_ARG(ref.owner), STR_ARG(ref.repo)));
	if (!store_hint(st, &h, e))
		return false;
	int64_t id;
	s = store_sql(st, "SELECT id FROM pr_hint WHERE uuid = :uuid", e);
	if (!s)
		return false;
	store_bind(s, "t", h.uuid);
	return store_find(st, s, &id, e) && store_take_command(st, id, e);
}

// A command line that failed is not taken to have merged or closed anything.
static bool store_failure(struct store *st, const struct call *c, struct err *e)
{
	bool has_row;
	int64_t session;
	sqlite3_stmt *s = store_sql(st,
		"UPDATE pr_hint SET verb = 'merge-failed' WHERE session_id = :session AND "
		"call_hash = :call AND source = 'command' AND verb IN ('merge', 'close') RETURNING "
		"id",
		e);
	if (!s || !store_session(st, c->session, &session, e))
		return false;
	store_bind(s, "ih", session, c->key_hash);
	if (!store_step(st, s, &has_row, e))
		return false;
	int64_t id = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return !has_row || charge_place_hint(st, id, e);
}

// The type of an agent by the call that started it, for clients without a meta file.
static bool store_started(struct store *st, const struct call *c, int64_t target_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"UPDATE agent SET call_hash = :call, call_type_id = coalesce(:type, call_type_id) "
		"WHERE id = :id",
		e);
	int64_t agent;
	if (!s || !store_agent(st, c->started, &agent, e))
		return false;
	store_bind(s, "hki", c->key_hash, target_id, agent);
	return store_run(st, s, e);
}

struct call_row {
	int64_t id, turn, name, target;
};

static bool take_call(struct store *st, sqlite3_stmt *s, struct call_row *out, struct err *e)
{
	bool has_row;
	if (!store_step(st, s, &has_row, e))
		return false;
	if (has_row)
		*out = (struct call_row){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
			sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3)};
	(void)sqlite3_reset(s);
	return true;
}

// A result whose call was in an earlier batch and is complete: a fork's copy, or a file read again.
static bool find_copied_call(
	struct store *st, const struct call *c, struct call_row *out, struct err *e)
{
	int64_t session;
	sqlite3_stmt *s = store_sql(st,
		"SELECT c.id, c.turn_id, c.name_id, c.target_id FROM origin AS o"
		" JOIN turn AS t ON t.origin_id = o.id JOIN tool_call AS c ON c.turn_id = t.id"
		" WHERE o.session_id = :session AND c.key_hash = :key UNION ALL"
		" SELECT c.id, c.turn_id, c.name_id, c.target_id FROM turn_copy AS x"
		" JOIN tool_call AS c ON c.turn_id = x.turn_id"
		" WHERE x.session_id = :session AND c.key_hash = :key LIMIT 1",
		e);
	if (!s || !store_session(st, c->session, &session, e))
		return false;
	store_bind(s, "ih", session, c->key_hash);
	return take_call(st, s, out, e);
}

// What the ledger has of a call: among its turn's, or among those that wait for their other half.
static bool find_call(struct store *st, const struct call *c, struct call_row *out, struct err *e)
{
	sqlite3_stmt *s;
	if (c->turn && c->turn->is_new && !st->has_orphans)
		return true;
	if (!store_flush_calls(st, e))
		return false;
	if (c->turn && !c->turn->is_new) {
		s = store_sql(st,
			"SELECT id, turn_id, name_id, target_id FROM tool_call WHERE turn_id = "
			":turn AND key_hash = :key",
			e);
		if (!s)
			return false;
		store_bind(s, "ih", c->turn->turn_id, c->key_hash);
		if (!take_call(st, s, out, e) || out->id)
			return out->id != 0;
	}
	s = store_sql(st,
		"SELECT id, turn_id, name_id, target_id FROM tool_call"
		" WHERE key_hash = :key AND (result_bytes IS NULL OR turn_id IS NULL)",
		e);
	if (!s)
		return false;
	store_bind(s, "h", c->key_hash);
	if (!take_call(st, s, out, e))
		return false;
	return out->id || c->turn || find_copied_call(st, c, out, e);
}

// The result alone: takes half as long to prepare, and leaves the index of turns in peace.
static bool update_result(struct store *st, const struct call *c, int64_t id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"UPDATE tool_call SET result_bytes = coalesce(?2, result_bytes), result_hash = "
		"coalesce(?3, result_hash), error_hash = coalesce(?4, error_hash), lines_added = "
		"coalesce(?5, lines_added), lines_removed = coalesce(?6, lines_removed) WHERE id = "
		"?1",
		e);
	if (!s)
		return false;
	store_bind(s, "ipHHpp", id, c->result_bytes, c->result_hash, c->error_hash, c->lines_added,
		c->lines_removed);
	return store_run(st, s, e);
}

static bool update_call(struct store *st, const struct call *c, const struct call_row *now,
	int64_t id, struct err *e)
{
	if (!now->turn && !now->name && !now->target && c->input_bytes < 0 && !c->input_hash)
		return update_result(st, c, id, e);
	sqlite3_stmt *s = store_sql(st,
		"UPDATE tool_call SET turn_id = coalesce(turn_id, :turn), name_id = "
		"coalesce(name_id, :name),"
		" target_id = coalesce(target_id, :target), input_bytes = coalesce(input_bytes, "
		":input),"
		" input_hash = coalesce(input_hash, :input_hash), result_bytes = coalesce(:result, "
		"result_bytes),"
		" result_hash = coalesce(:result_hash, result_hash), error_hash = coalesce(:error, "
		"error_hash),"
		" lines_added = coalesce(:added, lines_added), lines_removed = coalesce(:removed, "
		"lines_removed)"
		" WHERE id = :id",
		e);
	if (!s)
		return false;
	store_bind(s, "kkkpHpHHppi", now->turn, now->name, now->target, c->input_bytes,
		c->input_hash, c->result_bytes, c->result_hash, c->error_hash, c->lines_added,
		c->lines_removed, id);
	return store_run(st, s, e);
}

// The session whose calls a turn's count among. The sighting knows it, unless a later one of the
// same batch has taken the turn over.
static bool owner_of(struct store *st, const struct sighting *x, int64_t *out, struct err *e)
{
	bool has_row;
	*out = x->owner_session_id;
	if (!st->has_new_owners)
		return true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT o.session_id FROM turn AS t JOIN origin AS o ON o.id = t.origin_id"
		" WHERE t.id = :id",
		e);
	if (!s)
		return false;
	store_bind(s, "i", x->turn_id);
	if (!store_step(st, s, &has_row, e))
		return false;
	*out = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

bool store_call(struct store *st, const struct call *c, struct err *e)
{
	struct call_row now = {0, c->turn ? c->turn->turn_id : 0, 0, 0}, old = {0};
	if (!store_word(st, c->name, &now.name, e) || !store_word(st, c->target, &now.target, e) ||
		!find_call(st, c, &old, e))
		return false;
	struct new_call row = {c, now.turn, now.name, now.target};
	if (!(old.id ? update_call(st, c, &now, old.id, e) : store_new_call(st, &row, e)))
		return false;
	int64_t owner;
	if (now.turn && !old.turn && now.name) {
		if (!owner_of(st, c->turn, &owner, e))
			return false;
		store_tool_add(st, owner, now.name, 1);
	}
	int64_t target = now.target ? now.target : old.target;
	if (now.turn && c->name && c->target &&
		!touched_note(st, now.turn, c->name->text, c->target->text, e))
		return false;
	if (c->started && !store_started(st, c, target, e))
		return false;
	bool may_name = c->session && (c->names_pr || !c->turn);
	if (c->error_hash && may_name && !store_failure(st, c, e))
		return false;
	return !c->result_raw.n || !c->session || store_printed_url(st, c, e);
}
