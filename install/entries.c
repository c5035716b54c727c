// SPDX-License-Identifier: MIT
#include "entries.h"

#include "command.h"
#include "need.h"

const char *const wiring_events[INSTALL_N_EVENTS] = {"Stop", "SubagentStop", "SessionEnd",
	"SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse"};

const enum install_need wiring_needs[INSTALL_N_EVENTS] = {
	[4] = INSTALL_FOR_ENFORCE, [5] = INSTALL_FOR_ENFORCE, [6] = INSTALL_FOR_GUARD};

bool wiring_wants(const struct wiring_want *want, size_t event)
{
	switch (wiring_needs[event]) {
	case INSTALL_ALWAYS: break;
	case INSTALL_FOR_GUARD: return want->has_guard;
	case INSTALL_FOR_ENFORCE: return want->has_enforce;
	}
	return true;
}

static bool check_groups(const struct need *c, struct str groups)
{
	struct settings_item group = {0}, list, handler;
	while (settings_next(groups, &group)) {
		if (!need_type(c, group.value, '{', "this group of hooks") ||
			!need_once(c, group.value, "hooks", &list))
			return false;
		if (!list.value.p)
			return need_refuse(c, group.value.p, "this group", "has no key `hooks`");
		if (!need_type(c, list.value, '[', "`hooks` of this group"))
			return false;
		handler = (struct settings_item){0};
		while (settings_next(list.value, &handler))
			if (!need_type(c, handler.value, '{', "this hook"))
				return false;
	}
	return true;
}

bool entries_check(const struct wiring_want *want, struct str text, struct str root, struct err *e)
{
	struct need c = {want->file, text, e};
	struct settings_item hooks, event;
	if (!need_type(&c, root, '{', "the whole") || !need_once(&c, root, "hooks", &hooks))
		return false;
	if (!hooks.value.p)
		return true;
	if (!need_type(&c, hooks.value, '{', "`hooks`"))
		return false;
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++) {
		if (!wiring_wants(want, i))
			continue;
		if (!need_once(&c, hooks.value, wiring_events[i], &event))
			return false;
		if (event.value.p && (!need_type(&c, event.value, '[', wiring_events[i]) ||
					     !check_groups(&c, event.value)))
			return false;
	}
	return true;
}

// The program that a handler starts, if it is ours.
static bool read_program(
	struct arena *a, struct str handler, struct str hook_path, struct command *out)
{
	struct settings_item type, command, args;
	(void)settings_find(handler, "type", &type);
	if (type.value.p && !settings_string_is(type.value, "command"))
		return false;
	if (!settings_find(handler, "command", &command))
		return false;
	struct str text = settings_string(a, command.value);
	if (!text.p)
		return false;
	*out = command_parse(a, text);
	bool is_exec = settings_find(handler, "args", &args) > 0;
	// Exec form; or our path with blanks in it, written by somebody who forgot the quotes.
	// (Quotes in the exec form are a mistake too, so what a shell would make of them is ours as
	// well.)
	if (str_eq(text, hook_path) || (is_exec && command_is_own(text)))
		out->program = text;
	if (is_exec || str_eq(text, hook_path)) {
		out->before = out->after = STR_NONE;
		out->is_literal = is_exec;
	}
	return command_is_own(out->program);
}

bool entries_next(struct arena *a, struct str hooks, struct str hook_path, struct entry *it)
{
	struct command command;
	for (;;) {
		if (settings_next(it->handlers, &it->handler)) {
			if (read_program(a, it->handler.value, hook_path, &command))
				return true;
			continue;
		}
		it->handlers = STR_NONE;
		it->handler = (struct settings_item){0};
		if (it->event.value.p && settings_type(it->event.value) == '[' &&
			settings_next(it->event.value, &it->group)) {
			struct settings_item list;
			(void)settings_find(it->group.value, "hooks", &list);
			if (settings_type(list.value) == '[')
				it->handlers = list.value;
			continue;
		}
		it->group = (struct settings_item){0};
		if (!settings_next(hooks, &it->event))
			return false;
	}
}

int entries_event(const struct entry *it)
{
	for (int i = 0; i < INSTALL_N_EVENTS; i++)
		if (settings_string_is(it->event.key, wiring_events[i]))
			return i;
	return -1;
}

bool entries_filled_empty_array(const struct entry *it)
{
	struct settings_item type, command;
	return settings_find(it->handler.value, "type", &type) &&
	       settings_find(it->handler.value, "command", &command) && command.key.p < type.key.p;
}

// A matcher that lets everything through; on an event without matchers Claude Code ignores it.
static bool is_catch_all(struct str group)
{
	struct settings_item matcher;
	return !settings_find(group, "matcher", &matcher) ||
	       settings_string_is(matcher.value, "") || settings_string_is(matcher.value, "*");
}

// `if` is evaluated on tool events only, where it leaves calls out; elsewhere a hook with it never
// runs. With `async` a run at the end of `claude -p` is killed (measured on 2.1.330), and nothing
// can be refused.
static struct settings_item find_hinder(struct str handler)
{
	struct settings_item it;
	if (settings_find(handler, "if", &it))
		return it;
	if (settings_find(handler, "async", &it) && settings_is_true(it.value))
		return it;
	if (settings_find(handler, "asyncRewake", &it) && settings_is_true(it.value))
		return it;
	return (struct settings_item){0};
}

static void plan_command(struct arena *a, const struct wiring_want *want, struct command now,
	bool is_exec, struct entry_plan *out)
{
	bool is_custom = is_exec ? settings_count(out->args.value) > 0
				 : str_trim(now.before).n || str_trim(now.after).n;
	bool is_path_right = str_eq(now.program, want->hook_path) && now.is_literal;
	bool wants_exec = want->form == WIRING_ANY ? is_exec : want->form == WIRING_EXEC;
	if (is_custom) // with assignments or arguments that somebody put there: only the path is
		       // ours
		wants_exec = is_exec;
	if (wants_exec != is_exec)
		out->args_change = wants_exec ? ENTRY_ARGS_ADD : ENTRY_ARGS_CUT;
	if (wants_exec) {
		out->text = want->hook_path;
		return;
	}
	AUTO(buf_free) struct buf text = {0};
	if (!is_exec && is_path_right) {
		out->text =
			settings_string(a, out->command.value); // whatever quotes it has, they do
		return;
	}
	buf_add(&text, now.before);
	command_quote(&text, want->hook_path);
	buf_add(&text, now.after);
	out->text = arena_str(a, buf_str(&text));
}

void entries_plan(struct arena *a, const struct wiring_want *want, const struct entry *it,
	struct entry_plan *out)
{
	struct str handler = it->handler.value;
	struct settings_item type;
	struct command now = {0};
	*out = (struct entry_plan){0};
	(void)read_program(a, handler, want->hook_path, &now);
	(void)settings_find(handler, "args", &out->args);
	bool is_exec = out->args.value.p != NULL;
	out->program = now.program;
	out->is_beyond_repair = !is_catch_all(it->group.value) ||
				settings_find(handler, "type", &type) != 1 ||
				settings_find(handler, "command", &out->command) != 1 ||
				(is_exec && settings_type(out->args.value) != '[');
	if (out->is_beyond_repair)
		return;
	out->hinder = find_hinder(handler);
	plan_command(a, want, now, is_exec, out);
	out->is_right = !out->hinder.value.p && out->args_change == ENTRY_ARGS_STAY &&
			str_eq(out->text, settings_string(a, out->command.value));
}
