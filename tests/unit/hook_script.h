// SPDX-License-Identifier: MIT
// Transcripts in several files, read in every order, in random pieces, and again: the ledger must
// be the same. Include behind cmocka.h.
#ifndef CCL_TESTS_UNIT_HOOK_SCRIPT_H
#define CCL_TESTS_UNIT_HOOK_SCRIPT_H

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
static inline char *dump(void)
{
	return world_dump_without("session_link");
}

struct script {
	size_t n;
	const char *name[MAX_FILES];
	char *text[MAX_FILES];
};

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

// The lines of session `from` as a fork has them: under its own session id, with a mark or none,
// some minutes later or not.
static inline char *copied(
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

static inline char *joined(const char *a, const char *b)
{
	return arena_printf(&sandbox_arena, "%s%s", a, b);
}

static inline void add_file(struct script *s, const char *name, const char *text)
{
	s->name[s->n] = name;
	s->text[s->n++] = world_text(text);
}

static inline void remove_files(const struct script *s)
{
	for (size_t i = 0; i < s->n; i++)
		(void)unlink(in(s->name[i]));
}

static inline void write_files(const struct script *s)
{
	struct err e;
	for (size_t i = 0; i < s->n; i++) {
		assert_true(path_make_dirs(path_dir(str_of(in(s->name[i]))), &e));
		put(s->name[i], s->text[i], 0600);
	}
}

// All cursors back to the start: the next look reads every file again.
static inline void forget_cursors(void)
{
	world_sql("UPDATE source_file SET offset_bytes = 0, size_bytes = 0, head_bytes = 0, "
		  "head_hash = 0,"
		  " prompt_id = NULL, is_open = 0");
	world_reopen_ingest();
}

static inline void read_in_order(const struct script *s, const size_t *order, bool keeps_catalog)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!keeps_catalog)
			world_reopen_ingest();
		world_read(s->name[order[i]]);
		world_check("after a file");
	}
}

// The k-th permutation of n things.
static inline bool permutation(size_t n, size_t k, size_t *out)
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
static inline char *every_order(const struct script *s)
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
static inline void every_piece(const struct script *s, const char *want, uint64_t seed)
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

static inline void check_script(const struct script *s, const char *owners)
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

// What the forks of the tests have in common with their parent.
static const char first_half[] = PROMPT("A", "pr1", "00:00") TURN("A", "m1", "00:01", 3, "", "")
	TURN("A", "m1", "00:02", 3, "", "")
		TURN("A", "m1", "00:03", 50, "", "'cache_creation_input_tokens':7,")
			PROMPT("A", "pr2", "01:00") CALL("A", "m2", "01:01", 40, "t1")
				RESULT("A", "01:02", "t1") CALL("A", "m3", "01:03", 30, "t2")
					RESULT("A", "01:04", "t2");

#endif
