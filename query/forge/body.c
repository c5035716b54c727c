// SPDX-License-Identifier: MIT
#include "body.h"

#include <string.h>

#include "clock.h"
#include "ledger.h"
#include "value.h"

enum { SURE_CONFIDENCE = 90 };

// What counts for the pull request: its charges, and the price of each class.
#define WITH_CHARGES                                                                               \
	"WITH pr AS MATERIALIZED (SELECT id, role, confidence FROM charge WHERE reason IS NULL "   \
	"AND "                                                                                     \
	"number = :number AND repo_id IN (SELECT id FROM name WHERE text = :repo COLLATE "         \
	"NOCASE)),"                                                                                \
	" price AS MATERIALIZED (SELECT * FROM rate)"

#define SUMS                                                                                       \
	"sum(turns), sum(input), sum(output), sum(written), sum(cached), sum(cost), "              \
	"sum(unpriced), "                                                                          \
	"count(DISTINCT session_id), min(first_ms), max(last_ms)"

// Sums of pico-USD are exact, and rounded once where they are shown.
static const char sums_sql[] = WITH_CHARGES
	", part AS MATERIALIZED (SELECT p.role, p.confidence, m.name AS model, r.session_id, "
	"r.turns,"
	" r.input_tok AS input, r.output_tok AS output, r.cache_5m_tok + r.cache_1h_tok AS written,"
	" r.cache_read_tok AS cached, r.input_tok * q.input_rate + r.output_tok * q.output_rate +"
	" r.cache_5m_tok * q.cache_5m_rate + r.cache_1h_tok * q.cache_1h_rate + r.cache_read_tok *"
	" q.cache_read_rate + r.web_searches * q.web_search_rate AS cost,"
	" CASE WHEN q.class_id IS NULL THEN r.turns ELSE 0 END AS unpriced, r.first_ms, r.last_ms"
	" FROM pr AS p CROSS JOIN charge_rollup AS r ON r.charge_id = p.id JOIN class AS c ON c.id "
	"= "
	"r.class_id JOIN model AS m ON m.id = c.model_id LEFT JOIN price AS q ON q.class_id = "
	"r.class_id "
	"AND r.day * 86400000 >= q.from_ms AND r.day * 86400000 < q.until_ms)"
	" SELECT * FROM ("
	"SELECT 'role' AS kind, coalesce(role, 'author') AS label, " SUMS " FROM part GROUP BY 2"
	" UNION ALL SELECT 'model', model, " SUMS " FROM part GROUP BY 2"
	" UNION ALL SELECT 'inferred', NULL, " SUMS " FROM part WHERE confidence < :sure"
	" UNION ALL SELECT 'total', NULL, " SUMS " FROM part)"
	// rows that turns have left for another pull request hold only zeros
	" WHERE kind IN ('total', 'inferred') OR \"sum(turns)\" > 0 OR \"sum(cost)\" > 0"
	" ORDER BY kind, \"sum(cost)\" DESC, label";

// Whole days from the roll-up, the day of the instant from its turns and their steps.
static const char until_sql[] = WITH_CHARGES
	", turns AS MATERIALIZED (SELECT t.* FROM (SELECT DISTINCT r.session_id FROM pr AS p CROSS "
	"JOIN "
	"charge_rollup AS r ON r.charge_id = p.id WHERE r.day = :until / 86400000) AS s CROSS JOIN "
	"origin "
	"AS o ON o.session_id = s.session_id CROSS JOIN turn AS t ON t.origin_id = o.id WHERE "
	"t.charge_id "
	"IN (SELECT id FROM pr) AND t.at_ms >= :until / 86400000 * 86400000 AND t.at_ms < :until),"
	" part AS (SELECT r.class_id, r.day * 86400000 AS at_ms, r.input_tok AS input, "
	"r.output_tok AS "
	"output, r.cache_5m_tok AS w5, r.cache_1h_tok AS w1, r.cache_read_tok AS cached, "
	"r.web_searches "
	"FROM pr AS p CROSS JOIN charge_rollup AS r ON r.charge_id = p.id WHERE r.day < :until / "
	"86400000"
	" UNION ALL SELECT class_id, at_ms, coalesce(input_tok, 0), coalesce(output_tok, 0),"
	" max(coalesce(cache_write_tok, 0) - coalesce(cache_1h_tok, 0), coalesce(cache_5m_tok, 0)),"
	" coalesce(cache_1h_tok, 0), coalesce(cache_read_tok, 0), coalesce(n_web_search, 0) FROM "
	"turns"
	" UNION ALL SELECT s.class_id, t.at_ms, s.input_tok, s.output_tok, s.cache_5m_tok, "
	"s.cache_1h_tok,"
	" s.cache_read_tok, 0 FROM turns AS t JOIN turn_step AS s ON s.turn_id = t.id)"
	" SELECT sum(x.input * q.input_rate + x.output * q.output_rate + x.w5 * q.cache_5m_rate + "
	"x.w1 * "
	"q.cache_1h_rate + x.cached * q.cache_read_rate + x.web_searches * q.web_search_rate)"
	" FROM part AS x JOIN price AS q ON q.class_id = x.class_id AND x.at_ms >= q.from_ms AND "
	"x.at_ms < "
	"q.until_ms";

