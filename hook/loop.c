// SPDX-License-Identifier: MIT
#include "loop.h"

void loop_add(struct loop *l, const struct loop_call *c)
{
	l->calls[l->n++ % LOOP_CALLS] = *c;
}

// The i-th newest, from 0.
static const struct loop_call *back(const struct loop *l, uint64_t i)
{
	return &l->calls[(l->n - 1 - i) % LOOP_CALLS];
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool same_input(const struct loop_call *a, const struct loop_call *b)
{
	return a->name_id == b->name_id && a->input_hash == b->input_hash;
}

static void count_results(const struct loop *l, struct loop_counts *out)
{
	uint64_t n = least(l->n, LOOP_NEAR_CALLS), i = 0;
	// the newest call may still run
	while (i < n && !back(l, i)->has_result)
		i++;
	if (i == n || back(l, i)->is_poll)
		return;
	const struct loop_call *c = back(l, i);
	for (; i < n; i++) {
		const struct loop_call *x = back(l, i);
		out->same_result +=
			x->has_result && same_input(x, c) && x->result_hash == c->result_hash;
	}
	out->result_name_id = c->name_id;
}

static void count_inputs(const struct loop *l, struct loop_counts *out)
{
	uint64_t n = least(l->n, LOOP_CALLS);
	const struct loop_call *c = back(l, 0);
	if (c->is_poll)
		return;
	for (uint64_t i = 0; i < n; i++)
		out->same_input += same_input(back(l, i), c);
	out->input_name_id = c->name_id;
}

static void count_turns(const struct loop *l, struct loop_counts *out)
{
	uint64_t n = least(l->n, LOOP_NEAR_CALLS), n_pair = 0;
	if (n < 3)
		return;
	const struct loop_call *a = back(l, 0), *b = back(l, 1);
	if (same_input(a, b) || a->is_poll || b->is_poll)
		return;
	for (uint64_t i = 0; i < n; i++) {
		const struct loop_call *x = back(l, i);
		n_pair += same_input(x, a) || same_input(x, b);
		if (i + 2 < n)
			out->in_turn += same_input(x, back(l, i + 2)) &&
					!same_input(x, back(l, i + 1)) &&
					(same_input(x, a) || same_input(x, b));
	}
	out->in_turn_pct = (int64_t)(n_pair * 100 / n);
	out->turn_name_id = a->name_id;
}

static void count_failures(const struct loop *l, struct loop_counts *out)
{
	uint64_t n = least(l->n, LOOP_CALLS), i = 0;
	while (i < n && !back(l, i)->has_result)
		i++;
	if (i == n || !back(l, i)->error_hash)
		return;
	const struct loop_call *c = back(l, i);
	for (; i < n; i++) {
		const struct loop_call *x = back(l, i);
		if (x->name_id != c->name_id || !x->has_result)
			continue; // in a row of this tool
		if (x->error_hash != c->error_hash)
			break;
		out->failing++;
	}
	out->failing_name_id = c->name_id;
}

struct loop_counts loop_count(const struct loop *l)
{
	struct loop_counts out = {0};
	if (!l->n)
		return out;
	count_results(l, &out);
	count_inputs(l, &out);
	count_turns(l, &out);
	count_failures(l, &out);
	return out;
}
