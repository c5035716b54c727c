// SPDX-License-Identifier: MIT
// How far each transcript was read: rows of source_file.
#ifndef CCL_HOOK_CURSOR_H
#define CCL_HOOK_CURSOR_H

#include "store.h"

enum { CURSOR_HEAD_BYTES = 4096 };

struct file {
	int64_t id; // 0: no row yet
	int64_t device, inode;
	struct str path;
	bool has_path; // its row is known to have this path
	int64_t offset_bytes, size_bytes;
	int64_t head_bytes;
	uint64_t head_hash;
	int64_t prompt_id;     // 0: none
	struct prompt *prompt; // that the next turn belongs to, after reading; not stored yet
	bool is_open, in_long_line, is_ignored;
	bool has_more;   // the last read did not reach the end
	int64_t last_ms; // time of the last line read that has one; -1: none so far
	int64_t modified_ms;
	int64_t bad_lines, long_lines, bad_numbers;
};

// The row of a file by device and inode; out->id stays 0 if there is none (then nothing else is
// set).
MUST_USE bool cursor_read(
	struct store *st, int64_t device, int64_t inode, struct file *out, struct err *e);
// The part of a row that starts at this column: id, head_bytes, head_hash, prompt_id, is_open,
// in_long_line, bad_lines, long_lines, bad_numbers, is_ignored, last_ms.
void cursor_take(sqlite3_stmt *s, int column, struct file *out);
// Makes the row, so that file->id can be pointed to.
MUST_USE bool cursor_insert(struct store *st, struct file *f, struct err *e);
MUST_USE bool cursor_write(struct store *st, const struct file *f, struct err *e);

#endif
