// SPDX-License-Identifier: MIT
#include "ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "path.h"
#include "payload.h"

bool ingest_open(struct ingest *in, sqlite3 *db, struct err *e)
{
	memset(in, 0, offsetof(struct ingest, line));
	memset(&in->line_arena, 0, sizeof *in - offsetof(struct ingest, line_arena));
	in->store.db = db;
	in->store.catalog = &in->catalog;
	if (ledger_hash_key(db, &in->store.key, e) && ingest_load_refused(in, e))
		return true;
	ingest_close(in);
	return false;
}

void ingest_close(struct ingest *in)
{
	store_close(&in->store);
	catalog_free(&in->catalog);
	batch_free(&in->batch);
	heed_free(&in->heed);
	buf_free(&in->chunk);
	arena_free(&in->line_arena);
	arena_free(&in->arena);
	free(in->ignored);
	free(in->forgotten);
}

bool ingest_open_file(struct str path, int *out_fd, struct file *out, struct err *e)
{
	struct stat st;
	int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return err_set(e, ERR_IO, "cannot read %s: %s", path.p, strerror(errno));
		return false;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return false;
	}
	*out = (struct file){.device = (int64_t)st.st_dev,
		.inode = (int64_t)st.st_ino,
		.path = path,
		.size_bytes = (int64_t)st.st_size,
		.last_ms = -1,
		.modified_ms = (int64_t)st.st_mtime * 1000};
	*out_fd = fd;
	return true;
}

// As many bytes as there are, up to n; -1 on an error that is not the end.
static ssize_t read_at(int fd, char *p, size_t n, int64_t offset)
{
	size_t done = 0;
	while (done < n) {
		ssize_t k = pread(fd, p + done, n - done, (off_t)(offset + (int64_t)done));
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		if (k == 0)
			break;
		done += (size_t)k;
	}
	return (ssize_t)done;
}

static bool hash_head(int fd, int64_t n_bytes, uint64_t *out)
{
	char head[CURSOR_HEAD_BYTES];
	ssize_t n = read_at(fd, head, (size_t)n_bytes, 0);
	if (n != (ssize_t)n_bytes)
		return false;
	*out = hash_fast((struct str){head, (size_t)n});
	return true;
}

// Another file under the same inode, or one that was cut: its cursor says nothing about it.
static void check_cursor(int fd, struct file *f)
{
	uint64_t hash = 0;
	bool is_same = f->size_bytes >= f->offset_bytes && hash_head(fd, f->head_bytes, &hash) &&
		       hash == f->head_hash;
	if (f->head_bytes == 0 && f->offset_bytes == 0)
		is_same = true;
	if (is_same)
		return;
	f->offset_bytes = f->head_bytes = f->prompt_id = 0;
	f->last_ms = -1;
	f->prompt = NULL;
	f->is_open = f->in_long_line = f->is_ignored = false;
}

static struct str config_dir_of(struct str path)
{
	static const char part[] = "/projects/";
	for (size_t i = path.n; i-- > 1;)
		if (str_starts(str_from(path, i), part))
			return (struct str){path.p, i};
	return STR_NONE;
}

static bool read_prompt(struct ingest *in, int64_t id, struct prompt **out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(&in->store, "SELECT uid FROM prompt WHERE id = :id", e);
	if (!s)
		return false;
	store_bind(s, "i", id);
	if (!store_step(&in->store, s, &has_row, e))
		return false;
	if (has_row)
		*out = catalog_prompt(&in->catalog, store_column(s, 0));
	(void)sqlite3_reset(s);
	return true;
}

// The prompt that the file's next turn belongs to, from its row id.
static bool load_prompt(struct ingest *in, int64_t id, struct prompt **out, struct err *e)
{
	*out = NULL;
	if (!id)
		return true;
	if (in->mutex)
		(void)pthread_mutex_lock(in->mutex);
	bool ok = read_prompt(in, id, out, e);
	if (in->mutex)
		(void)pthread_mutex_unlock(in->mutex);
	return ok;
}

// The first time that these lines name; -1: none does.
static int64_t first_time(struct ingest *in, struct str text)
{
	int64_t at_ms = -1;
	struct line *l = mem_alloc(sizeof *l);
	while (text.n && at_ms < 0) {
		struct line_damage damage = {0};
		struct str line = str_split(text, '\n', &text);
		while (at_ms < 0 &&
			transcript_next(&line, in->store.key, &in->line_arena, l, &damage))
			at_ms = l->at_ms;
	}
	free(l);
	return at_ms;
}

