// SPDX-License-Identifier: MIT
#include "budget_state.h"

enum { QUARTER_MS = 900000, QUARTERS_PER_DAY = 96, DAY_MS = 86400000 };

// The project that --project NAME means: see spend.sql.
#define IS_PROJECT                                                                                 \
	"(p.name = ?4 OR p.root = ?4 OR p.repo = ?4 OR substr(p.root, -length(?4) - 1) = '/' || "  \
	"?4 OR substr(p.repo, -length(?4) - 1) = '/' || ?4)"

// The periods that are kept, read once a batch.
static bool read_kept(struct store *st, struct err *e)
{
	bool has_row = true;
	if (st->kept_in == st->n_batches)
		return true;
	sqlite3_stmt *s = store_sql(st,
		"SELECT x.budget_id, x.since_ms, x.until_ms, b.scope, b.target FROM "
		"budget_state AS x CROSS JOIN budget AS b ON b.id = x.budget_id WHERE x.day = -1",
		e);
	if (!s)
		return false;
	st->kept.n = 0;
	st->kept_in = st->n_batches;
	while (has_row) {
		if (!store_step(st, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		struct str scope = store_column(s, 3),
			   target = arena_str(&st->arena, store_column(s, 4));
		*LIST_ADD(&st->kept) = (struct kept_budget){sqlite3_column_int64(s, 0),
			sqlite3_column_int64(s, 1) / QUARTER_MS,
			sqlite3_column_int64(s, 2) / QUARTER_MS,
			str_is(scope, "project") ? target : STR_NONE,
			str_is(scope, "branch") ? target : STR_NONE};
	}
	(void)sqlite3_reset(s);
	return true;
}

static bool is_of_project(
	struct store *st, int64_t origin_id, struct str project, bool *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT 1 FROM origin AS o CROSS JOIN workdir AS w ON w.id = o.workdir_id CROSS "
		"JOIN project AS p ON p.id = w.project_id WHERE o.id = ?1 AND " IS_PROJECT,
		e);
	if (!s)
		return false;
	store_bind_at(s, 1, "i", origin_id);
	store_bind_at(s, 4, "t", project);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

static bool is_of_branch(
	struct store *st, int64_t charge_id, struct str branch, bool *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT 1 FROM charge WHERE id = ?1 AND project_id IS NOT NULL AND branch_id = "
		"(SELECT id "
		"FROM name WHERE text = ?2)",
		e);
	if (!s)
		return false;
	store_bind(s, "it", charge_id, branch);
	if (!store_step(st, s, out, e))
		return false;
	(void)sqlite3_reset(s);
	return true;
}

static bool price_day(struct store *st, int64_t class_id, int64_t day, int64_t *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(st,
		"SELECT from_ms, until_ms FROM class_rate WHERE class_id = :class AND from_ms <= "
		":at ORDER "
		"BY from_ms DESC",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", class_id, day * DAY_MS);
	if (!store_step(st, s, &has_row, e))
		return false;
	bool has_price = has_row && sqlite3_column_int64(s, 1) > day * DAY_MS;
	*out = has_price ? sqlite3_column_int64(s, 0) / DAY_MS : day;
	(void)sqlite3_reset(s);
	return true;
}

static bool add(struct store *st, int64_t budget_id, const struct budget_change *c, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO budget_state VALUES (:budget, :day, :class, NULL, NULL, :turns, "
		":input, "
		":output, :write_5m, :write_1h, :read, :searches) ON CONFLICT DO UPDATE SET turns "
		"= "
		"turns + excluded.turns, input_tok = input_tok + excluded.input_tok, output_tok = "
		"output_tok + excluded.output_tok, cache_5m_tok = cache_5m_tok + "
		"excluded.cache_5m_tok, cache_1h_tok = cache_1h_tok + excluded.cache_1h_tok, "
		"cache_read_tok = cache_read_tok + excluded.cache_read_tok, web_searches = "
		"web_searches + excluded.web_searches",
		e);
	int64_t day;
	if (!s || !price_day(st, c->class_id, c->quarter / QUARTERS_PER_DAY, &day, e))
		return false;
	store_bind(s, "iiiiiiiiii", budget_id, day, c->class_id, c->turns, c->input, c->output,
		c->write_5m, c->write_1h, c->read, c->searches);
	return store_run(st, s, e);
}

bool budget_state_change(struct store *st, const struct budget_change *c, struct err *e)
{
	if (!read_kept(st, e))
		return false;
	for (size_t i = 0; i < st->kept.n; i++) {
		const struct kept_budget *k = &st->kept.p[i];
		bool is_its = c->quarter >= k->first_quarter && c->quarter < k->end_quarter;
		if (is_its && k->project.p &&
			!is_of_project(st, c->origin_id, k->project, &is_its, e))
			return false;
		if (is_its && k->branch.p && !is_of_branch(st, c->charge_id, k->branch, &is_its, e))
			return false;
		if (is_its && !add(st, k->budget_id, c, e))
			return false;
	}
	return true;
}

static bool clear(struct store *st, int64_t budget_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, "DELETE FROM budget_state WHERE budget_id = :id", e);
	if (!s)
		return false;
	store_bind(s, "i", budget_id);
	return store_run(st, s, e);
}

// The day from which a class has had the price that it has on this one: so a year on a branch is
// few rows. Without a price it is that day itself.
#define PRICE_DAY(day)                                                                             \
	"coalesce((SELECT k.from_ms / 86400000 FROM class_rate AS k WHERE k.class_id = "           \
	"r.class_id AND k.from_ms <= " day " * 86400000 AND k.until_ms > " day                     \
	" * 86400000), " day ")"

#define SUMS                                                                                       \
	"NULL, NULL, sum(r.turns), sum(r.input_tok), sum(r.output_tok), sum(r.cache_5m_tok), "     \
	"sum(r.cache_1h_tok), sum(r.cache_read_tok), sum(r.web_searches)"

bool budget_state_make(struct store *st, const struct budget *b, int64_t now_ms, struct err *e)
{
	int64_t since_ms, until_ms;
	budget_period_bounds(b->period, now_ms, &since_ms, &until_ms);
	sqlite3_stmt *mark = store_sql(st,
		"INSERT INTO budget_state VALUES (:id, -1, 0, :since, :until, 0, 0, 0, 0, 0, 0, 0)",
		e);
	sqlite3_stmt *s =
		b->scope == BUDGET_PROJECT
			? store_sql(st,
				  "INSERT INTO budget_state SELECT ?1, " PRICE_DAY(
					  "(r.quarter / 96)") ", "
							      "r.class_id, " SUMS
							      " FROM rollup AS r CROSS JOIN origin "
							      "AS o ON o.id = "
							      "r.origin_id CROSS JOIN workdir AS w "
							      "ON w.id = o.workdir_id CROSS JOIN "
							      "project AS p ON p.id = w.project_id "
							      "WHERE r.quarter >= ?2 AND r.quarter "
							      "< ?3 "
							      "AND " IS_PROJECT " GROUP BY 2, 3",
				  e)
		: b->scope == BUDGET_BRANCH // of all time: by the smaller roll-up
			? store_sql(st,
				  "INSERT INTO budget_state SELECT ?1, " PRICE_DAY(
					  "r.day") ", r.class_id, " SUMS
						   " FROM project AS q CROSS JOIN charge AS c ON "
						   "c.project_id = q.id CROSS "
						   "JOIN charge_rollup AS r ON r.charge_id = c.id "
						   "WHERE c.branch_id = (SELECT id "
						   "FROM name WHERE text = ?4) AND ?2 < ?3 GROUP "
						   "BY 2, 3",
				  e)
			: store_sql(st,
				  "INSERT INTO budget_state SELECT ?1, " PRICE_DAY(
					  "(r.quarter / 96)") ", "
							      "r.class_id, " SUMS
							      " FROM rollup AS r WHERE r.quarter "
							      ">= ?2 AND r.quarter < "
							      "?3 GROUP BY 2, 3",
				  e);
	if (!mark || !s || !clear(st, b->id, e))
		return false;
	store_bind(mark, "iii", b->id, since_ms, until_ms);
	store_bind_at(s, 1, "iii", b->id, since_ms / QUARTER_MS, until_ms / QUARTER_MS);
	if (b->scope != BUDGET_ALL)
		store_bind_at(s, 4, "t", b->target);
	st->kept_in = 0;
	return store_run(st, mark, e) && store_run(st, s, e);
}

bool budget_state_drop_projects(struct store *st, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"DELETE FROM budget_state WHERE budget_id IN (SELECT id FROM budget WHERE scope = "
		"'project')",
		e);
	st->kept_in = 0;
	return s && store_run(st, s, e);
}
