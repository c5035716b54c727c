// SPDX-License-Identifier: MIT
#include "alertfn.h"

#include <stdlib.h>

#include "alert.h"
#include "ledger.h"
#include "usd.h"

// The alert that was asked for last: a row of a report asks four times.
struct cache {
	struct pricer pricer;
	struct arena arena;
	int64_t id; // 0: none
	bool is_there;
	struct rule_finding finding;
};

static void destroy(void *data)
{
	struct cache *c = data;
	pricer_close(&c->pricer);
	arena_free(&c->arena);
	free(c);
}

// No statement outlives the call: it would keep the connection open.
static bool load(struct cache *c, int64_t id, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct alert x;
	c->id = 0;
	c->is_there = false;
	arena_reset(&c->arena);
	if (sqlite3_prepare_v2(c->pricer.db,
		    "SELECT " ALERT_COLUMNS " FROM alert AS a WHERE a.id = ?1", -1, &s,
		    NULL) != SQLITE_OK)
		return ledger_fail(c->pricer.db, "reading the alerts", e);
	(void)sqlite3_bind_int64(s, 1, id);
	int rc = sqlite3_step(s);
	c->is_there = rc == SQLITE_ROW && alert_take(s, &c->arena, &x);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return ledger_fail(c->pricer.db, "reading the alerts", e);
	bool ok = !c->is_there || alert_find(&c->pricer, &x, &c->finding, e);
	pricer_close(&c->pricer);
	if (ok)
		c->id = id;
	return ok;
}

// NULL: no such alert, or an error, which is then the result.
static const struct rule_finding *finding_of(sqlite3_context *ctx, sqlite3_value *id)
{
	struct cache *c = sqlite3_user_data(ctx);
	struct err e = {.code = ERR_NONE};
	if (sqlite3_value_int64(id) != c->id && !load(c, sqlite3_value_int64(id), &e)) {
		sqlite3_result_error(ctx, e.text, -1);
		return NULL;
	}
	return c->is_there ? &c->finding : NULL;
}

static void result_quantity(sqlite3_context *ctx, const struct rule_finding *f, int64_t v)
{
	if (f->limit > 0)
		sqlite3_result_int64(ctx, f->is_money ? v : v * USD_PICO);
}

static void alert_value(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct rule_finding *f = finding_of(ctx, argv[0]);
	(void)argc;
	if (f)
		result_quantity(ctx, f, f->value);
}

static void alert_limit(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct rule_finding *f = finding_of(ctx, argv[0]);
	(void)argc;
	if (f)
		result_quantity(ctx, f, f->limit);
}

static void alert_unit(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct rule_finding *f = finding_of(ctx, argv[0]);
	(void)argc;
	if (f)
		sqlite3_result_text(
			ctx, rule_unit(f->rule, f->is_money, f->is_second), -1, SQLITE_STATIC);
}

static void result_sentence(sqlite3_context *ctx, const struct rule_finding *f)
{
	AUTO(buf_free) struct buf b = {0};
	rule_say(f, &b);
	sqlite3_result_text(ctx, b.p, (int)b.n, SQLITE_TRANSIENT);
}

static void alert_message(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct rule_finding *f = finding_of(ctx, argv[0]);
	(void)argc;
	if (f)
		result_sentence(ctx, f);
}

static struct str value_str(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);
	return p ? (struct str){p, (size_t)sqlite3_value_bytes(v)} : STR_NONE;
}

static void budget_message(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct rule_finding f = {.is_money = true,
		.scope = value_str(argv[1]),
		.target = value_str(argv[2]),
		.session = value_str(argv[2]),
		.value = sqlite3_value_int64(argv[3]),
		.limit = sqlite3_value_int64(argv[4])};
	(void)argc;
	if (rule_find(value_str(argv[0]), &f.rule))
		result_sentence(ctx, &f);
}

bool alertfn_register(sqlite3 *db, struct err *e)
{
	static const struct {
		const char *name;
		void (*call)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {
		{"alert_value", alert_value},
		{"alert_limit", alert_limit},
		{"alert_unit", alert_unit},
		{"alert_message", alert_message},
	};
	int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
	struct cache *c = mem_alloc(sizeof *c); // goes with the first of them
	c->pricer.db = db;
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (sqlite3_create_function_v2(db, functions[i].name, 1, flags, c,
			    functions[i].call, NULL, NULL, i ? NULL : destroy) != SQLITE_OK)
			return ledger_fail(db, "registering functions", e);
	return sqlite3_create_function_v2(db, "budget_message", 5, flags, NULL, budget_message,
		       NULL, NULL, NULL) == SQLITE_OK ||
	       ledger_fail(db, "registering functions", e);
}
