// SPDX-License-Identifier: MIT
// Turns that stand in several files: whatever the order in which these are read, and in whatever
// pieces, the ledger is the same, and reading them again changes nothing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hook_world.h"
#include "mutate.h"

#define P ".claude/projects/-app/"

// An assistant line: at is mm:ss of ten o'clock, `more` further members, `usage` further counts.
#define TURN(session, id, at, out, more, usage)                                                    \
	"{'type':'assistant','sessionId':'" session "','uuid':'" id "-" #out "'," more             \
	"'timestamp':'2026-11-20T10:" at                                                           \
	".000Z','cwd':'/nowhere/app','gitBranch':'main','version':'2.1.330',"                      \
	"'message':{'id':'" id                                                                     \
	"','model':'claude-opus-5-5','usage':{'input_tokens':10,'output_tokens':" #out "," usage   \
	"'cache_read_input_tokens':100}}}\n"
#define CALL(session, id, at, out, tool)                                                           \
	"{'type':'assistant','sessionId':'" session "','uuid':'" id "-" #out "',"                  \
	"'timestamp':'2026-11-20T10:" at                                                           \
	".000Z','cwd':'/nowhere/app','gitBranch':'main','version':'2.1.330',"                      \
	"'message':{'id':'" id                                                                     \
	"','model':'claude-opus-5-5','content':[{'type':'tool_use','id':'" tool "',"               \
	"'name':'Edit','input':{'file_path':'/"                                                    \
	"f'}}],'usage':{'input_tokens':10,'output_tokens':" #out "}}}\n"
#define RESULT(session, at, tool)                                                                  \
	"{'type':'user','sessionId':'" session "','uuid':'r-" tool                                 \
	"','timestamp':'2026-11-20T10:" at ".000Z',"                                               \
	"'cwd':'/nowhere/app','message':{'content':[{'type':'tool_result','tool_use_id':'" tool    \
	"',"                                                                                       \
	"'content':'ok'}]},'toolUseResult':{'structuredPatch':[{'lines':['+a','-b']}]}}\n"
#define PROMPT(session, id, at)                                                                    \
	"{'type':'user','sessionId':'" session "','uuid':'" id "','promptId':'p-" id "',"          \
	"'timestamp':'2026-11-20T10:" at                                                           \
	".000Z','cwd':'/nowhere/app','message':{'content':'do " id "'}}\n"

enum { MAX_FILES = 5 };

// Which sessions are linked has a test of its own.
static char *dump(void)
{
	return world_dump_without("session_link");
}

struct script {
	size_t n;
	const char *name[MAX_FILES];
	char *text[MAX_FILES];
};

static int enter(void **state)
{
	(void)state;
	sandbox_enter();
	return 0;
}

static int leave(void **state)
{
	(void)state;
	sandbox_leave();
	return 0;
}

// The lines of session `from` as a fork has them: under its own session id, with a mark or none,
// some minutes later or not.
static char *copied(
	const char *lines, const char *from, const char *to, bool is_marked, int minutes)
{
	struct buf b = {0};
	char *old = arena_printf(&sandbox_arena, "'sessionId':'%s'", from);
	const char *p = lines, *q;
	while ((q = strstr(p, old))) {
		buf_add(&b, (struct str){p, (size_t)(q - p)});
		buf_printf(&b, "'sessionId':'%s'", to);
		if (is_marked)
			buf_printf(&b, ",'requestSessionId':'%s'", from);
		p = q + strlen(old);
	}
	buf_addz(&b, p);
	char *z = arena_printf(&sandbox_arena, "%s", buf_z(&b));
	buf_free(&b);
	for (char *t = z; (t = strstr(t, "T10:")); t++)
		t[4] = (char)(t[4] + minutes / 10); // ten minutes are one more in the first digit
	return z;
}

static char *joined(const char *a, const char *b)
{
	return arena_printf(&sandbox_arena, "%s%s", a, b);
}

static void add_file(struct script *s, const char *name, const char *text)
{
	s->name[s->n] = name;
	s->text[s->n++] = world_text(text);
}

static void remove_files(const struct script *s)
{
	for (size_t i = 0; i < s->n; i++)
		(void)unlink(in(s->name[i]));
}

static void write_files(const struct script *s)
{
	struct err e;
	for (size_t i = 0; i < s->n; i++) {
		assert_true(path_make_dirs(path_dir(str_of(in(s->name[i]))), &e));
		put(s->name[i], s->text[i], 0600);
	}
}

