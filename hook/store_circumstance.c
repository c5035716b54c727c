// SPDX-License-Identifier: MIT
// Row ids of what turns have in common: origins and price classes.
#include "scene.h"
#include "store.h"

static uint64_t key_of(const int64_t *ids, size_t n)
{
	return hash_fast((struct str){(const char *)ids, n * sizeof *ids});
}

static bool find_key(struct store *st, const char *sql, uint64_t key, int64_t *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, sql, e);
	if (!s)
		return false;
	store_bind(s, "h", key);
	return store_find(st, s, out, e);
}

bool store_origin(struct store *st, struct origin *o, int64_t *out, struct err *e)
{
	*out = o->id;
	if (o->id)
		return true;
	int64_t id[13];
	struct word *words[] = {o->branch, o->version, o->entrypoint, o->effort, o->skill,
		o->plugin, o->attr_agent, o->mcp_server, o->mcp_tool, o->slug};
	if (!store_session(st, o->session, &id[0], e) || !store_agent(st, o->agent, &id[1], e) ||
		!store_workdir(st, o->workdir, &id[2], e))
		return false;
	for (size_t i = 0; i < 10; i++)
		if (!store_word(st, words[i], &id[3 + i], e))
			return false;
	uint64_t key = key_of(id, 13);
	if (!find_key(st, "SELECT id FROM origin WHERE key_hash = :key", key, &o->id, e))
		return false;
	if (!o->id) {
		sqlite3_stmt *s = store_sql(st,
			"INSERT INTO origin(key_hash, session_id, agent_id, workdir_id, branch_id, "
			"version_id,"
			" entrypoint_id, effort_id, skill_id, plugin_id, attr_agent_id, "
			"mcp_server_id, mcp_tool_id, slug_id)"
			" VALUES (:key, :session, :agent, :workdir, :branch, :version, "
			":entrypoint, :effort, :skill,"
			" :plugin, :attr_agent, :mcp_server, :mcp_tool, :slug)",
			e);
		if (!s)
			return false;
		store_bind(s, "hikkkkkkkkkkkk", key, id[0], id[1], id[2], id[3], id[4], id[5],
			id[6], id[7], id[8], id[9], id[10], id[11], id[12]);
		if (!store_run(st, s, e))
			return false;
		o->id = sqlite3_last_insert_rowid(st->db);
	}
	scene_know(st, o->id, id[0], id[1], id[2], id[3]);
	*out = o->id;
	return true;
}

static uint64_t hash_id(int64_t id)
{
	return (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);
}

static bool has_id(const void *value, const void *key)
{
	return ((const struct price_class *)value)->id == *(const int64_t *)key;
}

bool store_class(struct store *st, struct price_class *c, int64_t *out, struct err *e)
{
	*out = c->id;
	if (c->id)
		return true;
	int64_t id[7] = {[6] = c->above_tok};
	if (!store_model(st, c->model, &id[0], e) || !store_model(st, c->partner, &id[1], e) ||
		!store_word(st, c->requested, &id[2], e) || !store_word(st, c->tier, &id[3], e) ||
		!store_word(st, c->speed, &id[4], e) || !store_word(st, c->geo, &id[5], e))
		return false;
	uint64_t key = key_of(id, 7);
	if (!find_key(st, "SELECT id FROM class WHERE key_hash = :key", key, &c->id, e))
		return false;
	if (!c->id) {
		sqlite3_stmt *s = store_sql(st,
			"INSERT INTO class(key_hash, model_id, partner_id, requested_id, tier_id, "
			"speed_id, geo_id, above_tok)"
			" VALUES (:key, :model, :partner, :requested, :tier, :speed, :geo, :above)",
			e);
		if (!s)
			return false;
		store_bind(s, "hikkkkki", key, id[0], id[1], id[2], id[3], id[4], id[5], id[6]);
		if (!store_run(st, s, e))
			return false;
		c->id = sqlite3_last_insert_rowid(st->db);
		if (!ledger_refresh_rates(st->db, c->id, e))
			return false;
	}
	if (!table_find(&st->catalog->class_ids, hash_id(c->id), has_id, &c->id))
		table_add(&st->catalog->class_ids, hash_id(c->id), c);
	*out = c->id;
	return true;
}

bool store_class_of(struct store *st, int64_t id, struct price_class **out, struct err *e)
{
	struct catalog *c = st->catalog;
	*out = table_find(&c->class_ids, hash_id(id), has_id, &id);
	if (*out)
		return true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT m.name, p.name, r.text, t.text, v.text, g.text, c.above_tok FROM class AS c"
		" JOIN model AS m ON m.id = c.model_id LEFT JOIN model AS p ON p.id = c.partner_id"
		" LEFT JOIN name AS r ON r.id = c.requested_id LEFT JOIN name AS t ON t.id = "
		"c.tier_id"
		" LEFT JOIN name AS v ON v.id = c.speed_id LEFT JOIN name AS g ON g.id = c.geo_id "
		"WHERE c.id = :id",
		e);
	bool has_row;
	if (!s)
		return false;
	store_bind(s, "i", id);
	if (!store_step(st, s, &has_row, e))
		return false;
	if (!has_row) {
		(void)sqlite3_reset(s);
		return err_set(e, ERR_FORMAT, "the ledger is damaged: price class %lld is missing",
			(long long)id);
	}
	struct price_class key = {.model = catalog_model(c, store_column(s, 0)),
		.partner = catalog_model(c, store_column(s, 1)),
		.requested = catalog_word(c, store_column(s, 2)),
		.tier = catalog_word(c, store_column(s, 3)),
		.speed = catalog_word(c, store_column(s, 4)),
		.geo = catalog_word(c, store_column(s, 5)),
		.above_tok = sqlite3_column_int64(s, 6)};
	(void)sqlite3_reset(s);
	*out = catalog_class(c, &key);
	(*out)->id = id;
	table_add(&c->class_ids, hash_id(id), *out);
	return true;
}
