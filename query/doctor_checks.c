// SPDX-License-Identifier: MIT
#include "doctor_checks.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "ledger.h"
#include "path.h"
#include "value.h"
#include "wired.h"

enum { MAX_DIRS = 32, MAX_DEPTH = 8, DAY_MS = 86400000, LOG_TAIL_BYTES = 65536 };

char *doctor_sentence(struct doctor *d, struct str text)
{
	char *z = arena_printf(d->arena, "%.*s%s", STR_ARG(text), str_ends(text, ".") ? "" : ".");
	if (*z >= 'a' && *z <= 'z')
		*z = (char)(*z - 'a' + 'A');
	return z;
}

// Fail: for this reason turns are not logged.
static enum doctor_state state_of(enum install_trouble trouble)
{
	switch (trouble) {
	case INSTALL_NO_FOLDER:
	case INSTALL_STRAY_ENTRY: return DOCTOR_WARN;
	case INSTALL_NO_SETTINGS:
	case INSTALL_BAD_SETTINGS:
	case INSTALL_NO_BINARY:
	case INSTALL_HOOKS_DISABLED:
	case INSTALL_MANAGED_ONLY: break;
	}
	return DOCTOR_FAIL;
}

// Which events lack their hook; nothing if that cannot be known or has its reason told already.
static void check_events(struct doctor *d, struct str config_dir, const struct install_state *state)
{
	struct buf wrong = {0};
	size_t n_there = 0;
	bool is_fatal = false; // turns are not logged, or what a budget forbids is not refused
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++) {
		const struct install_event *event = &state->events[i];
		enum install_wiring w = event->wiring;
		n_there += event->n_entries;
		is_fatal |= w == INSTALL_MISSING && event->need != INSTALL_FOR_GUARD;
		if (w != INSTALL_WIRED && w != INSTALL_UNUSED)
			buf_printf(&wrong, "%s%s %s", wrong.n ? ", " : "", event->name,
				install_wiring_name(w));
	}
	struct str file = path_join(d->arena, config_dir, STR("settings.json"));
	if (n_there == 0)
		doctor_add(d, "hooks", DOCTOR_FAIL,
			arena_printf(d->arena, "none of ccl in %s: no turn is logged when it ends",
				file.p),
			"`ccl install` wires them.");
	else if (wrong.n)
		doctor_add(d, "hooks", is_fatal ? DOCTOR_FAIL : DOCTOR_WARN,
			arena_printf(d->arena, "in %s: %s", file.p, buf_z(&wrong)),
			"`ccl install` puts them right.");
	else if (state->is_ok)
		doctor_add(
			d, "hooks", DOCTOR_OK, arena_printf(d->arena, "wired in %s", file.p), NULL);
	buf_free(&wrong);
}

void doctor_check_hooks(struct doctor *d)
{
	struct install_opts opts;
	struct install_state state;
	struct err e = {0};
	bool can_tell = true;
	if (!wired_options(d->arena, &opts, &e) || !install_check(&opts, &state, &e)) {
		doctor_add(d, "hooks", DOCTOR_FAIL, e.text, "Run ./install/setup again.");
		return;
	}
	for (size_t i = 0; i < state.n_reasons; i++) {
		const struct install_reason *r = &state.reasons[i];
		can_tell &= r->trouble != INSTALL_NO_FOLDER && r->trouble != INSTALL_NO_SETTINGS &&
			    r->trouble != INSTALL_BAD_SETTINGS;
		doctor_add(d, "hooks", state_of(r->trouble), r->detail,
			doctor_sentence(d, str_of(r->cure)));
	}
	if (can_tell)
		check_events(d, opts.config_dir, &state);
}

static char *ago(struct doctor *d, int64_t at_ms)
{
	struct buf b = {0};
	struct cell span = {.kind = CELL_INT, .i = d->now_ms > at_ms ? d->now_ms - at_ms : 0};
	value_add_human(&b, VALUE_SPAN, &span);
	char *z = arena_printf(d->arena, "%s", buf_z(&b));
	buf_free(&b);
	return z;
}

void doctor_check_runs(struct doctor *d)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!d->db)
		return;
	if (!doctor_query(d,
		    "SELECT event, last_ms, (SELECT sum(runs) FROM hook_run) FROM hook_run"
		    " ORDER BY last_ms DESC LIMIT 1",
		    &s)) {
		doctor_add(d, "last run", DOCTOR_WARN, "the hook has never run",
			"It runs when a turn of Claude Code ends, once `ccl install` has wired "
			"it.");
		return;
	}
	doctor_add(d, "last run", DOCTOR_OK,
		arena_printf(d->arena, "%s, %s ago; %s in all",
			(const char *)sqlite3_column_text(s, 0), ago(d, sqlite3_column_int64(s, 1)),
			doctor_count(d, sqlite3_column_int64(s, 2), "run", "runs")),
		NULL);
}

