// SPDX-License-Identifier: MIT
#include "prompt_text.h"

#include <string.h>

#include "ledger.h"
#include "line_at.h"
#include "transcript.h"

enum { LINE_MAX_BYTES = 8 << 20 }; // no longer one was ever stored

struct str prompt_text_read(
	struct arena *a, const char *path, int64_t offset_bytes, struct str uuid, size_t max)
{
	static const struct hash_key no_key;
	struct str rest = line_at(a, path, offset_bytes, LINE_MAX_BYTES);
	struct line *l = arena_alloc(a, sizeof *l);
	struct line_damage damage = {0};
	while (rest.n && transcript_next(&rest, no_key, a, l, &damage))
		if (l->text_raw.p && str_eq(l->uuid, uuid))
			return scan_decode(a, l->text_raw, max);
	return STR_NONE;
}

// The text of the prompt with this row id, in the arena of the result.
static bool read_one(struct result *r, sqlite3_stmt *s, int64_t id, bool is_short, struct cell *out,
	struct err *e)
{
	struct arena scratch = {0};
	(void)sqlite3_reset(s);
	(void)sqlite3_bind_int64(s, 1, id);
	int rc = sqlite3_step(s);
	const char *path = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
	const char *uuid = path ? (const char *)sqlite3_column_text(s, 2) : NULL;
	*out = (struct cell){.kind = CELL_NULL};
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return ledger_fail(sqlite3_db_handle(s), "looking for prompts", e);
	if (!uuid)
		return true;
	struct str text = prompt_text_read(&scratch, path, sqlite3_column_int64(s, 1), str_of(uuid),
		is_short ? PROMPT_TEXT_SHORT_BYTES : PROMPT_TEXT_MAX_BYTES);
	if (text.p && is_short)
		text = line_flatten(&scratch, text);
	if (text.p)
		*out = (struct cell){.kind = CELL_TEXT, .s = arena_str(r->arena, text)};
	arena_free(&scratch);
	return true;
}

static bool fill_column(struct result *r, sqlite3_stmt *s, size_t c, bool is_short, struct err *e)
{
	for (size_t i = 0; i < r->n_rows; i++) {
		if (r->rows[i][c].kind != CELL_INT)
			continue;
		struct cell *row = arena_alloc(r->arena, r->n_columns * sizeof *row);
		memcpy(row, r->rows[i], r->n_columns * sizeof *row);
		if (!read_one(r, s, row[c].i, is_short, &row[c], e))
			return false;
		r->rows[i] = row;
	}
	return true;
}

bool prompt_text_fill(sqlite3 *db, struct result *r, bool is_short, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	for (size_t c = 0; c < r->n_columns; c++) {
		if (r->columns[c].late != LATE_PROMPT_TEXT)
			continue;
		if (!s && sqlite3_prepare_v2(db,
				  "SELECT f.path, p.offset_bytes, p.uuid FROM prompt AS p JOIN "
				  "source_file AS f "
				  "ON f.id = p.file_id WHERE p.id = ?1 AND p.offset_bytes IS NOT "
				  "NULL",
				  -1, &s, NULL) != SQLITE_OK)
			return ledger_fail(db, "looking for prompts", e);
		if (!fill_column(r, s, c, is_short, e))
			return false;
	}
	return true;
}
