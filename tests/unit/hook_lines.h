// SPDX-License-Identifier: MIT
// Short transcripts read in several ways, for tests of what single lines leave in the ledger.
// Include behind cmocka.h.
#ifndef CCL_TESTS_UNIT_HOOK_LINES_H
#define CCL_TESTS_UNIT_HOOK_LINES_H

#include "hook_world.h"

#define P ".claude/projects/-app/"

// An assistant line of session S on 20 November, at hh:mm:ss, with more members and more counts.
#define LINE(id, at, more, model, usage)                                                           \
	"{'type':'assistant','sessionId':'S','uuid':'" id "-" at "'," more                         \
	"'timestamp':'2026-11-20T" at "Z',"                                                        \
	"'message':{'id':'" id "','model':'" model "','usage':{" usage "'output_tokens':5}}}\n"
#define PROMPT(uuid, at, more, text)                                                               \
	"{'type':'user','sessionId':'S','uuid':'" uuid "'," more "'timestamp':'2026-11-20T" at     \
	"Z',"                                                                                      \
	"'message':{'content':" text "}}\n"
#define IN(session, at, cwd)                                                                       \
	"{'type':'assistant','sessionId':'" session "','uuid':'" session at                        \
	"','timestamp':'2026-11-20T" at "Z',"                                                      \
	"'cwd':'" cwd "','message':{'id':'" session at                                             \
	"','model':'m','usage':{'output_tokens':5}}}\n"

static inline int enter(void **state)
{
	(void)state;
	sandbox_enter();
	return 0;
}

static inline int leave(void **state)
{
	(void)state;
	sandbox_leave();
	return 0;
}

// Reads these lines, each in a transaction of its own or all at once, both from the first to the
// last and, as if they stood in files of their own, from the last to the first.
static inline void read_lines(const char *lines, int way)
{
	struct str rest = str_of(lines), line, all[32];
	size_t n = 0;
	world_begin();
	while (rest.n) {
		line = str_split(rest, '\n', &rest);
		all[n++] = line;
	}
	for (size_t i = 0; i < n; i++) {
		size_t k = way == 2 ? n - 1 - i : i;
		const char *name =
			arena_printf(&sandbox_arena, P "%d-%zu.jsonl", way, way == 2 ? k : 0);
		world_say(name, arena_printf(&sandbox_arena, "%.*s\n", STR_ARG(all[k])));
		if (way > 0)
			world_read(name);
		if (way > 1)
			world_reopen_ingest();
	}
	world_sync();
	world_check(lines);
}

// `rows` of the query, whatever the way of reading.
static inline void check(const char *lines, const char *sql, const char *rows)
{
	for (int way = 0; way < 3; way++) {
		int rc = system(arena_printf(&sandbox_arena, "rm -rf %s", in(".claude")));
		assert_int_equal(rc, 0);
		read_lines(lines, way);
		const char *have = world_ask(sql);
		if (strcmp(have, rows) != 0)
			fail_msg("way %d of reading\n%s\n  have %s\n  want %s", way, lines, have,
				rows);
		world_end();
	}
}

#endif
