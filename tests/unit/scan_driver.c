// SPDX-License-Identifier: MIT
// For scan_differential.py: says of each line on stdin whether the scanner takes it and what it
// reads there. "ok WALK", "bad", or "torn" if walking and skipping disagree, which they never may.
#include <stdio.h>
#include <stdlib.h>

#include "scan_walk.h"

static void answer(struct arena *a, struct buf *walk, struct str line)
{
	char *exact = malloc(line.n ? line.n : 1); // a sanitizer sees a read behind its end
	if (!exact)
		mem_die("out of memory");
	if (line.n)
		memcpy(exact, line.p, line.n);
	struct str text = {exact, line.n};
	buf_clear(walk);
	bool is_ok = walk_text(a, text, walk);
	if (is_ok != skips_text(text))
		(void)puts("torn");
	else if (is_ok)
		(void)printf("ok %s\n", buf_z(walk));
	else
		(void)puts("bad");
	free(exact);
	arena_reset(a);
}

int main(void)
{
	struct arena a = {0};
	struct buf input = {0}, walk = {0};
	size_t n;
	do {
		buf_reserve(&input, 1 << 20);
		n = fread(input.p + input.n, 1, 1 << 20, stdin);
		input.n += n;
	} while (n);
	struct str rest = buf_str(&input);
	while (rest.n)
		answer(&a, &walk, str_split(rest, '\n', &rest));
	buf_free(&input);
	buf_free(&walk);
	arena_free(&a);
	return 0;
}
