// SPDX-License-Identifier: MIT
// What a pull request cost, as Markdown for a comment on it: totals by role and model, the cost up
// to when it was opened and merged, how much of it is inferred. It names no prompt, path, branch or
// session, and holds no link or mention.
#ifndef CCL_FORGE_BODY_H
#define CCL_FORGE_BODY_H

#include <sqlite3.h>

#include "buf.h"
#include "err.h"

// The first line of every such text, by which the comment is found again.
#define BODY_MARKER "<!-- ccl:cost -->"

// `db` is open for reports; `repo` is host/owner/name. ERR_NO_INPUT: no turn is charged to it.
MUST_USE bool body_build(
	sqlite3 *db, struct str repo, int64_t number, struct buf *out, struct err *e);

#endif
