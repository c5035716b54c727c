// SPDX-License-Identifier: MIT
// The pull requests that something says a branch belongs to, and from when to when each could: what
// claim.c chooses from.
#ifndef CCL_HOOK_CLAIM_EVIDENCE_H
#define CCL_HOOK_CLAIM_EVIDENCE_H

#include "claim.h"

struct candidate { // a pull request that some evidence names
	struct str repo;
	int64_t number;
	int64_t first_ms, newest_ms; // evidence
	int64_t created_ms;          // by a call or the forge; -1: unknown
	int64_t end_ms;              // merged or closed; INT64_MAX: not known to be
	int64_t session_id;          // that created it; 0: unknown
	int64_t confidence, best_ms; // of the best evidence
	const char *source, *role;
	bool is_other_base, is_checkout, is_created, is_shared;
	int64_t since_ms, until_ms;
};

struct word_of_user {
	struct str repo;
	int64_t number, since_ms, until_ms; // number 0: no pull request
	const char *role;
	int64_t id;
};

struct work {
	struct store *st;
	int64_t project_id, branch_id;
	bool is_default, is_pushed;
	LIST(struct candidate) prs;
	LIST(struct word_of_user) words;
	LIST(int64_t) births;
	LIST(int64_t) bounds;
};

// Everything about the branch that w names, its instances cut. After false, too, the caller frees
// the lists.
MUST_USE bool claim_evidence_load(struct work *w, struct err *e);

#endif