// Gives a line without a time another's; `more` are the lines behind it. False: it must wait.
static bool date_line(struct ingest *in, struct file *f, struct line *l, struct str more)
{
	bool needs_time =
		l->type == LINE_ASSISTANT || l->type == LINE_USER || l->type == LINE_ATTACHMENT;
	if (l->at_ms < 0 && f->last_ms < 0 && needs_time) {
		bool is_at_rest = clock_now_ms() - f->modified_ms >= INGEST_REST_MS;
		int64_t next_ms = first_time(in, more);
		if (next_ms < 0 && !is_at_rest && more.n < INGEST_CHUNK_BYTES / 2)
			return false;
		f->last_ms = next_ms >= 0 ? next_ms : f->modified_ms;
	}
	if (l->at_ms < 0)
		l->at_ms = f->last_ms;
	f->last_ms = l->at_ms;
	return true;
}

// False: the line has to wait for what will follow it.
static bool add_record(
	struct ingest *in, struct reader *r, struct file *f, struct str text, struct str more)
{
	struct line_damage damage = {0};
	bool is_dated = true;
	while (transcript_next(&text, in->store.key, &in->line_arena, &in->line, &damage)) {
		is_dated = date_line(in, f, &in->line, more);
		if (!is_dated)
			break;
		batch_add_line(r, &in->line, f->offset_bytes);
		f->bad_numbers += in->line.n_bad_numbers;
	}
	f->bad_lines += is_dated && damage.is_damaged;
	arena_reset(&in->line_arena);
	return is_dated;
}

// False: not all of them, for one has to wait.
static bool add_lines(struct ingest *in, struct reader *r, struct file *f, struct str text)
{
	struct str rest = text;
	while (rest.n) {
		struct str line = str_split(rest, '\n', &rest);
		if (!add_record(in, r, f, line, rest))
			return false;
		f->offset_bytes += (int64_t)line.n + 1;
	}
	return true;
}

static void add_meta(struct ingest *in, const struct file *f, struct agent *a)
{
	if (!a || a->meta_type || !str_ends(f->path, ".jsonl") ||
		!str_starts(path_base(f->path), "agent-"))
		return;
	struct str stem = {f->path.p, f->path.n - 6};
	struct str path = str_of(arena_printf(&in->line_arena, "%.*s.meta.json", STR_ARG(stem)));
	char text[16384];
	int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	ssize_t n = read_at(fd, text, sizeof text, 0);
	(void)close(fd);
	struct agent_meta m;
	if (n <= 0 || !payload_read_meta(&in->line_arena, (struct str){text, (size_t)n}, &m))
		return;
	a->meta_type = m.type.n ? catalog_word(&in->catalog, m.type) : NULL;
	a->model = m.model.n ? catalog_word(&in->catalog, m.model) : NULL;
	a->parent_uid = arena_str(&in->catalog.arena, m.parent);
	a->depth = m.depth;
	a->call_hash = m.tool_use.n ? hash_sip(in->store.key, m.tool_use) : 0;
	catalog_change_agent(&in->catalog, a);
}

// Fills the chunk with bytes that end behind a newline. A torn last line waits (n 0); a line beyond
// INGEST_MAX_LINE_BYTES is passed over in pieces.
static bool fill(
	struct ingest *in, int fd, struct file *f, size_t max_bytes, struct str *out, struct err *e)
{
	size_t want = max_bytes;
	*out = STR_NONE;
	for (;;) {
		int64_t left = f->size_bytes - f->offset_bytes;
		if (left <= 0)
			return true;
		size_t n_wanted = left < (int64_t)want ? (size_t)left : want;
		buf_clear(&in->chunk);
		buf_reserve(&in->chunk, n_wanted);
		ssize_t n = read_at(fd, in->chunk.p, n_wanted, f->offset_bytes);
		if (n < 0)
			return err_set(e, ERR_IO, "cannot read %s: %s", f->path.p, strerror(errno));
		size_t end = (size_t)n;
		while (end && in->chunk.p[end - 1] != '\n')
			end--;
		*out = (struct str){in->chunk.p, end};
		if (end || (size_t)n < want)
			return true;
		if (!f->in_long_line && want < INGEST_MAX_LINE_BYTES) {
			want = want * 2 < INGEST_MAX_LINE_BYTES ? want * 2 : INGEST_MAX_LINE_BYTES;
			continue;
		}
		f->long_lines += !f->in_long_line;
		f->in_long_line = true;
		f->offset_bytes += n;
	}
}

