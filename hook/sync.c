// SPDX-License-Identifier: MIT
#include "sync.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "baseline.h"
#include "charge.h"
#include "clock.h"
#include "past.h"
#include "files.h"

enum {
	GROUP_ROWS = 3000, // to begin with; then as many as take 15 to 20 ms
	MIN_ROWS = 500,
	MAX_ROWS = 8000,
	LOCK_MS = 20, // that hooks may have to wait
	GROUP_FILES = 200,
	GROUP_FACT_BYTES = 4 * 1024 * 1024,
	CATALOG_BYTES = 4 * 1024 * 1024, // a larger one is dropped between groups
	PAUSE_MS = 5,
	PREFETCH_FILES = 4, // this many files ahead
	MAX_WORKERS = 2,    // scanning is half of the work, storing the other half
	WORKER_FILES = 32,  // fewer files are not worth a thread
};

// The indexes of key hashes and prompts are written all over: they should stay in memory.
#define CACHE_SQL "PRAGMA cache_size = -14000; PRAGMA foreign_keys = OFF"

// A file of the group that is being gathered, with what its cursor was before.
struct member {
	struct file before, file;
	struct member *next;
};

struct group {
	struct arena arena;
	struct member *first, **last;
	size_t n;
};

// What the workers share. One connection, so that its page cache is shared too: every statement
// runs under the mutex. What is left to read and what was read has a mutex of its own, held for a
// moment only: a worker scans on while the other stores.
struct shared {
	pthread_mutex_t mutex, queue;
	sqlite3 *db;
	const struct found_files *files;
	const struct table *cursors;
	const struct sync_progress *progress;
	int64_t n_bytes;           // to read
	size_t next;               // file
	int64_t committed_mono_ms; // the last transaction
	_Atomic size_t group_rows; // that a transaction should write
	struct sync_report *report;
	struct err *err; // of the worker that failed first
	bool has_failed;
};

struct worker {
	struct shared *shared;
	struct ingest *in;
	struct group group;
	pthread_t thread;
};

static int by_age(const void *a, const void *b)
{
	const struct found_file *x = a, *y = b;
	if (x->mtime_ms != y->mtime_ms)
		return x->mtime_ms < y->mtime_ms ? -1 : 1;
	return str_cmp(x->path, y->path);
}

static uint64_t file_hash(int64_t device, int64_t inode)
{
	return ((uint64_t)inode * UINT64_C(0x9e3779b97f4a7c15)) ^ (uint64_t)device;
}

static bool same_file(const void *value, const void *key)
{
	const struct file *a = value, *b = key;
	return a->device == b->device && a->inode == b->inode;
}

