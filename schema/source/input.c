// SPDX-License-Identifier: MIT
#include "input.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "scan.h"

enum { STEP_BYTES = 65536 };

bool input_is_whole(struct str s)
{
	struct scan scan = scan_begin(s);
	struct str t = str_trim(s);
	return t.n && t.p[0] == '{' && t.p[t.n - 1] == '}' && scan_skip(&scan).p &&
	       scan_at_end(&scan);
}

void input_read(int fd, int wait_ms, struct buf *out)
{
	int64_t deadline = clock_mono_ms() + wait_ms;
	while (out->n < INPUT_MAX_BYTES) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - clock_mono_ms();
		size_t room = INPUT_MAX_BYTES - out->n;
		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return;
		buf_reserve(out, STEP_BYTES);
		ssize_t n = read(fd, out->p + out->n, room < STEP_BYTES ? room : STEP_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		out->n += (size_t)n;
		if (input_is_whole(buf_str(out)))
			return;
	}
}