bool ingest_read(struct ingest *in, int fd, struct file *f, size_t max_bytes,
	struct ingest_part *out, struct err *e)
{
	struct reader r = {.catalog = &in->catalog,
		.batch = &in->batch,
		.key = in->store.key,
		.config_dir = config_dir_of(f->path),
		.ignored = in->ignored,
		.n_ignored = in->n_ignored,
		.forgotten = in->forgotten,
		.n_forgotten = in->n_forgotten,
		.file = f};
	struct str text;
	check_cursor(fd, f);
	int64_t start = f->offset_bytes;
	r.prompt = f->prompt;
	if (!r.prompt && !load_prompt(in, f->prompt_id, &r.prompt, e))
		return false;
	r.is_open_ended = f->is_open;
	r.is_ignoring = f->is_ignored || (start == 0 && in->n_ignored);
	if (!fill(in, fd, f, max_bytes, &text, e))
		return false;
	if (text.n && f->in_long_line) {
		struct str rest;
		struct str tail = str_split(text, '\n', &rest);
		f->offset_bytes += (int64_t)tail.n + 1;
		f->in_long_line = false;
		text = rest;
	}
	bool is_waiting = text.n && !add_lines(in, &r, f, text);
	add_meta(in, f, r.agent);
	f->is_open = r.is_open_ended;
	f->is_ignored = r.is_ignoring;
	f->prompt = r.prompt;
	int64_t head = f->offset_bytes < CURSOR_HEAD_BYTES ? f->offset_bytes : CURSOR_HEAD_BYTES;
	if (head != f->head_bytes && hash_head(fd, head, &f->head_hash))
		f->head_bytes = head;
	bool is_more = f->offset_bytes > start && f->offset_bytes < f->size_bytes;
	// of a line that waits: the next --sync looks again, though the file may not have grown
	f->has_more = is_more || is_waiting;
	*out = (struct ingest_part){f->offset_bytes - start, is_more};
	return true;
}

// One file's next part, inside a transaction that the caller holds.
static bool run_file(struct ingest *in, const struct ingest_job *job, size_t i, size_t *budget,
	bool *more, bool *open, struct err *e)
{
	struct file f;
	struct ingest_part part;
	int fd;
	int64_t prompt_id;
	if (!ingest_open_file(job->paths[i], &fd, &f, e))
		return e->code == ERR_NONE || e->code == ERR_IO;
	int64_t size_bytes = f.size_bytes;
	bool ok = cursor_read(&in->store, f.device, f.inode, &f, e);
	f.size_bytes = size_bytes;
	// all read already: nothing to do, unless the caller wants to know how the file ends
	if (ok && i > 0 && f.id && f.offset_bytes == size_bytes) {
		(void)close(fd);
		return true;
	}
	ok = ok && ingest_read(in, fd, &f, *budget, &part, e);
	(void)close(fd);
	if (!ok)
		return false;
	*budget -= part.n_bytes < (int64_t)*budget ? (size_t)part.n_bytes : *budget;
	*more |= part.is_more;
	if (i == 0)
		*open = f.is_open ||
			(job->prompt.n && (!f.prompt || !str_eq(f.prompt->uid, job->prompt)));
	if (part.n_bytes == 0 && f.id)
		return true;
	if (!f.id && !cursor_insert(&in->store, &f, e))
		return false;
	ok = store_batch(&in->store, &in->batch, e) &&
	     store_prompt(&in->store, f.prompt, &prompt_id, e);
	if (ok)
		f.prompt_id = prompt_id;
	if (ok && job->last)
		heed_batch(&in->heed, &in->batch);
	batch_clear(&in->batch);
	return ok && cursor_write(&in->store, &f, e);
}

static bool run_once(struct ingest *in, const struct ingest_job *job, bool is_first, bool *more,
	bool *open, struct err *e)
{
	size_t budget = INGEST_CHUNK_BYTES;
	*more = false;
	if (is_first && job->first && !job->first(in, job->context, e))
		return false;
	for (size_t i = 0; i < job->n_paths && budget; i++) {
		if (!run_file(in, job, i, &budget, more, open, e))
			return false;
		e->code = ERR_NONE; // a file that could not be opened does not stop the others
		if (!budget && i + 1 < job->n_paths)
			*more = true;
	}
	return true;
}

bool ingest_run(struct ingest *in, const struct ingest_job *job, bool *out_is_done,
	bool *out_is_open, struct err *e)
{
	*out_is_open = true;
	for (bool more = true, is_first = true; more; is_first = false) {
		if (!is_first && clock_mono_ms() >= job->deadline_mono_ms) {
			*out_is_done = false;
			return true;
		}
		if (!ledger_exec(in->store.db, "BEGIN IMMEDIATE", e))
			return false;
		bool ok = ingest_load_refused(in, e) &&
			  run_once(in, job, is_first, &more, out_is_open, e) &&
			  (!job->last || job->last(in, job->context, e));
		ok = ledger_end(in->store.db, ok, e);
		heed_clear(&in->heed);
		if (!ok) {
			batch_clear(&in->batch);
			catalog_free(&in->catalog);
			return false;
		}
	}
	*out_is_done = true;
	return true;
}