// How far the ledger has read each file, sorted by device and inode.
struct cursor {
	int64_t device, inode, offset_bytes;
};

struct walk {
	struct cursor *cursors;
	size_t n, cap;
	int64_t n_files, n_unread, unread_bytes;
};

static int compare_cursor(const void *a, const void *b)
{
	const struct cursor *x = a, *y = b;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

static void load_cursors(struct doctor *d, struct walk *w)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	const char *sql =
		"SELECT device, inode, offset_bytes FROM source_file ORDER BY device, inode";
	for (bool has = d->db && doctor_query(d, sql, &s); has;
		has = sqlite3_step(s) == SQLITE_ROW) {
		w->cursors = mem_reserve(w->cursors, &w->cap, w->n + 1, sizeof *w->cursors);
		w->cursors[w->n++] = (struct cursor){sqlite3_column_int64(s, 0),
			sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2)};
	}
}

static void look_at(struct walk *w, const struct stat *st)
{
	struct cursor key = {(int64_t)st->st_dev, (int64_t)st->st_ino, 0};
	const struct cursor *c =
		w->n ? bsearch(&key, w->cursors, w->n, sizeof key, compare_cursor) : NULL;
	int64_t done = c ? c->offset_bytes : 0;
	w->n_files++;
	if (done == st->st_size)
		return;
	w->n_unread++;
	w->unread_bytes += st->st_size > done ? st->st_size - done : st->st_size;
}

static bool is_transcript(const char *name)
{
	return str_ends(str_of(name), ".jsonl") && strcmp(name, "journal.jsonl") != 0;
}

static void walk(struct walk *w, int parent_fd, const char *name, int depth)
{
	struct stat st;
	const struct dirent *entry;
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
			fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH)
			walk(w, dirfd(dir), entry->d_name, depth + 1);
		else if (S_ISREG(st.st_mode) && is_transcript(entry->d_name))
			look_at(w, &st);
	}
	(void)closedir(dir);
}

void doctor_check_unread(struct doctor *d)
{
	struct str dirs[MAX_DIRS];
	struct walk w = {0};
	size_t n = path_config_dirs(d->arena, dirs, MAX_DIRS);
	load_cursors(d, &w);
	for (size_t i = 0; i < n; i++)
		walk(&w, AT_FDCWD, path_join(d->arena, dirs[i], STR("projects")).p, 0);
	if (w.n_unread)
		doctor_add(d, "transcripts", DOCTOR_WARN,
			arena_printf(d->arena, "%lld of %lld not read to the end, %s left",
				(long long)w.n_unread, (long long)w.n_files,
				doctor_size(d, w.unread_bytes)),
			"`ccl sync` reads them; a session at work may be a line ahead.");
	else if (w.n_files)
		doctor_add(d, "transcripts", DOCTOR_OK,
			arena_printf(d->arena, "%lld of %lld read to the end", (long long)w.n_files,
				(long long)w.n_files),
			NULL);
	else
		doctor_add(d, "transcripts", DOCTOR_OK, "Claude Code has written none", NULL);
	free(w.cursors);
}

// Lines of the last day; *last is the newest.
static int64_t recent_lines(struct doctor *d, struct str text, struct str *last)
{
	int64_t n = 0, at_ms;
	struct str rest = text;
	while (rest.n) {
		struct str line = str_split(rest, '\n', &rest);
		struct str time = {
			line.p, line.n < CLOCK_ISO_BYTES - 1 ? line.n : CLOCK_ISO_BYTES - 1};
		if (!clock_parse_iso(time, &at_ms) || at_ms < d->now_ms - DAY_MS)
			continue;
		n++;
		*last = line;
	}
	return n;
}

void doctor_check_log(struct doctor *d)
{
	struct stat st;
	struct str last = STR_NONE, path = path_join(d->arena, path_dir(d->path), STR("hook.log"));
	int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			(void)close(fd);
		doctor_add(d, "log", DOCTOR_OK, "the hook has noted no failure", NULL);
		return;
	}
	char *text = arena_alloc(d->arena, LOG_TAIL_BYTES);
	ssize_t n = pread(fd, text, LOG_TAIL_BYTES,
		st.st_size > LOG_TAIL_BYTES ? st.st_size - LOG_TAIL_BYTES : 0);
	(void)close(fd);
	int64_t recent = recent_lines(d, (struct str){text, n > 0 ? (size_t)n : 0}, &last);
	if (recent)
		doctor_add(d, "log", DOCTOR_WARN,
			arena_printf(d->arena, "%s in the last day, the newest: %.*s",
				doctor_count(d, recent, "failure", "failures"), STR_ARG(last)),
			arena_printf(d->arena,
				"See %s. What was not read then is read by the next run, or by "
				"`ccl sync`.",
				path.p));
	else
		doctor_add(d, "log", DOCTOR_OK, "no failure in the last day", NULL);
}
