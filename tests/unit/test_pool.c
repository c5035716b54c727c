// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pool.h"

enum { N_BLOCKS = 400, N_STEPS = 60000 };

static uint64_t seed = 7;

static unsigned pick(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(seed >> 33) % n;
}

// Mostly small, as SQLite's are; sometimes beyond what the pool keeps.
static int pick_size(void)
{
	static const unsigned limits[] = {64, 64, 600, 5000, 2 * POOL_MAX_BYTES};
	return 1 + (int)pick(limits[pick(5)]);
}

static void expect_filled(const char *p, int n, char with)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(p[i], with);
}

static void blocks_do_not_touch_each_other(void **state)
{
	struct {
		char *p;
		int n;
	} blocks[N_BLOCKS] = {0};
	(void)state;
	for (int i = 0; i < N_STEPS; i++) {
		unsigned k = pick(N_BLOCKS);
		char with = (char)k, *p = blocks[k].p;
		int old = blocks[k].n, n = pick_size();
		expect_filled(p, old < 64 ? old : 64, with);
		if (p && pick(3) == 0) {
			expect_filled(p, old, with);
			pool_methods.xFree(p);
			blocks[k].p = NULL;
			blocks[k].n = 0;
			continue;
		}
		p = p ? pool_methods.xRealloc(p, pool_methods.xRoundup(n))
		      : pool_methods.xMalloc(n);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 8, 0);
		assert_true(pool_methods.xSize(p) >= n);
		expect_filled(p, old < n ? old : n, with);
		memset(p, with, (size_t)pool_methods.xSize(p));
		blocks[k].p = p;
		blocks[k].n = n;
	}
	for (int k = 0; k < N_BLOCKS; k++) {
		expect_filled(blocks[k].p, blocks[k].n, (char)k);
		if (blocks[k].p)
			pool_methods.xFree(blocks[k].p);
	}
}

static void what_is_freed_is_used_again(void **state)
{
	(void)state;
	for (int n = 1; n < 3 * POOL_MAX_BYTES; n += 1 + n / 7) {
		void *p = pool_methods.xMalloc(n);
		uintptr_t was = (uintptr_t)p;
		assert_true(pool_methods.xRoundup(n) == pool_methods.xSize(p));
		assert_true(pool_methods.xSize(p) <= n + 16 + n / 4);
		pool_methods.xFree(p);
		p = pool_methods.xMalloc(n);
		if (n < POOL_MAX_BYTES - 8)
			assert_int_equal(p, was);
		pool_methods.xFree(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_do_not_touch_each_other),
		cmocka_unit_test(what_is_freed_is_used_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
