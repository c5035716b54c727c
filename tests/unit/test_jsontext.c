// SPDX-License-Identifier: MIT
// Hooks put into generated settings texts of every formatting and taken out again. Python's json is
// the judge of what the text in between says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "arena.h"
#include "buf.h"
#include "jsontext.h"
#include "settings.h"
#include "wiring.h"

enum { N_TEXTS = 800 };

enum mode {
	MINIFIED,
	ONE_LINE,
	PRETTY,
	WILD, // any blanks anywhere
};

struct gen {
	uint32_t seed;
	enum mode mode;
	const char *eol, *indent;
	struct buf *out;
};

static uint32_t below(struct gen *g, uint32_t n)
{
	g->seed ^= g->seed << 13;
	g->seed ^= g->seed >> 17;
	g->seed ^= g->seed << 5;
	return g->seed % n;
}

static void put_wild_blanks(struct gen *g)
{
	static const char *const blanks[] = {"", "", " ", "\n", "\t", "\r\n", " \n   ", "\n\n"};
	buf_addz(g->out, blanks[below(g, 8)]);
}

static void put_break(struct gen *g, int depth)
{
	if (g->mode == WILD)
		put_wild_blanks(g);
	if (g->mode != PRETTY)
		return;
	buf_addz(g->out, g->eol);
	while (depth-- > 0)
		buf_addz(g->out, g->indent);
}

// In front of an item: opens the container or separates from the item before.
static void put_item(struct gen *g, int depth, bool is_first, const char *key)
{
	if (!is_first) {
		if (g->mode == WILD)
			put_wild_blanks(g);
		buf_addz(g->out, g->mode == ONE_LINE ? ", " : ",");
	}
	put_break(g, depth);
	if (!key)
		return;
	buf_printf(g->out, "\"%s\"", key);
	if (g->mode == WILD)
		put_wild_blanks(g);
	buf_addc(g->out, ':');
	if (g->mode == WILD)
		put_wild_blanks(g);
	else if (g->mode != MINIFIED)
		buf_addc(g->out, ' ');
}

static void put_close(struct gen *g, int depth, bool is_empty, char bracket)
{
	if (!is_empty || (g->mode != MINIFIED && below(g, 4) == 0))
		put_break(g, depth);
	buf_addc(g->out, bracket);
}

static void put_value(struct gen *g, int depth)
{
	static const char *const scalars[] = {"1e400", "12345678901234567890", "-0.50", "true",
		"null", "0", "\"\\u00e9\\/\\ud800\"", "\"caf\xc3\xa9 {[,]}\"", "\"\\\"\\\\\"",
		"\"\""};
	uint32_t kind = depth > 5 ? 0 : below(g, 4);
	if (kind < 2) {
		buf_addz(g->out, scalars[below(g, 10)]);
		return;
	}
	uint32_t n = below(g, 4);
	buf_addc(g->out, kind == 2 ? '[' : '{');
	for (uint32_t i = 0; i < n; i++) {
		char key[16];
		(void)snprintf(key, sizeof key, "k%u", i);
		put_item(g, depth + 1, i == 0, kind == 2 ? NULL : key);
		put_value(g, depth + 1);
	}
	put_close(g, depth, n == 0, kind == 2 ? ']' : '}');
}

static void put_handlers(struct gen *g, int depth)
{
	static const char *const handlers[] = {
		"{\"type\":\"command\",\"command\":\"echo ccl-hook\"}",
		"{\"type\":\"prompt\",\"prompt\":\"is it done?\"}", "{}"};
	uint32_t n = below(g, 3);
	buf_addc(g->out, '[');
	for (uint32_t i = 0; i < n; i++) {
		put_item(g, depth + 1, i == 0, NULL);
		buf_addz(g->out, handlers[below(g, 3)]);
	}
	put_close(g, depth, n == 0, ']');
}

