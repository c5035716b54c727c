// SPDX-License-Identifier: MIT
// SipHash-2-4, 64 bit, keyed (Aumasson and Bernstein 2012): equal inputs can be recognised in one
// ledger, but without its key nobody can test a guess against a stored hash.
#ifndef CCL_BASE_HASH_H
#define CCL_BASE_HASH_H

#include "str.h"

struct hash_key {
	uint64_t k0, k1;
};

uint64_t hash_sip(struct hash_key key, struct str s);
// Not keyed, for tables in memory and file heads (FNV-1a with a final mix).
uint64_t hash_fast(struct str s);

#endif
