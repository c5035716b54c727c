// SPDX-License-Identifier: MIT
// Where things stand in a JSON text, for those who edit it as text: Claude Code's settings.json.
//
// No tree and no allocation: every answer is a slice of the text given, so a byte position is a
// subtraction. The text is checked once, strictly, as JSON.parse of JavaScript would (RFC 8259; a
// UTF-8 byte order mark in front is allowed, comments and trailing commas are not). Bytes that are
// not UTF-8 inside a string pass, because Claude Code reads them too, as U+FFFD.
#ifndef CCL_SOURCE_SETTINGS_H
#define CCL_SOURCE_SETTINGS_H

#include "arena.h"
#include "err.h"

enum { SETTINGS_MAX_DEPTH = 512 };

// A member of an object, or an element of an array (then key is STR_NONE).
struct settings_item {
	struct str key;   // as written, with its quotes
	struct str value; // as written, without the blanks around it
};

// The text without its byte order mark, if it has one.
struct str settings_body(struct str text);
// Nothing but blanks, besides a byte order mark: Claude Code takes such a file as `{}`.
bool settings_is_blank(struct str text);

// Checks the whole text. On success *out_root is its one value, of whatever type; on failure the
// message begins with "name:line:column: ". A blank text is a failure.
MUST_USE bool settings_check(struct str name, struct str text, struct str *out_root, struct err *e);

// Line and column of a byte, both from 1; the column counts characters, not bytes.
void settings_place(struct str text, const char *at, size_t *out_line, size_t *out_column);

// What follows takes values out of a checked text. On any other bytes the answers mean nothing, but
// nothing outside the slice is read.

// '{' object, '[' array, '"' string, 't' true, 'f' false, 'n' null, '0' number, '\0' none
char settings_type(struct str value);
bool settings_is_true(struct str value);

// Walks an object or array: zero-initialise *it, call until false. Other values have no items.
bool settings_next(struct str container, struct settings_item *it);
size_t settings_count(struct str container);
// From where the item begins (its key, or the value of an element) to the end of its value.
struct str settings_extent(const struct settings_item *it);

// How many members have this key; *out is the last of them (which is the one JavaScript keeps), a
// zero item if there is none. Escapes in the keys are seen through.
size_t settings_find(struct str object, const char *key, struct settings_item *out);

// A string value, or a key, without quotes and escapes, in UTF-8; lone surrogates become U+FFFD.
// STR_NONE for a value of another type.
struct str settings_string(struct arena *a, struct str value);
bool settings_string_is(struct str value, const char *z);
// Where in a string value the first n_bytes of what settings_string gives have been said; at its
// closing quote if it says no more.
const char *settings_string_at(struct str value, size_t n_bytes);

#endif
