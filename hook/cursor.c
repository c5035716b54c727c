// SPDX-License-Identifier: MIT
#include "cursor.h"

#include <string.h>

#include "clock.h"

void cursor_take(sqlite3_stmt *s, int column, struct file *out)
{
	int64_t hash = sqlite3_column_int64(s, column + 2);
	out->id = sqlite3_column_int64(s, column);
	out->head_bytes = sqlite3_column_int64(s, column + 1);
	memcpy(&out->head_hash, &hash, sizeof hash);
	out->prompt_id = sqlite3_column_int64(s, column + 3);
	out->is_open = sqlite3_column_int(s, column + 4);
	out->in_long_line = sqlite3_column_int(s, column + 5);
	out->bad_lines = sqlite3_column_int64(s, column + 6);
	out->long_lines = sqlite3_column_int64(s, column + 7);
	out->bad_numbers = sqlite3_column_int64(s, column + 8);
	out->is_ignored = sqlite3_column_int(s, column + 9);
	out->last_ms = sqlite3_column_type(s, column + 10) == SQLITE_NULL
			       ? -1
			       : sqlite3_column_int64(s, column + 10);
}

bool cursor_read(struct store *st, int64_t device, int64_t inode, struct file *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT offset_bytes, size_bytes, id, head_bytes, head_hash, prompt_id, is_open, "
		"in_long_line,"
		" bad_lines, long_lines, bad_numbers, is_ignored, last_ms, path FROM source_file"
		" WHERE device = :device AND inode = :inode",
		e);
	bool has_row;
	if (!s)
		return false;
	store_bind(s, "ii", device, inode);
	if (!store_step(st, s, &has_row, e))
		return false;
	out->id = 0;
	out->has_path = false;
	out->last_ms = -1;
	if (has_row) {
		out->offset_bytes = sqlite3_column_int64(s, 0);
		out->size_bytes = sqlite3_column_int64(s, 1);
		cursor_take(s, 2, out);
		out->has_path = str_eq(store_column(s, 13), out->path);
	}
	(void)sqlite3_reset(s);
	return true;
}

bool cursor_insert(struct store *st, struct file *f, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO source_file(device, inode, path, offset_bytes, size_bytes, head_bytes,"
		" head_hash, is_open, in_long_line, is_ignored, read_ms)"
		" VALUES (:device, :inode, :path, 0, 0, 0, 0, 0, 0, 0, 0)"
		" ON CONFLICT(device, inode) DO UPDATE SET path = excluded.path",
		e);
	if (!s)
		return false;
	store_bind(s, "iit", f->device, f->inode, f->path);
	if (!store_make(st, s, &f->id, e) || f->id)
		return f->id != 0;
	s = store_sql(
		st, "SELECT id FROM source_file WHERE device = :device AND inode = :inode", e);
	if (!s)
		return false;
	store_bind(s, "ii", f->device, f->inode);
	return store_find(st, s, &f->id, e);
}

// A path that is set, even to what it was, makes SQLite write a page of its index.
#define SET_FILE                                                                                   \
	"UPDATE source_file SET offset_bytes = ?2, size_bytes = ?3, head_bytes = ?4, head_hash = " \
	"?5, prompt_id = ?6, is_open = ?7, in_long_line = ?8, is_ignored = ?9, read_ms = ?10, "    \
	"bad_lines = ?11, long_lines = ?12, bad_numbers = ?13, last_ms = ?14"

bool cursor_write(struct store *st, const struct file *f, struct err *e)
{
	sqlite3_stmt *s = f->has_path ? store_sql(st, SET_FILE " WHERE id = ?1", e)
				      : store_sql(st, SET_FILE ", path = ?15 WHERE id = ?1", e);
	if (!s)
		return false;
	store_bind(s, "iiiihkiiiiiiip", f->id, f->offset_bytes,
		f->has_more ? f->offset_bytes : f->size_bytes, f->head_bytes, f->head_hash,
		f->prompt_id, (int64_t)f->is_open, (int64_t)f->in_long_line, (int64_t)f->is_ignored,
		clock_now_ms(), f->bad_lines, f->long_lines, f->bad_numbers, f->last_ms);
	if (!f->has_path)
		store_bind_at(s, 15, "t", f->path);
	return store_run(st, s, e);
}
