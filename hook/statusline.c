// SPDX-License-Identifier: MIT
#include "statusline.h"

#include <stdlib.h>
#include <unistd.h>

#include "charge.h"
#include "clock.h"
#include "input.h"
#include "log.h"
#include "observe.h"

enum { STDIN_WAIT_MS = 1000, LOCK_WAIT_MS = 5000 };

static bool has_told(const struct status *p)
{
	bool has = p->cost.n || p->window_tok > 0 || p->pr_number;
	for (size_t i = 0; i < N_STATUS_LIMITS; i++)
		has |= p->limits[i].used_bp >= 0 && p->limits[i].resets_ms >= 0;
	return has;
}

static bool store_limits(struct ingest *in, const struct status *p, struct err *e)
{
	sqlite3_stmt *s = store_sql(&in->store,
		"INSERT INTO limit_seen VALUES (:kind, :resets, :used, :now)"
		" ON CONFLICT DO UPDATE SET used_bp = excluded.used_bp, at_ms = excluded.at_ms"
		" WHERE excluded.used_bp > used_bp",
		e);
	if (!s)
		return false;
	for (size_t i = 0; i < N_STATUS_LIMITS; i++) {
		const struct status_window *w = &p->limits[i];
		if (w->used_bp < 0 || w->resets_ms < 0)
			continue;
		store_bind(s, "ziii", status_limit_name((enum status_limit)i), w->resets_ms,
			w->used_bp, clock_now_ms());
		if (!store_run(&in->store, s, e))
			return false;
	}
	return true;
}

static bool store_own(struct ingest *in, int64_t session_id, const struct status *p, struct err *e)
{
	sqlite3_stmt *s = store_sql(&in->store,
		"UPDATE session SET status_ms = :now, status_cost = coalesce(:cost, status_cost), "
		"window_tok = coalesce(:window, window_tok) WHERE id = :id AND (status_cost IS NOT "
		"coalesce(:cost, status_cost) OR window_tok IS NOT coalesce(:window, window_tok))",
		e);
	if (!s)
		return false;
	store_bind(s, "itki", clock_now_ms(), p->cost, p->window_tok > 0 ? p->window_tok : 0,
		session_id);
	return store_run(&in->store, s, e);
}

// Where the client works now is where it sees the pull request: HEAD there was just noted.
static bool store_pr(struct ingest *in, struct session *session, int64_t session_id,
	const struct status *p, bool *out_is_new, struct err *e)
{
	int64_t workdir, hint;
	struct str repo, key = status_pr_key(&in->arena, p, &repo);
	*out_is_new = false;
	if (!key.n)
		return true;
	sqlite3_stmt *s = store_sql(&in->store,
		"INSERT INTO pr_hint(uuid, session_id, at_ms, source, verb, repo, number, "
		"workdir_id) VALUES (:uuid, :session, :at, 'status-line', 'branch', :repo, "
		":number, :workdir) ON CONFLICT DO NOTHING",
		e);
	struct workdir *w = p->cwd.n && p->cwd.p[0] == '/'
				    ? catalog_workdir(&in->catalog, session, p->cwd)
				    : NULL;
	if (!s || !store_workdir(&in->store, w, &workdir, e))
		return false;
	store_bind(s, "tiitik", key, session_id, clock_now_ms(), repo, p->pr_number, workdir);
	if (!store_make(&in->store, s, &hint, e))
		return false;
	*out_is_new = hint != 0;
	return !hint || charge_place_hint(&in->store, hint, e);
}

bool statusline_store(
	struct ingest *in, const struct status *p, bool *out_has_evidence, struct err *e)
{
	int64_t session_id;
	*out_has_evidence = false;
	if (!p->session.n || !has_told(p) || ingest_is_forgotten(in, p->session) ||
		ingest_is_ignored(in, p->cwd))
		return true;
	struct session *session = catalog_session(&in->catalog, p->session);
	return store_session(&in->store, session, &session_id, e) && store_limits(in, p, e) &&
	       store_own(in, session_id, p, e) &&
	       (!p->pr_number || observe_git(in, p->session, p->cwd, e)) &&
	       store_pr(in, session, session_id, p, out_has_evidence, e) &&
	       store_changes(&in->store, e);
}

static bool work(struct ingest *in, const struct status *p, struct err *e)
{
	bool has_evidence;
	if (!ledger_exec(in->store.db, "BEGIN IMMEDIATE", e))
		return false;
	if (!ledger_end(in->store.db, statusline_store(in, p, &has_evidence, e), e))
		return false;
	return !has_evidence || charge_run(&in->store, e);
}

void statusline_run(struct str ledger)
{
	struct arena a = {0};
	struct buf input = {0};
	struct err e = {.code = ERR_NONE};
	struct status p;
	sqlite3 *db = NULL;
	(void)setsid(); // the status line that started us may be ended; this may not
	input_read(STDIN_FILENO, STDIN_WAIT_MS, &input);
	if (input_is_whole(buf_str(&input)) && status_read(&a, buf_str(&input), &p)) {
		struct ingest *in = mem_alloc(sizeof *in);
		bool ok =
			ledger_open_quick(ledger, LOCK_WAIT_MS, &db, &e) && ingest_open(in, db, &e);
		if (ok) {
			ok = work(in, &p, &e);
			ingest_close(in);
			ledger_checkpoint(db);
		}
		if (!ok)
			log_line("%s", e.text);
		free(in);
	}
	if (db)
		ledger_close(&db);
	buf_free(&input);
	arena_free(&a);
}
