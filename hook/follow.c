// SPDX-License-Identifier: MIT
#include "follow.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "charge.h"
#include "clock.h"
#include "guard.h"
#include "ingest.h"
#include "log.h"
#include "notify.h"
#include "sync.h"

enum {
	FOLLOW_MS = 1000,
	FOLLOW_POLL_MS = 8,
	CHILD_LOCK_WAIT_MS = 30000,
	WAL_MAX_BYTES = 256 * 1024,
};

bool follow_wants_checkpoint(struct str ledger)
{
	struct arena a = {0};
	struct stat st;
	bool is_large = stat(arena_printf(&a, "%.*s-wal", STR_ARG(ledger)), &st) == 0 &&
			st.st_size > WAL_MAX_BYTES;
	arena_free(&a);
	return is_large;
}

static int64_t total_size(const struct follow_job *job)
{
	int64_t n = 0;
	struct stat st;
	for (size_t i = 0; i < job->n_paths; i++)
		if (stat(job->paths[i].p, &st) == 0)
			n += (int64_t)st.st_size;
	return n;
}

// What the guard finds here is stored untold: the session's next hook says it. Its failure keeps no
// row back.
static bool watch(struct ingest *in, void *context, struct err *e)
{
	struct guard g;
	bool is_on, ok = guard_open(&g, &in->store, &is_on, e) &&
			 (!is_on || guard_look(&g, &in->heed, e));
	*(bool *)context |= g.has_fired;
	if (!ok)
		log_line("%s", e->text);
	e->code = ERR_NONE;
	guard_close(&g);
	return true;
}

static bool follow(struct ingest *in, const struct follow_job *job, bool *has_fired, struct err *e)
{
	int64_t deadline = clock_mono_ms() + FOLLOW_MS, size = -1;
	struct ingest_job work = {.paths = job->paths,
		.n_paths = job->n_paths,
		.deadline_mono_ms = INT64_MAX,
		.prompt = job->is_stop ? job->prompt : STR_NONE,
		.last = watch,
		.context = has_fired};
	bool is_done, is_open = true;
	do {
		int64_t now_size = total_size(job);
		if (now_size != size) {
			size = now_size;
			if (!ingest_run(in, &work, &is_done, &is_open, e))
				return false;
		}
		if (!job->must_follow || !is_open)
			return true;
		clock_sleep_ms(FOLLOW_POLL_MS);
	} while (clock_mono_ms() < deadline);
	return true;
}

// <config>/projects of a transcript's path.
static struct str projects_dir(struct arena *a, struct str path)
{
	static const char part[] = "/projects/";
	for (size_t i = path.n; i-- > 1;)
		if (str_starts(str_from(path, i), part))
			return arena_str(a, (struct str){path.p, i + sizeof part - 2});
	return STR_NONE;
}

static bool catch_up(struct ingest *in, const struct follow_job *job, struct err *e)
{
	struct str dir = projects_dir(&in->arena, job->catch_up);
	struct sync_report report;
	return !dir.n || sync_run(in, &dir, 1, NULL, &report, e);
}

static void run(const struct follow_job *job)
{
	struct err e = {.code = ERR_NONE};
	sqlite3 *db = NULL;
	bool has_fired = job->has_alert;
	struct ingest *in = mem_alloc(sizeof *in);
	bool ok = ledger_open_write(job->ledger, CHILD_LOCK_WAIT_MS, &db, &e) &&
		  ingest_open(in, db, &e);
	if (ok) {
		ok = (!job->n_paths || follow(in, job, &has_fired, &e)) &&
		     (!job->catch_up.n || catch_up(in, job, &e)) && charge_run(&in->store, &e);
		ingest_close(in);
		ledger_checkpoint(db);
	}
	if (ok && has_fired)
		ok = notify_run(db, job->is_shown, &e);
	if (!ok)
		log_line("%s", e.text);
	if (db)
		ledger_close(&db);
}

void follow_detached(const struct follow_job *job)
{
	pid_t pid = fork();
	if (pid != 0)
		return; // without a child the next hook does it
	(void)setsid();
	int null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd <= 2 && null >= 0; fd++)
		(void)dup2(null, fd);
	if (null > 2)
		(void)close(null);
	run(job);
	_exit(0);
}
