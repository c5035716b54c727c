// SPDX-License-Identifier: MIT
#include "doctor.h"

#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "doctor_checks.h"
#include "ledger.h"
#include "path.h"

void doctor_add(struct doctor *d, const char *check, enum doctor_state state, const char *detail,
	const char *cure)
{
	static const char *const states[] = {"ok", "warn", "fail"};
	const char *texts[] = {check, states[state], detail, cure};
	struct cell *row = result_add_row(d->result);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i])
			row[i] = (struct cell){
				.kind = CELL_TEXT, .s = arena_str(d->arena, str_of(texts[i]))};
	d->has_failed |= state == DOCTOR_FAIL;
}

// The time for the slow checks is up: they say so and go.
static int is_late(void *data)
{
	const struct doctor *d = data;
	return clock_mono_ms() > d->deadline_ms;
}

static void start_timer(struct doctor *d, int ms)
{
	d->deadline_ms = clock_mono_ms() + ms;
	sqlite3_progress_handler(d->db, 10000, is_late, d);
}

static void finalize(sqlite3_stmt **s)
{
	(void)sqlite3_finalize(*s);
}

// Steps once; true if there is a row.
bool doctor_query(struct doctor *d, const char *sql, sqlite3_stmt **out)
{
	return sqlite3_prepare_v2(d->db, sql, -1, out, NULL) == SQLITE_OK &&
	       sqlite3_step(*out) == SQLITE_ROW;
}

static void check_file(struct doctor *d)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
	struct stat st;
	start_timer(d, 1000);
	bool has_answer = doctor_query(d, "PRAGMA quick_check(1)", &s);
	const char *answer = has_answer ? (const char *)sqlite3_column_text(s, 0) : "";
	double mib = stat(d->path.p, &st) == 0 ? (double)st.st_size / 1048576 : 0;
	bool is_late_now = !has_answer && sqlite3_errcode(d->db) == SQLITE_INTERRUPT;
	if (has_answer && strcmp(answer, "ok") == 0)
		doctor_add(d, "ledger", DOCTOR_OK,
			arena_printf(d->arena, "%s, %.1f MiB, no damage", d->path.p, mib), NULL);
	else if (is_late_now)
		doctor_add(d, "ledger", DOCTOR_OK,
			arena_printf(d->arena, "%s, %.1f MiB, no damage in the part looked at",
				d->path.p, mib),
			NULL);
	else
		doctor_add(d, "ledger", DOCTOR_FAIL,
			arena_printf(d->arena, "%s is damaged: %s", d->path.p,
				has_answer ? answer : sqlite3_errmsg(d->db)),
			"Move it away and run `ccl sync`.");
}

static void check_skipped(struct doctor *d)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
	if (!doctor_query(d,
		    "SELECT coalesce(sum(bad_lines), 0), coalesce(sum(long_lines), 0),"
		    " coalesce(sum(bad_numbers), 0), count(*) FROM source_file",
		    &s))
		return;
	long long bad = sqlite3_column_int64(s, 0), too_long = sqlite3_column_int64(s, 1);
	long long numbers = sqlite3_column_int64(s, 2), files = sqlite3_column_int64(s, 3);
	char *detail = arena_printf(d->arena,
		"%lld damaged lines, %lld longer than 8 MiB, %lld numbers that were none, in %lld "
		"files",
		bad, too_long, numbers, files);
	bool is_clean = bad + too_long + numbers == 0;
	doctor_add(d, "skipped", is_clean ? DOCTOR_OK : DOCTOR_WARN, detail,
		is_clean ? NULL
			 : "Nothing to do: what Claude Code wrote there cannot be read; all else "
			   "was.");
}