// By the forge, else by what was seen to create, merge or close it.
static const char when_sql[] = "WITH hint AS (SELECT h.verb, min(h.at_ms) AS at_ms FROM pr_hint AS "
			       "h LEFT JOIN project AS p ON "
			       "p.id = h.project_id LEFT JOIN workdir AS w ON w.id = h.workdir_id "
			       "LEFT JOIN worktree AS t ON "
			       "t.id = w.worktree_id WHERE h.number = :number AND h.verb IN "
			       "('created', 'merged', 'close') AND "
			       "(h.repo = :repo COLLATE NOCASE OR substr(:repo, -length(h.repo) - "
			       "1) = '/' || h.repo COLLATE "
			       "NOCASE OR h.repo IS NULL AND coalesce(t.base_repo, p.repo) = :repo "
			       "COLLATE NOCASE) GROUP BY 1),"
			       " forge AS (SELECT created_ms, merged_ms, closed_ms FROM forge_pr "
			       "WHERE repo = :repo COLLATE "
			       "NOCASE AND number = :number LIMIT 1)"
			       " SELECT coalesce((SELECT created_ms FROM forge), (SELECT at_ms "
			       "FROM hint WHERE verb = 'created')),"
			       " CASE WHEN EXISTS (SELECT 1 FROM forge) THEN (SELECT merged_ms "
			       "FROM forge) ELSE (SELECT at_ms "
			       "FROM hint WHERE verb = 'merged') END,"
			       " CASE WHEN EXISTS (SELECT 1 FROM forge) THEN (SELECT closed_ms "
			       "FROM forge WHERE merged_ms IS "
			       "NULL) ELSE (SELECT at_ms FROM hint WHERE verb = 'close') END";

struct sums {
	int64_t n[10]; // in the order of SUMS
	bool has_cost;
};
enum { TURNS, INPUT, OUTPUT, WRITTEN, CACHED, COST, UNPRICED, SESSIONS, FIRST, LAST };

static bool bind(sqlite3_stmt *s, const char *name, int64_t v)
{
	int at = sqlite3_bind_parameter_index(s, name);
	return at == 0 || sqlite3_bind_int64(s, at, v) == SQLITE_OK;
}

static bool prepare(sqlite3 *db, const char *sql, struct str repo, int64_t number,
	sqlite3_stmt **out, struct err *e)
{
	return (sqlite3_prepare_v2(db, sql, -1, out, NULL) == SQLITE_OK &&
		       bind(*out, ":number", number) && bind(*out, ":sure", SURE_CONFIDENCE) &&
		       sqlite3_bind_text(*out, sqlite3_bind_parameter_index(*out, ":repo"), repo.p,
			       (int)repo.n, SQLITE_STATIC) == SQLITE_OK) ||
	       ledger_fail(db, "adding up the pull request", e);
}

static struct sums read_sums(sqlite3_stmt *s)
{
	struct sums x = {.has_cost = sqlite3_column_type(s, 2 + COST) != SQLITE_NULL};
	for (int i = 0; i <= LAST; i++)
		x.n[i] = sqlite3_column_int64(s, 2 + i);
	return x;
}

static void add_number(struct buf *out, enum value_type type, int64_t v)
{
	value_add_human(out, type, &(struct cell){.kind = CELL_INT, .i = v});
}

static void add_cost(struct buf *out, const struct sums *x)
{
	if (x->has_cost)
		add_number(out, VALUE_USD, x->n[COST]);
	else
		buf_addz(out, "not known");
}

// A model's name comes from a transcript: what could be Markdown, a link or a mention stays out.
static void add_model(struct buf *out, struct str name)
{
	buf_addc(out, '`');
	for (size_t i = 0; i < name.n && i < 80; i++) {
		char c = name.p[i];
		bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
				(c >= 'A' && c <= 'Z') || (c && strchr("._:/-[]", c));
		buf_addc(out, is_plain ? c : '?');
	}
	buf_addc(out, '`');
}

static void add_row(struct buf *out, const struct sums *x, const char *mark)
{
	for (int i = TURNS; i <= CACHED; i++) {
		buf_printf(out, " %s", mark);
		add_number(out, VALUE_INT, x->n[i]);
		buf_printf(out, "%s |", mark);
	}
	buf_printf(out, " %s", mark);
	add_cost(out, x);
	buf_printf(out, "%s |\n", mark);
}

static void add_head(struct buf *out, const char *name)
{
	buf_printf(out,
		"\n| %s | turns | input | output | cache written | cache read | cost |\n"
		"| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
		name);
}

