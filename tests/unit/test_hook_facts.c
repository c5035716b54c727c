// SPDX-License-Identifier: MIT
// What else the hook stores, and what it must not: prompts, folders, what the user wants left out,
// failures, the client's own meter, titles; and a --sync that meets a hook.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hook_lines.h"
#include "observe.h"

#define PROMPTS                                                                                    \
	"SELECT group_concat(x, ' ') FROM (SELECT t.key || ':' || coalesce(p.uid, '-') AS x FROM " \
	"turn AS t"                                                                                \
	" LEFT JOIN prompt AS p ON p.id = t.prompt_id ORDER BY t.at_ms)"

// Read in order, in one piece or many: a prompt of an earlier batch still owns the turns.
static void prompts(void **state)
{
	(void)state;
	static const char lines[] = LINE("m0", "09:00:00", "", "a", "") PROMPT("u1", "10:00:00",
		"'promptId':'p1','promptSource':'typed',",
		"'one'") LINE("m1", "10:00:01", "", "a", "") PROMPT("r1", "10:00:02",
		"'promptId':'p1',", "[{'type':'tool_result','tool_use_id':'t','content':'x'}]")
		LINE("m2", "10:00:03", "", "a", "") PROMPT("u2", "10:01:00", "",
			"'of an old client'") PROMPT("u3", "10:01:01", "'isMeta':true,", "'caveat'")
			PROMPT("u4", "10:01:02", "", "'<command-name>/x'")
				LINE("m3", "10:01:03", "", "a", "") PROMPT("u5", "10:02:00",
					"'promptId':'p5','origin':{'kind':'task-notification'},",
					"'<task-notification>'")
					LINE("m4", "10:02:01", "", "a", "");
	for (int way = 0; way < 2; way++) {
		int rc = system(arena_printf(&sandbox_arena, "rm -rf %s", in(".claude")));
		assert_int_equal(rc, 0);
		read_lines(lines, way);
		world_expect(PROMPTS, "m0:- m1:p1 m2:p1 m3:u2 m4:p5");
		world_expect("SELECT uid, uuid, is_prompt, chars FROM prompt ORDER BY at_ms",
			"p1 u1 1 3\nu2 u2 1 16\np5 u5 0 19");
		world_end();
	}
}

// The words of a prompt can be read later: the offset is that of its line.
static void where_a_prompt_stands(void **state)
{
	(void)state;
	static const char lines[] =
		LINE("m0", "09:00:00", "", "a", "") PROMPT("u1", "10:00:00", "", "'one'");
	world_begin();
	world_say(P "S.jsonl", lines);
	world_sync();
	world_expect("SELECT p.offset_bytes, f.path FROM prompt AS p JOIN source_file AS f ON f.id "
		     "= p.file_id",
		arena_printf(&sandbox_arena, "%zu %s", (size_t)(strchr(lines, '\n') - lines + 1),
			in(P "S.jsonl")));
	world_end();
}

#define PLACES                                                                                     \
	"SELECT group_concat(x, ' ') FROM (SELECT replace(w.path, :root, '') || '=' || "           \
	"replace(p.root, :root, '') || '/' || w.how AS x"                                          \
	" FROM workdir AS w JOIN project AS p ON p.id = w.project_id ORDER BY w.path)"

