// SPDX-License-Identifier: MIT
// Lines without a time: they get one of their neighbours', in whatever pieces the file is read.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>

#include "hook_script.h"

// An assistant line without a time.
#define BARE(session, id, out)                                                                     \
	"{'type':'assistant','sessionId':'" session "','uuid':'" id "-" #out "',"                  \
	"'cwd':'/nowhere/app','message':{'id':'" id                                                \
	"','model':'claude-opus-5-5','usage':{'input_tokens':10,'output_tokens':" #out "}}}\n"
#define BARE_PROMPT(session, id)                                                                   \
	"{'type':'user','sessionId':'" session "','uuid':'" id "','promptId':'p-" id "',"          \
	"'message':{'content':'do " id "'}}\n"
#define BARE_TITLE "{'type':'ai-title','sessionId':'A','aiTitle':'x'}\n"
#define BARE_ERROR                                                                                 \
	"{'type':'system','subtype':'api_error','sessionId':'A','uuid':'e1',"                      \
	"'error':{'status':529,'type':'overloaded'}}\n"

// mm:ss of ten o'clock, and whose
#define TIMES                                                                                      \
	"SELECT group_concat(x, ' ') FROM (SELECT t.key || '=' || strftime('%M:%S', at_ms / 1000," \
	" 'unixepoch') || '/' || t.output_tok AS x FROM turn AS t ORDER BY t.key)"

static void check_times(const struct script *s, const char *times)
{
	char *want = every_order(s);
	for (uint64_t seed = 1; seed <= 30; seed++)
		every_piece(s, want, seed);
	write_files(s);
	world_begin();
	world_sync();
	world_expect(TIMES, times);
	world_end();
	remove_files(s);
}

static void as_old_as_the_line_before(void **state)
{
	struct script s = {.n = 0};
	(void)state;
	add_file(&s, P "A.jsonl",
		PROMPT("A", "pr1", "00:00") BARE("A", "m1", 1) TURN("A", "m2", "00:09", 2, "", "")
			BARE("A", "m3", 3) BARE_TITLE BARE("A", "m3", 30)
				BARE_ERROR BARE_PROMPT("A", "pr2") BARE("A", "m4", 4)
					TURN("A", "m5", "00:05", 5, "", "") BARE("A", "m6", 6));
	// another file has times of its own; what a message's other lines say counts too
	add_file(&s, P "B.jsonl",
		PROMPT("B", "pr3", "30:00") BARE("B", "n1", 1) TURN("B", "n1", "30:07", 2, "", ""));
	check_times(&s, "m1=00:00/1 m2=00:09/2 m3=00:09/30 m4=00:09/4 m5=00:05/5 m6=00:05/6 "
			"n1=30:00/2");
	write_files(&s);
	world_begin();
	world_sync();
	world_expect("SELECT p.at_ms % 3600000, e.at_ms % 3600000 FROM prompt AS p, api_error AS e "
		     "WHERE p.uid = 'p-pr2'",
		"9000 9000");
	world_end();
}

static void as_old_as_the_next(void **state)
{
	struct script s = {.n = 0};
	(void)state;
	add_file(&s, P "A.jsonl",
		BARE_TITLE BARE_PROMPT("A", "pr1") BARE("A", "m1", 1) BARE("A", "m2", 2)
			BARE_TITLE TURN("A", "m3", "00:09", 3, "", "") BARE("A", "m4", 4)
				TURN("A", "m5", "00:10", 5, "", ""));
	check_times(&s, "m1=00:09/1 m2=00:09/2 m3=00:09/3 m4=00:09/4 m5=00:10/5");
}

static void age(const char *name, time_t at)
{
	struct timespec times[2] = {{.tv_sec = at}, {.tv_sec = at}};
	assert_int_equal(utimensat(AT_FDCWD, in(name), times, 0), 0);
}

// Nothing in the file has a time: it waits for one, and is then as old as the file.
static void as_old_as_the_file(void **state)
{
	static const char left[] =
		"SELECT offset_bytes, (SELECT count(*) FROM turn) FROM source_file";
	(void)state;
	world_begin();
	world_say(P "A.jsonl", BARE_TITLE BARE("A", "m1", 1) BARE("A", "m2", 2));
	world_read(P "A.jsonl");
	world_expect(left, arena_printf(&sandbox_arena, "%zu 0", sizeof BARE_TITLE - 1));
	world_sync();
	world_expect(left, arena_printf(&sandbox_arena, "%zu 0", sizeof BARE_TITLE - 1));
	age(P "A.jsonl", 1763632800 + 25 * 60);
	world_sync();
	world_check("at rest");
	world_expect(TIMES, "m1=25:00/1 m2=25:00/2");
	// the time it was given stays that of its next lines
	world_say(P "A.jsonl", BARE("A", "m3", 3) TURN("A", "m4", "59:00", 4, "", ""));
	world_sync();
	world_expect(TIMES, "m1=25:00/1 m2=25:00/2 m3=25:00/3 m4=59:00/4");
	world_end();
}

// A file that waits is read when its first time comes, be it by a hook.
static void waiting_ends(void **state)
{
	(void)state;
	world_begin();
	world_say(P "A.jsonl", BARE("A", "m1", 1));
	world_sync();
	world_say(P "A.jsonl", PROMPT("A", "pr1", "00:03"));
	world_read(P "A.jsonl");
	world_expect(TIMES, "m1=00:03/1");
	world_end();
	// more lines than are looked through: it does not wait for ever
	struct buf b = {0};
	for (int i = 0; i < 6000; i++)
		buf_addz(&b, BARE("A", "m2", 2));
	world_begin();
	world_say(P "C.jsonl", buf_z(&b));
	world_read(P "C.jsonl");
	world_expect("SELECT count(*), max(output_tok) FROM turn WHERE key = 'm2'", "1 2");
	buf_free(&b);
	world_end();
}

// Another file under the same inode begins without the time of the one before.
static void another_file(void **state)
{
	(void)state;
	world_begin();
	world_say(P "A.jsonl", TURN("A", "m1", "00:01", 1, "", ""));
	world_read(P "A.jsonl");
	FILE *f = fopen(in(P "A.jsonl"), "wb");
	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
	world_say(P "A.jsonl", BARE("A", "m2", 2) TURN("A", "m3", "00:44", 3, "", ""));
	world_read(P "A.jsonl");
	world_expect(TIMES, "m1=00:01/1 m2=00:44/2 m3=00:44/3");
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_old_as_the_line_before, enter, leave),
		cmocka_unit_test_setup_teardown(as_old_as_the_next, enter, leave),
		cmocka_unit_test_setup_teardown(as_old_as_the_file, enter, leave),
		cmocka_unit_test_setup_teardown(waiting_ends, enter, leave),
		cmocka_unit_test_setup_teardown(another_file, enter, leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