// The rows come sorted by kind: inferred, model, role, total.
static bool add_tables(sqlite3_stmt *s, struct buf *roles, struct buf *models,
	struct sums *inferred, struct sums *total, struct err *e)
{
	int rc;
	add_head(roles, "role");
	add_head(models, "model");
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct str kind = str_of((const char *)sqlite3_column_text(s, 0));
		struct str label = str_of((const char *)sqlite3_column_text(s, 1));
		struct sums x = read_sums(s);
		if (str_is(kind, "role")) {
			buf_printf(roles, "| %.*s |", STR_ARG(label));
			add_row(roles, &x, "");
		} else if (str_is(kind, "model")) {
			buf_addz(models, "| ");
			add_model(models, label);
			buf_addz(models, " |");
			add_row(models, &x, "");
		} else {
			*(str_is(kind, "total") ? total : inferred) = x;
		}
	}
	buf_addz(roles, "| **total** |");
	add_row(roles, total, "**");
	return rc == SQLITE_DONE ||
	       ledger_fail(sqlite3_db_handle(s), "adding up the pull request", e);
}

static void add_time(struct buf *out, int64_t ms)
{
	char iso[CLOCK_ISO_BYTES];
	clock_format_iso(ms, iso);
	buf_printf(out, "%.10s %.5s UTC", iso, iso + 11);
}

static bool add_milestone(sqlite3 *db, struct str repo, int64_t number, const char *what,
	int64_t at_ms, struct buf *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct sums x = {.has_cost = true};
	if (!prepare(db, until_sql, repo, number, &s, e))
		return false;
	if (!bind(s, ":until", at_ms) || sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "adding up the pull request", e);
	x.n[COST] = sqlite3_column_int64(s, 0);
	buf_printf(out, "| %s, ", what);
	add_time(out, at_ms);
	buf_addz(out, " | ");
	add_cost(out, &x);
	buf_addz(out, " |\n");
	return true;
}

static bool add_milestones(sqlite3 *db, struct str repo, int64_t number, const struct sums *total,
	struct buf *out, struct err *e)
{
	static const char *const names[] = {"opened", "merged", "closed"};
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!prepare(db, when_sql, repo, number, &s, e))
		return false;
	if (sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "adding up the pull request", e);
	buf_addz(out, "\n| cost until | |\n| --- | ---: |\n");
	for (int i = 0; i < 3; i++)
		if (sqlite3_column_type(s, i) != SQLITE_NULL &&
			!add_milestone(
				db, repo, number, names[i], sqlite3_column_int64(s, i), out, e))
			return false;
	buf_addz(out, "| the last turn, ");
	add_time(out, total->n[LAST]);
	buf_addz(out, " | ");
	add_cost(out, total);
	buf_addz(out, " |\n");
	return true;
}

static void add_notes(struct buf *out, const struct sums *inferred, const struct sums *total)
{
	buf_addz(out, "\nAPI-equivalent at list prices, not an invoice.");
	if (inferred->n[COST] > 0 && total->n[COST] > 0) {
		struct cell share = {
			.kind = CELL_REAL, .r = (double)inferred->n[COST] / (double)total->n[COST]};
		buf_addc(out, ' ');
		value_add_human(out, VALUE_PCT, &share);
		buf_addz(out,
			" of the cost is inferred: its link to this pull request is likely, not "
			"certain.");
	} else if (total->n[COST] > 0) {
		buf_addz(out, " None of it is inferred.");
	}
	if (total->n[UNPRICED])
		buf_printf(out, " Left out: %lld turn%s of models without a price.",
			(long long)total->n[UNPRICED], total->n[UNPRICED] == 1 ? "" : "s");
	buf_addc(out, '\n');
}

bool body_build(sqlite3 *db, struct str repo, int64_t number, struct buf *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	AUTO(buf_free) struct buf roles = {0};
	AUTO(buf_free) struct buf models = {0};
	struct sums inferred = {0}, total = {0};
	if (!prepare(db, sums_sql, repo, number, &s, e) ||
		!add_tables(s, &roles, &models, &inferred, &total, e))
		return false;
	if (total.n[TURNS] == 0)
		return err_set(e, ERR_NO_INPUT,
			"no turn is charged to pull request %lld of %.*s: `ccl pr` lists those "
			"that have some",
			(long long)number, STR_ARG(repo));
	buf_addz(out, BODY_MARKER "\n### Claude Code cost: ");
	add_cost(out, &total);
	buf_addz(out, "\n\n");
	add_number(out, VALUE_INT, total.n[TURNS]);
	buf_printf(out, " turn%s in ", total.n[TURNS] == 1 ? "" : "s");
	add_number(out, VALUE_INT, total.n[SESSIONS]);
	buf_printf(out, " session%s, ", total.n[SESSIONS] == 1 ? "" : "s");
	add_number(out, VALUE_INT,
		total.n[INPUT] + total.n[OUTPUT] + total.n[WRITTEN] + total.n[CACHED]);
	buf_addz(out, " tokens.\n");
	buf_add(out, buf_str(&roles));
	buf_add(out, buf_str(&models));
	if (!add_milestones(db, repo, number, &total, out, e))
		return false;
	add_notes(out, &inferred, &total);
	return true;
}
