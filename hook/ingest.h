// SPDX-License-Identifier: MIT
// Bytes of transcripts -> batch -> ledger. Only new bytes are read; rows and the offset behind them
// commit together.
#ifndef CCL_HOOK_INGEST_H
#define CCL_HOOK_INGEST_H

#include <pthread.h>

#include "buf.h"
#include "cursor.h"
#include "heed.h"

enum {
	INGEST_CHUNK_BYTES = 1024 * 1024,
	INGEST_MAX_LINE_BYTES = 8 * 1024 * 1024, // a longer line is passed over
	INGEST_REST_MS = 60 * 1000,
};

struct ingest {
	struct store store;
	struct catalog catalog;
	struct batch batch;
	struct heed heed; // what was stored since the last commit, for the guard
	struct buf chunk;
	struct line line;
	struct arena line_arena;
	struct arena arena; // settings below, for the life of the ingest
	struct str *ignored;
	size_t n_ignored;
	uint64_t *forgotten;
	size_t n_forgotten;
	bool has_refused;         // these two are loaded,
	unsigned refused_version; // as of this version of the ledger's contents
	pthread_mutex_t *mutex;   // held around every statement; NULL: nobody shares db
};

// db stays the caller's and must outlive the ingest.
MUST_USE bool ingest_open(struct ingest *in, sqlite3 *db, struct err *e);
void ingest_close(struct ingest *in);

// Loads what the user will not have stored, if it may have changed: a detached child outlives a
// `ccl forget`. Inside the transaction that is to go by it.
MUST_USE bool ingest_load_refused(struct ingest *in, struct err *e);

// The user had this session deleted: nothing of it is stored again.
bool ingest_is_forgotten(const struct ingest *in, struct str session_uid);

// The folder lies in one that the user wants left out.
bool ingest_is_ignored(const struct ingest *in, struct str cwd);

// What one look at a file gave.
struct ingest_part {
	int64_t n_bytes; // consumed
	bool is_more;    // whole lines are left
};

// A line without a time is as old as the one before it in its file. At the file's beginning, where
// none is before, a line of the conversation is as old as the next that has a time, and is not read
// before that one is there; in a file at rest for INGEST_REST_MS, as old as the file.
//
// Reads the next at most max_bytes (or one longer line) of the open file from f's offset into the
// batch, and moves f on. f->path, device and inode are set by the caller; the rest of *f is as
// cursor_read left it (id 0: a new file).
MUST_USE bool ingest_read(struct ingest *in, int fd, struct file *f, size_t max_bytes,
	struct ingest_part *out, struct err *e);

// A file that some paths name, opened: regular files only, never blocking. False with *e unset
// (code ERR_NONE): it is not there or no file.
bool ingest_open_file(struct str path, int *out_fd, struct file *out, struct err *e);

// Reads all that is new in these files, 1 MiB a transaction, until deadline_mono_ms. Paths that
// are no file are passed over. *out_is_done: nothing was left. *out_is_open: the first file does
// not end in a finished answer, or not in one to `prompt` (STR_NONE: any).
struct ingest_job {
	const struct str *paths;
	size_t n_paths;
	int64_t deadline_mono_ms;
	struct str prompt;
	// Called inside the first transaction, before anything is read; may be NULL.
	bool (*first)(struct ingest *in, void *context, struct err *e);
	// Called at the end of each transaction; may be NULL. It fails only where the rows must not
	// be kept.
	bool (*last)(struct ingest *in, void *context, struct err *e);
	void *context;
};
MUST_USE bool ingest_run(struct ingest *in, const struct ingest_job *job, bool *out_is_done,
	bool *out_is_open, struct err *e);

#endif