// All cursors, so that an unchanged tree costs one query.
static bool load_cursors(struct ingest *in, struct arena *a, struct table *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(&in->store,
		"SELECT device, inode, offset_bytes, size_bytes, id, head_bytes, head_hash, "
		"prompt_id, is_open,"
		" in_long_line, bad_lines, long_lines, bad_numbers, is_ignored, last_ms FROM "
		"source_file",
		e);
	bool has_row = true;
	if (!s)
		return false;
	while (has_row) {
		if (!store_step(&in->store, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		struct file *f = arena_alloc(a, sizeof *f);
		f->device = sqlite3_column_int64(s, 0);
		f->inode = sqlite3_column_int64(s, 1);
		f->offset_bytes = sqlite3_column_int64(s, 2);
		f->size_bytes = sqlite3_column_int64(s, 3);
		cursor_take(s, 4, f);
		table_add(out, file_hash(f->device, f->inode), f);
	}
	(void)sqlite3_reset(s);
	return true;
}

// Only files with something to read stay: another size than when they were last looked at.
static void keep_changed(struct found_files *files, const struct table *cursors, int64_t *out_bytes)
{
	size_t n = 0;
	*out_bytes = 0;
	for (size_t i = 0; i < files->n; i++) {
		struct file key = {.device = files->p[i].device, .inode = files->p[i].inode};
		const struct file *f =
			table_find(cursors, file_hash(key.device, key.inode), same_file, &key);
		if (f ? f->size_bytes == files->p[i].size_bytes : files->p[i].size_bytes == 0)
			continue;
		int64_t rest = f && f->offset_bytes <= files->p[i].size_bytes ? f->offset_bytes : 0;
		*out_bytes += files->p[i].size_bytes - rest;
		files->p[n++] = files->p[i];
	}
	files->n = n;
}

static void group_clear(struct ingest *in, struct group *g)
{
	batch_clear(&in->batch);
	arena_reset(&g->arena);
	g->first = NULL;
	g->last = &g->first;
	g->n = 0;
}

// False with e->code ERR_NONE: another process has read one of these files meanwhile.
static bool check_members(struct ingest *in, const struct group *g, struct err *e)
{
	for (const struct member *m = g->first; m; m = m->next) {
		struct file now = {0};
		if (!cursor_read(&in->store, m->file.device, m->file.inode, &now, e))
			return false;
		if (now.id != m->before.id || now.offset_bytes != m->before.offset_bytes)
			return false;
	}
	return true;
}

static bool write_group(struct ingest *in, struct group *g, struct err *e)
{
	if (!check_members(in, g, e))
		return false;
	for (struct member *m = g->first; m; m = m->next)
		if (!m->file.id && !cursor_insert(&in->store, &m->file, e))
			return false;
	if (!store_batch(&in->store, &in->batch, e))
		return false;
	for (struct member *m = g->first; m; m = m->next) {
		if (!store_prompt(&in->store, m->file.prompt, &m->file.prompt_id, e) ||
			!cursor_write(&in->store, &m->file, e))
			return false;
		m->file.prompt = NULL;
	}
	return true;
}

// The group lost a race with a hook: its files are read again, one by one, under the lock.
static bool read_singly(struct ingest *in, const struct group *g, struct err *e)
{
	for (const struct member *m = g->first; m; m = m->next) {
		struct ingest_job job = {
			.paths = &m->file.path, .n_paths = 1, .deadline_mono_ms = INT64_MAX};
		bool is_done, is_open, ok;
		pthread_mutex_t *mutex = in->mutex;
		in->mutex = NULL; // held by flush
		ok = ingest_run(in, &job, &is_done, &is_open, e);
		in->mutex = mutex;
		if (!ok)
			return false;
	}
	return true;
}

static bool write_transaction(struct ingest *in, struct group *g, struct err *e)
{
	e->code = ERR_NONE;
	if (!ledger_exec(in->store.db, "BEGIN IMMEDIATE", e))
		return false;
	if (ledger_end(in->store.db, write_group(in, g, e), e))
		return true;
	batch_clear(&in->batch);
	catalog_free(&in->catalog);
	return e->code == ERR_NONE && read_singly(in, g, e);
}

// Fewer, larger transactions write less, for each touches most of the index of key hashes; but a
// hook that waits must not wait longer than LOCK_MS.
static void learn(struct shared *sh, int64_t took_ms)
{
	if (took_ms > LOCK_MS && sh->group_rows > MIN_ROWS)
		sh->group_rows = sh->group_rows * 3 / 4;
	else if (took_ms < LOCK_MS * 3 / 4 && sh->group_rows < MAX_ROWS)
		sh->group_rows += sh->group_rows / 8;
}

static bool flush(struct worker *w, struct err *e)
{
	struct shared *sh = w->shared;
	bool ok = true;
	if (w->group.n) {
		(void)pthread_mutex_lock(&sh->mutex);
		int64_t pause_ms = sh->committed_mono_ms + PAUSE_MS - clock_mono_ms();
		if (pause_ms > 0)
			clock_sleep_ms((int)pause_ms);
		int64_t start_ms = clock_mono_ms();
		ok = write_transaction(w->in, &w->group, e);
		sh->committed_mono_ms = clock_mono_ms();
		learn(sh, sh->committed_mono_ms - start_ms);
		(void)pthread_mutex_unlock(&sh->mutex);
	}
	group_clear(w->in, &w->group);
	if (w->in->catalog.arena.total_bytes > CATALOG_BYTES)
		catalog_free(&w->in->catalog);
	return ok;
}

static bool is_full(const struct worker *w)
{
	return batch_rows(&w->in->batch) >= w->shared->group_rows || w->group.n >= GROUP_FILES ||
	       w->in->batch.arena.total_bytes >= GROUP_FACT_BYTES;
}

static void begin_member(
	struct worker *w, struct member *m, const struct file *opened, const struct file *known)
{
	m->file = known ? *known : *opened;
	m->file.path = opened->path;
	m->file.size_bytes = opened->size_bytes;
	m->file.modified_ms = opened->modified_ms;
	m->file.has_more = true; // until a read has reached the end: a group may be full before
	m->before = m->file;
	*w->group.last = m;
	w->group.last = &m->next;
	w->group.n++;
}

// Writes a full group in the middle of a file; *out is then the file's cursor.
static bool write_part(struct worker *w, const struct file *opened, struct file *out, struct err *e)
{
	if (!flush(w, e))
		return false;
	*out = *opened;
	(void)pthread_mutex_lock(&w->shared->mutex);
	bool ok = cursor_read(&w->in->store, opened->device, opened->inode, out, e);
	(void)pthread_mutex_unlock(&w->shared->mutex);
	return ok;
}

// Reads one file to its end, a chunk at a time; groups that get full on the way are written.
static bool read_file(struct worker *w, struct str path, struct sync_report *out, struct err *e)
{
	struct ingest_part part = {.is_more = true};
	struct file f, part_way;
	int fd;
	bool ok = true;
	e->code = ERR_NONE;
	if (!ingest_open_file(path, &fd, &f, e)) {
		e->code = ERR_NONE; // gone, or not ours to read: the next sync tries again
		return true;
	}
	const struct file *known =
		table_find(w->shared->cursors, file_hash(f.device, f.inode), same_file, &f);
	while (ok && part.is_more) {
		struct member *m = arena_alloc(&w->group.arena, sizeof *m);
		begin_member(w, m, &f, known);
		for (part.is_more = true; ok && part.is_more && !is_full(w);) {
			ok = ingest_read(w->in, fd, &m->file, INGEST_CHUNK_BYTES, &part, e);
			out->n_bytes += ok ? part.n_bytes : 0;
		}
		out->n_bad_lines += m->file.bad_lines - m->before.bad_lines;
		out->n_long_lines += m->file.long_lines - m->before.long_lines;
		if (ok && is_full(w)) {
			ok = write_part(w, &f, &part_way, e);
			known = &part_way;
		}
	}
	(void)close(fd);
	return ok;
}

// The next file to read, or NULL: none is left, or we are to stop.
static const struct found_file *take_file(struct shared *sh)
{
	const struct found_file *f = NULL;
	const struct sync_progress *p = sh->progress;
	(void)pthread_mutex_lock(&sh->queue);
	if (p && p->stop && *p->stop)
		sh->report->is_interrupted = true;
	if (!sh->has_failed && !sh->report->is_interrupted && sh->next < sh->files->n)
		f = &sh->files->p[sh->next++];
	(void)pthread_mutex_unlock(&sh->queue);
	return f;
}

static void tell(struct shared *sh, const struct sync_report *part)
{
	struct sync_report *r = sh->report;
	(void)pthread_mutex_lock(&sh->queue);
	r->n_read_files++;
	r->n_bytes += part->n_bytes;
	r->n_bad_lines += part->n_bad_lines;
	r->n_long_lines += part->n_long_lines;
	if (sh->progress && sh->progress->tell)
		sh->progress->tell(sh->progress->context, r->n_read_files, (int64_t)sh->files->n,
			r->n_bytes, sh->n_bytes);
	(void)pthread_mutex_unlock(&sh->queue);
}

// Asks the system to read a file that comes up soon: a first back-fill finds nothing in its cache.
static void prefetch(const struct found_file *f)
{
#ifdef POSIX_FADV_WILLNEED // not on macOS
	int fd = open(f->path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
	(void)close(fd);
#else
	(void)f;
#endif
}

static void *run_worker(void *context)
{
	struct worker *w = context;
	struct shared *sh = w->shared;
	struct err e = {.code = ERR_NONE};
	const struct found_file *f;
	bool ok = true;
	group_clear(w->in, &w->group);
	while (ok && (f = take_file(sh))) {
		if (f + PREFETCH_FILES < sh->files->p + sh->files->n)
			prefetch(f + PREFETCH_FILES);
		struct sync_report part = {0};
		ok = read_file(w, f->path, &part, &e);
		tell(sh, &part);
	}
	ok = ok && flush(w, &e);
	if (!ok) {
		(void)pthread_mutex_lock(&sh->queue);
		if (!sh->has_failed)
			*sh->err = e;
		sh->has_failed = true;
		(void)pthread_mutex_unlock(&sh->queue);
	}
	arena_free(&w->group.arena);
	return NULL;
}

// A second worker, on a machine with a second core and enough to do. It shares the connection.
static bool start_second(struct shared *sh, struct worker *w, struct err *e)
{
	if (sh->files->n < WORKER_FILES || sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return true;
	struct ingest *in = mem_alloc(sizeof *in);
	if (!ingest_open(in, sh->db, e)) {
		free(in);
		return false;
	}
	in->mutex = &sh->mutex;
	*w = (struct worker){.shared = sh, .in = in};
	if (pthread_create(&w->thread, NULL, run_worker, w) == 0)
		return true;
	ingest_close(in); // one does it too
	free(in);
	w->in = NULL;
	return true;
}

static bool read_files(struct ingest *in, struct shared *sh)
{
	struct worker first = {.shared = sh, .in = in}, second = {0};
	if (!start_second(sh, &second, sh->err))
		return false;
	in->mutex = &sh->mutex;
	(void)run_worker(&first);
	in->mutex = NULL;
	if (second.in) {
		(void)pthread_join(second.thread, NULL);
		ingest_close(second.in);
		free(second.in);
	}
	return !sh->has_failed;
}

bool sync_run(struct ingest *in, const struct str *dirs, size_t n_dirs,
	const struct sync_progress *progress, struct sync_report *out, struct err *e)
{
	struct arena a = {0};
	struct found_files files = {0};
	struct table cursors = {0};
	struct shared sh = {.mutex = PTHREAD_MUTEX_INITIALIZER,
		.queue = PTHREAD_MUTEX_INITIALIZER,
		.db = in->store.db,
		.files = &files,
		.cursors = &cursors,
		.progress = progress,
		.group_rows = GROUP_ROWS,
		.report = out,
		.err = e};
	*out = (struct sync_report){0};
	for (size_t i = 0; i < n_dirs; i++)
		files_below(&a, dirs[i], &files);
	out->n_files = (int64_t)files.n;
	bool ok = ledger_exec(in->store.db, CACHE_SQL, e) && load_cursors(in, &a, &cursors, e);
	ok = ok && charge_look_around(&in->store, e); // what git has done since
	if (ok) {
		keep_changed(&files, &cursors, &sh.n_bytes);
		if (files.n)
			qsort(files.p, files.n, sizeof *files.p, by_age);
		ok = files.n == 0 || read_files(in, &sh);
	}
	ok = ok && charge_run(&in->store, e) && baseline_refresh(&in->store, e) &&
	     past_judge_all(&in->store, e);
	ledger_checkpoint(in->store.db);
	table_free(&cursors);
	files_free(&files);
	arena_free(&a);
	return ok;
}
