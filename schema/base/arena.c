// SPDX-License-Identifier: MIT
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, ALIGN = 16 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(ALIGN) char data[];
};

void (*mem_on_death)(const char *why);

_Noreturn void mem_die(const char *why)
{
	if (mem_on_death)
		mem_on_death(why);
	(void)fprintf(stderr, "ccl: %s\n", why);
	abort();
}

void *mem_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);
	if (!p)
		mem_die("out of memory");
	return p;
}

void *mem_grow(void *p, size_t size)
{
	void *q = realloc(p, size ? size : 1);
	if (!q)
		mem_die("out of memory");
	return q;
}

void *mem_reserve(void *p, size_t *cap, size_t need, size_t size)
{
	if (need <= *cap)
		return p;
	size_t n = *cap ? *cap : 16;
	while (n < need)
		n *= 2;
	p = mem_grow(p, n * size);
	*cap = n;
	return p;
}

static struct arena_block *new_block(size_t size)
{
	size_t n = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct arena_block *b = mem_grow(NULL, sizeof *b + n);
	b->next = NULL;
	b->used = 0;
	b->size = n;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (!a->head || a->head->size - a->head->used < size) {
		struct arena_block *b = new_block(size);
		b->next = a->head;
		a->head = b;
	}
	void *p = a->head->data + a->head->used;
	a->head->used += size;
	a->total_bytes += size;
	return memset(p, 0, size);
}

struct str arena_str(struct arena *a, struct str s)
{
	if (!s.p)
		return STR_NONE;
	char *p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct str){p, s.n};
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		mem_die("a message could not be formatted");
	char *p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void arena_reset(struct arena *a)
{
	if (!a->head)
		return;
	struct arena_block *b = a->head->next;
	while (b) {
		struct arena_block *next = b->next;
		free(b);
		b = next;
	}
	a->head->next = NULL;
	a->head->used = 0;
	a->total_bytes = 0;
}

void arena_free(struct arena *a)
{
	arena_reset(a);
	free(a->head);
	*a = (struct arena){0};
}
