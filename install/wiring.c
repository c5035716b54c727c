// SPDX-License-Identifier: MIT
#include "wiring.h"

#include <assert.h>

#include "command.h"
#include "entries.h"
#include "jsontext.h"

// In the order of wiring_events. The first four are always wanted.
enum {
	STOP,
	SUBAGENT_STOP,
	SESSION_END,
	SESSION_START,
	USER_PROMPT_SUBMIT,
	PRE_TOOL_USE,
	POST_TOOL_USE,
	N_ORDERED = USER_PROMPT_SUBMIT
};

// See wiring.h.
static const int orders[][N_ORDERED] = {
	[ORIGIN_NO_KEY] = {STOP, SUBAGENT_STOP, SESSION_END, SESSION_START},
	[ORIGIN_EMPTY] = {SESSION_START, STOP, SUBAGENT_STOP, SESSION_END},
	[ORIGIN_NO_FILE] = {STOP, SUBAGENT_STOP, SESSION_START, SESSION_END},
	[ORIGIN_BLANK_FILE] = {SUBAGENT_STOP, STOP, SESSION_END, SESSION_START},
};

// Seconds, 0 for none. ccl-hook is done after 0.2 s at most, and Claude Code waits for it: without
// a limit a home folder that hangs would hold a turn for the default of 600 s (60 s in 2025). At
// SessionEnd all hooks share 1.5 s, and any timeout in a settings file *raises* that for all of
// them, which the user pays at every exit: so none there. Prompts and tool calls wait for theirs,
// again and again: a hanging folder is given up sooner.
static const int timeouts_s[INSTALL_N_EVENTS] = {
	[STOP] = 10,
	[SUBAGENT_STOP] = 10,
	[SESSION_END] = 0,
	[SESSION_START] = 10,
	[USER_PROMPT_SUBMIT] = 5,
	[PRE_TOOL_USE] = 5,
	[POST_TOOL_USE] = 5,
};

static int event_at(enum origin origin, int k)
{
	return k < N_ORDERED ? orders[origin][k] : k;
}

struct job {
	const struct wiring_want *want;
	struct jsontext_style style;
	enum origin origin;
	struct buf *text, *notes;
	struct arena scratch;
	bool is_noted[INSTALL_N_EVENTS];
};

// What one look at the text finds. Slices of the text, gone with the next change.
struct stock {
	struct str root;
	struct settings_item hooks; // zero if there is none
	size_t n_entries[INSTALL_N_EVENTS], n_stray;
	struct entry keep[INSTALL_N_EVENTS]; // the one of several that stays
	struct entry_plan plan[INSTALL_N_EVENTS];
	bool has_keep[INSTALL_N_EVENTS];
	struct entry drop;    // the first that has to go
	const char *why_drop; // NULL: none has to
};

static const char *why_unwanted(const struct wiring_want *want)
{
	return want->has_guard ? "no budget is enforced" : "the guard is off";
}

static void set_drop(struct stock *s, const struct entry *it, const char *why)
{
	if (s->why_drop)
		return;
	s->drop = *it;
	s->why_drop = why;
}

static void take_stock(
	struct arena *a, const struct wiring_want *want, struct str root, struct stock *s)
{
	struct entry it = {0};
	struct entry_plan plan;
	*s = (struct stock){.root = root};
	(void)settings_find(root, "hooks", &s->hooks);
	while (entries_next(a, s->hooks.value, want->hook_path, &it)) {
		int i = entries_event(&it);
		if (i < 0) {
			s->n_stray++;
			set_drop(s, &it, "ccl does not use this event");
			continue;
		}
		s->n_entries[i]++;
		if (!wiring_wants(want, (size_t)i)) {
			set_drop(s, &it, why_unwanted(want));
			continue;
		}
		entries_plan(a, want, &it, &plan);
		if (plan.is_beyond_repair) {
			set_drop(s, &it, "it would not run every time");
		} else if (s->has_keep[i] && (s->plan[i].is_right || !plan.is_right)) {
			set_drop(s, &it, "it stood there more than once");
		} else {
			if (s->has_keep[i])
				set_drop(s, &s->keep[i], "it stood there more than once");
			s->keep[i] = it;
			s->plan[i] = plan;
			s->has_keep[i] = true;
		}
	}
}

static void put_group(
	struct buf *out, const struct wiring_want *want, int event, bool was_empty_array)
{
	AUTO(buf_free) struct buf command = {0};
	if (want->form == WIRING_EXEC)
		buf_add(&command, want->hook_path);
	else
		command_quote(&command, want->hook_path);
	buf_addz(out, was_empty_array ? "{\"hooks\":[{\"command\":"
				      : "{\"hooks\":[{\"type\":\"command\",\"command\":");
	jsontext_put_string(out, buf_str(&command));
	if (want->form == WIRING_EXEC)
		buf_addz(out, ",\"args\":[]");
	if (was_empty_array)
		buf_addz(out, ",\"type\":\"command\"");
	if (timeouts_s[event])
		buf_printf(out, ",\"timeout\":%d", timeouts_s[event]);
	buf_addz(out, "}]}");
}

