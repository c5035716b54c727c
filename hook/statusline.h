// SPDX-License-Identifier: MIT
// What a status line told: `ccl statusline` starts `ccl-hook --status` with the payload on stdin
// when it says something that the ledger does not have.
#ifndef CCL_HOOK_STATUSLINE_H
#define CCL_HOOK_STATUSLINE_H

#include "ingest.h"
#include "status.h"

// Inside a transaction: limit windows, the client's own cost and window size, and the pull request,
// as evidence for the branch that cwd has checked out. Nothing of a session that was forgotten or
// works in an ignored folder. *out_has_evidence: there is something to charge again.
MUST_USE bool statusline_store(
	struct ingest *in, const struct status *p, bool *out_has_evidence, struct err *e);

// Reads a payload on stdin and stores it, waiting for the lock if need be. Says nothing, whatever
// happens, but in hook.log.
void statusline_run(struct str ledger);

#endif
