// SPDX-License-Identifier: MIT
#include "spent.h"

#include <stdlib.h>

#include "arena.h"
#include "ledger.h"

enum { QUARTER_MS = 900000 };

void pricer_close(struct pricer *p)
{
	(void)sqlite3_finalize(p->find_rate);
	(void)sqlite3_finalize(p->turns);
	(void)sqlite3_finalize(p->rollup);
	(void)sqlite3_finalize(p->state);
	free(p->rates);
	free(p->classes);
	*p = (struct pricer){.db = p->db};
}

static bool prepare(struct pricer *p, const char *sql, sqlite3_stmt **out, struct err *e)
{
	return *out || sqlite3_prepare_v2(p->db, sql, -1, out, NULL) == SQLITE_OK ||
	       ledger_fail(p->db, "reading what was spent", e);
}

static bool load_rates(struct pricer *p, int64_t class_id, struct err *e)
{
	int rc;
	if (!prepare(p,
		    "SELECT class_id, from_ms, until_ms, input_rate, output_rate, cache_5m_rate, "
		    "cache_1h_rate, cache_read_rate, web_search_rate FROM class_rate WHERE "
		    "class_id = ?1",
		    &p->find_rate, e))
		return false;
	(void)sqlite3_bind_int64(p->find_rate, 1, class_id);
	while ((rc = sqlite3_step(p->find_rate)) == SQLITE_ROW) {
		int64_t v[9];
		for (int i = 0; i < 9; i++)
			v[i] = sqlite3_column_int64(p->find_rate, i);
		p->rates = mem_reserve(p->rates, &p->cap_rates, p->n_rates + 1, sizeof *p->rates);
		p->rates[p->n_rates++] =
			(struct spent_rate){v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]};
	}
	(void)sqlite3_reset(p->find_rate);
	p->classes = mem_reserve(p->classes, &p->cap_classes, p->n_classes + 1, sizeof *p->classes);
	p->classes[p->n_classes++] = class_id;
	return rc == SQLITE_DONE || ledger_fail(p->db, "reading what was spent", e);
}

// NULL with *e unset: the class has no price then.
static bool find_rate(struct pricer *p, int64_t class_id, int64_t at_ms,
	const struct spent_rate **out, struct err *e)
{
	bool is_known = false;
	for (size_t i = 0; i < p->n_classes && !is_known; i++)
		is_known = p->classes[i] == class_id;
	if (!is_known && !load_rates(p, class_id, e))
		return false;
	*out = NULL;
	for (size_t i = 0; i < p->n_rates && !*out; i++)
		if (p->rates[i].class_id == class_id && at_ms >= p->rates[i].from_ms &&
			at_ms < p->rates[i].until_ms)
			*out = &p->rates[i];
	return true;
}

bool spent_add(struct pricer *p, const struct spent_tok *t, struct spent *sum, struct err *e)
{
	const struct spent_rate *r;
	if (!find_rate(p, t->class_id, t->at_ms, &r, e))
		return false;
	int64_t tok = t->input + t->output + t->write_5m + t->write_1h + t->read;
	sum->turns += t->turns;
	sum->tok += tok;
	sum->write_tok += t->write_5m + t->write_1h;
	sum->read_tok += t->read;
	if (r)
		sum->cost_pico += t->input * r->input + t->output * r->output +
				  t->write_5m * r->write_5m + t->write_1h * r->write_1h +
				  t->read * r->read + t->searches * r->search;
	else
		sum->unpriced_tok += tok;
	return true;
}

// Of the statement's row. Column 9, where there is one, says whether an agent spent it.
static bool add_row(struct pricer *p, sqlite3_stmt *s, struct spent *sum, struct err *e)
{
	struct spent_tok t = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
		sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3), sqlite3_column_int64(s, 4),
		sqlite3_column_int64(s, 5), sqlite3_column_int64(s, 6), sqlite3_column_int64(s, 7),
		sqlite3_column_int64(s, 8)};
	int64_t before_pico = sum->cost_pico;
	if (!spent_add(p, &t, sum, e))
		return false;
	if (sqlite3_column_count(s) > 9 && sqlite3_column_int(s, 9))
		sum->agent_pico += sum->cost_pico - before_pico;
	return true;
}

static bool add_all(struct pricer *p, sqlite3_stmt *s, struct spent *sum, struct err *e)
{
	int rc;
	bool ok = true;
	while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW)
		ok = add_row(p, s, sum, e);
	if (ok && rc != SQLITE_DONE)
		ok = ledger_fail(p->db, "reading what was spent", e);
	(void)sqlite3_reset(s);
	return ok;
}

bool spent_add_rows(struct pricer *p, sqlite3_stmt *s, struct spent *sum, struct err *e)
{
	bool ok = add_all(p, s, sum, e);
	(void)sqlite3_finalize(s);
	return ok;
}

#define CHARGED_TOKENS                                                                             \
	"r.class_id, r.day * 86400000, r.turns, r.input_tok, r.output_tok, r.cache_5m_tok, "       \
	"r.cache_1h_tok, r.cache_read_tok, r.web_searches"

bool spent_session(struct pricer *p, int64_t session_id, struct spent *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	*out = (struct spent){0};
	if (!prepare(p, "SELECT " CHARGED_TOKENS " FROM charge_rollup AS r WHERE r.session_id = ?1",
		    &s, e))
		return false;
	(void)sqlite3_bind_int64(s, 1, session_id);
	return spent_add_rows(p, s, out, e);
}