// All cursors back to the start: the next look reads every file again.
static void forget_cursors(void)
{
	world_sql("UPDATE source_file SET offset_bytes = 0, size_bytes = 0, head_bytes = 0, "
		  "head_hash = 0,"
		  " prompt_id = NULL, is_open = 0");
	world_reopen_ingest();
}

static void read_in_order(const struct script *s, const size_t *order, bool keeps_catalog)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!keeps_catalog)
			world_reopen_ingest();
		world_read(s->name[order[i]]);
		world_check("after a file");
	}
}

// The k-th permutation of n things.
static bool permutation(size_t n, size_t k, size_t *out)
{
	bool is_used[MAX_FILES] = {false};
	size_t factorial = 1;
	for (size_t i = 2; i <= n; i++)
		factorial *= i;
	if (k >= factorial)
		return false;
	for (size_t i = 0; i < n; i++) {
		factorial /= n - i;
		size_t nth = k / factorial;
		k %= factorial;
		for (size_t j = 0; j < n; j++)
			if (!is_used[j] && nth-- == 0) {
				is_used[out[i] = j] = true;
				break;
			}
	}
	return true;
}

// Any order, each file alone; a second time; all in one go.
static char *every_order(const struct script *s)
{
	char *want = NULL;
	size_t order[MAX_FILES];
	write_files(s);
	for (size_t k = 0; permutation(s->n, k, order); k++) {
		char *what = arena_printf(&sandbox_arena, "order %zu", k);
		world_begin();
		read_in_order(s, order, k % 2);
		char *have = dump();
		if (!want)
			want = have;
		world_same(have, want, what);
		forget_cursors();
		read_in_order(s, order, k % 2);
		world_same(dump(), want, joined(what, ", again"));
		world_end();
	}
	world_begin();
	world_sync();
	world_check("--sync");
	world_same(dump(), want, "--sync");
	world_end();
	return want;
}

// The files grow by random pieces, in any order, now read by a hook and now by a --sync.
static void every_piece(const struct script *s, const char *want, uint64_t seed)
{
	size_t done[MAX_FILES] = {0}, left = 0;
	char *what = arena_printf(&sandbox_arena, "pieces %llu", (unsigned long long)seed);
	for (uint64_t i = 0; i < 5; i++)
		(void)mutate_random(&seed);
	for (size_t i = 0; i < s->n; i++)
		left += strlen(s->text[i]);
	remove_files(s);
	world_begin();
	while (left > 0) {
		size_t i = mutate_random(&seed) % s->n, rest = strlen(s->text[i]) - done[i];
		size_t n = mutate_random(&seed) % (mutate_random(&seed) % 2 ? 400 : 3000);
		n = n < rest ? n : rest;
		world_append(s->name[i], s->text[i] + done[i], n);
		done[i] += n;
		left -= n;
		if (mutate_random(&seed) % 3 == 0)
			world_reopen_ingest();
		if (mutate_random(&seed) % 4 == 0)
			world_sync();
		else
			world_read(s->name[i]);
		world_check(what);
	}
	world_sync();
	// how much of the head was hashed depends on the pieces
	world_same(dump(), want, what);
	world_end();
}

#define OWNERS                                                                                     \
	"SELECT group_concat(x, ' ') FROM (SELECT t.key || ':' || s.uid || coalesce('/' || "       \
	"a.uid, '') AS x FROM turn AS t"                                                           \
	" JOIN origin AS o ON o.id = t.origin_id JOIN session AS s ON s.id = o.session_id"         \
	" LEFT JOIN agent AS a ON a.id = o.agent_id ORDER BY t.key)"

static void check_script(const struct script *s, const char *owners)
{
	char *want = every_order(s);
	for (uint64_t seed = 1; seed <= 12; seed++)
		every_piece(s, want, seed);
	write_files(s);
	world_begin();
	world_sync();
	world_expect(OWNERS, owners);
	world_end();
	remove_files(s);
}

static const char first_half[] = PROMPT("A", "pr1", "00:00") TURN("A", "m1", "00:01", 3, "", "")
	TURN("A", "m1", "00:02", 3, "", "")
		TURN("A", "m1", "00:03", 50, "", "'cache_creation_input_tokens':7,")
			PROMPT("A", "pr2", "01:00") CALL("A", "m2", "01:01", 40, "t1")
				RESULT("A", "01:02", "t1") CALL("A", "m3", "01:03", 30, "t2")
					RESULT("A", "01:04", "t2");
static const char agent[] = TURN("A", "x1", "01:02", 5,
	"'isSidechain':true,'agentId':'x','attributionAgent':'Explore',", "") TURN("A", "x2",
	"01:03", 6, "'isSidechain':true,'agentId':'x','attributionAgent':'Explore',", "");
