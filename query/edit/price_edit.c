// SPDX-License-Identifier: MIT
#include "price_edit.h"

#include "ledger.h"

const char *const price_rate_names[PRICE_N_RATES] = {
	"input", "output", "cache_5m", "cache_1h", "cache_read"};
const char *const price_factor_names[PRICE_N_FACTORS] = {"fast", "geo_us", "regional", "batch"};

#define RATES "input_rate, output_rate, cache_5m_rate, cache_1h_rate, cache_read_rate"
#define FACTORS                                                                                    \
	"fast_num, fast_den, geo_num, geo_den, regional_num, regional_den, batch_num, batch_den"

static bool fail(sqlite3 *db, struct err *e)
{
	return ledger_fail(db, "writing the prices", e);
}

static bool prepare(
	sqlite3 *db, const char *sql, struct str model, sqlite3_stmt **out, struct err *e)
{
	return (sqlite3_prepare_v2(db, sql, -1, out, NULL) == SQLITE_OK &&
		       sqlite3_bind_text(*out, 1, model.p, (int)model.n, SQLITE_STATIC) ==
			       SQLITE_OK) ||
	       fail(db, e);
}

struct price *price_add(struct arena *a, struct price_list *list)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;
		struct price *all = arena_alloc(a, cap * sizeof *all);
		if (list->n)
			memcpy(all, list->all, list->n * sizeof *all);
		list->all = all;
		list->cap = cap;
	}
	return &list->all[list->n++];
}

bool price_check(const struct price *p, struct err *e)
{
	for (unsigned set = 0; set < 1u << PRICE_N_FACTORS; set++) {
		int64_t num = 1, den = 1;
		for (int f = 0; f < PRICE_N_FACTORS; f++) {
			const struct price_ratio *r = &p->factors[f];
			if (!(set & 1u << f) || !r->num)
				continue;
			num *= r->num;
			den *= r->den;
		}
		for (int i = 0; i < PRICE_N_RATES; i++)
			if (p->rates[i] * num % den)
				return err_set(e, ERR_USAGE,
					"%.*s: %s times the factors leaves a part of a millionth "
					"of a dollar: give it fewer digits",
					STR_ARG(p->model), price_rate_names[i]);
	}
	return true;
}

// From column `at` on, in the order of FACTORS and web_search_rate.
static void take_factors(sqlite3_stmt *s, int at, struct price *p)
{
	for (int f = 0; f < PRICE_N_FACTORS; f++)
		p->factors[f] = (struct price_ratio){sqlite3_column_int64(s, at + 2 * f),
			sqlite3_column_int64(s, at + 2 * f + 1)};
	p->search_pico = sqlite3_column_int64(s, at + 2 * PRICE_N_FACTORS);
}

bool price_defaults(sqlite3 *db, struct price *p, bool *out_is_known, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!prepare(db,
		    "SELECT " FACTORS ", web_search_rate FROM price WHERE model = ?1 AND source = "
		    "'builtin' ORDER BY valid_from_ms DESC, above_tok LIMIT 1",
		    p->model, &s, e))
		return false;
	int rc = sqlite3_step(s);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return fail(db, e);
	for (int f = 0; f < PRICE_N_FACTORS; f++)
		p->factors[f] = (struct price_ratio){1, 1};
	p->search_pico = INT64_C(10000000000);
	*out_is_known = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW)
		take_factors(s, 0, p);
	return true;
}

bool price_copy(sqlite3 *db, struct arena *a, struct str other, const struct price *as,
	struct price_list out[static 2], struct err *e)
{
	enum { IS_USER = 3 + PRICE_N_RATES + 2 * PRICE_N_FACTORS + 1 };
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	if (!prepare(db,
		    "SELECT max(valid_from_ms, ?2), min(valid_until_ms, ?3), above_tok, " RATES
		    ", " FACTORS
		    ", web_search_rate, source = 'user' FROM price WHERE model = ?1 AND "
		    "valid_from_ms < ?3 AND valid_until_ms > ?2 "
		    "ORDER BY valid_from_ms, above_tok",
		    other, &s, e))
		return false;
	(void)sqlite3_bind_int64(s, 2, as->from_ms);
	(void)sqlite3_bind_int64(s, 3, as->until_ms);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct price *p = price_add(a, &out[sqlite3_column_int(s, IS_USER)]);
		p->model = as->model;
		p->from_ms = sqlite3_column_int64(s, 0);
		p->until_ms = sqlite3_column_int64(s, 1);
		p->above_tok = sqlite3_column_int64(s, 2);
		for (int i = 0; i < PRICE_N_RATES; i++)
			p->rates[i] = sqlite3_column_int64(s, 3 + i);
		take_factors(s, 3 + PRICE_N_RATES, p);
	}
	return rc == SQLITE_DONE || fail(db, e);
}

