// SPDX-License-Identifier: MIT
#include "store.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"
#include "pr_url.h"
#include "scan.h"

sqlite3_stmt *store_sql(struct store *st, const char *sql, struct err *e)
{
	// literals have distinct addresses, so this finds its slot at once
	size_t i = ((uintptr_t)sql >> 4) % STORE_MAX_STATEMENTS;
	for (size_t n = 0; n < STORE_MAX_STATEMENTS; n++, i = (i + 1) % STORE_MAX_STATEMENTS) {
		struct store_statement *s = &st->statements[i];
		if (s->sql == sql)
			return s->stmt;
		if (s->sql)
			continue;
		if (sqlite3_prepare_v3(st->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt,
			    NULL) != SQLITE_OK) {
			(void)ledger_fail(st->db, sql, e);
			return NULL;
		}
		s->sql = sql;
		return s->stmt;
	}
	(void)err_set(e, ERR_INTERNAL, "more statements than STORE_MAX_STATEMENTS");
	return NULL;
}

void store_bind(sqlite3_stmt *s, const char *types, ...)
{
	va_list ap;
	va_start(ap, types);
	int rc = SQLITE_OK;
	for (int i = 1; types[i - 1] && rc == SQLITE_OK; i++) {
		int64_t v;
		uint64_t u;
		struct str t;
		switch (types[i - 1]) {
		case 'i': rc = sqlite3_bind_int64(s, i, va_arg(ap, int64_t)); break;
		case 'p':
			v = va_arg(ap, int64_t);
			rc = v < 0 ? sqlite3_bind_null(s, i) : sqlite3_bind_int64(s, i, v);
			break;
		case 'k':
			v = va_arg(ap, int64_t);
			rc = v == 0 ? sqlite3_bind_null(s, i) : sqlite3_bind_int64(s, i, v);
			break;
		case 't':
			t = va_arg(ap, struct str);
			rc = t.p ? sqlite3_bind_text(s, i, t.p, (int)t.n, SQLITE_STATIC)
				 : sqlite3_bind_null(s, i);
			break;
		case 'h':
		case 'H':
			u = va_arg(ap, uint64_t);
			memcpy(&v, &u, sizeof v);
			rc = types[i - 1] == 'H' && u == 0 ? sqlite3_bind_null(s, i)
							   : sqlite3_bind_int64(s, i, v);
			break;
		case 'z':
			rc = sqlite3_bind_text(s, i, va_arg(ap, const char *), -1, SQLITE_STATIC);
			break;
		default: rc = SQLITE_MISUSE; break;
		}
	}
	va_end(ap);
	if (rc != SQLITE_OK)
		mem_die(rc == SQLITE_NOMEM ? "out of memory" : "a statement was bound wrongly");
}

bool store_step(struct store *st, sqlite3_stmt *s, bool *out_row, struct err *e)
{
	int rc = sqlite3_step(s);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		(void)ledger_fail(st->db, sqlite3_sql(s), e);
		(void)sqlite3_reset(s);
		return false;
	}
	*out_row = rc == SQLITE_ROW;
	return true;
}