// /btw: the parent's message under another request, in an agent's file
static const char aside[] = TURN("A", "m3", "01:05", 30,
	"'isSidechain':true,'agentId':'aside_question-1','requestId':'req_9',", "") TURN("A", "q1",
	"01:06", 8, "'isSidechain':true,'agentId':'aside_question-1','requestId':'req_8',", "");

// A, its fork B and B's fork C, which holds all of B or has left out its last answer.
static void forks_script(
	struct script *s, const char *end_of_parent, bool is_marked, int minutes, bool holds_all)
{
	char *b_first = copied(first_half, "A", "B", is_marked, minutes);
	const char *b_start = PROMPT("B", "pr3", "40:00") TURN("B", "b1", "40:01", 11, "", "");
	const char *b_end = CALL("B", "b2", "40:02", 12, "t3") RESULT("B", "40:03", "t3");
	char *b_all = joined(joined(b_first, b_start), b_end);
	char *c_first =
		copied(holds_all ? b_all : joined(b_first, b_start), "B", "C", is_marked, 0);
	const char *c_own = PROMPT("C", "pr4", "50:00") TURN("C", "c1", "50:01", 13, "", "");
	*s = (struct script){.n = 0};
	add_file(s, P "A.jsonl", joined(first_half, end_of_parent));
	add_file(s, P "B.jsonl", b_all);
	add_file(s, P "C.jsonl", joined(c_first, c_own));
}

#define LATE_END PROMPT("A", "pr5", "45:00") TURN("A", "m4", "45:01", 14, "", "")
#define SOON_END PROMPT("A", "pr5", "30:00") TURN("A", "m4", "30:01", 14, "", "")

// The parent went on before its forks spoke, or never: it owns what it shares, marked or not.
static void fork_of_a_fork(void **state)
{
	struct script s;
	(void)state;
	for (int is_marked = 0; is_marked < 2; is_marked++) {
		forks_script(&s, SOON_END, is_marked, 0, false);
		check_script(&s, "b1:B b2:B c1:C m1:A m2:A m3:A m4:A");
		forks_script(&s, "", is_marked, 0, true);
		check_script(&s, "b1:B b2:B c1:C m1:A m2:A m3:A");
	}
}

// The fork spoke first: requestSessionId tells the parent all the same; without it nothing does,
// but the answer is the same in every order.
static void fork_that_spoke_first(void **state)
{
	struct script s;
	(void)state;
	forks_script(&s, LATE_END, true, 0, true);
	check_script(&s, "b1:B b2:B c1:C m1:A m2:A m3:A m4:A");
	forks_script(&s, LATE_END, false, 0, false);
	check_script(&s, "b1:B b2:B c1:C m1:B m2:B m3:B m4:A");
}

// A limit of the rule, the same in every order: a fork whose every message was copied into its own
// fork has none of its own left, and so comes before a parent that went on.
static void fork_without_own(void **state)
{
	struct script s;
	(void)state;
	forks_script(&s, SOON_END, true, 0, true);
	check_script(&s, "b1:B b2:B c1:C m1:A m2:A m3:A m4:A");
	forks_script(&s, SOON_END, false, 0, true);
	check_script(&s, "b1:B b2:B c1:C m1:B m2:B m3:B m4:A");
}

// Copies that are dated later: the earliest sighting owns, whoever spoke first.
static void copies_of_another_time(void **state)
{
	struct script s;
	(void)state;
	forks_script(&s, LATE_END, false, 10, true);
	check_script(&s, "b1:B b2:B c1:C m1:A m2:A m3:A m4:A");
}

static void agents_and_asides(void **state)
{
	struct script s = {.n = 0};
	(void)state;
	add_file(&s, P "A.jsonl", joined(first_half, SOON_END));
	add_file(&s, P "A/subagents/agent-x.jsonl", agent);
	add_file(&s, P "A/subagents/agent-aside_question-1.jsonl", aside);
	add_file(&s, P "B.jsonl",
		joined(copied(first_half, "A", "B", false, 0),
			TURN("B", "b1", "40:01", 11, "", "")));
	check_script(&s, "b1:B m1:A m2:A m3:A m4:A q1:A/aside_question-1 x1:A/x x2:A/x");
}

