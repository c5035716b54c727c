// SPDX-License-Identifier: MIT
// A folder of transcripts and a ledger that they are read into, for the tests of the hook library.
// What a ledger holds is dumped without row ids, so that two ledgers can be compared; its hash key
// is always the same one. Include behind cmocka.h.
#ifndef CCL_TESTS_UNIT_HOOK_WORLD_H
#define CCL_TESTS_UNIT_HOOK_WORLD_H

#include "ingest.h"
#include "ledger.h"
#include "path.h"
#include "sandbox.h"
#include "sync.h"

static sqlite3 *world_db;
static struct ingest *world_ingest;

// A text with " for '.
static inline char *world_text(const char *z)
{
	char *p = arena_printf(&sandbox_arena, "%s", z);
	for (char *c = p; *c; c++)
		if (*c == '\'')
			*c = '"';
	return p;
}

static inline void world_append(const char *name, const char *p, size_t n)
{
	FILE *f = fopen(in(name), "ab");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

// Adds lines, written with ' for ", to a transcript of this name.
static inline void world_say(const char *name, const char *lines)
{
	const char *text = world_text(lines);
	struct err e;
	if (!path_make_dirs(path_dir(str_of(in(name))), &e))
		fail_msg("%s", e.text);
	world_append(name, text, strlen(text));
}

static inline void world_sql(const char *sql)
{
	char *why = NULL;
	if (sqlite3_exec(world_db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
}

static inline void world_reopen_ingest(void)
{
	struct err e = {.code = ERR_NONE};
	if (world_ingest)
		ingest_close(world_ingest);
	if (!world_ingest)
		world_ingest = mem_alloc(sizeof *world_ingest);
	if (!ingest_open(world_ingest, world_db, &e))
		fail_msg("%s", e.text);
}

// The bytes of an empty ledger, made once.
static inline struct str world_template(void)
{
	static struct buf b;
	struct err e = {.code = ERR_NONE};
	if (b.n)
		return buf_str(&b);
	if (!ledger_open_write(str_of(in("empty.db")), 1000, &world_db, &e))
		fail_msg("%s", e.text);
	world_sql("UPDATE meta SET value = x'000102030405060708090a0b0c0d0e0f' WHERE key = "
		  "'hash_key';"
		  "PRAGMA wal_checkpoint(TRUNCATE)");
	ledger_close(&world_db);
	FILE *f = fopen(in("empty.db"), "rb");
	assert_non_null(f);
	for (int c; (c = getc(f)) != EOF;)
		buf_addc(&b, (char)c);
	assert_int_equal(fclose(f), 0);
	return buf_str(&b);
}

// A new and empty ledger.
static inline void world_begin(void)
{
	static const char *files[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm"};
	struct err e = {.code = ERR_NONE};
	struct str template = world_template();
	for (size_t i = 0; i < 3; i++)
		(void)unlink(in(files[i]));
	world_append("ledger.db", template.p, template.n);
	if (!ledger_open_write(str_of(in("ledger.db")), 1000, &world_db, &e))
		fail_msg("%s", e.text);
	world_sql("PRAGMA synchronous = OFF");
	world_reopen_ingest();
}

static inline void world_end(void)
{
	ingest_close(world_ingest);
	free(world_ingest);
	world_ingest = NULL;
	ledger_close(&world_db);
}

// As a hook reads one file: all that is new in it.
static inline void world_read(const char *name)
{
	struct err e = {.code = ERR_NONE};
	struct str path = str_of(in(name));
	struct ingest_job job = {.paths = &path, .n_paths = 1, .deadline_mono_ms = INT64_MAX};
	bool is_done, is_open;
	if (!ingest_run(world_ingest, &job, &is_done, &is_open, &e))
		fail_msg("%s: %s", name, e.text);
	assert_true(is_done);
}

static inline void world_sync(void)
{
	struct err e = {.code = ERR_NONE};
	struct str dir = str_of(in(".claude/projects"));
	struct sync_report report;
	if (!sync_run(world_ingest, &dir, 1, NULL, &report, &e))
		fail_msg("%s", e.text);
}

// The rows of a query, columns parted by blanks, rows by newlines; NULL is -.
static inline void world_query(struct buf *out, const char *sql)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(world_db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(world_db));
	while (sqlite3_step(s) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(s); i++) {
			const char *z = (const char *)sqlite3_column_text(s, i);
			buf_printf(out, "%s%s", i ? " " : "", z ? z : "-");
		}
		buf_addc(out, '\n');
	}
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
}

static inline char *world_ask(const char *sql)
{
	struct buf b = {0};
	world_query(&b, sql);
	if (b.n)
		b.n--; // the last newline
	char *p = arena_printf(&sandbox_arena, "%s", buf_z(&b));
	buf_free(&b);
	return p;
}

#define world_expect(sql, rows) assert_string_equal(world_ask(sql), rows)

// Every table in words. What depends on the order of reading by design stays out: a turn's key
// where ids repeat, row ids, times of reading.
static const struct {
	const char *table, *sql;
} world_tables[] = {
	{"turn", "SELECT coalesce(t.request_id, t.key), t.at_ms, s.uid, a.uid, w.path, p.root, "
		 "b.text, v.text,"
		 " m.name, x.name, rq.text, ti.text, sp.text, ge.text, c.above_tok, pr.uid, "
		 "t.input_tok,"
		 " t.output_tok, t.cache_write_tok, t.cache_5m_tok, t.cache_1h_tok, "
		 "t.cache_read_tok,"
		 " t.thinking_tok, t.n_web_search, t.n_web_fetch, st.text, cm.text, t.is_sidechain,"
		 " t.is_foreign, t.is_output_final, t.aborted_chars"
		 " FROM turn AS t JOIN origin AS o ON o.id = t.origin_id JOIN session AS s ON s.id "
		 "= o.session_id"
		 " JOIN class AS c ON c.id = t.class_id JOIN model AS m ON m.id = c.model_id"
		 " LEFT JOIN model AS x ON x.id = c.partner_id LEFT JOIN agent AS a ON a.id = "
		 "o.agent_id"
		 " LEFT JOIN workdir AS w ON w.id = o.workdir_id LEFT JOIN project AS p ON p.id = "
		 "w.project_id"
		 " LEFT JOIN name AS b ON b.id = o.branch_id LEFT JOIN name AS v ON v.id = "
		 "o.version_id"
		 " LEFT JOIN name AS rq ON rq.id = c.requested_id LEFT JOIN name AS ti ON ti.id = "
		 "c.tier_id"
		 " LEFT JOIN name AS sp ON sp.id = c.speed_id LEFT JOIN name AS ge ON ge.id = "
		 "c.geo_id"
		 " LEFT JOIN name AS st ON st.id = t.stop_id LEFT JOIN name AS cm ON cm.id = "
		 "t.cache_miss_id"
		 " LEFT JOIN prompt AS pr ON pr.id = t.prompt_id"},
	{"turn_copy", "SELECT coalesce(t.request_id, t.key), s.uid, a.uid, c.at_ms, "
		      "c.is_sidechain, c.is_foreign"
		      " FROM turn_copy AS c JOIN turn AS t ON t.id = c.turn_id JOIN session AS s "
		      "ON s.id = c.session_id"
		      " JOIN origin AS o ON o.id = c.origin_id LEFT JOIN agent AS a ON a.id = "
		      "o.agent_id"},
	{"turn_step", "SELECT coalesce(t.request_id, t.key), x.n, x.is_advisor, m.name, q.name, "
		      "x.input_tok,"
		      " x.output_tok, x.cache_5m_tok, x.cache_1h_tok, x.cache_read_tok FROM "
		      "turn_step AS x"
		      " JOIN turn AS t ON t.id = x.turn_id JOIN class AS c ON c.id = x.class_id"
		      " JOIN model AS m ON m.id = c.model_id LEFT JOIN model AS q ON q.id = "
		      "c.partner_id"},
	{"rollup",
		"SELECT r.quarter, s.uid, a.uid, m.name, x.name, c.above_tok, r.turns, r.steps, "
		"r.input_tok,"
		" r.output_tok, r.cache_5m_tok, r.cache_1h_tok, r.cache_read_tok, r.web_searches, "
		"r.aborted,"
		" r.first_ms, r.last_ms FROM rollup AS r JOIN origin AS o ON o.id = r.origin_id"
		" JOIN session AS s ON s.id = o.session_id JOIN class AS c ON c.id = r.class_id"
		" JOIN model AS m ON m.id = c.model_id LEFT JOIN model AS x ON x.id = c.partner_id"
		" LEFT JOIN agent AS a ON a.id = o.agent_id"},
	{"tool_call", "SELECT c.key_hash, coalesce(t.request_id, t.key), n.text, g.text, "
		      "c.input_bytes, c.input_hash,"
		      " c.result_bytes, c.result_hash, c.error_hash, c.lines_added, c.lines_removed"
		      " FROM tool_call AS c LEFT JOIN turn AS t ON t.id = c.turn_id"
		      " LEFT JOIN name AS n ON n.id = c.name_id LEFT JOIN name AS g ON g.id = "
		      "c.target_id"},
	{"tool_rollup", "SELECT s.uid, n.text, r.calls FROM tool_rollup AS r JOIN session AS s ON "
			"s.id = r.session_id"
			" JOIN name AS n ON n.id = r.name_id"},
	{"agent", "SELECT s.uid, a.uid, m.text, t.text, c.text, a.call_hash, a.parent_uid, "
		  "a.depth, w.text, v.text"
		  " FROM agent AS a JOIN session AS s ON s.id = a.session_id LEFT JOIN name AS m "
		  "ON m.id = a.meta_type_id"
		  " LEFT JOIN name AS t ON t.id = a.attr_type_id LEFT JOIN name AS c ON c.id = "
		  "a.call_type_id"
		  " LEFT JOIN name AS w ON w.id = a.model_id LEFT JOIN name AS v ON v.id = "
		  "a.overhead_id"},
	{"session",
		"SELECT s.uid, s.first_own_ms, e.text, k.text, t.text, n.text, s.first_cwd, "
		"s.first_cwd_ms,"
		" s.original_cwd, s.worktree_path, b.text, s.request_session, f.path, "
		"s.title_offset_bytes,"
		" s.is_custom_title, g.text FROM session AS s LEFT JOIN name AS g ON g.id = "
		"s.own_slug_id LEFT JOIN name AS e ON e.id = s.entrypoint_id"
		" LEFT JOIN name AS k ON k.id = s.kind_id LEFT JOIN name AS t ON t.id = s.team_id"
		" LEFT JOIN name AS n ON n.id = s.agent_name_id LEFT JOIN name AS b ON b.id = "
		"s.worktree_branch_id"
		" LEFT JOIN source_file AS f ON f.id = s.title_file_id"},
	{"session_link", "SELECT s.uid, o.uid FROM session_link AS l JOIN session AS s ON s.id = "
			 "l.session_id"
			 " JOIN session AS o ON o.id = l.other_id"},
	{"workdir", "SELECT s.uid, w.path, p.root, w.how FROM workdir AS w JOIN session AS s ON "
		    "s.id = w.session_id"
		    " JOIN project AS p ON p.id = w.project_id"},
	{"prompt", "SELECT p.uid, p.uuid, s.uid, p.at_ms, p.is_prompt, c.text, o.text, m.text, "
		   "p.chars, p.text_hash,"
		   " f.path, p.offset_bytes FROM prompt AS p LEFT JOIN session AS s ON s.id = "
		   "p.session_id"
		   " LEFT JOIN name AS c ON c.id = p.source_id LEFT JOIN name AS o ON o.id = "
		   "p.origin_id"
		   " LEFT JOIN name AS m ON m.id = p.mode_id LEFT JOIN source_file AS f ON f.id = "
		   "p.file_id"},
	{"compaction",
		"SELECT c.uuid, s.uid, c.at_ms, t.text, c.pre_tok, c.post_tok FROM compaction AS c"
		" JOIN session AS s ON s.id = c.session_id LEFT JOIN name AS t ON t.id = "
		"c.trigger_id"},
	{"api_error",
		"SELECT c.uuid, s.uid, a.uid, c.at_ms, t.text, c.status, c.retry_attempt FROM "
		"api_error AS c"
		" JOIN session AS s ON s.id = c.session_id LEFT JOIN name AS t ON t.id = c.error_id"
		" LEFT JOIN agent AS a ON a.id = c.agent_id"},
	{"quota_limit", "SELECT c.uuid, s.uid, c.at_ms, t.text, u.text, c.resets_ms, c.is_overage"
			" FROM quota_limit AS c JOIN session AS s ON s.id = c.session_id"
			" LEFT JOIN name AS t ON t.id = c.type_id LEFT JOIN name AS u ON u.id = "
			"c.status_id"},
	{"open_request",
		"SELECT r.key_hash, s.uid, a.uid, r.at_ms, q.text, m.name FROM open_request AS r"
		" JOIN session AS s ON s.id = r.session_id LEFT JOIN agent AS a ON a.id = "
		"r.agent_id"
		" LEFT JOIN name AS q ON q.id = r.source_id LEFT JOIN model AS m ON m.id = "
		"r.model_id"},
	{"cost_state", "SELECT s.uid, c.start_ms, c.total_tok, c.line FROM cost_state AS c"
		       " JOIN session AS s ON s.id = c.session_id"},
	{"pr_hint", "SELECT h.uuid, s.uid, a.uid, h.at_ms, h.source, h.verb, h.repo, h.number, "
		    "b.text, h.call_hash, w.path, w.session_id = h.session_id, r.root, o.text"
		    " FROM pr_hint AS h LEFT JOIN workdir AS w ON w.id = h.workdir_id"
		    " LEFT JOIN project AS r ON r.id = h.project_id"
		    " LEFT JOIN name AS o ON o.id = h.on_branch_id LEFT JOIN session AS s ON s.id = h.session_id"
		    " LEFT JOIN agent AS a ON a.id = h.agent_id LEFT JOIN name AS b ON b.id = "
		    "h.branch_id"},
	{"line_copy", "SELECT l.uuid, s.uid, a.uid FROM line_copy AS l"
		      " JOIN session AS s ON s.id = l.session_id LEFT JOIN agent AS a ON a.id = "
		      "l.agent_id"},
	{"source_file", "SELECT f.path, f.offset_bytes, f.head_bytes, f.head_hash, f.is_open, "
			"f.in_long_line, f.last_ms, p.uid"
			" FROM source_file AS f LEFT JOIN prompt AS p ON p.id = f.prompt_id"},
};

static inline int world_by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

// The rows of a query, sorted.
static inline void world_sorted(struct buf *out, const char *sql)
{
	struct buf b = {0};
	struct str lines[512], rest;
	size_t n = 0;
	world_query(&b, sql);
	for (rest = buf_str(&b); rest.n && n < 512;)
		lines[n++] = str_split(rest, '\n', &rest);
	assert_int_equal(rest.n, 0);
	if (n)
		qsort(lines, n, sizeof *lines, world_by_text);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%.*s\n", STR_ARG(lines[i]));
	buf_free(&b);
}

// All tables but those in `without` (names, blanks between them).
static inline char *world_dump_without(const char *without)
{
	struct buf b = {0};
	for (size_t i = 0; i < sizeof world_tables / sizeof *world_tables; i++) {
		if (strstr(without, world_tables[i].table))
			continue;
		buf_printf(&b, "-- %s\n", world_tables[i].table);
		world_sorted(&b, world_tables[i].sql);
	}
	char *p = arena_printf(&sandbox_arena, "%s", buf_z(&b));
	buf_free(&b);
	return p;
}

static inline char *world_dump(void)
{
	return world_dump_without("");
}

// Fails with the first line in which two dumps differ.
static inline void world_same(const char *have, const char *want, const char *what)
{
	struct str a = str_of(have), b = str_of(want), table = STR_NONE;
	while (a.n || b.n) {
		struct str x = str_split(a, '\n', &a), y = str_split(b, '\n', &b);
		if (!str_eq(x, y))
			fail_msg("%s: %.*s\n  have %.*s\n  want %.*s", what, STR_ARG(table),
				STR_ARG(x), STR_ARG(y));
		if (str_starts(x, "-- "))
			table = x;
	}
}

// What must hold after every transaction: the roll-ups are a function of the turns, and so is the
// first own turn of a session; a copy never stands in the session that owns its turn.
static inline void world_check(const char *what)
{
	static const char rollup[] =
		"WITH part AS ("
		" SELECT at_ms / 900000 AS q, origin_id, class_id, 1 AS turns, 0 AS steps, "
		"coalesce(input_tok, 0) AS i,"
		"  coalesce(output_tok, 0) AS o, max(coalesce(cache_write_tok, 0) - "
		"coalesce(cache_1h_tok, 0),"
		"  coalesce(cache_5m_tok, 0)) AS w5, coalesce(cache_1h_tok, 0) AS w1, "
		"coalesce(cache_read_tok, 0) AS r,"
		"  coalesce(n_web_search, 0) AS n, aborted_chars IS NOT NULL AS x, at_ms, charge_id FROM turn"
		" UNION ALL SELECT t.at_ms / 900000, t.origin_id, s.class_id, 0, 1, s.input_tok, "
		"s.output_tok,"
		"  s.cache_5m_tok, s.cache_1h_tok, s.cache_read_tok, 0, 0, t.at_ms, t.charge_id"
		"  FROM turn_step AS s JOIN turn AS t ON t.id = s.turn_id),"
		" want AS (SELECT q, origin_id, class_id, charge_id, sum(turns), sum(steps), sum(i), sum(o), "
		"sum(w5), sum(w1),"
		"  sum(r), sum(n), sum(x), min(at_ms), max(at_ms) FROM part GROUP BY 1, 2, 3, 4)"
		" SELECT 'wanted', * FROM (SELECT * FROM want EXCEPT SELECT * FROM rollup) UNION "
		"ALL"
		" SELECT 'have', * FROM (SELECT * FROM rollup EXCEPT SELECT * FROM want)";
	static const char tools[] =
		"WITH want AS (SELECT o.session_id, c.name_id, count(*) FROM tool_call AS c"
		"  JOIN turn AS t ON t.id = c.turn_id JOIN origin AS o ON o.id = t.origin_id"
		"  WHERE c.name_id IS NOT NULL GROUP BY 1, 2)"
		" SELECT 'wanted', * FROM (SELECT * FROM want EXCEPT SELECT * FROM tool_rollup) "
		"UNION ALL"
		" SELECT 'have', * FROM (SELECT * FROM tool_rollup EXCEPT SELECT * FROM want)";
	static const char own[] =
		"SELECT s.uid, 'has', s.first_own_ms, 'wanted', (SELECT min(t.at_ms) FROM turn AS t"
		"  JOIN origin AS o ON o.id = t.origin_id WHERE o.session_id = s.id"
		"  AND NOT EXISTS (SELECT 1 FROM turn_copy AS c WHERE c.turn_id = t.id)) AS want"
		" FROM session AS s WHERE s.first_own_ms IS NOT want";
	static const char copies[] = "SELECT t.key FROM turn_copy AS c JOIN turn AS t ON t.id = "
				     "c.turn_id JOIN origin AS o"
				     " ON o.id = t.origin_id WHERE o.session_id = c.session_id";
	const struct {
		const char *name, *sql;
	} checks[] = {{"rollup", rollup}, {"tool_rollup", tools}, {"first_own_ms", own},
		{"copies", copies}, {"foreign keys", "PRAGMA foreign_key_check"}};
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		const char *wrong = world_ask(checks[i].sql);
		if (*wrong)
			fail_msg("%s: %s: %s", what, checks[i].name, wrong);
	}
}

#endif
