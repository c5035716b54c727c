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

// "1 file", "2 files"
char *doctor_count(struct doctor *d, int64_t n, const char *one, const char *many)
{
	return arena_printf(d->arena, "%lld %s", (long long)n, n == 1 ? one : many);
}

char *doctor_size(struct doctor *d, int64_t n_bytes)
{
	double kib = (double)n_bytes / 1024;
	return arena_printf(
		d->arena, kib < 1000 ? "%.1f KiB" : "%.1f MiB", kib < 1000 ? kib : kib / 1024);
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

static void stop_timer(struct doctor *d)
{
	sqlite3_progress_handler(d->db, 0, NULL, NULL);
}

// Steps once; true if there is a row.
bool doctor_query(struct doctor *d, const char *sql, sqlite3_stmt **out)
{
	return sqlite3_prepare_v2(d->db, sql, -1, out, NULL) == SQLITE_OK &&
	       sqlite3_step(*out) == SQLITE_ROW;
}

#define MAKE_ANEW                                                                                  \
	"Move the ledger away and run `ccl sync`, which reads again what Claude Code has kept "    \
	"(30 days)."

// False: what a damaged file would say about the rest is worth nothing.
static bool check_file(struct doctor *d)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct stat st;
	start_timer(d, 1000);
	bool has_answer = doctor_query(d, "PRAGMA quick_check(1)", &s);
	const char *answer = has_answer ? (const char *)sqlite3_column_text(s, 0) : "";
	char *size = doctor_size(d, stat(d->path.p, &st) == 0 ? (int64_t)st.st_size : 0);
	bool is_late_now = !has_answer && sqlite3_errcode(d->db) == SQLITE_INTERRUPT;
	bool is_whole = has_answer && strcmp(answer, "ok") == 0;
	stop_timer(d);
	if (is_whole || is_late_now) {
		doctor_add(d, "ledger", DOCTOR_OK,
			arena_printf(d->arena, "%s, %s, no damage%s", d->path.p, size,
				is_whole ? "" : " in the part looked at"),
			NULL);
		return true;
	}
	const char *why = has_answer ? answer : sqlite3_errmsg(d->db);
	const char *head = strrchr(why, '\n'); // a line above names the database of the connection
	doctor_add(d, "ledger", DOCTOR_FAIL,
		arena_printf(d->arena, "%s is damaged: %s", d->path.p, head ? head + 1 : why),
		MAKE_ANEW);
	return false;
}

static void check_skipped(struct doctor *d)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!doctor_query(d,
		    "SELECT coalesce(sum(bad_lines), 0), coalesce(sum(long_lines), 0),"
		    " coalesce(sum(bad_numbers), 0), count(*),"
		    " count(*) FILTER (WHERE bad_lines + long_lines + bad_numbers > 0)"
		    " FROM source_file",
		    &s))
		return;
	static const char *const what[][2] = {{"damaged line", "damaged lines"},
		{"line longer than 8 MiB", "lines longer than 8 MiB"},
		{"count that is no number", "counts that are no numbers"}};
	struct buf list = {0};
	for (int i = 0; i < 3; i++)
		if (sqlite3_column_int64(s, i))
			buf_printf(&list, "%s%s", list.n ? ", " : "",
				doctor_count(
					d, sqlite3_column_int64(s, i), what[i][0], what[i][1]));
	if (list.n)
		doctor_add(d, "skipped", DOCTOR_WARN,
			arena_printf(d->arena, "%s, in %s", buf_z(&list),
				doctor_count(d, sqlite3_column_int64(s, 4), "file", "files")),
			"Nothing to do: what Claude Code wrote there cannot be read; all else "
			"was.");
	else
		doctor_add(d, "skipped", DOCTOR_OK,
			arena_printf(d->arena, "nothing in %s",
				doctor_count(d, sqlite3_column_int64(s, 3), "file", "files")),
			NULL);
	buf_free(&list);
}

