// SPDX-License-Identifier: MIT
#include "tally.h"

#include "ledger.h"
#include "usd.h"

// Turns are found by the sessions that a charge has.
static const char sql[] =
	"WITH charged(id) AS MATERIALIZED (SELECT id FROM charge WHERE (:project = 0 OR project_id "
	"= "
	":project) AND (:branch = 0 OR branch_id = :branch) AND (:any OR number IS :number AND "
	"repo_id "
	"IS (SELECT id FROM name WHERE text = :repo))),"
	" one(id) AS MATERIALIZED (SELECT id FROM session WHERE uid = :session),"
	" hit(id) AS MATERIALIZED ("
	"SELECT t.id FROM (SELECT DISTINCT session_id FROM charge_rollup WHERE charge_id IN "
	"charged AND "
	"(:session IS NULL OR session_id IN one)) AS s CROSS JOIN origin AS o ON o.session_id = "
	"s.session_id CROSS JOIN turn AS t ON t.origin_id = o.id WHERE :turns IS NULL AND "
	"t.charge_id "
	"IN charged AND t.at_ms >= :since AND t.at_ms < :until"
	" UNION ALL SELECT id FROM turn WHERE key IN (SELECT value FROM json_each(:turns))),"
	" part AS (SELECT p.* FROM hit CROSS JOIN turn_portion AS p ON p.turn_id = hit.id"
	" UNION ALL SELECT p.* FROM hit CROSS JOIN step_portion AS p ON p.turn_id = hit.id),"
	" price AS MATERIALIZED (SELECT * FROM rate),"
	" money AS (SELECT p.turn_id, CASE WHEN count(*) = count(r.class_id) THEN sum(p.input * "
	"r.input_rate + p.output * r.output_rate + p.cache_write_5m * r.cache_5m_rate + "
	"p.cache_write_1h * r.cache_1h_rate + p.cache_read * r.cache_read_rate + p.web_searches * "
	"r.web_search_rate) END AS cost FROM part AS p LEFT JOIN price AS r ON r.class_id = "
	"p.class_id "
	"AND p.at_ms >= r.from_ms AND p.at_ms < r.until_ms GROUP BY p.turn_id)"
	" SELECT count(*), count(*) - count(cost), coalesce(sum(cost), 0) FROM money";

static void bind(sqlite3_stmt *s, const char *name, int64_t v)
{
	(void)sqlite3_bind_int64(s, sqlite3_bind_parameter_index(s, name), v);
}

static void bind_str(sqlite3_stmt *s, const char *name, struct str v)
{
	if (v.p)
		(void)sqlite3_bind_text(
			s, sqlite3_bind_parameter_index(s, name), v.p, (int)v.n, SQLITE_STATIC);
}

bool tally_read(sqlite3 *db, const struct tally_of *of, struct tally *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "counting turns", e);
	bind(s, ":project", of->project_id);
	bind(s, ":branch", of->branch_id);
	bind(s, ":any", of->is_any_pr);
	bind(s, ":since", of->since_ms);
	bind(s, ":until", of->until_ms);
	if (of->number)
		bind(s, ":number", of->number);
	bind_str(s, ":repo", of->repo);
	bind_str(s, ":session", of->session);
	bind_str(s, ":turns", of->turns);
	if (sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(db, "counting turns", e);
	*out = (struct tally){
		sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2)};
	return true;
}

void tally_add(struct buf *out, const struct tally *t)
{
	buf_printf(out, "%lld turn%s", (long long)t->turns, t->turns == 1 ? "" : "s");
	if (t->turns == t->unpriced) {
		buf_addz(out, t->turns ? " without a price" : "");
		return;
	}
	buf_addz(out, ", ");
	usd_add_short(out, t->usd_pico);
	if (t->unpriced)
		buf_printf(out, " (%lld %s no price)", (long long)t->unpriced,
			t->unpriced == 1 ? "has" : "have");
}