static void put_groups(struct gen *g, int depth)
{
	uint32_t n = below(g, 3);
	buf_addc(g->out, '[');
	for (uint32_t i = 0; i < n; i++) {
		bool has_matcher = below(g, 2);
		put_item(g, depth + 1, i == 0, NULL);
		buf_addc(g->out, '{');
		if (has_matcher) {
			put_item(g, depth + 2, true, "matcher");
			buf_addz(g->out, "\"Bash|x\"");
		}
		put_item(g, depth + 2, !has_matcher, "hooks");
		put_handlers(g, depth + 2);
		put_close(g, depth + 1, false, '}');
	}
	put_close(g, depth, n == 0, ']');
}

static void put_hooks(struct gen *g, int depth)
{
	static const char *const events[] = {"PreToolUse", "Stop", "Some\\u0020Event",
		"SessionStart", "SubagentStop", "SessionEnd"};
	bool is_first = true;
	uint32_t rarity = 1 + below(g, 4);
	buf_addc(g->out, '{');
	for (size_t i = 0; i < 6; i++) {
		if (below(g, 4) < rarity)
			continue;
		put_item(g, depth + 1, is_first, events[i]);
		is_first = false;
		put_groups(g, depth + 1);
	}
	put_close(g, depth, is_first, '}');
}

static void put_text(struct gen *g)
{
	static const char *const keys[] = {"$schema", "permissions", "hooks", "env", "model"};
	static const char *const indents[] = {"  ", "    ", "\t", "   ", "", "        "};
	static const char *const tails[] = {"", "\n", "\r\n", " \n\n"};
	bool is_first = true;
	uint32_t rarity = 1 + below(g, 4);
	g->mode = (enum mode)below(g, 4);
	g->eol = below(g, 3) ? "\n" : "\r\n";
	g->indent = indents[below(g, 6)];
	buf_clear(g->out);
	if (below(g, 8) == 0)
		buf_addz(g->out, "\xef\xbb\xbf");
	if (g->mode == WILD)
		put_wild_blanks(g);
	buf_addc(g->out, '{');
	for (size_t i = 0; i < 5; i++) {
		if (below(g, 4) < rarity)
			continue;
		put_item(g, 1, is_first, keys[i]);
		is_first = false;
		if (i == 2)
			put_hooks(g, 1);
		else
			put_value(g, 1);
	}
	put_close(g, 0, is_first, '}');
	buf_addz(g->out, tails[below(g, 4)]);
}

static struct wiring_want want_of(size_t i)
{
	return (struct wiring_want){.file = STR("generated"),
		.hook_path = i % 3 ? STR("/opt/ccl-hook") : STR("/o p\"t/ccl-hook"),
		.form = i % 2 ? WIRING_EXEC : WIRING_SHELL,
		.has_guard = i % 5 < 3,
		.has_enforce = i % 7 < 2};
}

static struct str apply(size_t i, struct str text, struct buf *out)
{
	AUTO(buf_free) struct buf notes = {0};
	struct wiring_want want = want_of(i);
	struct err e = {0};
	buf_clear(out);
	if (!wiring_apply(&want, text, out, &notes, &e))
		fail_msg("%s", e.text);
	return buf_str(out);
}

static struct str take_out(size_t i, struct str text, struct buf *out)
{
	AUTO(buf_free) struct buf notes = {0};
	struct wiring_want want = want_of(i);
	struct err e = {0};
	bool is_nothing;
	buf_clear(out);
	if (!wiring_remove(&want, text, out, &is_nothing, &notes, &e))
		fail_msg("%s", e.text);
	assert_false(is_nothing);
	return buf_str(out);
}

static void expect_same(size_t i, struct str got, struct str want)
{
	if (!str_eq(got, want))
		fail_msg("text %zu: got\n%.*s\nnot\n%.*s", i, STR_ARG(got), STR_ARG(want));
}

static void what_goes_in_comes_out(void **state)
{
	(void)state;
	struct buf text = {0}, once = {0}, other = {0};
	struct gen g = {.seed = 7, .out = &text};
	for (size_t i = 0; i < (size_t)N_TEXTS * 10; i++) {
		put_text(&g);
		struct str in = apply(i, buf_str(&text), &once);
		assert_true(in.n > text.n);
		expect_same(i, apply(i, in, &other), in);
		(void)apply(i + 6, in, &other); // the same path, other events
		expect_same(i, take_out(i, buf_str(&other), &once), buf_str(&text));
	}
	buf_free(&text);
	buf_free(&once);
	buf_free(&other);
}

