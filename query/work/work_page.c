// SPDX-License-Identifier: MIT
// `ccl work show`, `ccl work export`: a work session as Markdown with YAML front matter.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "text.h"
#include "usd.h"
#include "work_row.h"
#include "zone.h"

// A double-quoted YAML scalar: JSON's is one.
static void add_text(struct buf *b, const char *key, struct str s)
{
	if (!s.n)
		return;
	buf_printf(b, "%s: ", key);
	text_add_json(b, s);
	buf_addc(b, '\n');
}

static void add_time(struct buf *b, const char *key, int64_t ms)
{
	char z[CLOCK_ISO_BYTES];
	clock_format_iso(ms, z);
	buf_printf(b, "%s: %s\n", key, z);
}

static void add_int(struct buf *b, const char *key, int64_t v)
{
	buf_printf(b, "%s: %lld\n", key, (long long)v);
}

static void add_front_matter(struct buf *b, const struct work_row *w)
{
	buf_addz(b, "---\n");
	add_int(b, "id", w->id);
	buf_printf(b, "type: %.*s\n", STR_ARG(w->type));
	add_text(b, "goal", w->goal);
	add_text(b, "project", w->project);
	add_time(b, "start", w->started_ms);
	if (!w->is_open) {
		add_time(b, "end", w->ended_ms);
		add_int(b, "duration_s", w->duration_ms / 1000);
	}
	if (w->has_cost) {
		buf_addz(b, "cost_usd: ");
		usd_add(b, w->cost_pico);
		buf_addc(b, '\n');
	}
	add_int(b, "turns", w->turns);
	add_int(b, "sessions", w->sessions);
	add_int(b, "commits", w->commits);
	add_int(b, "lines_added", w->lines_added);
	add_int(b, "lines_removed", w->lines_removed);
	add_text(b, "model", w->model);
	if (w->cache_hit.kind == CELL_REAL)
		buf_printf(b, "cache_hit: %.4f\n", w->cache_hit.r);
	add_text(b, "pull_requests", w->prs);
	buf_addz(b, "---\n");
}

// No line of the user's can begin a block of Markdown: it stands behind other words, or alone with
// what could begin one escaped.
static void add_line(struct buf *b, struct str s)
{
	if (s.n && strchr("#>-+*=|~`0123456789", s.p[0]))
		buf_addc(b, '\\');
	text_add_clean(b, s);
	buf_addc(b, '\n');
}

static bool add_page(struct arena *a, const struct work_row *w, struct buf *b, struct err *e)
{
	const struct work_note_row *notes;
	size_t n;
	if (!work_read_notes(a, w->id, &notes, &n, e))
		return false;
	add_front_matter(b, w);
	buf_addz(b, "\n# ");
	text_add_clean(b, w->goal);
	buf_addc(b, '\n');
	for (size_t i = 0; i < n; i++) {
		struct cell at = {.kind = CELL_INT, .i = notes[i].at_ms};
		buf_addz(b, i ? "- " : "\n- ");
		value_add_human(b, VALUE_TIME, &at);
		buf_addc(b, ' ');
		text_add_clean(b, notes[i].text);
		buf_addc(b, '\n');
	}
	if (w->lesson.n) {
		buf_addz(b, "\n## Lesson\n\n");
		add_line(b, w->lesson);
	}
	return true;
}

bool command_work_show(struct command_call *call, struct err *e)
{
	AUTO(buf_free) struct buf b = {0};
	const struct work_row *all;
	struct work_row one;
	size_t n;
	int64_t id;
	if (call->args->n_positionals) {
		if (!str_int(call->args->positionals[0], 1, INT64_MAX, &id))
			return err_set(e, ERR_USAGE,
				"%.*s: not the number of a work session; `ccl work list` has them",
				STR_ARG(call->args->positionals[0]));
		if (!work_read(call->arena, id, &one, NULL, e))
			return false;
	} else {
		if (!work_read_all(call->arena, &all, &n, e))
			return false;
		if (!n)
			return err_set(e, ERR_NO_INPUT,
				"there is no work session: `ccl work start TYPE \"GOAL\"` starts "
				"one");
		one = all[0];
	}
	if (!add_page(call->arena, &one, &b, e))
		return false;
	if (fwrite(b.p, 1, b.n, stdout) == b.n && fflush(stdout) == 0)
		return true;
	return err_set(e, ERR_IO, "cannot write the output: %s", strerror(errno));
}

// Its own file of an earlier export is written over, a link is not followed.
static bool write_page(struct str folder, const struct work_row *w, const struct buf *b,
	struct arena *a, struct err *e)
{
	const char *path = arena_printf(
		a, "%.*s/work-%04lld-%.*s.md", STR_ARG(folder), (long long)w->id, STR_ARG(w->type));
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, b->p, b->n) == (ssize_t)b->n;
	int why = errno;
	ok = (fd < 0 || close(fd) == 0) && ok;
	return ok || err_set(e, ERR_IO, "cannot write %s: %s", path, strerror(why));
}

bool command_work_export(struct command_call *call, struct err *e)
{
	const struct work_row *all;
	size_t n;
	if (!work_read_all(call->arena, &all, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		AUTO(buf_free) struct buf b = {0};
		if (!add_page(call->arena, &all[i], &b, e) ||
			!write_page(call->args->positionals[0], &all[i], &b, call->arena, e))
			return false;
	}
	(void)printf("%zu work session%s written to %.*s.\n", n, n == 1 ? "" : "s",
		STR_ARG(call->args->positionals[0]));
	return true;
}
