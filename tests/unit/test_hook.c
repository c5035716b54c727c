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

#include "hook_script.h"

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
