// SPDX-License-Identifier: MIT
// Puts items into a JSON text and takes them out again, byte for byte.
//
// jsontext_remove() of an item that jsontext_insert() put in gives the text of before, whatever its
// formatting, also when other items came or went in between. That needs no record, only two
// conventions about blanks:
// * Behind another item, ours begins with a comma that touches that item; the blanks that stood
//   before the closing bracket stay there. So what to cut reaches from the end of the item before
//   to the end of ours.
// * An empty container with blanks in it, `{ }`, gets ours directly behind its opening bracket, and
//   the blanks stay behind it; `{}` gets line breaks on both sides (none in a text of one line). So
//   a lone item that touches the opening bracket leaves what is behind it, and any other none.
#ifndef CCL_INSTALL_JSONTEXT_H
#define CCL_INSTALL_JSONTEXT_H

#include "buf.h"
#include "settings.h"

struct jsontext_style {
	struct str eol;    // "\n" or "\r\n"
	struct str indent; // of one level
	bool is_one_line;  // no line break in it, though it holds something
	bool is_spaced;    // `: ` and `, ` rather than `:` and `,`
};

// How a checked text is written; slices of it or of literals. `root` may be STR_NONE.
struct jsontext_style jsontext_style_of(struct str text, struct str root);

// Replaces n_cut bytes at `at` (inside the buffer) by `put`. Slices of the buffer become invalid,
// here and in insert and remove; `put` and `value` must not lie in it.
void jsontext_splice(struct buf *text, const char *at, size_t n_cut, struct str put);

// Adds an item behind `after` (NULL: behind the last). `key` is NULL in an array; `value` is
// well-formed JSON without blanks, and is written in the style of its surroundings.
void jsontext_insert(struct buf *text, const struct jsontext_style *style, struct str container,
	const struct settings_item *after, const char *key, struct str value);

void jsontext_remove(struct buf *text, struct str container, const struct settings_item *item);

// `value` (no blanks outside its strings) on one line, or on several, where each but the first
// begins with `margin`.
void jsontext_render(struct buf *out, const struct jsontext_style *style, struct str value,
	struct str margin, bool is_one_line);

void jsontext_put_string(struct buf *out, struct str utf8); // quoted and escaped

#endif
