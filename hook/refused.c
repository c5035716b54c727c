// SPDX-License-Identifier: MIT
// What the user will not have stored: folders, and sessions that were deleted.
#include <stdlib.h>

#include "ingest.h"
#include "path.h"

static bool load_ignored(struct ingest *in, struct err *e)
{
	size_t cap = 0;
	bool has_row = true;
	sqlite3_stmt *s = store_sql(&in->store, "SELECT path FROM ignored_path", e);
	while (s && has_row) {
		if (!store_step(&in->store, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		in->ignored =
			mem_reserve(in->ignored, &cap, in->n_ignored + 1, sizeof *in->ignored);
		in->ignored[in->n_ignored++] = arena_str(&in->arena, store_column(s, 0));
	}
	if (s)
		(void)sqlite3_reset(s);
	return s != NULL;
}

static bool load_forgotten(struct ingest *in, struct err *e)
{
	size_t cap = 0;
	bool has_row = true;
	sqlite3_stmt *s = store_sql(&in->store, "SELECT session_hash FROM forgotten", e);
	while (s && has_row) {
		if (!store_step(&in->store, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		in->forgotten = mem_reserve(
			in->forgotten, &cap, in->n_forgotten + 1, sizeof *in->forgotten);
		int64_t v = sqlite3_column_int64(s, 0);
		memcpy(&in->forgotten[in->n_forgotten++], &v, sizeof v);
	}
	if (s)
		(void)sqlite3_reset(s);
	return s != NULL;
}

bool ingest_load_refused(struct ingest *in, struct err *e)
{
	unsigned version = 0;
	(void)sqlite3_file_control(in->store.db, "main", SQLITE_FCNTL_DATA_VERSION, &version);
	if (in->has_refused && version == in->refused_version)
		return true;
	free(in->ignored);
	free(in->forgotten);
	in->ignored = NULL;
	in->forgotten = NULL;
	in->n_ignored = in->n_forgotten = 0;
	if (!load_ignored(in, e) || !load_forgotten(in, e))
		return false;
	in->has_refused = true;
	in->refused_version = version;
	return true;
}

bool ingest_is_forgotten(const struct ingest *in, struct str session_uid)
{
	uint64_t hash = in->n_forgotten ? hash_sip(in->store.key, session_uid) : 0;
	for (size_t i = 0; i < in->n_forgotten; i++)
		if (in->forgotten[i] == hash)
			return true;
	return false;
}

bool ingest_is_ignored(const struct ingest *in, struct str cwd)
{
	for (size_t i = 0; i < in->n_ignored; i++)
		if (path_is_inside(cwd, in->ignored[i]))
			return true;
	return false;
}
