// SPDX-License-Identifier: MIT
#include "pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Before each block stands its size, by which it finds its way back. SQLite asks for 8-byte
// alignment.
enum {
	HEAD = 8,
	STEP = 16,    // sizes up to SMALL, the head included, are multiples of this
	SMALL = 1024, // above it four sizes between a power of two and the next
	SMALL_LOG2 = 10,
	N_CLASSES = SMALL / STEP + 1 + 4 * 7,
	CHUNK = 256 * 1024, // what of it is not used costs nothing
};

struct block {
	struct block *next; // of its free list
};

static char *chunk, *chunk_end; // what is left of the newest chunk
static struct block *free_lists[N_CLASSES];

static size_t *head_of(void *p)
{
	return (size_t *)((char *)p - HEAD);
}

// The free list of blocks of `size` bytes, the head included, which is rounded up to that of all of
// them. 0: too large.
static size_t class_of(size_t *size)
{
	size_t n = *size;
	if (n <= SMALL) {
		*size = (n + STEP - 1) & ~(size_t)(STEP - 1);
		return *size / STEP;
	}
	if (n > POOL_MAX_BYTES)
		return 0;
	unsigned log2 = 63 - (unsigned)__builtin_clzll(n - 1);
	size_t step = (size_t)1 << (log2 - 2);
	*size = (n + step - 1) & ~(step - 1);
	return SMALL / STEP + 4 * (log2 - SMALL_LOG2) + (*size - ((size_t)1 << log2)) / step;
}

static void *cut(size_t size)
{
	if ((size_t)(chunk_end - chunk) < size) {
		char *p = malloc(CHUNK);
		if (!p)
			return NULL;
		chunk = p;
		chunk_end = p + CHUNK;
	}
	void *p = chunk;
	chunk += size;
	return p;
}

static void *pool_alloc(int n)
{
	size_t size = (size_t)n + HEAD;
	size_t class = class_of(&size);
	struct block *b = free_lists[class];
	if (!class)
		b = malloc(size);
	else if (b)
		free_lists[class] = b->next;
	else
		b = cut(size);
	if (!b)
		return NULL;
	*(size_t *)(void *)b = size;
	return (char *)b + HEAD;
}

static void pool_free(void *p)
{
	size_t *head = head_of(p), size = *head, class = class_of(&size);
	if (!class) {
		free(head);
		return;
	}
	struct block *b = (void *)head;
	b->next = free_lists[class];
	free_lists[class] = b;
}

static int pool_size(void *p)
{
	return (int)(*head_of(p) - HEAD);
}

static int pool_round(int n)
{
	size_t size = (size_t)n + HEAD;
	(void)class_of(&size);
	return (int)(size - HEAD);
}

static void *pool_realloc(void *p, int n)
{
	int old = pool_size(p);
	if (n <= old)
		return p;
	void *q = pool_alloc(n);
	if (!q)
		return NULL;
	memcpy(q, p, (size_t)old);
	pool_free(p);
	return q;
}

static int pool_init(void *data)
{
	(void)data;
	return SQLITE_OK;
}

static void pool_shutdown(void *data)
{
	(void)data;
}

const sqlite3_mem_methods pool_methods = {.xMalloc = pool_alloc,
	.xFree = pool_free,
	.xRealloc = pool_realloc,
	.xSize = pool_size,
	.xRoundup = pool_round,
	.xInit = pool_init,
	.xShutdown = pool_shutdown};

#ifndef __has_feature
#define __has_feature(x) 0
#endif

void pool_install(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer)
	(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &pool_methods);
#endif
}
