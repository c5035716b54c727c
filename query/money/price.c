// SPDX-License-Identifier: MIT
// `ccl price set`, `unset`, `import`. `ccl price` itself is the report `prices`.
#include "price.h"

#include <stdio.h>

#include "clock.h"
#include "command.h"
#include "ledger.h"
#include "path.h"
#include "report.h"
#include "text.h"
#include "usd.h"

enum { WRITE_BUSY_MS = 5000, MAX_NAMES = 512 };

static bool open_write(struct command_call *call, sqlite3 **db, struct err *e)
{
	return ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, db, e);
}

static bool read_words(
	struct command_call *call, struct price *p, struct price_words *w, struct err *e)
{
	const struct args *args = call->args;
	*p = (struct price){.until_ms = LEDGER_NO_END_MS};
	if (memchr(args->positionals[0].p, '=', args->positionals[0].n))
		return err_set(
			e, ERR_USAGE, "which model? `ccl price set MODEL input=3 output=15`");
	if (!price_model(call->arena, args->positionals[0], &p->model, e))
		return false;
	for (size_t i = 1; i < args->n_positionals; i++) {
		struct str value, name = str_split(args->positionals[i], '=', &value);
		if (!value.p)
			return err_set(e, ERR_USAGE, "%.*s: NAME=VALUE is wanted, such as input=3",
				STR_ARG(name));
		if (!price_take(p, w, name, value, e))
			return false;
	}
	return p->from_ms < p->until_ms ||
	       err_set(e, ERR_USAGE, "from= must lie before until=, which is exclusive");
}

static void add_day(struct buf *b, const char *before, int64_t ms)
{
	char iso[CLOCK_ISO_BYTES];
	clock_format_iso(ms, iso);
	buf_printf(b, "%s%.10s", before, iso);
}

static void add_time(struct buf *b, int64_t from_ms, int64_t until_ms)
{
	if (from_ms > 0)
		add_day(b, " from ", from_ms);
	if (until_ms < LEDGER_NO_END_MS)
		add_day(b, " until ", until_ms);
	buf_addz(b, from_ms > 0 || until_ms < LEDGER_NO_END_MS ? " (UTC)" : " at all times");
}

static void add_factor(struct buf *b, const char *name, struct price_ratio r)
{
	if (!r.num)
		buf_printf(b, "%s%s not sold", b->n ? ", " : "", name);
	else if (r.num != r.den)
		buf_printf(b, r.den == 1 ? "%s%s x%lld" : "%s%s x%lld/%lld", b->n ? ", " : "", name,
			(long long)r.num, (long long)r.den);
}

static void say_set(const struct price *p, const struct price_words *w, bool is_known)
{
	static const char *const derived[PRICE_N_RATES] = {
		"", "", " (1.25x input)", " (2x input)", " (0.1x input)"};
	AUTO(buf_free) struct buf b = {0}, factors = {0};
	buf_add(&b, p->model);
	add_time(&b, p->from_ms, p->until_ms);
	buf_addz(&b, ", per million tokens:\n ");
	for (int i = 0; i < PRICE_N_RATES; i++) {
		buf_printf(&b, "%s %s ", i ? "," : "", price_rate_names[i]);
		usd_add_rate(&b, p->rates[i]);
		buf_addz(&b, w->has_rate[i] ? "" : derived[i]);
	}
	for (int f = 0; f < PRICE_N_FACTORS; f++)
		add_factor(&factors, price_factor_names[f], p->factors[f]);
	if (factors.n)
		buf_printf(&b, "\n  %s%s", buf_z(&factors),
			is_known ? ", where not said as the builtin price has them" : "");
	(void)puts(buf_z(&b));
}

// How many turns it concerns; of none, whether another name was meant.
static bool say_turns(sqlite3 *db, struct str model, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db,
		    "SELECT coalesce(sum(r.turns), 0) FROM model AS m JOIN class AS c ON "
		    "c.model_id "
		    "= m.id JOIN charge_rollup AS r ON r.class_id = c.id WHERE "
		    "coalesce(m.priced_as, m.name) = ?1",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_text(s, 1, model.p, (int)model.n, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "counting turns", e);
	int64_t n = sqlite3_column_int64(s, 0);
	(void)printf(n == 1 ? "One turn of it is in the ledger.\n"
		     : n    ? "%lld turns of it are in the ledger.\n"
			    : "No turn of it is in the ledger yet; `ccl models` lists those that "
			      "are.\n",
		(long long)n);
	return true;
}

