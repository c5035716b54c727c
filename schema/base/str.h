// SPDX-License-Identifier: MIT
// A slice of bytes that somebody else owns. Not NUL-terminated; {NULL, 0} means "absent".
#ifndef CCL_BASE_STR_H
#define CCL_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){(lit), sizeof(lit) - 1})
#define STR_NONE ((struct str){NULL, 0})
// For printf("%.*s", STR_ARG(s))
#define STR_ARG(s) (int)(s).n, (s).p

struct str str_of(const char *z); // NULL gives STR_NONE
// Inline, so that the length of a literal is known to the compiler: a line has many keys.
static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_is(struct str s, const char *z)
{
	size_t n = strlen(z);
	return s.n == n && (n == 0 || memcmp(s.p, z, n) == 0);
}
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
bool str_has(struct str s, const char *part);
int str_cmp(struct str a, struct str b);         // bytewise, like memcmp then length
struct str str_from(struct str s, size_t start); // the rest, empty if start is beyond the end
struct str str_trim(struct str s);               // without blanks and newlines at both ends
// A decimal integer that fills the whole slice, in [min, max].
bool str_int(struct str s, int64_t min, int64_t max, int64_t *out);
// The part before the first `sep` and, in *rest, what follows it (STR_NONE if there is none).
struct str str_split(struct str s, char sep, struct str *rest);

#endif
