// SPDX-License-Identifier: MIT
// The rows of `ccl doctor`: what is in order, what is not, and the cure of each.
#ifndef CCL_QUERY_DOCTOR_H
#define CCL_QUERY_DOCTOR_H

#include "report.h"

// *out_status: 1 if a check failed. Never fails because the ledger is missing or damaged: that is a
// finding.
MUST_USE bool doctor_run(struct arena *a, const struct request *req, struct result *out,
	int *out_status, struct err *e);

#endif