static void check_prices(struct doctor *d)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
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
			arena_printf(d->arena, "no price is known for %s: %s",
				doctor_count(d, turns, "turn", "turns"), buf_z(&list)),
			"They count as unpriced, not as free. A newer ccl may know the price.");
	else
		doctor_add(d, "prices", DOCTOR_OK, "every turn has a price", NULL);
	buf_free(&list);
}

// The roll-up is a pure function of the turns; every report of whole quarter hours rests on it.
static void check_rollup(struct doctor *d)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	const char *sql =
		"WITH made AS (SELECT at_ms / 900000 AS quarter, origin_id, class_id, "
		"charge_id, sum(turns) AS turns,"
		"  sum(steps) AS steps, sum(input) AS input, sum(output) AS output,"
		"  sum(cache_write_5m) AS w5, sum(cache_write_1h) AS w1, sum(cache_read) AS r,"
		"  sum(web_searches) AS web, sum(aborted) AS aborted, min(at_ms) AS first_ms,"
		"  max(at_ms) AS last_ms FROM portion GROUP BY 1, 2, 3, 4),"
		" odd AS (SELECT * FROM (SELECT * FROM made EXCEPT SELECT * FROM rollup)"
		"  UNION ALL SELECT * FROM (SELECT * FROM rollup EXCEPT SELECT * FROM made))"
		" SELECT count(*) FROM (SELECT DISTINCT quarter, origin_id, class_id FROM odd)";
	start_timer(d, 3000);
	if (!doctor_query(d, sql, &s)) {
		bool is_slow = sqlite3_errcode(d->db) == SQLITE_INTERRUPT;
		doctor_add(d, "sums", is_slow ? DOCTOR_OK : DOCTOR_FAIL,
			is_slow ? "too many turns to compare them all in 3 s"
				: sqlite3_errmsg(d->db),
			is_slow ? NULL : MAKE_ANEW);
	} else if (sqlite3_column_int64(s, 0) == 0) {
		doctor_add(d, "sums", DOCTOR_OK, "the sums of every quarter hour equal its turns",
			NULL);
	} else {
		doctor_add(d, "sums", DOCTOR_FAIL,
			arena_printf(d->arena, "%s its turns",
				doctor_count(d, sqlite3_column_int64(s, 0),
					"sum of a quarter hour differs from",
					"sums of a quarter hour differ from")),
			"Please report this. " MAKE_ANEW);
	}
	stop_timer(d);
}

// What the user is told elsewhere in one line, "what: what to do", is two columns here.
static void add_unusable(struct doctor *d, struct err *e)
{
	char *cure = e->code == ERR_INTERNAL ? NULL : strrchr(e->text, ':');
	if (cure)
		*cure++ = '\0';
	doctor_add(d, "ledger", DOCTOR_FAIL, e->text,
		cure ? doctor_sentence(d, str_trim(str_of(cure))) : NULL);
}

// False: it cannot be asked for more.
static bool check_ledger(struct doctor *d)
{
	struct err e = {0};
	if (report_open(d->arena, &d->db, &e)) {
		if (!check_file(d))
			return false;
		check_prices(d);
		check_skipped(d);
		check_rollup(d);
	} else if (e.code == ERR_NO_INPUT) {
		doctor_add(d, "ledger", DOCTOR_WARN,
			arena_printf(d->arena, "there is none at %s yet", d->path.p),
			"`ccl sync` reads what Claude Code has kept.");
	} else {
		add_unusable(d, &e);
		return false;
	}
	return true;
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
	bool is_usable = check_ledger(&d);
	doctor_check_hooks(&d);
	if (is_usable) {
		doctor_check_runs(&d);
		doctor_check_unread(&d);
	}
	doctor_check_log(&d);
	if (d.db)
		ledger_close(&d.db);
	*out = r;
	*out_status = d.has_failed ? 1 : 0;
	return true;
}
