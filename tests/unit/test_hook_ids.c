// SPDX-License-Identifier: MIT
// Which lines are turns, and which of them are one: ids that repeat or are missing, answers that
// nobody pays for, steps of other models.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hook_lines.h"

#define TURNS                                                                                      \
	"SELECT group_concat(x, ' ') FROM (SELECT m.name || ':' || t.output_tok || ':' || "        \
	"t.input_tok AS x FROM turn AS t"                                                          \
	" JOIN class AS c ON c.id = t.class_id JOIN model AS m ON m.id = c.model_id ORDER BY "     \
	"t.at_ms, m.name)"

static void ids_that_gateways_repeat(void **state)
{
	(void)state;
	// the same response again, as /btw has it: another request, but the same model
	check(LINE("m", "10:00:00", "'requestId':'r1',", "a", "'input_tokens':1,")
			LINE("m", "10:00:01", "'requestId':'r2',", "a", "'input_tokens':2,"),
		TURNS, "a:5:2");
	// no request id: one response
	check(LINE("m", "10:00:00", "", "a", "'input_tokens':1,")
			LINE("m", "10:00:01", "", "b", "'input_tokens':2,"),
		"SELECT count(*), max(input_tok) FROM turn", "1 2");
	// another request and another model
	check(LINE("m", "10:00:00", "'requestId':'r1',", "a", "'input_tokens':1,") LINE(
		      "m", "10:00:01", "'requestId':'r2',", "b", "'input_tokens':2,")
			LINE("m", "10:00:02", "'requestId':'r1',", "a", "'input_tokens':3,") LINE(
				"m", "10:00:03", "'requestId':'r2',", "b", "'input_tokens':4,"),
		TURNS, "a:5:3 b:5:4");
	// the same model, but more than a day apart
	check(LINE("m", "10:00:00", "'requestId':'r1',", "a",
		      "'input_tokens':1,") "{'type':'assistant','sessionId':'S','uuid':'x','"
					   "requestId':'r2','timestamp':'2026-11-21T10:00:01Z',"
					   "'message':{'id':'m','model':'a','usage':{'output_"
					   "tokens':6,'input_tokens':2}}}\n",
		TURNS, "a:5:1 a:6:2");
	check(LINE("m", "10:00:00", "'requestId':'r1',", "a",
		      "'input_tokens':1,") "{'type':'assistant','sessionId':'S','uuid':'x','"
					   "requestId':'r2','timestamp':'2026-11-21T10:00:00Z',"
					   "'message':{'id':'m','model':'a','usage':{'output_"
					   "tokens':6,'input_tokens':2}}}\n",
		TURNS, "a:6:2");
}

static void ids_that_are_missing(void **state)
{
#define NAMELESS(uuid, request, in)                                                                \
	"{'type':'assistant','sessionId':'S'," uuid request "'timestamp':'2026-11-20T10:00:00Z',"  \
	"'message':{'model':'a','usage':{'output_tokens':5,'input_tokens':" in "}}}\n"
	(void)state;
	check(NAMELESS("'uuid':'u1',", "'requestId':'r1',", "1")
			NAMELESS("'uuid':'u2',", "'requestId':'r1',", "2"),
		"SELECT key, input_tok FROM turn", "r1 2");
	check(NAMELESS("'uuid':'u1',", "", "1") NAMELESS("'uuid':'u2',", "", "2")
			NAMELESS("'uuid':'u1',", "", "3"),
		"SELECT key, input_tok FROM turn ORDER BY key", "u1 3\nu2 2");
	check(NAMELESS("", "", "1"), "SELECT count(*) FROM turn", "0");
}

