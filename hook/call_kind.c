// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "watch.h"

static bool is_poll(struct str tool, struct str target, const struct rules *r)
{
	static const char tools[] =
		" BashOutput TaskOutput AgentOutput AgentOutputTool TaskGet TaskList "
		"Monitor KillShell TodoWrite ScheduleWakeup ";
	static const char programs[] = " sleep wait watch tail ";
	struct str rest, program = str_split(target, ' ', &rest);
	bool is_bash = str_is(tool, "Bash");
	struct str word = is_bash ? program : tool;
	char text[80];
	if (!word.n || word.n > 64)
		return false;
	(void)snprintf(text, sizeof text, " %.*s ", STR_ARG(word));
	return str_has(str_of(is_bash ? programs : tools), text) || str_has(str_of(r->polls), text);
}

static bool is_progress(struct str tool, struct str target)
{
	static const char *const words[] = {
		"git commit", "pytest", "ctest", "jest", "vitest", "rspec", "phpunit", "tox"};
	if (str_is(tool, "Edit") || str_is(tool, "Write") || str_is(tool, "MultiEdit") ||
		str_is(tool, "NotebookEdit"))
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(target, words[i]))
			return true;
	return str_ends(target, " test") || str_ends(target, " check");
}

static bool same_kind(const void *value, const void *key)
{
	const struct call_kind *a = value, *b = key;
	return a->name_id == b->name_id && a->target_id == b->target_id;
}

static bool read_word(struct watcher *w, int64_t id, struct str *out, struct err *e)
{
	bool has_row;
	sqlite3_stmt *s = store_sql(w->st, "SELECT text FROM name WHERE id = :id", e);
	*out = STR_NONE;
	if (!s)
		return false;
	store_bind(s, "i", id);
	if (!store_step(w->st, s, &has_row, e))
		return false;
	if (has_row)
		*out = arena_str(&w->arena, store_column(s, 0));
	(void)sqlite3_reset(s);
	return true;
}

static bool read_words(struct watcher *w, struct call_kind *k, struct err *e)
{
	struct str tool, target;
	if (!read_word(w, k->name_id, &tool, e) || !read_word(w, k->target_id, &target, e))
		return false;
	k->is_poll = is_poll(tool, target, &w->rules);
	k->is_progress = is_progress(tool, target);
	return true;
}

bool watch_kind(struct watcher *w, int64_t name_id, int64_t target_id, const struct call_kind **out,
	struct err *e)
{
	struct call_kind key = {.name_id = name_id, .target_id = target_id};
	uint64_t hash =
		((uint64_t)name_id << 32 ^ (uint64_t)target_id) * UINT64_C(0x9e3779b97f4a7c15);
	*out = table_find(&w->kinds, hash, same_kind, &key);
	if (*out)
		return true;
	if (!read_words(w, &key, e))
		return false;
	struct call_kind *k = arena_alloc(&w->arena, sizeof *k);
	*k = key;
	table_add(&w->kinds, hash, k);
	*out = k;
	return true;
}

void watch_close(struct watcher *w)
{
	pricer_close(&w->pricer);
	table_free(&w->kinds);
	arena_free(&w->arena);
}
