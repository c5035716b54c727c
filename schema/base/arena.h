// SPDX-License-Identifier: MIT
// Memory that is given back all at once: one arena per chunk, command or request.
//
// Out of memory ends the process (status 0 in the hook, see mem_on_death): every table and the
// byte offset behind it commit together, so dying costs nothing but time.
#ifndef CCL_BASE_ARENA_H
#define CCL_BASE_ARENA_H

#include "str.h"

struct arena_block;
struct arena {
	struct arena_block *head; // zero-initialised is an empty arena
	size_t total_bytes;       // handed out since the last reset
};

void *arena_alloc(struct arena *a, size_t size);     // zeroed, 16-byte aligned
struct str arena_str(struct arena *a, struct str s); // a copy, NUL-terminated behind its end
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *a); // keeps one block for the next round
void arena_free(struct arena *a);

// malloc and realloc that never return NULL.
void *mem_alloc(size_t size); // zeroed
void *mem_grow(void *p, size_t size);
// Doubles an array: `p` of *cap elements of `size` bytes becomes one that can hold `need`.
void *mem_reserve(void *p, size_t *cap, size_t need, size_t size);
// Called instead of abort() when memory is out or mem_die() is called. Must not return.
extern void (*mem_on_death)(const char *why);
_Noreturn void mem_die(const char *why);

#endif
