// SPDX-License-Identifier: MIT
#include "backfill.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "charge.h"
#include "clock.h"
#include "log.h"
#include "path.h"
#include "sync.h"

enum { MAX_DIRS = 64, REDRAW_MS = 100, LOCK_WAIT_MS = 30000 };

static volatile sig_atomic_t stop;

static void on_stop(int sig)
{
	(void)sig;
	stop = 1;
}

struct bar {
	int64_t start_ms, drawn_ms;
	bool is_drawn;
};

static void draw(void *context, int64_t files, int64_t n_files, int64_t bytes, int64_t n_bytes)
{
	struct bar *b = context;
	int64_t now = clock_mono_ms();
	if (now - b->drawn_ms < REDRAW_MS && files < n_files)
		return;
	b->drawn_ms = now;
	b->is_drawn = true;
	double seconds = (double)(now - b->start_ms) / 1000, mb = (double)bytes / 1e6;
	double rate = seconds > 0.05 ? mb / seconds : 0;
	double left = rate > 0 ? ((double)n_bytes / 1e6 - mb) / rate : 0;
	char line[33];
	int full = n_bytes > 0 ? (int)(bytes * 32 / n_bytes) : 32;
	for (int i = 0; i < 32; i++)
		line[i] = i < full ? '#' : '.';
	line[32] = '\0';
	(void)fprintf(stderr, "\r\033[K[%s] %lld/%lld files  %.0f/%.0f MB  %.0f MB/s  %.0f s left",
		line, (long long)files, (long long)n_files, mb, (double)n_bytes / 1e6, rate,
		left > 0 ? left : 0);
	(void)fflush(stderr);
}

static int usage(FILE *f, int status)
{
	(void)fputs(
		"usage: ccl-hook            read a hook payload on stdin (Claude Code does this)\n"
		"       ccl-hook --sync [DIR ...]\n"
		"                           read every transcript below the projects folders DIR\n"
		"                           (default: those of Claude Code that exist)\n"
		"       ccl-hook --charge   decide again which pull request turns belong to\n"
		"       ccl-hook --status   store what a status line payload on stdin says\n"
		"       ccl-hook --version\n"
		"\n"
		"example: ccl-hook --sync ~/.claude/projects\n",
		f);
	return status;
}

static size_t find_dirs(struct arena *a, int argc, char **argv, struct str *dirs)
{
	size_t n = 0;
	for (int i = 2; i < argc && n < MAX_DIRS; i++)
		dirs[n++] = path_clean(a, str_of(argv[i]));
	if (n)
		return n;
	struct str config[MAX_DIRS];
	size_t n_config = path_config_dirs(a, config, MAX_DIRS);
	for (size_t i = 0; i < n_config; i++) {
		struct str dir = path_join(a, config[i], STR("projects"));
		if (access(dir.p, R_OK) == 0)
			dirs[n++] = dir;
	}
	return n;
}

static void say_done(const struct sync_report *r, int64_t took_ms)
{
	(void)printf("Read %lld of %lld transcripts, %.1f MB, in %.2f s.\n",
		(long long)r->n_read_files, (long long)r->n_files, (double)r->n_bytes / 1e6,
		(double)took_ms / 1000);
	if (r->n_bad_lines || r->n_long_lines)
		(void)printf("%lld damaged and %lld overlong lines were passed over; `ccl doctor` "
			     "says where.\n",
			(long long)r->n_bad_lines, (long long)r->n_long_lines);
	if (r->is_interrupted)
		(void)puts("Interrupted: what was read is stored. Run it again to go on.");
}

// What the user has said, or the forge has answered: `ccl` runs this when it has stored it.
static int run_charge(struct str ledger)
{
	struct err e = {.code = ERR_NONE};
	sqlite3 *db = NULL;
	struct ingest *in = mem_alloc(sizeof *in);
	bool ok = ledger_open_write(ledger, LOCK_WAIT_MS, &db, &e) && ingest_open(in, db, &e);
	if (ok) {
		ok = charge_run(&in->store, &e);
		ingest_close(in);
		ledger_checkpoint(db);
	}
	if (!ok)
		(void)fprintf(stderr, "ccl-hook: %s\n", e.text);
	if (db)
		ledger_close(&db);
	free(in);
	return ok ? 0 : err_exit_status(e.code);
}

static int run_sync(struct str ledger, const struct str *dirs, size_t n_dirs)
{
	struct err e = {.code = ERR_NONE};
	struct sync_report report;
	struct bar bar = {.start_ms = clock_mono_ms()};
	struct sync_progress progress = {isatty(STDERR_FILENO) ? draw : NULL, &bar, &stop};
	sqlite3 *db = NULL;
	struct ingest *in = mem_alloc(sizeof *in);
	bool ok = ledger_open_write(ledger, LOCK_WAIT_MS, &db, &e) && ingest_open(in, db, &e);
	if (ok) {
		ok = sync_run(in, dirs, n_dirs, &progress, &report, &e);
		ingest_close(in);
	}
	if (bar.is_drawn)
		(void)fputs("\r\033[K", stderr);
	if (ok)
		say_done(&report, clock_mono_ms() - bar.start_ms);
	else
		(void)fprintf(stderr, "ccl-hook: %s\n", e.text);
	if (db)
		ledger_close(&db);
	free(in);
	return ok ? report.is_interrupted ? 130 : 0 : err_exit_status(e.code);
}

int backfill_main(int argc, char **argv)
{
	if (strcmp(argv[1], "--version") == 0) {
		(void)puts("ccl-hook " CCL_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	struct arena a = {0};
	struct str dirs[MAX_DIRS], ledger = path_ledger(&a);
	bool is_charge = strcmp(argv[1], "--charge") == 0;
	if (is_charge || strcmp(argv[1], "--sync") != 0) {
		int status = is_charge ? run_charge(ledger) : usage(stderr, 64);
		arena_free(&a);
		return status;
	}
	size_t n = find_dirs(&a, argc, argv, dirs);
	log_open(ledger);
	(void)signal(SIGINT, on_stop);
	(void)signal(SIGTERM, on_stop);
	if (n == 0)
		(void)puts("No projects folder of Claude Code was found: use Claude Code once, or "
			   "name one "
			   "(`ccl sync DIR`).");
	int status = n ? run_sync(ledger, dirs, n) : 0;
	arena_free(&a);
	return status;
}
