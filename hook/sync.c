// SPDX-License-Identifier: MIT
#include "sync.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "files.h"

enum {
	GROUP_ROWS = 3000,               // about 20 ms of inserting
	GROUP_FILES = 200,
	GROUP_FACT_BYTES = 3 * 1024 * 1024,
	CATALOG_BYTES = 8 * 1024 * 1024, // a larger one is dropped between groups
	PAUSE_MS = 5,
	WAL_TRUNCATE_BYTES = 16 * 1024 * 1024,
};

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
	sqlite3_stmt *s = store_sql(&in->store, "SELECT device, inode, offset_bytes, size_bytes FROM source_file", e);
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
		struct file key = { .device = files->p[i].device, .inode = files->p[i].inode };
		const struct file *f = table_find(cursors, file_hash(key.device, key.inode), same_file, &key);
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
		struct file now = { 0 };
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
		struct ingest_job job = { .paths = &m->file.path, .n_paths = 1, .deadline_mono_ms = INT64_MAX };
		bool is_done, is_open;
		if (!ingest_run(in, &job, &is_done, &is_open, e))
			return false;
	}
	return true;
}

static bool flush(struct ingest *in, struct group *g, struct err *e)
{
	if (!g->n)
		return true;
	e->code = ERR_NONE;
	if (!ledger_exec(in->store.db, "BEGIN IMMEDIATE", e))
		return false;
	bool ok = write_group(in, g, e) && ledger_exec(in->store.db, "COMMIT", e);
	if (!ok) {
		(void)sqlite3_exec(in->store.db, "ROLLBACK", NULL, NULL, NULL);
		batch_clear(&in->batch);
		catalog_free(&in->catalog);
		if (e->code != ERR_NONE || !read_singly(in, g, e))
			return false;
	}
	group_clear(in, g);
	if (in->catalog.arena.total_bytes > CATALOG_BYTES)
		catalog_free(&in->catalog);
	clock_sleep_ms(PAUSE_MS);
	return true;
}

static bool is_full(const struct ingest *in, const struct group *g)
{
	return batch_rows(&in->batch) >= GROUP_ROWS || g->n >= GROUP_FILES ||
		in->batch.arena.total_bytes >= GROUP_FACT_BYTES;
}

// Reads one file to its end, a chunk at a time; groups that get full on the way are written.
static bool read_file(struct ingest *in, struct group *g, struct str path, struct sync_report *out, struct err *e)
{
	struct ingest_part part = { .is_more = true };
	while (part.is_more) {
		struct file f;
		int fd;
		e->code = ERR_NONE;
		if (!ingest_open_file(path, &fd, &f, e))
			return e->code == ERR_NONE || e->code == ERR_IO;
		struct member *m = arena_alloc(&g->arena, sizeof *m);
		m->file = f;
		bool ok = cursor_read(&in->store, f.device, f.inode, &m->file, e);
		m->file.size_bytes = f.size_bytes;
		m->before = m->file;
		*g->last = m;
		g->last = &m->next;
		g->n++;
		for (part.is_more = true; ok && part.is_more && !is_full(in, g);) {
			ok = ingest_read(in, fd, &m->file, INGEST_CHUNK_BYTES, &part, e);
			out->n_bytes += ok ? part.n_bytes : 0;
		}
		(void)close(fd);
		out->n_bad_lines += m->file.bad_lines - m->before.bad_lines;
		out->n_long_lines += m->file.long_lines - m->before.long_lines;
		if (!ok || (is_full(in, g) && !flush(in, g, e)))
			return false;
	}
	return true;
}

static bool read_files(struct ingest *in, const struct found_files *files, int64_t n_bytes, const struct sync_progress *p, struct sync_report *out, struct err *e)
{
	struct group g = { 0 };
	bool ok = true;
	group_clear(in, &g);
	for (size_t i = 0; i < files->n && ok; i++) {
		if (p && p->stop && *p->stop) {
			out->is_interrupted = true;
			break;
		}
		ok = read_file(in, &g, files->p[i].path, out, e);
		out->n_read_files++;
		if (p && p->tell)
			p->tell(p->context, (int64_t)i + 1, (int64_t)files->n, out->n_bytes, n_bytes);
	}
	ok = ok && flush(in, &g, e);
	arena_free(&g.arena);
	return ok;
}

bool sync_run(struct ingest *in, const struct str *dirs, size_t n_dirs, const struct sync_progress *progress, struct sync_report *out, struct err *e)
{
	struct arena a = { 0 };
	struct found_files files = { 0 };
	struct table cursors = { 0 };
	int64_t n_bytes;
	*out = (struct sync_report){ 0 };
	for (size_t i = 0; i < n_dirs; i++)
		files_below(&a, dirs[i], &files);
	out->n_files = (int64_t)files.n;
	bool ok = load_cursors(in, &a, &cursors, e);
	if (ok && files.n) {
		keep_changed(&files, &cursors, &n_bytes);
		qsort(files.p, files.n, sizeof *files.p, by_age);
		ok = read_files(in, &files, n_bytes, progress, out, e);
	}
	ledger_checkpoint(in->store.db);
	table_free(&cursors);
	files_free(&files);
	arena_free(&a);
	return ok;
}
