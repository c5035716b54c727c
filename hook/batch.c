// SPDX-License-Identifier: MIT
#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "gather.h"

static bool same_sighting(const void *value, const void *key)
{
	const struct sighting *a = value, *b = key;
	return a->origin->session == b->origin->session && a->origin->agent == b->origin->agent &&
	       str_eq(a->key, b->key);
}

static bool same_call(const void *value, const void *key)
{
	const struct call *a = value, *b = key;
	return a->key_hash == b->key_hash && a->session == b->session;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void gather_max(struct tokens *t, const struct tokens *o)
{
	t->input = larger(t->input, o->input);
	t->output = larger(t->output, o->output);
	t->thinking = larger(t->thinking, o->thinking);
	t->write = larger(t->write, o->write);
	t->write_5m = larger(t->write_5m, o->write_5m);
	t->write_1h = larger(t->write_1h, o->write_1h);
	t->read = larger(t->read, o->read);
	t->n_search = larger(t->n_search, o->n_search);
	t->n_fetch = larger(t->n_fetch, o->n_fetch);
}

bool gather_is_other_message(struct str request_a, int64_t at_a_ms,
	const struct model_name *model_a, struct str request_b, int64_t at_b_ms,
	const struct model_name *model_b)
{
	if (request_a.p && request_b.p && str_eq(request_a, request_b))
		return false;
	int64_t apart_ms = at_a_ms > at_b_ms ? at_a_ms - at_b_ms : at_b_ms - at_a_ms;
	bool is_other_request = request_a.p && request_b.p;
	return (is_other_request && model_a != model_b) || apart_ms > 86400000;
}

struct str gather_second_key(struct arena *a, const struct sighting *s)
{
	struct str more = s->request.p ? s->request : s->uuid;
	return str_of(arena_printf(a, "%.*s+%.*s", STR_ARG(s->key), STR_ARG(more)));
}

static void merge_sighting(struct sighting *s, const struct sighting *o)
{
	gather_max(&s->tok, &o->tok);
	if (o->at_ms < s->at_ms) {
		s->at_ms = o->at_ms;
		s->origin = o->origin;
		s->prompt = o->prompt ? o->prompt : s->prompt;
	}
	s->is_output_final |= o->is_output_final;
	s->is_sidechain &= o->is_sidechain;
	s->is_foreign &= o->is_foreign;
	s->aborted_chars = larger(s->aborted_chars, o->aborted_chars);
	s->cost_pico = larger(s->cost_pico, o->cost_pico);
	s->stop = s->stop ? s->stop : o->stop;
	s->cache_miss = s->cache_miss ? s->cache_miss : o->cache_miss;
	s->request = s->request.p ? s->request : o->request;
	s->prompt = s->prompt ? s->prompt : o->prompt;
	gather_fill_class(&s->parts, &o->parts);
	if (o->n_steps >= s->n_steps) {
		s->n_steps = o->n_steps;
		memcpy(s->steps, o->steps, sizeof *s->steps * o->n_steps);
	}
}

void gather_fill_class(struct price_class *to, const struct price_class *from)
{
	to->model = to->model ? to->model : from->model;
	to->partner = to->partner ? to->partner : from->partner;
	to->requested = to->requested ? to->requested : from->requested;
	to->tier = to->tier ? to->tier : from->tier;
	to->speed = to->speed ? to->speed : from->speed;
	to->geo = to->geo ? to->geo : from->geo;
}

struct sighting *gather_sighting(struct batch *b, const struct sighting *seen)
{
	struct sighting probe = *seen;
	for (int tries = 0; tries < 2; tries++) {
		uint64_t hash = hash_fast(probe.key);
		struct sighting *s = table_find(&b->sighting_by_key, hash, same_sighting, &probe);
		if (!s) {
			s = arena_alloc(&b->arena, sizeof *s);
			*s = probe;
			s->key = arena_str(&b->arena, probe.key);
			s->request = arena_str(&b->arena, seen->request);
			s->uuid = arena_str(&b->arena, seen->uuid);
			table_add(&b->sighting_by_key, hash, s);
			*LIST_ADD(&b->sightings) = s;
			return s;
		}
		bool is_other = gather_is_other_message(s->request, s->at_ms, s->parts.model,
			seen->request, seen->at_ms, seen->parts.model);
		if (!is_other || tries == 1) {
			struct sighting copy = *seen;
			copy.request =
				s->request.p ? STR_NONE : arena_str(&b->arena, seen->request);
			merge_sighting(s, &copy);
			return s;
		}
		probe.key = gather_second_key(&b->arena, seen);
	}
	return NULL; // not reached
}

struct call *gather_call(struct batch *b, struct session *s, uint64_t key_hash)
{
	struct call key = {.key_hash = key_hash, .session = s};
	struct call *c = table_find(&b->call_by_key, key_hash, same_call, &key);
	if (c)
		return c;
	c = arena_alloc(&b->arena, sizeof *c);
	c->key_hash = key_hash;
	c->session = s;
	c->input_bytes = c->result_bytes = c->lines_added = c->lines_removed = -1;
	c->at_ms = -1;
	table_add(&b->call_by_key, key_hash, c);
	*LIST_ADD(&b->calls) = c;
	return c;
}

size_t batch_rows(const struct batch *b)
{
	return b->sightings.n + b->calls.n + b->compactions.n + b->errors.n + b->quotas.n +
	       b->requests.n + b->states.n + b->hints.n;
}

void batch_clear(struct batch *b)
{
	arena_reset(&b->arena);
	table_clear(&b->sighting_by_key);
	table_clear(&b->call_by_key);
	b->sightings.n = b->calls.n = b->compactions.n = b->errors.n = 0;
	b->quotas.n = b->requests.n = b->states.n = b->hints.n = 0;
}

void batch_free(struct batch *b)
{
	arena_free(&b->arena);
	table_free(&b->sighting_by_key);
	table_free(&b->call_by_key);
	free(b->sightings.p);
	free(b->calls.p);
	free(b->compactions.p);
	free(b->errors.p);
	free(b->quotas.p);
	free(b->requests.p);
	free(b->states.p);
	free(b->hints.p);
	*b = (struct batch){0};
}
