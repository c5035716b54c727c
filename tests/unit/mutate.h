// SPDX-License-Identifier: MIT
// Broken variants of good inputs for the parsers' tests: the same ones in every run. Each lies in
// memory of exactly its size, so that a sanitizer sees a read behind its end.
#ifndef CCL_TESTS_UNIT_MUTATE_H
#define CCL_TESTS_UNIT_MUTATE_H

#include <stdlib.h>
#include <string.h>

#include "str.h"

static inline uint64_t mutate_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

// A copy of `s`, from malloc, with bytes changed, put in, taken out, repeated or cut off.
static inline struct str mutate(struct str s, const char *special, uint64_t *seed)
{
	size_t n = s.n, max = s.n * 2 + 16;
	char *p = malloc(max);
	memcpy(p, s.p, n);
	for (uint64_t left = mutate_random(seed) % 4 + 1; left > 0 && n > 0; left--) {
		size_t at = mutate_random(seed) % n;
		size_t n_special = strlen(special);
		switch (mutate_random(seed) % 6) {
		case 0: p[at] = (char)mutate_random(seed); break;
		case 1: p[at] = special[mutate_random(seed) % n_special]; break;
		case 2:
			if (n == max)
				break;
			memmove(p + at + 1, p + at, n++ - at);
			p[at] = special[mutate_random(seed) % n_special];
			break;
		case 3: memmove(p + at, p + at + 1, --n - at); break;
		case 4: n = at; break;
		default:
			if (n + (n - at) <= max) { // say the end twice
				memcpy(p + n, p + at, n - at);
				n += n - at;
			}
		}
	}
	char *exact = malloc(n ? n : 1);
	memcpy(exact, p, n);
	free(p);
	return (struct str){exact, n};
}

#endif
