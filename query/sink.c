// SPDX-License-Identifier: MIT
#include "sink.h"

void sink_write(const struct sink_kind *kind, const struct result *r, struct sink_frame frame,
	struct buf *out)
{
	struct sink k = {.kind = kind, .out = out, .result = r, .frame = frame};
	kind->begin(&k);
	for (size_t i = 0; i < r->n_rows; i++, k.n_rows++)
		kind->row(&k, r->rows[i]);
	kind->end(&k, r->totals);
}
