// SPDX-License-Identifier: MIT
#include "store.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "charge.h"
#include "cursor.h"
#include "head.h"

enum { RECHARGES = 500 };

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

static void bind_all(sqlite3_stmt *s, int i, const char *types, va_list *args)
{
	int rc = SQLITE_OK;
	for (; *types && rc == SQLITE_OK; types++, i++) {
		int64_t v;
		uint64_t u;
		struct str t;
		switch (*types) {
		case 'i': rc = sqlite3_bind_int64(s, i, va_arg(*args, int64_t)); break;
		case 'p':
			v = va_arg(*args, int64_t);
			rc = v < 0 ? sqlite3_bind_null(s, i) : sqlite3_bind_int64(s, i, v);
			break;
		case 'k':
			v = va_arg(*args, int64_t);
			rc = v == 0 ? sqlite3_bind_null(s, i) : sqlite3_bind_int64(s, i, v);
			break;
		case 't':
			t = va_arg(*args, struct str);
			rc = t.p ? sqlite3_bind_text(s, i, t.p, (int)t.n, SQLITE_STATIC)
				 : sqlite3_bind_null(s, i);
			break;
		case 'h':
		case 'H':
			u = va_arg(*args, uint64_t);
			memcpy(&v, &u, sizeof v);
			rc = *types == 'H' && u == 0 ? sqlite3_bind_null(s, i)
						     : sqlite3_bind_int64(s, i, v);
			break;
		case 'z':
			rc = sqlite3_bind_text(
				s, i, va_arg(*args, const char *), -1, SQLITE_STATIC);
			break;
		default: rc = SQLITE_MISUSE; break;
		}
	}
	if (rc != SQLITE_OK)
		mem_die(rc == SQLITE_NOMEM ? "out of memory" : "a statement was bound wrongly");
}

void store_bind(sqlite3_stmt *s, const char *types, ...)
{
	va_list ap;
	va_start(ap, types);
	bind_all(s, 1, types, &ap);
	va_end(ap);
}

