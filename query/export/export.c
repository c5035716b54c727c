// SPDX-License-Identifier: MIT
// `ccl export`: every turn, one after the other, so that memory does not grow with the ledger.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "anonymise.h"
#include "clock.h"
#include "command.h"
#include "export_db.h"
#include "ledger.h"
#include "report.h"
#include "show.h"
#include "text.h"

enum { FLUSH_BYTES = 1 << 16, TURNS_A_LOOK = 1024, LOOK_MS = 100 };

static const struct {
	const char *name;
	const struct sink_kind *kind; // NULL: a database
} formats[] = {{"csv", &sink_csv}, {"jsonl", &sink_jsonl}, {"sqlite", NULL}};

struct target {
	const char *path; // NULL: stdout
	const struct sink_kind *kind;
	FILE *file;
	struct buf out;
	struct sink sink;
	struct export_db db;
};

// How far it is, on a terminal that does not get the rows.
struct progress {
	bool is_shown;
	int64_t n, n_all, next_ms;
};

static volatile sig_atomic_t is_stopped;

static void on_signal(int sig)
{
	(void)sig;
	is_stopped = 1;
}

static bool read_format(const struct args *args, struct target *t, struct err *e)
{
	struct str name = args_has(args, OPT_FORMAT) ? args->values[OPT_FORMAT] : STR("csv");
	bool is_known = false;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (!str_is(name, formats[i].name))
			continue;
		is_known = true;
		t->kind = formats[i].kind;
	}
	if (!is_known)
		return err_set(
			e, ERR_USAGE, "--format %.*s: it is csv, jsonl or sqlite", STR_ARG(name));
	t->path = args->values[OPT_OUTPUT].p;
	return t->path || t->kind ||
	       err_set(e, ERR_USAGE, "--format sqlite wants --output FILE, a new file");
}

static bool write_out(struct target *t, struct err *e)
{
	bool ok = !t->out.n || fwrite(t->out.p, 1, t->out.n, t->file) == t->out.n;
	buf_clear(&t->out);
	return ok || err_set(e, ERR_IO, "cannot write the export: %s", strerror(errno));
}

static bool open_target(struct target *t, const struct result *r, struct err *e)
{
	if (!t->path) {
		t->file = stdout;
	} else {
		// before there is a file that would be left behind
		struct sigaction act = {.sa_handler = on_signal};
		(void)sigaction(SIGINT, &act, NULL);
		(void)sigaction(SIGTERM, &act, NULL);
		(void)sigaction(SIGHUP, &act, NULL);
		int fd = open(t->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 && errno == EEXIST)
			return err_set(e, ERR_USAGE, "%s is there already: choose another --output",
				t->path);
		if (fd < 0)
			return err_set(
				e, ERR_USAGE, "cannot make %s: %s", t->path, strerror(errno));
		t->file = fdopen(fd, "w");
	}
	if (!t->kind)
		return export_db_open(t->path, r->columns, r->n_columns, &t->db, e);
	t->sink = (struct sink){.kind = t->kind, .out = &t->out, .result = r};
	t->kind->begin(&t->sink);
	return true;
}

// What is not complete does not stay.
static bool close_target(struct target *t, bool ok, struct err *e)
{
	if (ok && t->kind)
		ok = write_out(t, e);
	else if (ok)
		ok = export_db_commit(&t->db, e);
	if (ok && t->file && fflush(t->file) != 0)
		ok = err_set(e, ERR_IO, "cannot write the export: %s", strerror(errno));
	export_db_close(&t->db);
	if (t->path && t->file) {
		if (fclose(t->file) != 0 && ok)
			ok = err_set(e, ERR_IO, "cannot write %s: %s", t->path, strerror(errno));
		if (!ok)
			(void)unlink(t->path);
	}
	buf_free(&t->out);
	return ok;
}

static bool add_row(struct target *t, const struct cell *cells, struct err *e)
{
	if (!t->kind)
		return export_db_add(&t->db, cells, e);
	t->kind->row(&t->sink, cells);
	t->sink.n_rows++;
	return t->out.n < FLUSH_BYTES || write_out(t, e);
}

