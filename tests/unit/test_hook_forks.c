// SPDX-License-Identifier: MIT
// Sessions that share lines, where more than the sightings decides: nicknames tell whose a turn is,
// the turns tell whose the lines between them are.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hook_script.h"

// The lines of a session with this nickname.
static char *named(const char *lines, const char *session, const char *slug)
{
	struct buf b = {0};
	char *id = arena_printf(&sandbox_arena, "'sessionId':'%s',", session);
	const char *p = lines, *q;
	while ((q = strstr(p, id))) {
		q += strlen(id);
		buf_add(&b, (struct str){p, (size_t)(q - p)});
		buf_printf(&b, "'slug':'%s',", slug);
		p = q;
	}
	buf_addz(&b, p);
	char *z = arena_printf(&sandbox_arena, "%s", buf_z(&b));
	buf_free(&b);
	return z;
}

#define LATE_END PROMPT("A", "pr5", "45:00") TURN("A", "m4", "45:01", 14, "", "")
#define FORK_END PROMPT("B", "pr3", "40:00") TURN("B", "b1", "40:01", 11, "", "")

// A fork that spoke before its parent went on, without a mark.
static void check_fork(const char *first, const char *parent, const char *fork, const char *owners)
{
	struct script s = {.n = 0};
	add_file(&s, P "A.jsonl", joined(first, parent));
	add_file(&s, P "B.jsonl", joined(copied(first, "A", "B", false, 0), fork));
	check_script(&s, owners);
}

// Its copies carry the nickname of the session that wrote them, its own messages another.
static void nickname_tells_the_parent(void **state)
{
	(void)state;
	char *calm = named(first_half, "A", "calm"), *calm_end = named(LATE_END, "A", "calm");
	const char *of_a = "b1:B m1:A m2:A m3:A m4:A", *of_b = "b1:B m1:B m2:B m3:B m4:A";
	check_fork(calm, calm_end, named(FORK_END, "B", "wise"), of_a);
	// it tells nothing where a fork keeps it, or has none, or the copies have none
	check_fork(calm, calm_end, named(FORK_END, "B", "calm"), of_b);
	check_fork(calm, calm_end, FORK_END, of_b);
	check_fork(first_half, calm_end, named(FORK_END, "B", "wise"), of_b);
	// of a parent that took another one later both sightings look like copies
	check_fork(calm, named(LATE_END, "A", "mild"), named(FORK_END, "B", "wise"), of_b);
}

// Where both sightings carry a mark of their own, the mark goes before the nickname.
static void mark_before_nickname(void **state)
{
	struct script s = {.n = 0};
	(void)state;
	char *calm = named(first_half, "A", "calm");
	add_file(&s, P "A.jsonl", joined(calm, named(LATE_END, "A", "mild")));
	add_file(&s, P "B.jsonl",
		joined(copied(calm, "A", "B", true, 0), named(FORK_END, "B", "calm")));
	check_script(&s, "b1:B m1:A m2:A m3:A m4:A");
}

#define SYSTEM(session, id, at, more)                                                              \
	"{'type':'system','sessionId':'" session "','uuid':'" id "'," more                         \
	"'timestamp':'2026-11-20T10:" at ".000Z'}\n"
#define COMPACTED "'subtype':'compact_boundary','compactMetadata':{'trigger':'auto','preTokens':9},"
#define FAILED    "'subtype':'api_error','error':{'status':529,'type':'overloaded'},"
#define LIMITED(session, id, at)                                                                   \
	"{'type':'assistant','sessionId':'" session "','uuid':'" id "',"                           \
	"'timestamp':'2026-11-20T10:" at ".000Z','isApiErrorMessage':true,'error':'rate_limit',"   \
	"'quotaLimits':{'status':'rejected','rateLimitType':'five_hour'},"                         \
	"'message':{'id':'" id "','model':'<synthetic>','usage':{}}}\n"
// a command, what it printed, and what Claude Code saw in that
#define OPENED(session, id, at)                                                                    \
	"{'type':'assistant','sessionId':'" session "','uuid':'" id "-c','cwd':'/nowhere/app',"    \
	"'timestamp':'2026-11-20T10:" at ".000Z','message':{'id':'" id                             \
	"','model':'claude-opus-5-5',"                                                             \
	"'content':[{'type':'tool_use','id':'t" id "','name':'Bash','input':{'command':"           \
	"'gh pr create --fill'}}],'usage':{'output_tokens':1}}}\n"                                 \
	"{'type':'user','sessionId':'" session "','uuid':'" id "-r','cwd':'/nowhere/app',"         \
	"'timestamp':'2026-11-20T10:" at ".000Z','message':{'content':[{'type':'tool_result',"     \
	"'tool_use_id':'t" id "','content':'https://github.com/acme/api/pull/7'}]},"               \
	"'toolUseResult':{'gitOperation':{'pr':{'action':'created','number':7,"                    \
	"'url':'https://github.com/acme/api/pull/7'}}}}\n"