static void check_prices(struct doctor *d)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
	struct buf list = {0};
	long long turns = 0;
	const char *sql =
		"WITH r AS MATERIALIZED (SELECT class_id, from_ms, until_ms FROM rate)"
		" SELECT m.name, sum(p.turns) FROM rollup AS p JOIN class AS c ON c.id = p.class_id"
		" JOIN model AS m ON m.id = c.model_id"
		" WHERE NOT EXISTS (SELECT 1 FROM r WHERE r.class_id = p.class_id"
		"  AND p.quarter * 900000 >= r.from_ms AND p.quarter * 900000 < r.until_ms)"
		" GROUP BY m.id ORDER BY 2 DESC, 1";
	for (bool has = doctor_query(d, sql, &s); has; has = sqlite3_step(s) == SQLITE_ROW) {
		buf_printf(&list, "%s%s (%lld)", list.n ? ", " : "",
			(const char *)sqlite3_column_text(s, 0),
			(long long)sqlite3_column_int64(s, 1));
		turns += sqlite3_column_int64(s, 1);
	}
	if (list.n)
		doctor_add(d, "prices", DOCTOR_WARN,
			arena_printf(d->arena,
				"%lld turns have no price, their model is unknown: %s", turns,
				buf_z(&list)),
			"They count as unpriced, not as free. A newer ccl may know the price.");
	else
		doctor_add(d, "prices", DOCTOR_OK, "every turn has a price", NULL);
	buf_free(&list);
}

// The roll-up is a pure function of the turns; every report of whole quarter hours rests on it.
static void check_rollup(struct doctor *d)
{
	AUTO(finalize) sqlite3_stmt *s = NULL;
	const char *sql =
		"WITH made AS (SELECT at_ms / 900000 AS quarter, origin_id, class_id, "
		"charge_id, sum(turns) AS turns,"
		"  sum(steps) AS steps, sum(input) AS input, sum(output) AS output,"
		"  sum(cache_write_5m) AS w5, sum(cache_write_1h) AS w1, sum(cache_read) AS r,"
		"  sum(web_searches) AS web, sum(aborted) AS aborted, min(at_ms) AS first_ms,"
		"  max(at_ms) AS last_ms FROM portion GROUP BY 1, 2, 3, 4),"
		" odd AS (SELECT * FROM (SELECT * FROM made EXCEPT SELECT * FROM rollup)"
		"  UNION ALL SELECT * FROM (SELECT * FROM rollup EXCEPT SELECT * FROM made))"
		" SELECT count(*) FROM odd";
	start_timer(d, 3000);
	if (!doctor_query(d, sql, &s)) {
		bool is_slow = sqlite3_errcode(d->db) == SQLITE_INTERRUPT;
		doctor_add(d, "sums", is_slow ? DOCTOR_OK : DOCTOR_FAIL,
			is_slow ? "too many turns to compare them all in 3 s"
				: sqlite3_errmsg(d->db),
			NULL);
	} else if (sqlite3_column_int64(s, 0) == 0) {
		doctor_add(d, "sums", DOCTOR_OK, "the sums of every quarter hour equal its turns",
			NULL);
	} else {
		doctor_add(d, "sums", DOCTOR_FAIL,
			arena_printf(d->arena, "%lld sums of quarter hours differ from their turns",
				(long long)sqlite3_column_int64(s, 0)),
			"Please report this. Move the ledger away and run `ccl sync` to make it "
			"anew.");
	}
	sqlite3_progress_handler(d->db, 0, NULL, NULL);
}

static void check_ledger(struct doctor *d)
{
	struct err e = {0};
	if (report_open(d->arena, &d->db, &e)) {
		check_file(d);
		check_prices(d);
		check_skipped(d);
		check_rollup(d);
	} else if (e.code == ERR_NO_INPUT) {
		doctor_add(d, "ledger", DOCTOR_WARN,
			arena_printf(d->arena, "there is none at %s yet", d->path.p),
			"`ccl sync` reads what Claude Code has kept.");
	} else {
		doctor_add(d, "ledger", DOCTOR_FAIL, e.text, NULL);
	}
}

bool doctor_run(struct arena *a, const struct request *req, struct result *out, int *out_status,
	struct err *e)
{
	struct result r = {.arena = a,
		.name = str_of(req->def->name),
		.version = req->def->version,
		.columns = req->def->columns,
		.n_columns = req->def->n_columns};
	struct doctor d = {.arena = a, .result = &r, .path = path_ledger(a), .now_ms = req->now_ms};
	(void)e;
	check_ledger(&d);
	doctor_check_hooks(&d);
	doctor_check_runs(&d);
	doctor_check_unread(&d);
	doctor_check_log(&d);
	if (d.db)
		ledger_close(&d.db);
	*out = r;
	*out_status = d.has_failed ? 1 : 0;
	return true;
}