static bool start_progress(sqlite3 *db, const struct request *req, const struct target *t,
	struct progress *p, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	p->is_shown = isatty(STDERR_FILENO) && (t->path || !isatty(STDOUT_FILENO));
	if (!p->is_shown)
		return true;
	if (sqlite3_prepare_v2(db, "SELECT count(*) FROM turn WHERE at_ms >= ?1 AND at_ms < ?2", -1,
		    &s, NULL) != SQLITE_OK ||
		sqlite3_bind_int64(s, 1, req->since_ms) != SQLITE_OK ||
		sqlite3_bind_int64(s, 2, req->until_ms) != SQLITE_OK ||
		sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "counting the turns", e);
	p->n_all = sqlite3_column_int64(s, 0);
	return true;
}

static void show_progress(struct progress *p)
{
	AUTO(buf_free) struct buf b = {0};
	if (++p->n % TURNS_A_LOOK || !p->is_shown || clock_mono_ms() < p->next_ms)
		return;
	p->next_ms = clock_mono_ms() + LOOK_MS;
	buf_addz(&b, "\r");
	buf_add_grouped(&b, (uint64_t)p->n);
	buf_addz(&b, " of ");
	buf_add_grouped(&b, (uint64_t)p->n_all);
	buf_addz(&b, " turns");
	(void)fputs(buf_z(&b), stderr);
}

// From here on every row is a turn; `names` NULL: with all its names.
static bool copy_rows(sqlite3_stmt *s, const int *at, const struct result *r,
	const struct anonymiser *names, struct target *t, struct progress *p, struct err *e)
{
	struct cell cells[REPORT_MAX_COLUMNS];
	struct arena scratch = {0};
	bool ok = true;
	int rc = SQLITE_DONE;
	while (ok && !is_stopped && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		for (size_t c = 0; c < r->n_columns; c++)
			cells[c] = report_cell(s, at[c], &scratch);
		if (names)
			anonymise_row(names, &scratch, r->columns, r->n_columns, cells);
		ok = add_row(t, cells, e);
		arena_reset(&scratch);
		show_progress(p);
	}
	arena_free(&scratch);
	if (p->is_shown)
		(void)fputs("\r\033[K", stderr);
	if (ok && is_stopped)
		return err_set(e, ERR_IO, "interrupted: %s was not written", t->path);
	return ok &&
	       (rc == SQLITE_DONE || ledger_fail(sqlite3_db_handle(s), "reading the ledger", e));
}

static bool export_to(struct target *t, sqlite3 *db, struct request *req,
	const struct anonymiser *names, struct progress *p, struct arena *a, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int at[REPORT_MAX_COLUMNS];
	struct result r = {.arena = a,
		.name = str_of(req->def->name),
		.version = req->def->version,
		.columns = req->def->columns,
		.n_columns = req->def->n_columns};
	bool ok = report_prepare(db, req, &r, at, &s, e) && start_progress(db, req, t, p, e) &&
		  open_target(t, &r, e) && copy_rows(s, at, &r, names, t, p, e);
	return close_target(t, ok, e);
}

bool command_export(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	struct request req;
	struct target t = {0};
	struct progress p = {0};
	AUTO(anonymise_close) struct anonymiser names = {0};
	bool is_anonymous = args_has(call->args, OPT_ANONYMISE);
	if (!read_format(call->args, &t, e) || !show_request(export_def, call->args, &req, e) ||
		!show_open(call->arena, call->args, &req, &db, e) ||
		(is_anonymous && !anonymise_open(db, call->arena, &names, e)) ||
		!export_to(&t, db, &req, is_anonymous ? &names : NULL, &p, call->arena, e))
		return false;
	AUTO(buf_free) struct buf said = {0};
	const char *empty = export_def->empty;
	if (p.n == 0 && !show_why_empty(db, call->arena, call->args, &req, &empty, e))
		return false;
	if (p.n == 0) {
		text_add_clean(&said, str_of(empty));
		(void)fprintf(stderr, "ccl: %s\n", buf_z(&said));
	} else if (t.path) {
		buf_add_grouped(&said, (uint64_t)p.n);
		buf_printf(&said, " turn%s written to ", p.n == 1 ? "" : "s");
		text_add_clean(&said, str_of(t.path));
		(void)printf("%s.\n", buf_z(&said));
	}
	return true;
}
