// SPDX-License-Identifier: MIT
#include "tipfn.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "ledger.h"
#include "path.h"
#include "rowset.h"

enum { MAX_FILE_BYTES = 4 << 20 };
enum { STREAM, WHAT, WHICH, LAST_ID, LENGTH, N_STREAM };         // columns of the streams
enum { N_KEY = 4, KEY_LAST_ID = N_KEY, KEY_LENGTH, N_REPEATED }; // and of what is repeated

struct counts {
	struct rowset rows; // the stretch that each stream is in, or each key
	struct buf json;
	int64_t least;
};

static void add_count(struct counts *x, int64_t id, int64_t n)
{
	if (n < x->least)
		return;
	buf_addc(&x->json, x->json.n ? ',' : '[');
	buf_printf(&x->json, "[%lld,%lld]", (long long)id, (long long)n);
}

static struct counts *counts_of(
	sqlite3_context *ctx, size_t n_key, size_t n_columns, sqlite3_value *least)
{
	struct counts *x = sqlite3_aggregate_context(ctx, sizeof *x);
	if (!x)
		mem_die("out of memory");
	x->rows.n_key = n_key;
	x->rows.n_columns = n_columns;
	x->least = sqlite3_value_int64(least);
	return x;
}

static void finish(sqlite3_context *ctx, size_t id, size_t length)
{
	struct counts *x = sqlite3_aggregate_context(ctx, 0);
	if (!x)
		return;
	for (size_t i = 0; i < x->rows.n; i++)
		add_count(x, rowset_at(&x->rows, i)[id], rowset_at(&x->rows, i)[length]);
	if (x->json.n) {
		buf_addc(&x->json, ']');
		sqlite3_result_text(ctx, x->json.p, (int)x->json.n, SQLITE_TRANSIENT);
	}
	buf_free(&x->json);
	rowset_free(&x->rows);
}

static void stretches_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	bool is_new;
	(void)argc;
	struct counts *x = counts_of(ctx, 1, N_STREAM, argv[4]);
	int64_t stream = sqlite3_value_int64(argv[1]), what = sqlite3_value_int64(argv[2]),
		which = sqlite3_value_int64(argv[3]);
	int64_t *row = rowset_get(&x->rows, &stream, &is_new);
	if (row[WHAT] != what || row[WHICH] != which) {
		add_count(x, row[LAST_ID], row[LENGTH]);
		row[LENGTH] = 0;
	}
	row[WHAT] = what;
	row[WHICH] = which;
	row[LAST_ID] = sqlite3_value_int64(argv[0]);
	row[LENGTH]++;
}

static void stretches_finish(sqlite3_context *ctx)
{
	finish(ctx, LAST_ID, LENGTH);
}

static void repeated_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	bool is_new;
	int64_t key[N_KEY];
	(void)argc;
	struct counts *x = counts_of(ctx, N_KEY, N_REPEATED, argv[N_KEY + 1]);
	for (int i = 0; i < N_KEY; i++)
		key[i] = sqlite3_value_int64(argv[i + 1]);
	int64_t *row = rowset_get(&x->rows, key, &is_new);
	row[KEY_LAST_ID] = sqlite3_value_int64(argv[0]);
	row[KEY_LENGTH]++;
}

static void repeated_finish(sqlite3_context *ctx)
{
	finish(ctx, KEY_LAST_ID, KEY_LENGTH);
}

static void file_text(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const char *path = (const char *)sqlite3_value_text(argv[0]);
	struct stat st;
	(void)argc;
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= MAX_FILE_BYTES) {
		char *text = mem_alloc((size_t)st.st_size + 1);
		ssize_t n = pread(fd, text, (size_t)st.st_size, 0);
		if (n >= 0)
			sqlite3_result_text(ctx, text, (int)n, free);
		else
			free(text);
	}
	(void)close(fd);
}

static void claude_file(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct arena a = {0};
	const char *folder = getenv("CLAUDE_CONFIG_DIR");
	struct str name = str_of((const char *)sqlite3_value_text(argv[0]));
	(void)argc;
	bool is_home = str_is(name, ".claude.json") && !(folder && *folder);
	struct str path = path_join(&a, is_home ? path_home(&a) : path_config_dir(&a), name);
	sqlite3_result_text(ctx, path.p, (int)path.n, SQLITE_TRANSIENT);
	arena_free(&a);
}

bool tipfn_register(sqlite3 *db, struct err *e)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
	// read files: what a ledger's own views say must not reach them
	const int direct = SQLITE_UTF8 | SQLITE_DIRECTONLY;
	return (sqlite3_create_function_v2(db, "stretches", 5, flags, NULL, NULL, stretches_step,
			stretches_finish, NULL) == SQLITE_OK &&
		       sqlite3_create_function_v2(db, "repeated", N_KEY + 2, flags, NULL, NULL,
			       repeated_step, repeated_finish, NULL) == SQLITE_OK &&
		       sqlite3_create_function_v2(db, "file_text", 1, direct, NULL, file_text, NULL,
			       NULL, NULL) == SQLITE_OK &&
		       sqlite3_create_function_v2(db, "claude_file", 1, direct, NULL, claude_file,
			       NULL, NULL, NULL) == SQLITE_OK) ||
	       ledger_fail(db, "registering functions", e);
}