static void put_hooks(
	struct buf *out, const struct wiring_want *want, enum origin origin, struct buf *notes)
{
	for (int k = 0; k < INSTALL_N_EVENTS; k++) {
		int i = event_at(origin, k);
		if (!wiring_wants(want, (size_t)i))
			continue;
		buf_printf(out, "%c\"%s\":[", k ? ',' : '{', wiring_events[i]);
		put_group(out, want, i, false);
		buf_addc(out, ']');
		buf_printf(notes, "added a hook for %s\n", wiring_events[i]);
	}
	buf_addc(out, '}');
}

// Takes an entry out, and what held nothing else.
static void drop(struct buf *text, struct str hooks, const struct entry *it)
{
	if (settings_count(it->handlers) > 1)
		jsontext_remove(text, it->handlers, &it->handler);
	else if (settings_count(it->event.value) > 1 || entries_filled_empty_array(it))
		jsontext_remove(text, it->event.value, &it->group);
	else
		jsontext_remove(text, hooks, &it->event);
}

static void update(struct job *j, int event, const struct entry *it, const struct entry_plan *plan)
{
	AUTO(buf_free) struct buf command = {0};
	if (!j->is_noted[event]) {
		buf_printf(j->notes, "updated the hook for %s, which ran ", wiring_events[event]);
		jsontext_put_string(j->notes, plan->program);
		buf_addc(j->notes, '\n');
		j->is_noted[event] = true;
	}
	struct str now = settings_string(&j->scratch, plan->command.value);
	if (plan->hinder.value.p) {
		jsontext_remove(j->text, it->handler.value, &plan->hinder);
	} else if (!str_eq(now, plan->text)) {
		jsontext_put_string(&command, plan->text);
		jsontext_splice(
			j->text, plan->command.value.p, plan->command.value.n, buf_str(&command));
	} else if (plan->args_change == ENTRY_ARGS_ADD) {
		jsontext_insert(
			j->text, &j->style, it->handler.value, &plan->command, "args", STR("[]"));
	} else {
		jsontext_remove(j->text, it->handler.value, &plan->args);
	}
}

static void add(struct job *j, const struct stock *s, int event)
{
	AUTO(buf_free) struct buf value = {0};
	struct settings_item array;
	if (!s->hooks.value.p) {
		put_hooks(&value, j->want, j->origin, j->notes);
		jsontext_insert(j->text, &j->style, s->root, NULL, "hooks", buf_str(&value));
		return;
	}
	buf_printf(j->notes, "added a hook for %s\n", wiring_events[event]);
	if (settings_find(s->hooks.value, wiring_events[event], &array)) {
		put_group(&value, j->want, event, settings_count(array.value) == 0);
		jsontext_insert(j->text, &j->style, array.value, NULL, NULL, buf_str(&value));
		return;
	}
	buf_addc(&value, '[');
	put_group(&value, j->want, event, false);
	buf_addc(&value, ']');
	jsontext_insert(
		j->text, &j->style, s->hooks.value, NULL, wiring_events[event], buf_str(&value));
}

// Our own edits keep the text well-formed.
static struct str root_of(const struct buf *text)
{
	struct str root = STR_NONE;
	struct err e;
	bool is_good = settings_check(STR("settings"), buf_str(text), &root, &e);
	assert(is_good);
	return root;
}

// One change; false when nothing is left to do.
static bool apply_step(struct job *j)
{
	struct stock s;
	take_stock(&j->scratch, j->want, root_of(j->text), &s);
	if (s.why_drop) {
		buf_printf(j->notes, "took out the hook under %.*s: %s\n",
			STR_ARG(s.drop.event.key), s.why_drop);
		drop(j->text, s.hooks.value, &s.drop);
		return true;
	}
	for (int i = 0; i < INSTALL_N_EVENTS; i++) {
		if (!s.has_keep[i] || s.plan[i].is_right)
			continue;
		update(j, i, &s.keep[i], &s.plan[i]);
		return true;
	}
	for (int k = 0; k < INSTALL_N_EVENTS; k++) {
		int i = event_at(j->origin, k);
		if (s.has_keep[i] || !wiring_wants(j->want, (size_t)i))
			continue;
		add(j, &s, i);
		return true;
	}
	return false;
}

static void write_whole(
	const struct wiring_want *want, struct str text, struct buf *out, struct buf *notes)
{
	AUTO(buf_free) struct buf value = {0};
	buf_addz(&value, "{\"hooks\":");
	put_hooks(&value, want, text.p ? ORIGIN_BLANK_FILE : ORIGIN_NO_FILE, notes);
	buf_addc(&value, '}');
	origin_fill(out, text, buf_str(&value));
}