bool store_run(struct store *st, sqlite3_stmt *s, struct err *e)
{
	bool has_row;
	if (!s || !store_step(st, s, &has_row, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

struct str store_column(sqlite3_stmt *s, int column)
{
	const char *p = (const char *)sqlite3_column_text(s, column);
	return p ? (struct str){p, (size_t)sqlite3_column_bytes(s, column)} : STR_NONE;
}

static bool store_compaction(struct store *st, const struct compaction *c, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO compaction VALUES (:uuid, :session, :at, :trigger, :pre, :post) ON "
		"CONFLICT DO NOTHING",
		e);
	int64_t session, trigger;
	if (!s || !store_session(st, c->session, &session, e) ||
		!store_word(st, c->trigger, &trigger, e))
		return false;
	store_bind(s, "tipkpp", c->uuid, session, c->at_ms, trigger, c->pre_tok, c->post_tok);
	return store_run(st, s, e);
}

static bool store_error(struct store *st, const struct api_error *x, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO api_error VALUES (:uuid, :session, :agent, :at, :error, :status, "
		":attempt)"
		" ON CONFLICT DO NOTHING",
		e);
	int64_t session, agent, error;
	if (!s || !store_session(st, x->session, &session, e) ||
		!store_agent(st, x->agent, &agent, e) || !store_word(st, x->error, &error, e))
		return false;
	store_bind(s, "tikpkpp", x->uuid, session, agent, x->at_ms, error, x->status,
		x->retry_attempt);
	return store_run(st, s, e);
}

static bool store_quota(struct store *st, const struct quota *q, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO quota_limit VALUES (:uuid, :session, :at, :type, :status, :resets, "
		":overage)"
		" ON CONFLICT DO NOTHING",
		e);
	int64_t session, type, status;
	if (!s || !store_session(st, q->session, &session, e) ||
		!store_word(st, q->type, &type, e) || !store_word(st, q->status, &status, e))
		return false;
	store_bind(s, "tipkkpi", q->uuid, session, q->at_ms, type, status, q->resets_ms,
		(int64_t)q->is_overage);
	return store_run(st, s, e);
}

// A request stays as long as no answer has named it: what is left was cut off or failed.
static bool store_request(struct store *st, const struct request *r, struct err *e)
{
	sqlite3_stmt *s;
	int64_t session, agent, source, model;
	if (r->is_answered) {
		s = store_sql(st, "DELETE FROM open_request WHERE key_hash = :key", e);
		if (!s)
			return false;
		store_bind(s, "h", r->key_hash);
		return store_run(st, s, e);
	}
	s = store_sql(st,
		"INSERT INTO open_request VALUES (:key, :session, :agent, :at, :source, :model) ON "
		"CONFLICT DO NOTHING",
		e);
	if (!s || !store_session(st, r->session, &session, e) ||
		!store_agent(st, r->agent, &agent, e) || !store_word(st, r->source, &source, e) ||
		!store_model(st, r->model, &model, e))
		return false;
	store_bind(s, "hikpkk", r->key_hash, session, agent, r->at_ms, source, model);
	return store_run(st, s, e);
}

static bool store_state(struct store *st, const struct cost_state *c, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO cost_state VALUES (:session, :start, :total, :line)"
		" ON CONFLICT DO UPDATE SET total_tok = excluded.total_tok, line = excluded.line"
		" WHERE excluded.total_tok >= total_tok",
		e);
	int64_t session;
	if (!s || !store_session(st, c->session, &session, e))
		return false;
	store_bind(s, "iiit", session, c->start_ms, c->total_tok, c->line);
	return store_run(st, s, e);
}

static bool store_hint(struct store *st, const struct hint *h, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO pr_hint(uuid, session_id, agent_id, at_ms, source, verb, repo, "
		"number, branch_id, call_hash)"
		" VALUES (:uuid, :session, :agent, :at, :source, :verb, :repo, :number, :branch, "
		":call)"
		" ON CONFLICT(uuid) DO UPDATE SET at_ms = min(at_ms, excluded.at_ms) WHERE "
		"excluded.at_ms < at_ms",
		e);
	int64_t session, agent, branch;
	if (!s || !store_session(st, h->session, &session, e) ||
		!store_agent(st, h->agent, &agent, e) || !store_word(st, h->branch, &branch, e))
		return false;
	store_bind(s, "tkkpzztkkH", h->uuid, session, agent, h->at_ms, h->source, h->verb, h->repo,
		h->number, branch, h->call_hash);
	return store_run(st, s, e);
}

// A call that creates or pushes prints the pull request's URL.
static bool store_printed_url(
	struct store *st, const struct call *c, int64_t target_id, struct err *e)
{
	static const char *programs[] = {"gh pr", "glab mr", "az repos", "git push"};
	sqlite3_stmt *s = store_sql(st, "SELECT text FROM name WHERE id = :id", e);
	bool has_row, is_push = false, is_pr = false;
	if (!s)
		return false;
	store_bind(s, "i", target_id);
	if (!store_step(st, s, &has_row, e))
		return false;
	for (size_t i = 0; has_row && i < 4; i++)
		if (str_is(store_column(s, 0), programs[i])) {
			is_pr = i < 3;
			is_push = i == 3;
		}
	(void)sqlite3_reset(s);
	if (!is_pr && !is_push)
		return true;
	struct pr_ref ref;
	struct str rest, text = scan_decode(&st->arena, c->result_raw, 16384);
	if (!pr_url_find(&st->arena, text, &ref, &rest))
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
	return store_hint(st, &h, e);
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
	if (c->turn && c->turn->is_new && !st->has_orphans)
		return true;
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

static bool update_call(struct store *st, const struct call *c, const struct call_row *now,
	int64_t id, struct err *e)
{
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

static bool insert_call(
	struct store *st, const struct call *c, const struct call_row *now, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO tool_call(key_hash, turn_id, name_id, target_id, input_bytes, "
		"input_hash, result_bytes,"
		" result_hash, error_hash, lines_added, lines_removed) VALUES (:key, :turn, :name, "
		":target, :input,"
		" :input_hash, :result, :result_hash, :error, :added, :removed)",
		e);
	st->has_orphans |= !now->turn;
	if (!s)
		return false;
	store_bind(s, "hkkkpHpHHpp", c->key_hash, now->turn, now->name, now->target, c->input_bytes,
		c->input_hash, c->result_bytes, c->result_hash, c->error_hash, c->lines_added,
		c->lines_removed);
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

static bool store_call(struct store *st, const struct call *c, struct err *e)
{
	struct call_row now = {0, c->turn ? c->turn->turn_id : 0, 0, 0}, old = {0};
	if (!store_word(st, c->name, &now.name, e) || !store_word(st, c->target, &now.target, e) ||
		!find_call(st, c, &old, e))
		return false;
	if (!(old.id ? update_call(st, c, &now, old.id, e) : insert_call(st, c, &now, e)))
		return false;
	int64_t owner;
	if (now.turn && !old.turn && now.name) {
		if (!owner_of(st, c->turn, &owner, e))
			return false;
		store_tool_add(st, owner, now.name, 1);
	}
	int64_t target = now.target ? now.target : old.target;
	if (c->started && !store_started(st, c, target, e))
		return false;
	return !c->result_raw.n || !target || store_printed_url(st, c, target, e);
}

#define EACH(list, function)                                                                       \
	for (size_t i = 0; i < (list).n; i++)                                                      \
		if (!function(st, &(list).p[i], e))                                                \
	return false

static bool store_facts(struct store *st, struct batch *b, struct err *e)
{
	for (size_t i = 0; i < b->sightings.n; i++)
		if (!store_sighting(st, b->sightings.p[i], e))
			return false;
	for (size_t i = 0; i < b->calls.n; i++)
		if (!store_call(st, b->calls.p[i], e))
			return false;
	EACH(b->compactions, store_compaction);
	EACH(b->errors, store_error);
	EACH(b->quotas, store_quota);
	EACH(b->requests, store_request);
	EACH(b->states, store_state);
	EACH(b->hints, store_hint);
	return true;
}

// A result can stand before its call; then a new turn's calls must be looked for among those.
static bool look_for_orphans(struct store *st, struct err *e)
{
	sqlite3_stmt *s =
		store_sql(st, "SELECT EXISTS (SELECT 1 FROM tool_call WHERE turn_id IS NULL)", e);
	bool has_row;
	if (!s || !store_step(st, s, &has_row, e))
		return false;
	st->has_orphans = sqlite3_column_int(s, 0);
	(void)sqlite3_reset(s);
	return true;
}

bool store_batch(struct store *st, struct batch *b, struct err *e)
{
	arena_reset(&st->arena);
	table_clear(&st->rollup);
	table_clear(&st->tool_rollup);
	st->settling.n = 0;
	st->n_batches++;
	st->has_new_owners = false;
	// prompts and sessions first: turns point to them
	return look_for_orphans(st, e) && store_changes(st, e) && store_facts(st, b, e) &&
	       store_settle(st, e) && store_rollup_flush(st, e);
}

void store_close(struct store *st)
{
	for (size_t i = 0; i < STORE_MAX_STATEMENTS; i++)
		(void)sqlite3_finalize(st->statements[i].stmt);
	table_free(&st->rollup);
	table_free(&st->tool_rollup);
	arena_free(&st->arena);
	free(st->settling.p);
	*st = (struct store){0};
}
