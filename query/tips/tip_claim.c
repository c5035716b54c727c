// SPDX-License-Identifier: MIT
#include "tip_claim.h"

#include <stdlib.h>

#include "rowset.h"

enum { TURN, RULE, SUBJECT, N_OWNER }; // columns of the owners; rule and subject from 1

static bool is_free(const struct rowset *owners, const struct tip_claim *c, size_t rule)
{
	const int64_t *row = rowset_find(owners, &c->turn_id);
	return !row || (row[RULE] == (int64_t)rule + 1 && row[SUBJECT] == (int64_t)c->subject + 1);
}

static bool add(int64_t *to, int64_t v, struct err *e)
{
	return !__builtin_add_overflow(*to, v, to) ||
	       err_set(e, ERR_FORMAT, "integer overflow: the sum is too large");
}

// What a rule would save of what is left.
static bool sum_free(const struct tip_claims *r, size_t rule, const struct rowset *owners,
	int64_t *out, struct err *e)
{
	*out = 0;
	for (size_t i = 0; i < r->n; i++)
		if (is_free(owners, &r->all[i], rule) && !add(out, r->all[i].saving_pico, e))
			return false;
	return true;
}

static bool take(struct tip_claims *r, size_t rule, struct rowset *owners, struct err *e)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct tip_claim *c = &r->all[i];
		bool is_new;
		if (!is_free(owners, c, rule))
			continue;
		int64_t *row = rowset_get(owners, &c->turn_id, &is_new);
		row[RULE] = (int64_t)rule + 1;
		row[SUBJECT] = (int64_t)c->subject + 1;
		if (!add(&r->savings_pico[c->subject], c->saving_pico, e) ||
			!add(&r->total_pico, c->saving_pico, e))
			return false;
	}
	return true;
}

static bool settle(
	struct tip_claims *rules, size_t n, struct rowset *owners, bool *is_done, struct err *e)
{
	for (size_t left = n; left; left--) {
		size_t best = n;
		int64_t most = 0, sum;
		for (size_t i = 0; i < n; i++) {
			if (is_done[i] || !rules[i].n)
				continue;
			if (!sum_free(&rules[i], i, owners, &sum, e))
				return false;
			if (sum > most) {
				best = i;
				most = sum;
			}
		}
		if (best == n)
			return true;
		is_done[best] = true;
		if (!take(&rules[best], best, owners, e))
			return false;
	}
	return true;
}

bool tip_claim_settle(struct tip_claims *rules, size_t n, struct err *e)
{
	struct rowset owners = {.n_key = 1, .n_columns = N_OWNER};
	bool *is_done = mem_alloc(n + 1);
	bool ok = settle(rules, n, &owners, is_done, e);
	rowset_free(&owners);
	free(is_done);
	return ok;
}