static bool run_clear(sqlite3 *db, const char *sql, struct str model, int64_t from_ms,
	int64_t until_ms, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!prepare(db, sql, model, &s, e))
		return false;
	(void)sqlite3_bind_int64(s, 2, from_ms);
	(void)sqlite3_bind_int64(s, 3, until_ms);
	return sqlite3_step(s) == SQLITE_DONE || fail(db, e);
}

// The user's own prices of a model lose what they have of this time.
static bool clear(sqlite3 *db, struct str model, int64_t from_ms, int64_t until_ms, struct err *e)
{
	static const char *const steps[] = {
		// what goes on behind it
		"INSERT INTO price SELECT model, source, ?3, valid_until_ms, above_tok, " RATES
		", " FACTORS ", web_search_rate FROM price WHERE model = ?1 AND source = 'user' "
		"AND valid_from_ms < ?3 AND valid_until_ms > ?3 AND ?2 < ?3",
		"DELETE FROM price WHERE model = ?1 AND source = 'user' AND valid_from_ms >= ?2 "
		"AND valid_from_ms < ?3",
		"UPDATE price SET valid_until_ms = ?2 WHERE model = ?1 AND source = 'user' AND "
		"valid_from_ms < ?2 AND valid_until_ms > ?2 AND ?2 < ?3",
	};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (!run_clear(db, steps[i], model, from_ms, until_ms, e))
			return false;
	return true;
}

static bool insert(sqlite3 *db, const struct price *p, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int at = 1;
	if (!prepare(db,
		    "INSERT INTO price VALUES (?1, 'user', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
		    "nullif(?10, 0), CASE WHEN ?10 THEN ?11 END, ?12, ?13, ?14, ?15, ?16, ?17, "
		    "?18)",
		    p->model, &s, e))
		return false;
	(void)sqlite3_bind_int64(s, ++at, p->from_ms);
	(void)sqlite3_bind_int64(s, ++at, p->until_ms);
	(void)sqlite3_bind_int64(s, ++at, p->above_tok);
	for (int i = 0; i < PRICE_N_RATES; i++)
		(void)sqlite3_bind_int64(s, ++at, p->rates[i]);
	for (int f = 0; f < PRICE_N_FACTORS; f++) {
		(void)sqlite3_bind_int64(s, ++at, p->factors[f].num);
		(void)sqlite3_bind_int64(s, ++at, p->factors[f].den);
	}
	(void)sqlite3_bind_int64(s, ++at, p->search_pico);
	return sqlite3_step(s) == SQLITE_DONE || fail(db, e);
}

static bool write_list(sqlite3 *db, const struct price_list *list, struct err *e)
{
	for (size_t i = 0; i < list->n; i++)
		if (!clear(db, list->all[i].model, list->all[i].from_ms, list->all[i].until_ms, e))
			return false;
	for (size_t i = 0; i < list->n; i++)
		if (!insert(db, &list->all[i], e))
			return false;
	return true;
}

// Whoever asks next, a hook too, is to see the new prices.
static bool end(sqlite3 *db, bool ok, struct err *e)
{
	return ledger_end(db, ok && ledger_refresh_rates(db, 0, e), e);
}

bool price_write(sqlite3 *db, const struct price_list *lists, size_t n, struct err *e)
{
	bool ok = ledger_exec(db, "BEGIN IMMEDIATE", e);
	if (!ok)
		return false;
	for (size_t i = 0; i < n; i++)
		ok = ok && write_list(db, &lists[i], e);
	return end(db, ok, e);
}

static bool count(
	sqlite3 *db, struct str model, int64_t from_ms, int64_t until_ms, int *out_n, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!prepare(db,
		    "SELECT count(*) FROM price WHERE model = ?1 AND source = 'user' AND "
		    "valid_until_ms > ?2 AND valid_from_ms < ?3",
		    model, &s, e))
		return false;
	(void)sqlite3_bind_int64(s, 2, from_ms);
	(void)sqlite3_bind_int64(s, 3, until_ms);
	if (sqlite3_step(s) != SQLITE_ROW)
		return fail(db, e);
	*out_n = sqlite3_column_int(s, 0);
	return true;
}

bool price_remove(
	sqlite3 *db, struct str model, int64_t from_ms, int64_t until_ms, int *out_n, struct err *e)
{
	return ledger_exec(db, "BEGIN IMMEDIATE", e) &&
	       end(db,
		       count(db, model, from_ms, until_ms, out_n, e) &&
			       clear(db, model, from_ms, until_ms, e),
		       e);
}
