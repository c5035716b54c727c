// SPDX-License-Identifier: MIT
#include "tell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "command.h"
#include "ledger.h"
#include "path.h"

// Whether the statement, its texts bound, gives a row. What cannot be read is not new.
static bool has_row(
	sqlite3 *db, const char *sql, struct str first, struct str second, bool otherwise)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		return otherwise;
	(void)sqlite3_bind_text(s, 1, first.p, (int)first.n, SQLITE_STATIC);
	if (second.p)
		(void)sqlite3_bind_text(s, 2, second.p, (int)second.n, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	return rc == SQLITE_ROW || (rc != SQLITE_DONE && otherwise);
}

static bool is_new_session(struct look *l, const struct status *p)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	bool has_cost = p->cost_pico > 0;
	if (sqlite3_prepare_v2(l->db, "SELECT status_cost, window_tok FROM session WHERE uid = ?1",
		    -1, &s, NULL) != SQLITE_OK)
		return false;
	(void)sqlite3_bind_text(s, 1, p->session.p, (int)p->session.n, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	if (rc != SQLITE_ROW)
		return rc == SQLITE_DONE && has_cost; // one that has cost nothing may never do so
	struct str cost = str_of((const char *)sqlite3_column_text(s, 0));
	bool is_first_cost = !cost.p && has_cost;
	return is_first_cost || (cost.p && p->cost.n && !str_eq(cost, p->cost)) ||
	       (p->window_tok > 0 && p->window_tok != sqlite3_column_int64(s, 1));
}

// Within a window the share only grows: a session that rests shows an older one.
static bool is_new_limit(struct look *l, const struct status *p)
{
	for (size_t i = 0; i < N_STATUS_LIMITS; i++) {
		const struct status_window *w = &p->limits[i];
		AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
		if (w->used_bp < 0 || w->resets_ms < 0)
			continue;
		if (sqlite3_prepare_v2(l->db,
			    "SELECT 1 FROM limit_seen WHERE kind = ?1 AND resets_ms = ?2 AND "
			    "used_bp >= ?3",
			    -1, &s, NULL) != SQLITE_OK)
			return false;
		(void)sqlite3_bind_text(
			s, 1, status_limit_name((enum status_limit)i), -1, SQLITE_STATIC);
		(void)sqlite3_bind_int64(s, 2, w->resets_ms);
		(void)sqlite3_bind_int64(s, 3, w->used_bp);
		if (sqlite3_step(s) == SQLITE_DONE)
			return true;
	}
	return false;
}

static bool is_new_pr(struct look *l, const struct status *p)
{
	struct str uuid = status_pr_key(l->arena, p, NULL);
	return uuid.n &&
	       !has_row(l->db, "SELECT 1 FROM pr_hint WHERE uuid = ?1", uuid, STR_NONE, true);
}

static bool is_kept_out(struct look *l, const struct status *p)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct hash_key key;
	struct err e;
	if (has_row(l->db,
		    "SELECT 1 FROM ignored_path WHERE path = ?1 OR substr(?1, 1, length(path) + 1) "
		    "= "
		    "path || '/'",
		    p->cwd, STR_NONE, true) ||
		!ledger_hash_key(l->db, &key, &e) ||
		sqlite3_prepare_v2(l->db, "SELECT 1 FROM forgotten WHERE session_hash = ?1", -1, &s,
			NULL) != SQLITE_OK)
		return true;
	(void)sqlite3_bind_int64(s, 1, (int64_t)hash_sip(key, p->session));
	return sqlite3_step(s) != SQLITE_DONE;
}

bool tell_is_new(struct look *l, const struct status *p)
{
	if (!l->db || !p->session.n)
		return false;
	return (is_new_session(l, p) || is_new_limit(l, p) || is_new_pr(l, p)) &&
	       !is_kept_out(l, p);
}

static _Noreturn void become_hook(const char *const *argv, int payload_fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0 && dup2(payload_fd, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
		dup2(null, STDERR_FILENO) >= 0) {
		(void)setsid(); // Claude Code ends a status line that is still running
		(void)signal(SIGPIPE, SIG_DFL);
		// it changes none of them
		(void)execv(argv[0], (char *const *)(uintptr_t)argv);
	}
	_exit(0);
}

void tell_hook(struct arena *a, struct str payload)
{
	struct str hook;
	int fds[2];
	if (!command_find_hook(a, &hook) || pipe(fds) != 0)
		return;
	const char *argv[] = {hook.p, "--status", NULL};
	(void)signal(SIGPIPE, SIG_IGN);
	pid_t pid = fork();
	if (pid == 0) {
		(void)close(fds[1]);
		become_hook(argv, fds[0]);
	}
	(void)close(fds[0]);
	while (pid > 0 && payload.n) { // nearly always less than the pipe holds
		ssize_t n = write(fds[1], payload.p, payload.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		payload = str_from(payload, (size_t)n);
	}
	(void)close(fds[1]);
}
