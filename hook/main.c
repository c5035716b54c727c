// SPDX-License-Identifier: MIT
// ccl-hook: what Claude Code runs when a turn ends. Its contract, each line with a test of its
// name:
//
//  1 silent       nothing on stdout or stderr, but for one JSON object where a budget or runaway
//                 rule has something to say; failures go to hook.log beside the ledger
//  2 harmless     exit 0 whatever happens; transcripts, repository and settings are not touched
//  3 quick        waits 50 ms for the lock, works 200 ms; a detached child does what is left
//  4 bounded      stdin 1 MiB, chunks 1 MiB, lines 8 MiB; longer ones are passed over and counted
//  5 exactly once stat, cursor, bytes, rows and new cursor in one transaction
//  6 whole lines  a torn last line waits
//  7 no trust     a file that is smaller, replaced or rewritten is read again from its start
//  8 no loss      a line may be skipped for what it says, never for what happened to us
//  9 all files    the session's main transcript, its agents', and those of old clients beside it
// 10 old clients  only classic events are ever registered (install/)
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reply.h"
#include "backfill.h"
#include "clock.h"
#include "files.h"
#include "follow.h"
#include "ingest.h"
#include "input.h"
#include "log.h"
#include "notify.h"
#include "observe.h"
#include "path.h"
#include "payload.h"
#include "pool.h"
#include "pulse.h"
#include "statusline.h"

enum {
	STDIN_WAIT_MS =
		1000, // Claude Code writes at once; a stdin that is never closed must not hang us
	LOCK_WAIT_MS = 50,
	WORK_MS = 200,
	END_WORK_MS = 1000, // SessionEnd is killed after 1.5 s
};

static void die_quietly(const char *why)
{
	log_line("%s", why);
	_exit(0);
}

// SIGABRT of a failed assert, and its kin: exit 0 all the same.
static void on_crash(int sig)
{
	(void)sig;
	_exit(0);
}

// Claude Code's transcripts lie below a folder named projects; nothing else is read.
static bool is_transcript_path(struct str path)
{
	return path.n > 6 && path.p[0] == '/' && str_ends(path, ".jsonl") &&
	       str_has(path, "/projects/") && !str_has(path, "/../");
}

// What a hook run knows and says.
struct session_hook {
	const struct payload *payload;
	struct guard_answer answer;
	struct buf sequence; // for the terminal
	bool has_fired, is_shown;
};

static bool is_tool_event(struct str event)
{
	return str_is(event, "PreToolUse") || str_is(event, "PostToolUse");
}

// Between two calls nothing but the transcript is looked at.
static bool look_around(struct ingest *in, void *context, struct err *e)
{
	const struct payload *p = ((const struct session_hook *)context)->payload;
	if (ingest_is_ignored(in, p->cwd) || is_tool_event(p->event))
		return observe_run(in, p->event, e);
	observe_environment(in, p->session);
	return observe_run(in, p->event, e) && observe_git(in, p->session, p->cwd, e);
}

static bool ask_guard(
	struct session_hook *h, struct guard *g, const struct heed *heed, struct err *e)
{
	const struct payload *p = h->payload;
	g->watcher.is_plan = str_is(p->permission_mode, "plan");
	bool may_block = str_is(p->event, "PreToolUse") || str_is(p->event, "UserPromptSubmit");
	return (!heed || guard_look(g, heed, e)) &&
	       (!reply_is_heard(p->event) || guard_tell(g, p->session, &h->answer, e)) &&
	       (!may_block || guard_enforce(g, p, &h->answer, e));
}

// Inside a transaction. The guard's failure keeps no row back and stops nobody.
static void run_guard(struct session_hook *h, struct store *st, const struct heed *heed)
{
	struct guard g;
	struct notify_settings n;
	struct err e = {.code = ERR_NONE};
	bool is_on = false;
	if (!guard_open(&g, st, &is_on, &e) || (is_on && !ask_guard(h, &g, heed, &e))) {
		log_line("%s", e.text);
		buf_clear(&h->answer.block);
	}
	h->has_fired |= g.has_fired;
	if (h->answer.message.n && notify_read(st->db, &n, &e)) {
		buf_clear(&h->sequence);
		notify_sequence(&n, h->answer.worst, buf_str(&h->answer.message), g.now_ms,
			&h->sequence, &h->is_shown);
	}
	guard_close(&g);
}

static bool look_at_it(struct ingest *in, void *context, struct err *e)
{
	(void)e;
	run_guard(context, &in->store, &in->heed);
	return true;
}

// The session's files, the one whose end matters first.
static size_t list_paths(struct arena *a, const struct payload *p, struct str **out)
{
	struct found_files files = {0};
	files_of_session(a, p->transcript_path, &files);
	struct str *paths = arena_alloc(a, sizeof *paths * (files.n + 1));
	size_t n = 0;
	if (str_is(p->event, "SubagentStop") && is_transcript_path(p->agent_transcript_path) &&
		access(p->agent_transcript_path.p, R_OK) == 0)
		paths[n++] = p->agent_transcript_path;
	for (size_t i = 0; i < files.n; i++)
		if (n == 0 || !str_eq(paths[0], files.p[i].path))
			paths[n++] = files.p[i].path;
	files_free(&files);
	*out = paths;
	return n;
}

// What the event asks for, done here as far as the limits allow.
struct outcome {
	bool is_done, is_open;
	sqlite3 *db;
	struct ingest *in;
};

