// SPDX-License-Identifier: MIT
// A pull scanner over one JSON text: no tree, no allocation, nothing guessed inside strings.
//
// The grammar is that of RFC 8259 with two allowances that JavaScript's writer needs: any bytes
// above 0x7f may stand in a string (broken UTF-8 is mended by scan_decode), and any \uXXXX, lone
// surrogates included. NaN, raw control characters in strings and trailing garbage are errors.
// Nesting is checked exactly to SCAN_MAX_DEPTH levels; below that brackets are only counted.
//
// The first error sticks: is_bad is set, and every later call returns false / SCAN_NONE.
#ifndef CCL_SOURCE_SCAN_H
#define CCL_SOURCE_SCAN_H

#include "arena.h"
#include "str.h"

enum { SCAN_MAX_DEPTH = 1024 };

enum scan_type {
	SCAN_NONE, // an error, or nothing left
	SCAN_OBJECT,
	SCAN_ARRAY,
	SCAN_STRING,
	SCAN_NUMBER,
	SCAN_BOOL,
	SCAN_NULL,
};

struct scan {
	const char *p, *end;
	const char *bad_at; // where the first error was met
	bool is_bad;
};

// Walks the members of one object or array: zero-initialise, then call scan_key / scan_item.
struct scan_list {
	bool is_open, is_done;
};

struct scan scan_begin(struct str text);
enum scan_type scan_peek(struct scan *s); // the type of the next value, which is not consumed

// Next member: its key, still escaped, without quotes; the caller must then consume its value
// with one of the calls below. False at the end of the object, when the next value is no object
// (it is skipped), and on error.
bool scan_key(struct scan *s, struct scan_list *list, struct str *out_key);
// The same for arrays.
bool scan_item(struct scan *s, struct scan_list *list);

// Consume one value of any type. The scalar readers return false, and skip the value, if it is of
// another type.
bool scan_string(struct scan *s, struct str *out_raw); // still escaped, without quotes
bool scan_bool(struct scan *s, bool *out);
// The spelling of a number, as it stands.
bool scan_number(struct scan *s, struct str *out_raw);
// Skips a value and returns its bytes, brackets and quotes included.
struct str scan_skip(struct scan *s);
// True if nothing but blanks is left and no error was met.
bool scan_at_end(struct scan *s);

// The text of a raw string: escapes resolved; what is not valid UTF-8 or is U+0000 becomes U+FFFD;
// cut after at most max bytes, never within a character. A slice of `raw` itself where nothing had
// to change, else arena memory.
struct str scan_decode(struct arena *a, struct str raw, size_t max);
// How many UTF-16 units the decoded text has, as JavaScript counts its characters.
int64_t scan_utf16_units(struct str raw);

#endif