#define LINES                                                                                      \
	"SELECT group_concat(x, ' ') FROM (SELECT l.what || ':' || s.uid || coalesce('/' || "      \
	"a.uid, '') AS x FROM (SELECT uuid AS what, session_id, NULL AS agent_id FROM compaction"  \
	" UNION ALL SELECT uuid || '!', session_id, agent_id FROM api_error"                       \
	" UNION ALL SELECT uuid || '?', session_id, NULL FROM quota_limit"                         \
	" UNION ALL SELECT CASE source WHEN 'command-output' THEN source ELSE uuid END,"           \
	"  session_id, agent_id FROM pr_hint) AS l"                                                \
	" JOIN session AS s ON s.id = l.session_id LEFT JOIN agent AS a ON a.id = l.agent_id"      \
	" ORDER BY 1)"

static void check_lines(const struct script *s, const char *owners)
{
	char *want = every_order(s);
	for (uint64_t seed = 1; seed <= 12; seed++)
		every_piece(s, want, seed);
	write_files(s);
	world_begin();
	world_sync();
	world_expect(LINES, owners);
	world_end();
	remove_files(s);
}

// Z, its fork B, and B's fork C: the parent of a line has the greatest id, the least, or one
// between.
static void lines_between_the_turns(void **state)
{
	static const char first[] =
		SYSTEM("Z", "e0", "00:00", FAILED) TURN("Z", "m1", "00:01", 3, "", "")
			SYSTEM("Z", "c1", "00:02", COMPACTED) SYSTEM("Z", "e1", "00:03", FAILED)
				LIMITED("Z", "q1", "00:04") OPENED("Z", "p1", "00:05");
	static const char second[] = TURN("B", "b1", "20:00", 3, "", "")
		SYSTEM("B", "c2", "20:01", COMPACTED) SYSTEM("B", "e2", "20:02", FAILED);
	static const char owners[] =
		"c1:Z c2:B command-output:Z command:tp1:0:Z e0!:Z e1!:Z e2!:B gitOperation:p1-r:Z "
		"q1!:Z q1?:Z";
	(void)state;
	for (int minutes = 0; minutes <= 10; minutes += 10) {
		struct script s = {.n = 0};
		char *b = joined(copied(first, "Z", "B", false, minutes), second);
		add_file(&s, P "Z.jsonl", joined(first, TURN("Z", "z1", "10:00", 1, "", "")));
		add_file(&s, P "B.jsonl", joined(b, TURN("B", "b2", "30:00", 1, "", "")));
		add_file(&s, P "C.jsonl",
			joined(copied(b, "B", "C", false, 0), TURN("C", "x1", "40:00", 1, "", "")));
		check_lines(&s, owners);
	}
}

// What C says decides whose the turns of Z and B are, and so their line, which C does not hold.
static void lines_that_a_third_decides(void **state)
{
	struct script s = {.n = 0};
	static const char turn[] = TURN("Z", "m1", "00:01", 3, "", "");
	static const char lines[] = SYSTEM("Z", "e1", "00:00", FAILED);
	(void)state;
	char *first = joined(lines, turn);
	add_file(&s, P "Z.jsonl", joined(first, TURN("Z", "z1", "10:00", 1, "", "")));
	add_file(&s, P "B.jsonl",
		joined(copied(first, "Z", "B", false, 0), TURN("B", "b1", "40:00", 1, "", "")));
	add_file(&s, P "C.jsonl",
		joined(copied(turn, "Z", "C", false, 0), TURN("C", "c1", "50:00", 1, "", "")));
	check_lines(&s, "e1!:Z");
}

// Sessions without a turn in common: nothing tells, but the answer is the same in every order.
static void lines_without_turns(void **state)
{
	struct script s = {.n = 0};
	static const char lines[] =
		SYSTEM("Z", "c1", "00:02", COMPACTED) LIMITED("Z", "q1", "00:04");
	(void)state;
	add_file(&s, P "Z.jsonl", joined(lines, TURN("Z", "z1", "10:00", 1, "", "")));
	add_file(&s, P "B.jsonl",
		joined(copied(lines, "Z", "B", false, 10), TURN("B", "b1", "30:00", 1, "", "")));
	check_lines(&s, "c1:B q1!:B q1?:B");
}

// One line in the files of two agents and of their session.
static void lines_of_agents(void **state)
{
#define OF_AGENT(id) SYSTEM("A", "e1", "00:03", "'isSidechain':true,'agentId':'" id "'," FAILED)
	struct script s = {.n = 0};
	(void)state;
	add_file(&s, P "A/subagents/agent-q.jsonl", OF_AGENT("q"));
	add_file(&s, P "A/subagents/agent-r.jsonl", OF_AGENT("r"));
	check_lines(&s, "e1!:A/q");
	add_file(&s, P "A.jsonl", SYSTEM("A", "e1", "00:03", FAILED));
	check_lines(&s, "e1!:A");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nickname_tells_the_parent, enter, leave),
		cmocka_unit_test_setup_teardown(mark_before_nickname, enter, leave),
		cmocka_unit_test_setup_teardown(lines_between_the_turns, enter, leave),
		cmocka_unit_test_setup_teardown(lines_that_a_third_decides, enter, leave),
		cmocka_unit_test_setup_teardown(lines_without_turns, enter, leave),
		cmocka_unit_test_setup_teardown(lines_of_agents, enter, leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