// Old clients' resume: a new file with the old lines, in which the old session goes on.
static void resume_of_old_clients(void **state)
{
	struct script s = {.n = 0};
	(void)state;
	char *resumed = copied(first_half, "A", "B", false, 0);
	add_file(&s, P "A.jsonl", first_half);
	add_file(&s, P "B.jsonl", joined(resumed, TURN("B", "b1", "40:01", 11, "", "")));
	add_file(&s, P "C.jsonl",
		copied(joined(resumed, TURN("B", "b1", "40:01", 11, "", "")), "B", "C", false, 0));
	// B and A and C: only B has a turn of its own, until C copies it; then the smaller id
	// decides
	check_script(&s, "b1:B m1:A m2:A m3:A");
}

// One message in one session under two requests, in the main file and in a sidechain of the same
// time: the main loop owns it.
static void sidechain_of_the_same_time(void **state)
{
	struct script s = {.n = 0};
	(void)state;
	add_file(&s, P "A.jsonl",
		TURN("A", "m1", "00:01", 3, "'requestId':'r1',", "")
			TURN("A", "m2", "00:02", 4, "", ""));
	add_file(&s, P "A/subagents/agent-s.jsonl",
		TURN("A", "m1", "00:01", 3, "'isSidechain':true,'agentId':'s','requestId':'r2',",
			"") TURN("A", "m2", "00:02", 9,
			"'isSidechain':true,'agentId':'s','requestId':'r3',", ""));
	add_file(&s, P "A/subagents/agent-r.jsonl",
		TURN("A", "m3", "00:03", 9, "'isSidechain':true,'agentId':'r',", ""));
	add_file(&s, P "A/subagents/agent-q.jsonl",
		TURN("A", "m3", "00:03", 8, "'isSidechain':true,'agentId':'q',", ""));
	write_files(&s);
	world_begin();
	world_sync();
	world_expect(OWNERS, "m1:A m2:A m3:A/q");
	world_expect("SELECT key, output_tok FROM turn ORDER BY key", "m1 3\nm2 9\nm3 9");
	world_end();
}

// Counts grow line by line; the greatest of each field is the truth, in any order.
static void greatest_of_each_field(void **state)
{
	struct script s = {.n = 0};
	(void)state;
	add_file(&s, P "A.jsonl",
		TURN("A", "m1", "00:09", 3, "",
			"'cache_creation_input_tokens':500,'speed':'fast',"));
	add_file(&s, P "A-2.jsonl",
		TURN("A", "m1", "00:02", 70, "",
			"'cache_creation':{'ephemeral_1h_input_tokens':600},'server_tool_use':{'"
			"web_search_requests':2},"));
	add_file(&s, P "A-3.jsonl",
		TURN("A", "m1", "00:05", 8, "'requestedModel':'opus',",
			"'output_tokens_details':{'thinking_tokens':5},'service_tier':'batch',"));
	check_script(&s, "m1:A");
	write_files(&s);
	world_begin();
	world_sync();
	world_expect("SELECT at_ms % 60000, output_tok, cache_write_tok, cache_5m_tok, "
		     "cache_1h_tok, thinking_tok, n_web_search,"
		     " (SELECT text FROM name WHERE id = speed_id), (SELECT text FROM name WHERE "
		     "id = tier_id)"
		     " FROM turn AS t JOIN class AS c ON c.id = t.class_id",
		"2000 70 500 - 600 5 2 fast batch");
	world_end();
}

// Sessions that hold the same message are linked, all of them with each other.
static void links_in_every_order(void **state)
{
	struct script s;
	size_t order[MAX_FILES];
	(void)state;
	forks_script(&s, SOON_END, false, 0, false);
	write_files(&s);
	for (size_t k = 0; permutation(s.n, k, order); k++) {
		world_begin();
		read_in_order(&s, order, false);
		world_expect("SELECT group_concat(x, ' ') FROM (SELECT s.uid || o.uid AS x FROM "
			     "session_link AS l"
			     " JOIN session AS s ON s.id = l.session_id JOIN session AS o ON o.id "
			     "= l.other_id ORDER BY 1)",
			"AB AC BA BC CA CB");
		world_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fork_of_a_fork, enter, leave),
		cmocka_unit_test_setup_teardown(fork_that_spoke_first, enter, leave),
		cmocka_unit_test_setup_teardown(fork_without_own, enter, leave),
		cmocka_unit_test_setup_teardown(copies_of_another_time, enter, leave),
		cmocka_unit_test_setup_teardown(agents_and_asides, enter, leave),
		cmocka_unit_test_setup_teardown(resume_of_old_clients, enter, leave),
		cmocka_unit_test_setup_teardown(sidechain_of_the_same_time, enter, leave),
		cmocka_unit_test_setup_teardown(greatest_of_each_field, enter, leave),
		cmocka_unit_test_setup_teardown(links_in_every_order, enter, leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