// Not billed: synthetic answers, failed ones, lines without a usage.
static void lines_that_are_no_turns(void **state)
{
	(void)state;
	check(LINE("a", "10:00:00", "", "<synthetic>", "") LINE("b", "10:00:01",
		      "'isApiErrorMessage':true,", "m",
		      "") "{'type':'assistant','sessionId':'S','uuid':'c','timestamp':'2026-11-"
			  "20T10:00:02Z','message':{'id':'c','model':'m'}}\n"
			  "{'type':'assistant','sessionId':'S','uuid':'d','timestamp':'2026-11-"
			  "20T10:00:02Z','message':{'id':'d','model':'m','usage':null}}\n" LINE("e",
				  "10:00:03", "", "m",
				  "'input_tokens':null,'cache_read_input_tokens':-5,"),
		"SELECT key, input_tok, output_tok, cache_read_tok FROM turn", "e - 5 -");
	check(LINE("b", "10:00:01",
		      "'isApiErrorMessage':true,'error':'rate_limit','apiErrorStatus':429,",
		      "<synthetic>",
		      "") "{'type':'system','subtype':'api_error','sessionId':'S','uuid':'e2','"
			  "timestamp':'2026-11-20T10:00:02Z',"
			  "'error':{'status':529,'type':'overloaded'},'retryAttempt':3}\n",
		"SELECT e.uuid, n.text, e.status, e.retry_attempt FROM api_error AS e JOIN name AS "
		"n ON n.id = e.error_id"
		" ORDER BY at_ms",
		"b-10:00:01 rate_limit 429 -\ne2 overloaded 529 3");
	check(LINE("q", "10:00:01",
		      "'quotaLimits':{'status':'rejected','resetsAt':1790155800,'rateLimitType':'"
		      "five_hour'},"
		      "'isApiErrorMessage':true,",
		      "<synthetic>", ""),
		"SELECT n.text, s.text, q.resets_ms, q.is_overage FROM quota_limit AS q JOIN name "
		"AS n ON n.id = q.type_id"
		" JOIN name AS s ON s.id = q.status_id",
		"five_hour rejected 1790155800000 0");
}

// Steps count under their own model, and turn and step know that both need a price.
static void advisors(void **state)
{
	static const char steps[] = "SELECT m.name, p.name, s.is_advisor, s.input_tok, "
				    "s.output_tok, s.cache_5m_tok, s.cache_1h_tok, c.above_tok"
				    " FROM turn_step AS s JOIN class AS c ON c.id = s.class_id "
				    "JOIN model AS m ON m.id = c.model_id"
				    " LEFT JOIN model AS p ON p.id = c.partner_id ORDER BY n";
	static const char lines[] =
		LINE("m", "10:00:00", "", "a", "'input_tokens':1,") LINE("m", "10:00:01", "", "a",
			"'input_tokens':4,'iterations':["
			"{'type':'message','input_tokens':4,'output_tokens':5},"
			"{'type':'advisor_message','model':'b','input_tokens':150000,'output_"
			"tokens':7,'cache_creation_input_tokens':9,"
			"'cache_creation':{'ephemeral_1h_input_tokens':4}}],")
			LINE("m", "10:00:02", "", "a", "'input_tokens':4,");
	(void)state;
	check(lines, steps, "b a 1 150000 7 5 4 100000");
	check(lines,
		"SELECT m.name, p.name FROM turn AS t JOIN class AS c ON c.id = t.class_id JOIN "
		"model AS m ON m.id = c.model_id"
		" LEFT JOIN model AS p ON p.id = c.partner_id",
		"a b");
	check(lines, "SELECT sum(turns), sum(steps), sum(input_tok), sum(output_tok) FROM rollup",
		"1 1 150004 12");
	// a compaction step is of the turn's own model if it names none
	check(LINE("m", "10:00:01", "", "a",
		      "'input_tokens':4,'iterations':[{'type':'compaction','input_tokens':90}],"),
		steps, "a - 0 90 0 0 0 0");
}