// A key the user adds behind the first one, into our text or into the one before us.
static bool add_key(struct buf *text, const struct jsontext_style *style)
{
	struct str root;
	struct err e;
	struct settings_item first = {0};
	assert_true(settings_check(STR("f"), buf_str(text), &root, &e));
	if (!settings_next(root, &first) || settings_string_is(first.key, "hooks"))
		return false;
	jsontext_insert(text, style, root, &first, "added", STR("[{\"x\":{}},\"a b\"]"));
	return true;
}

static void edits_in_between_are_kept(void **state)
{
	(void)state;
	struct buf text = {0}, once = {0}, other = {0};
	struct gen g = {.seed = 11, .out = &text};
	size_t n_edited = 0;
	for (size_t i = 0; i < N_TEXTS; i++) {
		put_text(&g);
		AUTO(buf_free) struct buf before = {0}; // the style's slices are of this one
		buf_add(&before, buf_str(&text));
		struct str root;
		struct err e;
		assert_true(settings_check(STR("f"), buf_str(&before), &root, &e));
		struct jsontext_style style = jsontext_style_of(buf_str(&before), root);
		(void)apply(i, buf_str(&text), &once);
		if (!add_key(&text, &style))
			continue;
		assert_true(add_key(&once, &style));
		expect_same(i, take_out(i, buf_str(&once), &other), buf_str(&text));
		n_edited++;
	}
	assert_in_range(n_edited, N_TEXTS / 4, N_TEXTS);
	buf_free(&text);
	buf_free(&once);
	buf_free(&other);
}

// argv: what to do, the file of length-prefixed texts, and the file to write.
// judge: pairs (before, with hooks). They differ by our hooks alone; writes each as a program that
//        reads and writes JSON would: all blanks new, keys in order.
// same:  pairs (before, taken out of the rewritten one) say the same.
static const char python[] =
	"import sys, json, struct\n"
	"def wanted(i):\n"
	"  return (['Stop', 'SubagentStop', 'SessionEnd', 'SessionStart'] + ['PostToolUse'] * (i % "
	"5 < 3)\n"
	"    + ['UserPromptSubmit', 'PreToolUse'] * (i % 7 < 2))\n"
	"def texts(path):\n"
	"  data = open(path, 'rb').read(); at = 0\n"
	"  while at < len(data):\n"
	"    n, = struct.unpack_from('=I', data, at)\n"
	"    yield data[at + 4:at + 4 + n]; at += 4 + n\n"
	"def load(b):\n"
	"  s = b.decode('utf-8-sig')\n"
	"  return json.loads(s, parse_int=lambda x: ('n', x), parse_float=lambda x: ('n', x),\n"
	"    object_pairs_hook=lambda p: ('o', p))\n"
	"def ours(group, event, i):\n"
	"  path = '/opt/ccl-hook' if i % 3 else '/o p\"t/ccl-hook'\n"
	"  shell = path if i % 3 else \"'\" + path + \"'\"\n"
	"  want = {'type': 'command', 'command': path if i % 2 else shell}\n"
	"  if i % 2: want['args'] = []\n"
	"  if event != 'SessionEnd': want['timeout'] = ('n', '10' if 'S' in event[:2] else '5')\n"
	"  assert group[0] == 'o' and [k for k, v in group[1]] == ['hooks'], group\n"
	"  hooks, = group[1][0][1]\n"
	"  assert dict(hooks[1]) == want and len(hooks[1]) == len(want), (hooks, want)\n"
	"def compare(a, b, i):\n"
	"  a, b, OURS = a[1], b[1], wanted(i)\n"
	"  had = dict(a).get('hooks', ('o', []))[1]; has = dict(b)['hooks'][1]\n"
	"  assert [p for p in a if p[0] != 'hooks'] == [p for p in b if p[0] != 'hooks']\n"
	"  assert [k for k, v in b][:len(a)] == [k for k, v in a]\n"
	"  names = [k for k, v in had]\n"
	"  assert [k for k, v in has][:len(had)] == names\n"
	"  assert sorted(k for k, v in has[len(had):]) == sorted(e for e in OURS if e not in "
	"names)\n"
	"  for k, v in has:\n"
	"    before = dict(had).get(k, [])\n"
	"    assert v[:len(before)] == before\n"
	"    if k in OURS: assert len(v) == len(before) + 1; ours(v[-1], k, i)\n"
	"    else: assert v == before\n"
	"def plain(v):\n"
	"  if isinstance(v, tuple) and v[0] == 'o':\n"
	"    return '{' + ', '.join(json.dumps(k) + ':' + plain(x) for k, x in v[1]) + '\\n}'\n"
	"  if isinstance(v, tuple): return v[1]\n"
	"  if isinstance(v, list): return '[\\n ' + ', '.join(map(plain, v)) + ']'\n"
	"  return json.dumps(v)\n"
	"all = list(texts(sys.argv[2])); out = open(sys.argv[3], 'wb')\n"
	"for i in range(len(all) // 2):\n"
	"  a, b = load(all[2 * i]), load(all[2 * i + 1])\n"
	"  if sys.argv[1] == 'same': assert a == b, (a, b); continue\n"
	"  compare(a, b, i)\n"
	"  text = plain(b).encode()\n"
	"  assert load(text) == b\n"
	"  out.write(struct.pack('=I', len(text)) + text)\n";