void store_bind_at(sqlite3_stmt *s, int first, const char *types, ...)
{
	va_list ap;
	va_start(ap, types);
	bind_all(s, first, types, &ap);
	va_end(ap);
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

// Without RETURNING, for which SQLite makes a table each time.
bool store_make(struct store *st, sqlite3_stmt *s, int64_t *out_id, struct err *e)
{
	sqlite3_set_last_insert_rowid(st->db, 0);
	if (!store_run(st, s, e))
		return false;
	*out_id = sqlite3_last_insert_rowid(st->db);
	return true;
}

bool store_find(struct store *st, sqlite3_stmt *s, int64_t *out_id, struct err *e)
{
	bool has_row;
	if (!store_step(st, s, &has_row, e))
		return false;
	*out_id = has_row ? sqlite3_column_int64(s, 0) : 0;
	(void)sqlite3_reset(s);
	return true;
}

struct str store_column(sqlite3_stmt *s, int column)
{
	const char *p = (const char *)sqlite3_column_text(s, column);
	return p ? (struct str){p, (size_t)sqlite3_column_bytes(s, column)} : STR_NONE;
}

// A line that is seen again is dated by its earliest copy.
#define EARLIEST                                                                                   \
	" ON CONFLICT(uuid) DO UPDATE SET at_ms = coalesce(min(at_ms, excluded.at_ms), at_ms, "    \
	"excluded.at_ms)"

static bool store_compaction(struct store *st, const struct compaction *c, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO compaction VALUES (:uuid, :session, :at, :trigger, :pre, "
		":post)" EARLIEST " RETURNING session_id, NULL",
		e);
	int64_t session, trigger;
	if (!s || !store_session(st, c->session, &session, e) ||
		!store_word(st, c->trigger, &trigger, e))
		return false;
	store_bind(s, "tipkpp", c->uuid, session, c->at_ms, trigger, c->pre_tok, c->post_tok);
	return store_line(st, s, c->uuid, c->session, NULL, e);
}

static bool store_error(struct store *st, const struct api_error *x, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO api_error VALUES (:uuid, :session, :agent, :at, :error, :status, "
		":attempt)" EARLIEST " RETURNING session_id, agent_id",
		e);
	int64_t session, agent, error;
	if (!s || !store_session(st, x->session, &session, e) ||
		!store_agent(st, x->agent, &agent, e) || !store_word(st, x->error, &error, e))
		return false;
	store_bind(s, "tikpkpp", x->uuid, session, agent, x->at_ms, error, x->status,
		x->retry_attempt);
	return store_line(st, s, x->uuid, x->session, x->agent, e);
}

static bool store_quota(struct store *st, const struct quota *q, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO quota_limit VALUES (:uuid, :session, :at, :type, :status, :resets, "
		":overage)" EARLIEST " RETURNING session_id, NULL",
		e);
	int64_t session, type, status;
	if (!s || !store_session(st, q->session, &session, e) ||
		!store_word(st, q->type, &type, e) || !store_word(st, q->status, &status, e))
		return false;
	store_bind(s, "tipkkpi", q->uuid, session, q->at_ms, type, status, q->resets_ms,
		(int64_t)q->is_overage);
	return store_line(st, s, q->uuid, q->session, NULL, e);
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

static bool note_hint(struct store *st, const struct hint *h, struct err *e)
{
	sqlite3_stmt *s =
		store_sql(st, "SELECT session_id, agent_id FROM pr_hint WHERE uuid = :uuid", e);
	if (!s)
		return false;
	store_bind(s, "t", h->uuid);
	return store_line(st, s, h->uuid, h->session, h->agent, e);
}

bool store_hint(struct store *st, const struct hint *h, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO pr_hint(uuid, session_id, agent_id, at_ms, source, verb, repo, "
		"number, branch_id, call_hash, workdir_id, prompt_id, head_id, base_id)"
		" VALUES (:uuid, :session, :agent, :at, :source, :verb, :repo, :number, :branch, "
		":call, :workdir, :prompt, :head, :base)"
		" ON CONFLICT(uuid) DO UPDATE SET at_ms = excluded.at_ms"
		" WHERE excluded.at_ms < coalesce(at_ms, excluded.at_ms + 1) RETURNING id",
		e);
	int64_t session, agent, branch, head, base, workdir, prompt, id;
	if (!s || !store_session(st, h->session, &session, e) ||
		!store_agent(st, h->agent, &agent, e) || !store_word(st, h->branch, &branch, e) ||
		!store_word(st, h->head, &head, e) || !store_word(st, h->base, &base, e) ||
		!store_workdir(st, h->workdir, &workdir, e) ||
		!store_prompt(st, h->prompt, &prompt, e))
		return false;
	store_bind(s, "tkkpzztkkHkkkk", h->uuid, session, agent, h->at_ms, h->source, h->verb,
		h->repo, h->number, branch, h->call_hash, workdir, prompt, head, base);
	if (!store_step(st, s, &has_row, e))
		return false;
	id = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	// what a command printed goes with the command
	bool is_line = !str_ends(str_of(h->source), "-output");
	if (is_line && !note_hint(st, h, e))
		return false;
	if (!has_row)
		return true;
	bool is_switch = str_is(str_of(h->verb), "switch");
	if ((is_switch || str_is(str_of(h->verb), "checkout")) &&
		!head_note_switch(st, workdir, h->at_ms, e))
		return false;
	if (h->call_hash && str_is(str_of(h->source), "gitOperation"))
		return store_take_command(st, id, e);
	return is_switch || charge_place_hint(st, id, e);
}

#define EACH(list, function)                                                                       \
	for (size_t i = 0; i < (list).n; i++)                                                      \
		if (!function(st, &(list).p[i], e))                                                \
	return false

static bool store_facts(struct store *st, struct batch *b, struct err *e)
{
	if (!store_sightings(st, b->sightings.p, b->sightings.n, e))
		return false;
	EACH(b->hints, store_hint); // before the calls: what these print belongs to a hint
	for (size_t i = 0; i < b->calls.n; i++)
		if (!store_call(st, b->calls.p[i], e))
			return false;
	if (!store_flush_calls(st, e))
		return false;
	EACH(b->compactions, store_compaction);
	EACH(b->errors, store_error);
	EACH(b->quotas, store_quota);
	EACH(b->requests, store_request);
	EACH(b->states, store_state);
	return true;
}

// A result can stand before its call; then a new turn's calls must be looked for among those.
static bool look_for_orphans(struct store *st, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, "SELECT 1 FROM tool_call WHERE turn_id IS NULL", e);
	if (!s || !store_step(st, s, &st->has_orphans, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

static void begin(struct store *st)
{
	arena_reset(&st->arena);
	table_clear(&st->rollup);
	table_clear(&st->charge_rollup);
	table_clear(&st->tool_rollup);
	table_clear(&st->scenes);
	st->settling.n = 0;
	st->n_new_calls = 0;
	st->n_batches++;
	st->has_new_owners = false;
}

static bool charge(struct store *st, struct err *e)
{
	bool is_done;
	if (!st->has_due)
		return true;
	if (!charge_settle(st, st->max_recharges ? st->max_recharges : RECHARGES, &is_done, e))
		return false;
	st->has_due = !is_done;
	return true;
}

bool store_batch(struct store *st, struct batch *b, struct err *e)
{
	begin(st);
	// prompts and sessions first: turns point to them
	return look_for_orphans(st, e) && store_changes(st, e) && store_facts(st, b, e) &&
	       store_settle(st, e) && store_rollup_flush(st, e) && charge(st, e);
}

bool store_charge_due(struct store *st, struct err *e)
{
	begin(st);
	st->has_due = true;
	return charge(st, e);
}

void store_close(struct store *st)
{
	for (size_t i = 0; i < STORE_MAX_STATEMENTS; i++)
		(void)sqlite3_finalize(st->statements[i].stmt);
	table_free(&st->rollup);
	table_free(&st->charge_rollup);
	table_free(&st->tool_rollup);
	table_free(&st->scenes);
	arena_free(&st->arena);
	free(st->settling.p);
	free(st->kept.p);
	*st = (struct store){0};
}
