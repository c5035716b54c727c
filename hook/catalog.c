// SPDX-License-Identifier: MIT
#include "catalog.h"

#include <string.h>

#include "hash.h"

static uint64_t mix(uint64_t h, const void *p)
{
	h ^= (uint64_t)(uintptr_t)p;
	h *= UINT64_C(0x9fb21c651e98df25);
	return h ^ h >> 29;
}

static bool same_word(const void *value, const void *key)
{
	return str_eq(((const struct word *)value)->text, *(const struct str *)key);
}

static bool same_model(const void *value, const void *key)
{
	return str_eq(((const struct model_name *)value)->text, *(const struct str *)key);
}

static bool same_session(const void *value, const void *key)
{
	return str_eq(((const struct session *)value)->uid, *(const struct str *)key);
}

static bool same_prompt(const void *value, const void *key)
{
	return str_eq(((const struct prompt *)value)->uid, *(const struct str *)key);
}

static bool same_agent(const void *value, const void *key)
{
	const struct agent *a = value, *b = key;
	return a->session == b->session && str_eq(a->uid, b->uid);
}

static bool same_workdir(const void *value, const void *key)
{
	const struct workdir *a = value, *b = key;
	return a->session == b->session && str_eq(a->path, b->path);
}

static bool same_origin(const void *value, const void *key)
{
	const struct origin *a = value, *b = key;
	return a->session == b->session && a->agent == b->agent && a->workdir == b->workdir &&
	       a->branch == b->branch && a->version == b->version &&
	       a->entrypoint == b->entrypoint && a->effort == b->effort && a->skill == b->skill &&
	       a->plugin == b->plugin && a->attr_agent == b->attr_agent &&
	       a->mcp_server == b->mcp_server && a->mcp_tool == b->mcp_tool && a->slug == b->slug;
}

static bool same_class(const void *value, const void *key)
{
	const struct price_class *a = value, *b = key;
	return a->model == b->model && a->partner == b->partner && a->requested == b->requested &&
	       a->tier == b->tier && a->speed == b->speed && a->geo == b->geo &&
	       a->above_tok == b->above_tok;
}

struct word *catalog_word(struct catalog *c, struct str text)
{
	if (!text.p)
		return NULL;
	uint64_t hash = hash_fast(text);
	struct word *w = table_find(&c->words, hash, same_word, &text);
	if (w)
		return w;
	w = arena_alloc(&c->arena, sizeof *w);
	w->text = arena_str(&c->arena, text);
	table_add(&c->words, hash, w);
	return w;
}

struct model_name *catalog_model(struct catalog *c, struct str text)
{
	if (!text.p)
		return NULL;
	uint64_t hash = hash_fast(text);
	struct model_name *m = table_find(&c->models, hash, same_model, &text);
	if (m)
		return m;
	m = arena_alloc(&c->arena, sizeof *m);
	m->text = arena_str(&c->arena, text);
	table_add(&c->models, hash, m);
	return m;
}

struct session *catalog_session(struct catalog *c, struct str uid)
{
	if (!uid.n)
		return NULL;
	uint64_t hash = hash_fast(uid);
	struct session *s = table_find(&c->sessions, hash, same_session, &uid);
	if (s)
		return s;
	s = arena_alloc(&c->arena, sizeof *s);
	s->uid = arena_str(&c->arena, uid);
	s->first_own_ms = s->first_cwd_ms = -1;
	table_add(&c->sessions, hash, s);
	return s;
}

struct agent *catalog_agent(struct catalog *c, struct session *s, struct str uid)
{
	if (!uid.n || !s)
		return NULL;
	struct agent key = {.session = s, .uid = uid};
	uint64_t hash = mix(hash_fast(uid), s);
	struct agent *a = table_find(&c->agents, hash, same_agent, &key);
	if (a)
		return a;
	a = arena_alloc(&c->arena, sizeof *a);
	a->session = s;
	a->uid = arena_str(&c->arena, uid);
	a->depth = -1;
	table_add(&c->agents, hash, a);
	return a;
}

struct workdir *catalog_workdir(struct catalog *c, struct session *s, struct str path)
{
	if (!path.n || !s)
		return NULL;
	struct workdir key = {.session = s, .path = path};
	uint64_t hash = mix(hash_fast(path), s);
	struct workdir *w = table_find(&c->workdirs, hash, same_workdir, &key);
	if (w)
		return w;
	w = arena_alloc(&c->arena, sizeof *w);
	w->session = s;
	w->path = arena_str(&c->arena, path);
	table_add(&c->workdirs, hash, w);
	return w;
}

struct prompt *catalog_prompt(struct catalog *c, struct str uid)
{
	if (!uid.n)
		return NULL;
	uint64_t hash = hash_fast(uid);
	struct prompt *p = table_find(&c->prompts, hash, same_prompt, &uid);
	if (p)
		return p;
	p = arena_alloc(&c->arena, sizeof *p);
	p->uid = arena_str(&c->arena, uid);
	p->at_ms = -1;
	table_add(&c->prompts, hash, p);
	return p;
}

struct origin *catalog_origin(struct catalog *c, const struct origin *key)
{
	const void *parts[] = {key->session, key->agent, key->workdir, key->branch, key->version,
		key->entrypoint, key->effort, key->skill, key->plugin, key->attr_agent,
		key->mcp_server, key->mcp_tool, key->slug};
	uint64_t hash = 0;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		hash = mix(hash, parts[i]);
	struct origin *o = table_find(&c->origins, hash, same_origin, key);
	if (o)
		return o;
	o = arena_alloc(&c->arena, sizeof *o);
	*o = *key;
	o->id = 0;
	table_add(&c->origins, hash, o);
	return o;
}

struct price_class *catalog_class(struct catalog *c, const struct price_class *key)
{
	const void *parts[] = {
		key->model, key->partner, key->requested, key->tier, key->speed, key->geo};
	uint64_t hash = (uint64_t)key->above_tok;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		hash = mix(hash, parts[i]);
	struct price_class *p = table_find(&c->classes, hash, same_class, key);
	if (p)
		return p;
	p = arena_alloc(&c->arena, sizeof *p);
	*p = *key;
	p->id = 0;
	table_add(&c->classes, hash, p);
	return p;
}

void catalog_change_session(struct catalog *c, struct session *s)
{
	if (!s->is_changed) {
		s->next_changed = c->changed_sessions;
		c->changed_sessions = s;
	}
	s->is_changed = true;
}

void catalog_change_agent(struct catalog *c, struct agent *a)
{
	if (!a->is_changed) {
		a->next_changed = c->changed_agents;
		c->changed_agents = a;
	}
	a->is_changed = true;
}

void catalog_change_prompt(struct catalog *c, struct prompt *p)
{
	if (!p->is_changed) {
		p->next_changed = c->changed_prompts;
		c->changed_prompts = p;
	}
	p->is_changed = true;
}

void catalog_free(struct catalog *c)
{
	struct table *tables[] = {&c->words, &c->models, &c->sessions, &c->agents, &c->workdirs,
		&c->origins, &c->classes, &c->prompts, &c->class_ids};
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		table_free(tables[i]);
	arena_free(&c->arena);
	*c = (struct catalog){0};
}
