// SPDX-License-Identifier: MIT
// Bytes that grow. Zero-initialised is empty; the owner calls buf_free (or AUTO(buf_free)).
#ifndef CCL_BASE_BUF_H
#define CCL_BASE_BUF_H

#include "str.h"

struct buf {
	char *p;
	size_t n, cap;
};

void buf_grow(struct buf *b, size_t extra);
// Room for `extra` more bytes behind b->n, and one.
static inline void buf_reserve(struct buf *b, size_t extra)
{
	if (b->cap - b->n <= extra)
		buf_grow(b, extra);
}
void buf_add(struct buf *b, struct str s);
void buf_addz(struct buf *b, const char *z);
void buf_addc(struct buf *b, char c);
void buf_add_int(struct buf *b, int64_t v);
void buf_add_digits(struct buf *b, uint64_t v, int n); // with zeros in front to n digits, or more
void buf_add_grouped(struct buf *b, uint64_t v);       // "12,345"
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_z(struct buf *b); // NUL-terminated, valid until the next change
struct str buf_str(const struct buf *b);
void buf_clear(struct buf *b); // keeps the memory
void buf_free(struct buf *b);

#endif
