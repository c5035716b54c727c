// SPDX-License-Identifier: MIT
#include "heed.h"

#include <stdlib.h>

static struct heed_session *find(struct heed *h, const struct session *s)
{
	if (!s || !s->id)
		return NULL;
	// the one of the line before, mostly
	for (size_t i = h->sessions.n; i-- > 0;)
		if (h->sessions.p[i].id == s->id)
			return &h->sessions.p[i];
	struct heed_session *x = LIST_ADD(&h->sessions);
	*x = (struct heed_session){.id = s->id, .uid = arena_str(&h->arena, s->uid)};
	return x;
}

static void add_agent(struct heed_session *x, int64_t agent_id)
{
	size_t at = 0;
	if (!x)
		return;
	while (at < x->n_agents && x->agents[at] != agent_id)
		at++;
	if (at == x->n_agents) {
		if (x->n_agents < HEED_AGENTS)
			x->n_agents++;
		at = x->n_agents - 1;
	}
	memmove(x->agents + 1, x->agents, at * sizeof *x->agents);
	x->agents[0] = agent_id;
}

// A storm of errors may come without any turn.
static void note_time(struct heed_session *x, int64_t at_ms)
{
	if (at_ms > x->line_ms)
		x->line_ms = at_ms;
}

void heed_batch(struct heed *h, const struct batch *b)
{
	for (size_t i = 0; i < b->sightings.n; i++) {
		const struct sighting *x = b->sightings.p[i];
		// a fork's copy is no news of the fork
		if (x->owner_session_id == x->origin->session->id)
			add_agent(find(h, x->origin->session),
				x->origin->agent ? x->origin->agent->id : 0);
	}
	for (size_t i = 0; i < b->calls.n; i++)
		if (b->calls.p[i]->session && b->calls.p[i]->result_bytes >= 0)
			add_agent(find(h, b->calls.p[i]->session),
				b->calls.p[i]->agent ? b->calls.p[i]->agent->id : 0);
	for (size_t i = 0; i < b->errors.n; i++) {
		struct heed_session *x = find(h, b->errors.p[i].session);
		if (!x)
			continue;
		x->has_error = true;
		note_time(x, b->errors.p[i].at_ms);
	}
	for (size_t i = 0; i < b->compactions.n; i++) {
		struct heed_session *x = find(h, b->compactions.p[i].session);
		if (!x)
			continue;
		x->has_compaction = true;
		note_time(x, b->compactions.p[i].at_ms);
	}
}

void heed_clear(struct heed *h)
{
	h->sessions.n = 0;
	arena_reset(&h->arena);
}

void heed_free(struct heed *h)
{
	free(h->sessions.p);
	arena_free(&h->arena);
	*h = (struct heed){0};
}