static void put_record(FILE *f, struct str text)
{
	uint32_t n = (uint32_t)text.n;
	assert_int_equal(fwrite(&n, 1, sizeof n, f), sizeof n);
	assert_int_equal(fwrite(text.p, 1, n, f), n);
}

static void get_record(FILE *f, struct buf *out)
{
	uint32_t n;
	assert_int_equal(fread(&n, 1, sizeof n, f), sizeof n);
	buf_clear(out);
	buf_reserve(out, n);
	assert_int_equal(fread(out->p, 1, n, f), n);
	out->n = n;
}

static void run_python(const char *what, const char *in, const char *out)
{
	pid_t pid = fork();
	if (pid == 0) {
		execlp("python3", "python3", "-c", python, what, in, out, (char *)NULL);
		_exit(127);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void only_our_hooks_differ(void **state)
{
	(void)state;
	struct buf text = {0}, other = {0};
	struct gen g = {.seed = 99, .out = &text};
	char pairs[] = "/tmp/ccl-pairs-XXXXXX", rewritten[] = "/tmp/ccl-rewritten-XXXXXX";
	int fd = mkstemp(pairs), fd2 = mkstemp(rewritten);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
	assert_non_null(f);
	for (size_t i = 0; i < N_TEXTS; i++) {
		put_text(&g);
		put_record(f, buf_str(&text));
		put_record(f, apply(i, buf_str(&text), &other));
	}
	assert_int_equal(fclose(f), 0);
	run_python("judge", pairs, rewritten);
	// Removing from what another program wrote gives back what the text said before us, empty
	// `hooks` and empty arrays too.
	f = fopen(pairs, "wb");
	FILE *in = fdopen(fd2, "rb");
	assert_true(f && in);
	g.seed = 99;
	for (size_t i = 0; i < N_TEXTS; i++) {
		AUTO(buf_free) struct buf theirs = {0};
		put_text(&g);
		get_record(in, &theirs);
		put_record(f, buf_str(&text));
		put_record(f, take_out(i, buf_str(&theirs), &other));
	}
	assert_int_equal(fclose(f), 0);
	(void)fclose(in);
	run_python("same", pairs, "/dev/null");
	(void)unlink(pairs);
	(void)unlink(rewritten);
	buf_free(&text);
	buf_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_in_comes_out),
		cmocka_unit_test(edits_in_between_are_kept),
		cmocka_unit_test(only_our_hooks_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