// The most similar model that has a price; NULL: none is near.
static bool nearest(sqlite3 *db, struct arena *a, struct str word, const char **out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	const char *names[MAX_NAMES];
	size_t n = 0;
	int rc;
	if (sqlite3_prepare_v2(db, "SELECT DISTINCT model FROM price ORDER BY source DESC, model",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the prices", e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && n < MAX_NAMES)
		names[n++] = arena_str(a, str_of((const char *)sqlite3_column_text(s, 0))).p;
	*out = args_nearest(word, names, n);
	return rc == SQLITE_ROW || rc == SQLITE_DONE || ledger_fail(db, "reading the prices", e);
}

static bool no_price(
	sqlite3 *db, struct arena *a, struct str model, const char *what, struct err *e)
{
	const char *near;
	if (!nearest(db, a, model, &near, e))
		return false;
	if (near && str_is(model, near))
		near = NULL;
	return err_set(e, ERR_USAGE, "%.*s has no %s: %s%s%s", STR_ARG(model), what,
		near ? "did you mean " : "`ccl price list` shows all prices", near ? near : "",
		near ? "?" : "");
}

static bool set_like(struct command_call *call, sqlite3 *db, const struct price *p,
	struct str other_text, struct err *e)
{
	AUTO(buf_free) struct buf b = {0};
	struct price_list lists[2] = {0};
	struct str other;
	if (!price_model(call->arena, other_text, &other, e))
		return false;
	if (str_eq(other, p->model))
		return err_set(e, ERR_USAGE, "like=%.*s: that is the model itself", STR_ARG(other));
	if (!price_copy(db, call->arena, other, p, lists, e))
		return false;
	if (lists[0].n + lists[1].n == 0)
		return no_price(db, call->arena, other, "price at that time", e);
	if (!price_write(db, lists, 2, e))
		return false;
	buf_printf(&b, "%.*s costs what %.*s does", STR_ARG(p->model), STR_ARG(other));
	add_time(&b, p->from_ms, p->until_ms);
	(void)printf("%s.\n", buf_z(&b));
	return say_turns(db, p->model, e);
}

bool command_price_set(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	struct price p;
	struct price_words w = {0};
	struct price_list list = {.all = &p, .n = 1};
	bool is_known;
	if (!read_words(call, &p, &w, e))
		return false;
	for (int i = 0; w.like.p && i < PRICE_N_RATES; i++)
		if (w.has_rate[i])
			return err_set(e, ERR_USAGE, "like=%.*s and %s=: one of them, please",
				STR_ARG(w.like), price_rate_names[i]);
	if (!open_write(call, &db, e))
		return false;
	if (w.like.p)
		return set_like(call, db, &p, w.like, e);
	if (!price_complete(db, &p, &w, &is_known, e) || !price_write(db, &list, 1, e))
		return false;
	say_set(&p, &w, is_known);
	return say_turns(db, p.model, e);
}

bool command_price_unset(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf b = {0};
	struct price p;
	struct price_words w = {0};
	int n;
	if (!read_words(call, &p, &w, e))
		return false;
	for (size_t i = 1; i < call->args->n_positionals; i++)
		if (!str_starts(call->args->positionals[i], "from=") &&
			!str_starts(call->args->positionals[i], "until="))
			return err_set(e, ERR_USAGE,
				"%.*s: what is taken away is limited by from= and until= alone",
				STR_ARG(call->args->positionals[i]));
	if (!open_write(call, &db, e) || !price_remove(db, p.model, p.from_ms, p.until_ms, &n, e))
		return false;
	if (n == 0)
		return no_price(db, call->arena, p.model, "price of your own at that time", e);
	buf_printf(&b, "Your own prices of %.*s are gone", STR_ARG(p.model));
	if (call->args->n_positionals > 1)
		add_time(&b, p.from_ms, p.until_ms);
	(void)printf("%s.\n", buf_z(&b));
	return say_turns(db, p.model, e);
}

bool command_price_import(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	struct price_list list = {0};
	size_t n_left, n_models = 0;
	const char *path = arena_str(call->arena, call->args->positionals[0]).p;
	if (!open_write(call, &db, e) ||
		!price_read_file(db, call->arena, path, &list, &n_left, e) ||
		!price_write(db, &list, 1, e))
		return false;
	for (size_t i = 0; i < list.n; i++) {
		size_t j = 0;
		while (!str_eq(list.all[j].model, list.all[i].model))
			j++;
		n_models += j == i;
	}
	(void)printf("%zu price%s of %zu model%s: they win over the builtin ones; `ccl price list` "
		     "shows them.\n",
		list.n, list.n == 1 ? "" : "s", n_models, n_models == 1 ? "" : "s");
	if (n_left)
		(void)printf("%zu entries were left out: without an exact price of tokens, or the "
			     "same model again.\n",
			n_left);
	return true;
}