// Nothing is read now: what was found before is still to be said.
static bool tell(struct session_hook *h, sqlite3 *db, struct err *e)
{
	bool is_due;
	if (!pulse_has_alert(db, h->payload->session, &is_due, e) || !is_due)
		return e->code == ERR_NONE;
	struct store *st = mem_alloc(sizeof *st);
	st->db = db;
	bool ok = ledger_exec(db, "BEGIN IMMEDIATE", e);
	if (ok) {
		run_guard(h, st, NULL);
		ok = ledger_exec(db, "COMMIT", e);
	}
	if (!ok)
		h->answer = (struct guard_answer){.worst = RULE_NONE};
	store_close(st);
	free(st);
	return ok;
}

static bool work(struct str ledger, struct session_hook *h, const struct str *paths, size_t n_paths,
	struct outcome *out, struct err *e)
{
	const struct payload *p = h->payload;
	bool is_end = str_is(p->event, "SessionEnd");
	struct ingest_job job = {.paths = paths,
		.n_paths = n_paths,
		.deadline_mono_ms = clock_mono_ms() + (is_end ? END_WORK_MS : WORK_MS),
		.prompt = str_is(p->event, "Stop") ? p->prompt : STR_NONE,
		.first = look_around,
		.last = look_at_it,
		.context = h};
	if (!ledger_open_quick(ledger, LOCK_WAIT_MS, &out->db, e))
		return false;
	if (str_is(p->event, "PostToolUse") && !pulse_is_due(out->db, paths, n_paths)) {
		out->is_done = true;
		out->is_open = false;
		return tell(h, out->db, e);
	}
	out->in = mem_alloc(sizeof *out->in);
	if (!ingest_open(out->in, out->db, e)) {
		free(out->in);
		out->in = NULL;
		return false;
	}
	return ingest_run(out->in, &job, &out->is_done, &out->is_open, e);
}

static void say(const struct session_hook *h)
{
	struct buf out = {0};
	reply_print(h->payload->event, &h->answer, buf_str(&h->sequence), &out);
	if (out.n) {
		ssize_t done = write(STDOUT_FILENO, out.p, out.n);
		(void)done; // nobody listens: nobody is told
	}
	buf_free(&out);
}

// Before a fork: the child must not inherit a connection. Otherwise the exit does it, faster.
static void release(struct outcome *o)
{
	if (o->in)
		ingest_close(o->in);
	free(o->in);
	if (o->db)
		ledger_close(&o->db);
}

static void handle(struct str ledger, const struct payload *p, struct arena *a)
{
	struct str *paths = NULL;
	struct err e = {.code = ERR_NONE};
	struct outcome o = {.is_done = false, .is_open = true};
	struct session_hook h = {.payload = p};
	if (!is_transcript_path(p->transcript_path))
		return;
	bool is_start = str_is(p->event, "SessionStart");
	size_t n_paths = is_start ? 0 : list_paths(a, p, &paths);
	bool ok = work(ledger, &h, paths, n_paths, &o, &e);
	if (ok)
		say(&h);
	if (!ok && e.code != ERR_BUSY)
		log_line("%s", e.text);
	if (!ok && e.code != ERR_BUSY && e.code != ERR_IO)
		return; // waiting will not mend it
	// no Stop follows a refused call
	bool may_grow = str_is(p->event, "Stop") || str_is(p->event, "SubagentStop") ||
			(h.answer.block.n && str_is(p->event, "PreToolUse"));
	if (!ok && is_tool_event(p->event))
		return; // the next one is near
	struct follow_job job = {.ledger = ledger,
		.paths = paths,
		.n_paths = n_paths,
		.prompt = p->prompt,
		.is_stop = str_is(p->event, "Stop"),
		.must_follow = may_grow && o.is_open,
		.has_alert = h.has_fired,
		.is_shown = h.is_shown};
	if (is_start)
		job.catch_up = p->transcript_path;
	bool is_left = o.in && o.in->store.has_due;
	if (!ok || !o.is_done || job.must_follow || job.has_alert || is_start || is_left ||
		follow_wants_checkpoint(ledger)) {
		release(&o);
		follow_detached(&job);
	}
}

int main(int argc, char **argv)
{
	// Every statement here is run by one thread at a time (sync.c's workers hold a mutex).
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	bool is_status = argc > 1 && strcmp(argv[1], "--status") == 0;
	if (argc > 1 && !is_status)
		return backfill_main(argc, argv);
	if (isatty(STDIN_FILENO)) {
		(void)puts("ccl-hook is run by Claude Code. `ccl install` wires it, `ccl-hook "
			   "--sync` reads what is there.");
		return 0;
	}
	pool_install();
	struct arena a = {0};
	struct buf input = {0};
	struct payload p;
	mem_on_death = die_quietly; // before anything is allocated
	struct str ledger = path_ledger(&a);
	log_open(ledger);
	(void)signal(SIGABRT, on_crash);
	(void)signal(SIGPIPE, SIG_IGN);
	if (is_status) {
		statusline_run(ledger);
		_exit(0);
	}
	input_read(STDIN_FILENO, STDIN_WAIT_MS, &input);
	if (payload_read(&a, buf_str(&input), &p))
		handle(ledger, &p, &a);
	_exit(0); // everything is committed: giving back memory piece by piece only takes time
}