// The price step of a prompt is that of the greatest counts, whichever line had them.
static void prompt_size(void **state)
{
	(void)state;
	check(LINE("m", "10:00:00", "", "a", "'input_tokens':60000,") LINE("m", "10:00:01", "", "a",
		      "'cache_read_input_tokens':40000,'cache_creation_input_tokens':1,"),
		"SELECT above_tok FROM turn AS t JOIN class AS c ON c.id = t.class_id", "100000");
	check(LINE("m", "10:00:00", "", "a", "'input_tokens':60000,")
			LINE("m", "10:00:01", "", "a", "'cache_read_input_tokens':40000,"),
		"SELECT above_tok FROM turn AS t JOIN class AS c ON c.id = t.class_id", "0");
}

// Rows are made eight at a time: some of the eight are there already, one comes twice.
static void keys_that_are_known_among_new_ones(void **state)
{
#define CALL(n)                                                                                    \
	"{'type':'assistant','sessionId':'S','uuid':'u" n "','timestamp':'2026-11-20T10:00:0" n    \
	"Z','message':{'id':'m" n "','model':'a','content':[{'type':'tool_use','id':'t" n          \
	"','name':'N" n "','input':{}}],'usage':{'input_tokens':" n "}}}\n"
#define COPY(n)                                                                                    \
	"{'type':'assistant','sessionId':'T','uuid':'c" n "','timestamp':'2026-11-20T10:00:0" n    \
	"Z','message':{'id':'m" n "','model':'a','usage':{'input_tokens':" n "}}}\n"
	(void)state;
	world_begin();
	world_say(P "1.jsonl", CALL("2") CALL("5"));
	world_read(P "1.jsonl");
	world_say(P "2.jsonl", CALL("1") CALL("2") CALL("3") COPY("3") CALL("4") CALL("5") CALL("6")
				       CALL("7") CALL("8") CALL("9"));
	world_read(P "2.jsonl");
	assert_string_equal(
		world_ask("SELECT group_concat(x, ' ') FROM (SELECT t.key || ':' || t.input_tok || "
			  "':' || n.text AS x FROM turn AS t JOIN tool_call AS c ON c.turn_id = "
			  "t.id JOIN name AS n ON n.id = c.name_id ORDER BY t.key)"),
		"m1:1:N1 m2:2:N2 m3:3:N3 m4:4:N4 m5:5:N5 m6:6:N6 m7:7:N7 m8:8:N8 m9:9:N9");
	assert_string_equal(world_ask("SELECT sum(turns), sum(input_tok) FROM rollup"), "9 45");
	assert_string_equal(world_ask("SELECT t.key FROM turn_copy AS c JOIN turn AS t ON t.id = "
				      "c.turn_id"),
		"m3");
	world_end();
}

// Two keys with one hash: as if the first turn's key had the hash of the second's.
static void keys_with_one_hash(void **state)
{
	static const char now[] =
		"SELECT t.key, t.key_hash - (SELECT min(key_hash) FROM turn), t.input_tok"
		" FROM turn AS t ORDER BY t.key_hash";
	(void)state;
	world_begin();
	world_say(P "1.jsonl", LINE("m", "10:00:00", "", "a", "'input_tokens':1,"));
	world_read(P "1.jsonl");
	world_sql("UPDATE turn SET key = 'other'");
	world_say(P "2.jsonl", LINE("m", "10:00:00", "", "a", "'input_tokens':2,"));
	world_read(P "2.jsonl");
	assert_string_equal(world_ask(now), "other 0 1\nm 1 2");
	world_say(P "3.jsonl", LINE("m", "10:00:00", "", "a", "'input_tokens':3,"));
	world_read(P "3.jsonl");
	assert_string_equal(world_ask(now), "other 0 1\nm 1 3");
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ids_that_gateways_repeat, enter, leave),
		cmocka_unit_test_setup_teardown(ids_that_are_missing, enter, leave),
		cmocka_unit_test_setup_teardown(keys_that_are_known_among_new_ones, enter, leave),
		cmocka_unit_test_setup_teardown(keys_with_one_hash, enter, leave),
		cmocka_unit_test_setup_teardown(lines_that_are_no_turns, enter, leave),
		cmocka_unit_test_setup_teardown(advisors, enter, leave),
		cmocka_unit_test_setup_teardown(prompt_size, enter, leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