static bool check_text(
	const struct wiring_want *want, struct str text, struct str *out_root, struct err *e)
{
	return settings_check(want->file, text, out_root, e) &&
	       entries_check(want, text, *out_root, e);
}

bool wiring_survey(
	const struct wiring_want *want, struct str text, struct wiring_survey *out, struct err *e)
{
	struct str root = STR_NONE;
	struct settings_item disable;
	struct stock s;
	struct arena a = {0};
	if (!settings_is_blank(text) && !check_text(want, text, &root, e))
		return false;
	take_stock(&a, want, root, &s);
	*out = (struct wiring_survey){.n_stray = s.n_stray};
	for (size_t i = 0; i < INSTALL_N_EVENTS; i++) {
		struct install_event *event = &out->events[i];
		size_t n = s.n_entries[i];
		event->name = wiring_events[i];
		event->need = wiring_needs[i];
		event->n_entries = n;
		event->wiring = !wiring_wants(want, i) ? n ? INSTALL_UNWANTED : INSTALL_UNUSED
				: n == 0               ? INSTALL_MISSING
				: n > 1                ? INSTALL_DUPLICATE
				: s.plan[i].is_right   ? INSTALL_WIRED
						       : INSTALL_OUTDATED;
	}
	(void)settings_find(root, "disableAllHooks", &disable);
	out->is_all_disabled = settings_is_true(disable.value);
	arena_free(&a);
	return true;
}

bool wiring_apply(const struct wiring_want *want, struct str text, struct buf *out,
	struct buf *notes, struct err *e)
{
	struct str root;
	struct settings_item hooks;
	if (settings_is_blank(text)) {
		write_whole(want, text, out, notes);
		return true;
	}
	if (!check_text(want, text, &root, e))
		return false;
	bool has_hooks = settings_find(root, "hooks", &hooks);
	struct job job = {.want = want,
		.style = jsontext_style_of(text, root),
		.origin = !has_hooks                    ? origin_of_new(root)
			  : settings_count(hooks.value) ? ORIGIN_NO_KEY
							: ORIGIN_EMPTY,
		.text = out,
		.notes = notes};
	buf_add(out, text);
	while (apply_step(&job))
		arena_reset(&job.scratch);
	arena_free(&job.scratch);
	return true;
}

// Some of our events may be missing, taken out by hand: the order of the others decides.
enum origin wiring_origin(struct str hook_path, struct str hooks)
{
	struct arena a = {0};
	const char *at[INSTALL_N_EVENTS] = {NULL};
	struct entry it = {0};
	while (entries_next(&a, hooks, hook_path, &it)) {
		int i = entries_event(&it);
		if (i >= 0)
			at[i] = it.event.key.p;
	}
	arena_free(&a);
	for (enum origin origin = ORIGIN_NO_KEY; origin <= ORIGIN_BLANK_FILE; origin++) {
		const char *last = NULL;
		bool is_in_order = true;
		for (size_t k = 0; k < N_ORDERED; k++) {
			const char *here = at[orders[origin][k]];
			if (!here)
				continue;
			is_in_order = is_in_order && (!last || last < here);
			last = here;
		}
		if (is_in_order)
			return origin;
	}
	return ORIGIN_NO_KEY; // events came and went since
}

// `hooks` is empty after we left: was it ours, and what holds it?
static void clean_up(struct buf *text, enum origin origin, bool *out_is_nothing)
{
	struct settings_item hooks;
	struct str root = root_of(text);
	if (settings_find(root, "hooks", &hooks) && !settings_count(hooks.value) &&
		origin != ORIGIN_EMPTY)
		origin_leave(text, origin, root, &hooks, out_is_nothing);
}

bool wiring_remove(const struct wiring_want *want, struct str text, struct buf *out,
	bool *out_is_nothing, struct buf *notes, struct err *e)
{
	struct str root = STR_NONE;
	struct settings_item hooks;
	struct arena a = {0};
	if (!settings_is_blank(text) && !check_text(want, text, &root, e))
		return false;
	*out_is_nothing = false;
	buf_add(out, text);
	(void)settings_find(root, "hooks", &hooks);
	enum origin origin = wiring_origin(want->hook_path, hooks.value);
	size_t n_dropped = 0;
	while (hooks.value.p) {
		struct entry it = {0};
		arena_reset(&a);
		(void)settings_find(root_of(out), "hooks", &hooks);
		if (!entries_next(&a, hooks.value, want->hook_path, &it))
			break;
		buf_printf(notes, "took out the hook under %.*s\n", STR_ARG(it.event.key));
		drop(out, hooks.value, &it);
		n_dropped++;
	}
	arena_free(&a);
	if (n_dropped)
		clean_up(out, origin, out_is_nothing);
	return true;
}
