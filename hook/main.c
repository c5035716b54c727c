// SPDX-License-Identifier: MIT
// ccl-hook: what Claude Code runs when a turn ends. Its contract, each line with a test of its
// name:
//
//  1 silent       nothing on stdout or stderr; failures go to hook.log beside the ledger
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
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backfill.h"
#include "clock.h"
#include "files.h"
#include "follow.h"
#include "ingest.h"
#include "log.h"
#include "observe.h"
#include "path.h"
#include "payload.h"
#include "pool.h"

enum {
	STDIN_MAX_BYTES = 1024 * 1024,
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

static bool is_whole_object(struct str s)
{
	struct scan scan = scan_begin(s);
	return s.n && str_trim(s).n && str_trim(s).p[str_trim(s).n - 1] == '}' &&
	       scan_skip(&scan).p && scan_at_end(&scan);
}

// The payload, until end of file, a whole object, 1 MiB or one second.
static void read_stdin(struct buf *out)
{
	int64_t deadline = clock_mono_ms() + STDIN_WAIT_MS;
	while (out->n < STDIN_MAX_BYTES) {
		struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
		int64_t left = deadline - clock_mono_ms();
		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return;
		buf_reserve(out, 65536);
		ssize_t n = read(STDIN_FILENO, out->p + out->n, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		out->n += (size_t)n;
		if (is_whole_object(buf_str(out)))
			return;
	}
}

// Claude Code's transcripts lie below a folder named projects; nothing else is read.
static bool is_transcript_path(struct str path)
{
	return path.n > 6 && path.p[0] == '/' && str_ends(path, ".jsonl") &&
	       str_has(path, "/projects/") && !str_has(path, "/../");
}

struct first_look {
	const struct payload *payload;
};

static bool look_around(struct ingest *in, void *context, struct err *e)
{
	const struct payload *p = ((const struct first_look *)context)->payload;
	if (ingest_is_ignored(in, p->cwd))
		return observe_run(in, p->event, e);
	observe_environment(in, p->session);
	return observe_run(in, p->event, e) && observe_git(in, p->session, p->cwd, e);
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

static bool work(struct str ledger, const struct payload *p, const struct str *paths,
	size_t n_paths, struct outcome *out, struct err *e)
{
	struct first_look look = {p};
	bool is_end = str_is(p->event, "SessionEnd");
	struct ingest_job job = {.paths = paths,
		.n_paths = n_paths,
		.deadline_mono_ms = clock_mono_ms() + (is_end ? END_WORK_MS : WORK_MS),
		.prompt = str_is(p->event, "Stop") ? p->prompt : STR_NONE,
		.first = look_around,
		.context = &look};
	if (!ledger_open_quick(ledger, LOCK_WAIT_MS, &out->db, e))
		return false;
	out->in = mem_alloc(sizeof *out->in);
	if (!ingest_open(out->in, out->db, e)) {
		free(out->in);
		out->in = NULL;
		return false;
	}
	return ingest_run(out->in, &job, &out->is_done, &out->is_open, e);
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
	if (!is_transcript_path(p->transcript_path))
		return;
	bool is_start = str_is(p->event, "SessionStart");
	size_t n_paths = is_start ? 0 : list_paths(a, p, &paths);
	bool ok = work(ledger, p, paths, n_paths, &o, &e);
	if (!ok && e.code != ERR_BUSY)
		log_line("%s", e.text);
	if (!ok && e.code != ERR_BUSY && e.code != ERR_IO)
		return; // waiting will not mend it
	bool may_grow = str_is(p->event, "Stop") || str_is(p->event, "SubagentStop");
	struct follow_job job = {.ledger = ledger,
		.paths = paths,
		.n_paths = n_paths,
		.prompt = p->prompt,
		.is_stop = str_is(p->event, "Stop"),
		.must_follow = may_grow && o.is_open};
	if (is_start)
		job.catch_up = p->transcript_path;
	bool is_left = o.in && o.in->store.has_due;
	if (!ok || !o.is_done || job.must_follow || is_start || is_left ||
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
	if (argc > 1)
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
	read_stdin(&input);
	if (payload_read(&a, buf_str(&input), &p))
		handle(ledger, &p, &a);
	_exit(0); // everything is committed: giving back memory piece by piece only takes time
}