static char *places(void)
{
	sqlite3_stmt *s;
	assert_int_equal(sqlite3_prepare_v2(world_db, PLACES, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_bind_text(s, 1, sandbox_root, -1, SQLITE_STATIC), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	char *z = arena_printf(&sandbox_arena, "%s", (const char *)sqlite3_column_text(s, 0));
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
	return z;
}

// Folders that are gone: the session's first one holds those below it, in whatever order they are
// read; a worktree belongs to where it was made.
static void folders_that_are_gone(void **state)
{
	static const char *where = "SELECT group_concat(w.path || '=' || p.root, ' ') FROM (SELECT "
				   "* FROM workdir ORDER BY path) AS w"
				   " JOIN project AS p ON p.id = w.project_id";
	(void)state;
	check(IN("S", "10:00:00", "/gone/app") IN("S", "10:00:01", "/gone/app/src")
			IN("S", "10:00:02", "/gone/other") IN("S", "10:00:03", "/gone/application"),
		where,
		"/gone/app=/gone/app /gone/app/src=/gone/app /gone/application=/gone/application "
		"/gone/other=/gone/other");
	check(IN("S", "10:00:00", "/gone/app")
			IN("S", "10:00:01", "/gone/app/.claude/worktrees/w/src"),
		where, "/gone/app=/gone/app /gone/app/.claude/worktrees/w/src=/gone/app");
	check(IN("S", "10:00:00", "/elsewhere/w/src") "{'type':'worktree-state','sessionId':'S','"
						      "worktreeSession':{'originalCwd':'/gone/"
						      "app','worktreePath':'/elsewhere/w',"
						      "'worktreeBranch':'b'}}\n",
		where, "/elsewhere/w/src=/gone/app");
	check(LINE("m", "10:00:00", "", "a", ""),
		"SELECT count(*), count(o.workdir_id) FROM turn AS t JOIN origin AS o ON"
		" o.id = t.origin_id",
		"1 0");
	// what two sessions say of one folder is each session's own
	check(IN("S", "10:00:00", "/gone/app/src") IN("T", "10:00:00", "/gone/app")
			IN("T", "10:00:01", "/gone/app/src"),
		"SELECT s.uid, w.path, p.root FROM workdir AS w JOIN project AS p ON p.id = "
		"w.project_id"
		" JOIN session AS s ON s.id = w.session_id ORDER BY s.uid, w.path",
		"S /gone/app/src /gone/app/src\nT /gone/app /gone/app\nT /gone/app/src /gone/app");
}

static void folders_that_exist(void **state)
{
	(void)state;
	int rc = system(arena_printf(&sandbox_arena,
		"cd %s && mkdir -p plain/sub repo/sub && cd repo && git init -q -b main . && git "
		"-c user.name=x -c "
		"user.email=x@x commit -q --allow-empty -m x && git worktree add -q ../tree "
		"2>/dev/null",
		sandbox_root));
	assert_int_equal(rc, 0);
	world_begin();
	char *lines = arena_printf(&sandbox_arena,
		IN("S", "10:00:00", "%s/plain") IN("S", "10:00:01", "%s/plain/sub")
			IN("S", "10:00:02", "%s/repo/sub") IN("S", "10:00:03", "%s/tree"),
		sandbox_root, sandbox_root, sandbox_root, sandbox_root);
	world_say(P "S.jsonl", lines);
	world_sync();
	world_check("folders");
	assert_string_equal(places(),
		"/plain=/plain/plain /plain/sub=/plain/plain /repo/sub=/repo/git /tree=/repo/git");
	// decided once: the repository is gone, the ledger remembers
	rc = system(
		arena_printf(&sandbox_arena, "rm -rf %s/repo %s/tree", sandbox_root, sandbox_root));
	assert_int_equal(rc, 0);
	world_say(P "S.jsonl", lines);
	world_sync();
	assert_string_equal(places(),
		"/plain=/plain/plain /plain/sub=/plain/plain /repo/sub=/repo/git /tree=/repo/git");
	world_end();
}

#define EVERYTHING                                                                                 \
	"SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM turn), (SELECT count(*) "    \
	"FROM prompt),"                                                                            \
	" (SELECT count(*) FROM cost_state), (SELECT count(*) FROM pr_hint), (SELECT count(*) "    \
	"FROM api_error),"                                                                         \
	" (SELECT count(*) FROM open_request), (SELECT count(*) FROM compaction), (SELECT "        \
	"count(*) FROM agent),"                                                                    \
	" (SELECT count(*) FROM tool_call), (SELECT count(*) FROM workdir)"

// A session with something of everything, its folder set by `cwd`.
#define WITH_ALL(cwd)                                                                              \
	"{'type':'mode','sessionId':'S','mode':'x'}\n"                                             \
	"{'type':'api-request','id':'q1','sessionId':'S','timestamp':'2026-11-20T10:00:00Z'}"      \
	"\n" PROMPT("u1", "10:00:00", "'cwd':'" cwd "',", "'one'") IN(                             \
		"S", "10:00:01", cwd) PROMPT("r1", "10:00:02", "'cwd':'" cwd "',",                 \
		"[{'type':'tool_result','tool_use_id':'t','content':'x'}]") "{'type':'system','"   \
									    "subtype':'compact_"   \
									    "boundary','"          \
									    "sessionId':'S','"     \
									    "uuid':'c','cwd':"     \
									    "'" cwd "'}\n"         \
									    "{'type':'pr-link','"  \
									    "sessionId':'S','"     \
									    "prNumber':5,'prUrl':" \
									    "'https://github.com/" \
									    "o/r/pull/5'}\n"       \
									    "{'type':'ai-title','" \
									    "sessionId':'S','"     \
									    "aiTitle':'x'}\n"      \
									    "{'type':'cost-state'" \
									    ",'sessionId':'S','"   \
									    "startTime':5,'"       \
									    "modelUsage':{'a':{'"  \
									    "inputTokens':5}}}\n"

static void ignored_folders(void **state)
{
	(void)state;
	world_begin();
	world_say(P "S.jsonl", WITH_ALL("/private/app"));
	world_sync();
	world_expect(EVERYTHING, "1 1 1 1 1 0 1 1 0 1 1");
	world_end();
	assert_int_equal(unlink(in(P "S.jsonl")), 0);
	world_begin();
	world_sql("INSERT INTO ignored_path VALUES ('/private/app')");
	world_reopen_ingest();
	world_say(P "T.jsonl", IN("T", "10:00:00", "/private/application")
				       IN("T", "10:00:01", "/private/app/src"));
	world_sync();
	world_expect("SELECT key FROM turn", "T10:00:00");
	world_expect("SELECT count(*) FROM session", "1");
	world_end();
}

// Nothing of a session in an ignored folder is stored: also its lines that name no folder.
static void ignored_folders_whole(void **state)
{
	(void)state;
	world_begin();
	world_sql("INSERT INTO ignored_path VALUES ('/private/app')");
	world_reopen_ingest();
	world_say(P "S.jsonl", WITH_ALL("/private/app"));
	world_sync();
	world_expect(EVERYTHING, "0 0 0 0 0 0 0 0 0 0 0");
	world_end();
}

static void forgotten_sessions(void **state)
{
	struct hash_key key;
	struct err e;
	(void)state;
	world_begin();
	assert_true(ledger_hash_key(world_db, &key, &e));
	int64_t hash;
	uint64_t bits = hash_sip(key, STR("S"));
	memcpy(&hash, &bits, sizeof hash);
	world_sql(arena_printf(
		&sandbox_arena, "INSERT INTO forgotten VALUES (%lld)", (long long)hash));
	world_reopen_ingest();
	world_say(P "S.jsonl", WITH_ALL("/app"));
	world_sync();
	world_expect(EVERYTHING, "0 0 0 0 0 0 0 0 0 0 0");
	world_say(P "T.jsonl", IN("T", "10:00:00", "/app"));
	world_sync();
	world_expect("SELECT uid FROM session", "T");
	world_end();
}

// Nor does what a hook sees around it bring a forgotten session back.
static void forgotten_with_a_key_in_the_environment(void **state)
{
	struct hash_key key;
	struct err e;
	(void)state;
	world_begin();
	assert_true(ledger_hash_key(world_db, &key, &e));
	int64_t hash;
	uint64_t bits = hash_sip(key, STR("S"));
	memcpy(&hash, &bits, sizeof hash);
	world_sql(arena_printf(
		&sandbox_arena, "INSERT INTO forgotten VALUES (%lld)", (long long)hash));
	world_reopen_ingest();
	assert_int_equal(setenv("ANTHROPIC_API_KEY", "x", 1), 0);
	observe_environment(world_ingest, STR("S"));
	assert_int_equal(unsetenv("ANTHROPIC_API_KEY"), 0);
	world_say(P "S.jsonl", WITH_ALL("/app"));
	world_read(P "S.jsonl");
	world_expect(EVERYTHING, "0 0 0 0 0 0 0 0 0 0 0");
	world_end();
}

static void requests_without_an_answer(void **state)
{
	(void)state;
	static const char lines[] =
		"{'type':'api-request','id':'q1','sessionId':'S','timestamp':'2026-11-20T10:00:00Z'"
		",'querySource':'sdk','params':{'model':'a'}}\n"
		"{'type':'api-request','id':'q2','sessionId':'S','timestamp':'2026-11-20T10:00:01Z'"
		",'querySource':'agent:x','agentId':'x','params':{'model':'b'}}\n" LINE(
			"m1", "10:00:02", "'requestRef':'q1',", "a", "");
	static const char sql[] =
		"SELECT s.text, m.name, a.uid, r.at_ms % 60000 FROM open_request AS r JOIN name AS "
		"s ON s.id = r.source_id"
		" JOIN model AS m ON m.id = r.model_id LEFT JOIN agent AS a ON a.id = r.agent_id";
	for (int way = 0; way < 2; way++) {
		int rc = system(arena_printf(&sandbox_arena, "rm -rf %s", in(".claude")));
		assert_int_equal(rc, 0);
		read_lines(lines, way);
		world_expect(sql, "agent:x b x 1000");
		world_end();
	}
}

// More models than words: what a request asked for is a model, and its row points to one.
static void requests_of_many_models(void **state)
{
	(void)state;
	world_begin();
	for (int i = 0; i < 40; i++)
		world_say(P "S.jsonl", arena_printf(&sandbox_arena,
					       "{'type':'api-request','id':'q%d','sessionId':'S','"
					       "params':{'model':'m%d'}}\n",
					       i, i));
	world_sync();
	world_expect("SELECT count(*), count(DISTINCT m.name) FROM open_request AS r JOIN model AS "
		     "m ON m.id = r.model_id",
		"40 40");
	world_expect("SELECT \"table\" FROM pragma_foreign_key_list('open_request') WHERE \"from\" "
		     "= 'model_id'",
		"model");
	world_end();
}

// Of the lines of one process the greatest wins, in any order; another process is another row.
static void the_clients_meter(void **state)
{
#define STATE(start, n)                                                                            \
	"{'type':'cost-state','sessionId':'S','startTime':" start                                  \
	",'modelUsage':{'a':{'inputTokens':" n "}}}\n"
	(void)state;
	check(STATE("1", "10") STATE("1", "30") STATE("1", "20") STATE("2", "5") STATE("null", "90")
			STATE("-1", "90"),
		"SELECT start_ms, total_tok FROM cost_state ORDER BY 1", "1 30\n2 5");
	check(STATE("1", "10"), "SELECT json_extract(line, '$.startTime') FROM cost_state", "1");
}

// What old clients wrote beside the usage: the greatest of a message, in any order; 0 says nothing.
static void what_a_response_is_said_to_cost(void **state)
{
#define SAYS(id, cost)                                                                             \
	"{'type':'assistant','sessionId':'S','uuid':'" id cost "','timestamp':'2025-05-01T10:00:"  \
	"00Z','costUSD':" cost ",'message':{'id':'" id "','model':'m','usage':{'input_tokens':1,"  \
	"'output_tokens':1}}}\n"
	(void)state;
	static const char *sql = "SELECT t.key, r.pico_usd FROM turn AS t LEFT JOIN turn_reported "
				 "AS r ON r.turn_id = t.id ORDER BY 1";
	static const char want[] = "a 30000000000\nb -\nc 10000000000";
	for (int way = 0; way < 2; way++) {
		read_lines(SAYS("a", "0.01") SAYS("a", "0.03") SAYS("a", "0.02") SAYS("b", "0")
				SAYS("b", "null") SAYS("c", "0.01"),
			way);
		world_expect(sql, want);
		// again, from another file: a row that is there is merged
		world_say(arena_printf(&sandbox_arena, P "%d-0.jsonl", way),
			SAYS("a", "0.02") SAYS("c", "0.01"));
		world_reopen_ingest();
		world_sync();
		world_expect(sql, want);
		world_end();
		int rc = system(arena_printf(&sandbox_arena, "rm -rf %s", in(".claude")));
		assert_int_equal(rc, 0);
	}
}

static void titles(void **state)
{
	static const char *sql = "SELECT is_custom_title, title_offset_bytes FROM session";
	(void)state;
	static const char ai[] = "{'type':'ai-title','sessionId':'S','aiTitle':'x'}\n";
	static const char custom[] = "{'type':'custom-title','sessionId':'S','customTitle':'y'}\n";
	for (int way = 0; way < 2; way++) {
		read_lines(arena_printf(&sandbox_arena, "%s%s%s", ai, ai, custom), way);
		world_expect(sql, arena_printf(&sandbox_arena, "1 %zu", 2 * (sizeof ai - 1)));
		world_say(arena_printf(&sandbox_arena, P "%d-0.jsonl", way), ai);
		world_reopen_ingest();
		world_sync();
		world_expect(sql, arena_printf(&sandbox_arena, "1 %zu", 2 * (sizeof ai - 1)));
		world_end();
		int rc = system(arena_printf(&sandbox_arena, "rm -rf %s", in(".claude")));
		assert_int_equal(rc, 0);
	}
	read_lines(arena_printf(&sandbox_arena, "%s%s", ai, ai), 0);
	world_expect(sql, arena_printf(&sandbox_arena, "0 %zu", sizeof ai - 1)); // the last one
	world_end();
}

// A catalog that grew large is dropped between the groups of a --sync: the ledger is the same.
static void large_catalogs(void **state)
{
	static char long_name[3001];
	(void)state;
	memset(long_name, 'x', sizeof long_name - 1);
	struct buf b = {0};
	world_begin();
	for (int i = 0; i < 4000; i++)
		buf_printf(&b,
			"{'type':'assistant','sessionId':'S%d','uuid':'u%d','timestamp':'2026-11-"
			"20T10:00:00Z',"
			"'cwd':'/%s/"
			"%d','promptId':'p','message':{'id':'m%d','model':'a','usage':{'output_"
			"tokens':1}}}\n",
			i % 7, i, long_name, i % 1500, i);
	world_say(P "S.jsonl", buf_z(&b));
	buf_free(&b);
	world_sync();
	world_check("a large catalog");
	world_expect("SELECT count(*), sum(output_tok) FROM turn", "4000 4000");
	world_expect("SELECT count(DISTINCT path), count(*) FROM workdir", "1500 4000");
	world_end();
}

// A hook reads a file between a --sync's look at it and its transaction: the --sync reads on from
// where the hook ended, and comes to its end.
static void hook_between(
	void *context, int64_t files, int64_t n_files, int64_t bytes, int64_t n_bytes)
{
	int *n = context;
	sqlite3 *db;
	struct err e = {.code = ERR_NONE};
	struct ingest *other = mem_alloc(sizeof *other);
	(void)files;
	(void)n_files;
	(void)bytes;
	(void)n_bytes;
	if (++*n > 1)
		return;
	world_say(P "S.jsonl",
		PROMPT("u9", "10:09:00", "", "'nine'") LINE("m9", "10:09:01", "", "a", ""));
	struct str path = str_of(in(P "S.jsonl"));
	struct ingest_job job = {.paths = &path, .n_paths = 1, .deadline_mono_ms = INT64_MAX};
	bool is_done, is_open;
	assert_true(ledger_open_write(str_of(in("ledger.db")), 1000, &db, &e));
	assert_true(ingest_open(other, db, &e));
	assert_true(ingest_run(other, &job, &is_done, &is_open, &e));
	ingest_close(other);
	ledger_close(&db);
	free(other);
	world_say(P "S.jsonl", LINE("m10", "10:10:00", "", "a", ""));
}

static void sync_meets_a_hook(void **state)
{
	struct err e = {.code = ERR_NONE};
	int n = 0;
	(void)state;
	world_begin();
	world_say(P "S.jsonl",
		PROMPT("u1", "10:00:00", "", "'one'") LINE("m1", "10:00:01", "", "a", ""));
	struct str dir = str_of(in(".claude/projects"));
	struct sync_progress progress = {.tell = hook_between, .context = &n};
	struct sync_report report;
	(void)alarm(20); // what hangs is ended
	assert_true(sync_run(world_ingest, &dir, 1, &progress, &report, &e));
	(void)alarm(0);
	world_sync();
	world_check("after the race");
	world_expect(PROMPTS, "m1:u1 m9:u9 m10:u9");
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(prompts, enter, leave),
		cmocka_unit_test_setup_teardown(where_a_prompt_stands, enter, leave),
		cmocka_unit_test_setup_teardown(folders_that_are_gone, enter, leave),
		cmocka_unit_test_setup_teardown(folders_that_exist, enter, leave),
		cmocka_unit_test_setup_teardown(ignored_folders, enter, leave),
		cmocka_unit_test_setup_teardown(ignored_folders_whole, enter, leave),
		cmocka_unit_test_setup_teardown(forgotten_sessions, enter, leave),
		cmocka_unit_test_setup_teardown(
			forgotten_with_a_key_in_the_environment, enter, leave),
		cmocka_unit_test_setup_teardown(requests_without_an_answer, enter, leave),
		cmocka_unit_test_setup_teardown(requests_of_many_models, enter, leave),
		cmocka_unit_test_setup_teardown(the_clients_meter, enter, leave),
		cmocka_unit_test_setup_teardown(what_a_response_is_said_to_cost, enter, leave),
		cmocka_unit_test_setup_teardown(titles, enter, leave),
		cmocka_unit_test_setup_teardown(large_catalogs, enter, leave),
		cmocka_unit_test_setup_teardown(sync_meets_a_hook, enter, leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