bool spent_pr(struct pricer *p, int64_t repo_id, int64_t number, struct spent *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	*out = (struct spent){0};
	if (!prepare(p,
		    "SELECT " CHARGED_TOKENS
		    " FROM charge AS c CROSS JOIN charge_rollup AS r ON r.charge_id = c.id"
		    " WHERE c.number = ?1 AND c.repo_id = ?2 AND c.reason IS NULL",
		    &s, e))
		return false;
	(void)sqlite3_bind_int64(s, 1, number);
	(void)sqlite3_bind_int64(s, 2, repo_id);
	return spent_add_rows(p, s, out, e);
}

bool spent_branch(struct pricer *p, struct str branch, struct spent *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	*out = (struct spent){0};
	if (!prepare(p,
		    "SELECT " CHARGED_TOKENS
		    " FROM project AS q CROSS JOIN charge AS c ON c.project_id = q.id"
		    " CROSS JOIN charge_rollup AS r ON r.charge_id = c.id"
		    " WHERE c.branch_id = (SELECT id FROM name WHERE text = ?1)",
		    &s, e))
		return false;
	(void)sqlite3_bind_text(s, 1, branch.p, (int)branch.n, SQLITE_STATIC);
	return spent_add_rows(p, s, out, e);
}

static bool add_turns(struct pricer *p, int64_t session_id, int64_t since_ms, int64_t until_ms,
	struct spent *sum, struct err *e)
{
	if (since_ms >= until_ms)
		return true;
	if (!prepare(p,
		    "SELECT t.class_id, t.at_ms, 1, coalesce(t.input_tok, 0), "
		    "coalesce(t.output_tok, 0), max(coalesce(t.cache_write_tok, 0) - "
		    "coalesce(t.cache_1h_tok, 0), coalesce(t.cache_5m_tok, 0)), "
		    "coalesce(t.cache_1h_tok, 0), coalesce(t.cache_read_tok, 0), "
		    "coalesce(t.n_web_search, 0), o.agent_id IS NOT NULL"
		    " FROM turn AS t CROSS JOIN origin AS o ON o.id = t.origin_id"
		    " WHERE t.at_ms >= ?1 AND t.at_ms < ?2 AND ?3 IN (0, o.session_id) UNION ALL "
		    "SELECT s.class_id, t.at_ms, 0, s.input_tok, s.output_tok, s.cache_5m_tok, "
		    "s.cache_1h_tok, s.cache_read_tok, 0, o.agent_id IS NOT NULL"
		    " FROM turn AS t CROSS JOIN turn_step AS s ON s.turn_id = t.id"
		    " CROSS JOIN origin AS o ON o.id = t.origin_id"
		    " WHERE t.at_ms >= ?1 AND t.at_ms < ?2 AND ?3 IN (0, o.session_id)",
		    &p->turns, e))
		return false;
	(void)sqlite3_bind_int64(p->turns, 1, since_ms);
	(void)sqlite3_bind_int64(p->turns, 2, until_ms);
	(void)sqlite3_bind_int64(p->turns, 3, session_id);
	return add_all(p, p->turns, sum, e);
}

static bool add_quarters(struct pricer *p, int64_t session_id, int64_t first, int64_t last,
	struct spent *sum, struct err *e)
{
	if (first >= last)
		return true;
	if (!prepare(p,
		    "SELECT r.class_id, r.quarter * 900000, r.turns, r.input_tok, r.output_tok, "
		    "r.cache_5m_tok, r.cache_1h_tok, r.cache_read_tok, r.web_searches, "
		    "o.agent_id IS NOT NULL"
		    " FROM rollup AS r CROSS JOIN origin AS o ON o.id = r.origin_id"
		    " WHERE r.quarter >= ?1 AND r.quarter < ?2 AND ?3 IN (0, o.session_id)",
		    &p->rollup, e))
		return false;
	(void)sqlite3_bind_int64(p->rollup, 1, first);
	(void)sqlite3_bind_int64(p->rollup, 2, last);
	(void)sqlite3_bind_int64(p->rollup, 3, session_id);
	return add_all(p, p->rollup, sum, e);
}

bool spent_stretch(struct pricer *p, int64_t session_id, int64_t since_ms, int64_t until_ms,
	struct spent *out, struct err *e)
{
	int64_t first = (since_ms + QUARTER_MS - 1) / QUARTER_MS, last = until_ms / QUARTER_MS;
	*out = (struct spent){0};
	if (first >= last)
		return add_turns(p, session_id, since_ms, until_ms, out, e);
	return add_turns(p, session_id, since_ms, first * QUARTER_MS, out, e) &&
	       add_quarters(p, session_id, first, last, out, e) &&
	       add_turns(p, session_id, last * QUARTER_MS, until_ms, out, e);
}

bool spent_state(
	struct pricer *p, int64_t budget_id, int64_t now_ms, struct spent *out, struct err *e)
{
	struct spent sum = {0};
	bool is_current = false;
	int rc;
	if (!prepare(p,
		    "SELECT class_id, day * 86400000, turns, input_tok, output_tok, cache_5m_tok, "
		    "cache_1h_tok, cache_read_tok, web_searches, 0, since_ms, until_ms"
		    " FROM budget_state WHERE budget_id = ?1 ORDER BY day",
		    &p->state, e))
		return false;
	sqlite3_stmt *s = p->state;
	(void)sqlite3_bind_int64(s, 1, budget_id);
	bool ok = true;
	while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (sqlite3_column_int64(s, 0) != 0)
			ok = add_row(p, s, &sum, e);
		else
			is_current = now_ms >= sqlite3_column_int64(s, 10) &&
				     now_ms < sqlite3_column_int64(s, 11);
	}
	if (ok && rc != SQLITE_DONE)
		ok = ledger_fail(p->db, "reading what was spent", e);
	(void)sqlite3_reset(s);
	if (ok && is_current)
		*out = sum;
	return ok && is_current;
}
