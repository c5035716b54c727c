// SPDX-License-Identifier: MIT
#include "statusline.h"

#include <stdio.h>

#include "command.h"
#include "jsontext.h"
#include "need.h"
#include "path.h"

#define WITH " statusline --with '"

// The command goes where % is.
static const char *const values[] = {
	[ORIGIN_NO_KEY] = "{\"type\":\"command\",\"command\":%,\"padding\":0}",
	[ORIGIN_EMPTY] = "{\"padding\":0,\"type\":\"command\",\"command\":%}",
	[ORIGIN_NO_FILE] = "{\"padding\":0,\"command\":%,\"type\":\"command\"}",
	[ORIGIN_BLANK_FILE] = "{\"command\":%,\"padding\":0,\"type\":\"command\"}",
};

// What `statusLine` holds; slices of the text.
struct line {
	struct settings_item command;
	struct str text;       // of it, unquoted
	struct command parsed; // what it says
	bool is_own;
};

// What can be seen of it, whatever the types.
static struct line look(struct arena *a, struct str value)
{
	struct line l = {0};
	struct str word;
	(void)settings_find(value, "command", &l.command);
	l.text = settings_string(a, l.command.value);
	l.parsed = command_parse(a, l.text);
	struct str rest = l.parsed.after;
	l.is_own = str_is(path_base(l.parsed.program), "ccl") &&
		   command_next_word(a, &rest, &word) && str_is(word, "statusline");
	return l;
}

static bool is_right(const struct line *l, struct str ccl_path)
{
	return str_eq(l->parsed.program, ccl_path) && l->parsed.is_literal;
}

// Refuses what Claude Code would not run either, and what would be ambiguous.
static bool check(struct str file, struct str text, struct str *out_root, struct err *e)
{
	struct need n = {file, text, e};
	struct settings_item line, type, command;
	struct str root;
	if (!settings_check(file, text, &root, e) || !need_type(&n, root, '{', "the whole") ||
		!need_once(&n, root, "statusLine", &line))
		return false;
	*out_root = root;
	if (!line.value.p || settings_type(line.value) == 'n')
		return true;
	if (!need_type(&n, line.value, '{', "`statusLine`") ||
		!need_once(&n, line.value, "type", &type) ||
		!need_once(&n, line.value, "command", &command))
		return false;
	if (!settings_string_is(type.value, "command"))
		return need_refuse(&n, type.value.p ? type.value.p : line.value.p, "`statusLine`",
			type.value.p ? "has another `type` than \"command\""
				     : "has no `type`, which should be \"command\"");
	if (!command.value.p)
		return need_refuse(&n, line.value.p, "`statusLine`", "has no `command`");
	if (!need_type(&n, command.value, '"', "`command` of `statusLine`"))
		return false;
	struct arena a = {0};
	bool is_blank = str_trim(settings_string(&a, command.value)).n == 0;
	arena_free(&a);
	return !is_blank ||
	       need_refuse(&n, command.value.p, "`command` of `statusLine`", "is empty");
}

// What stands between the quotes of a JSON string that says `path`, a word for the shell.
static void put_program(struct buf *out, struct str path)
{
	AUTO(buf_free) struct buf word = {0};
	AUTO(buf_free) struct buf json = {0};
	command_quote(&word, path);
	jsontext_put_string(&json, buf_str(&word));
	buf_add(out, (struct str){json.p + 1, json.n - 2});
}

static void put_value(struct buf *out, struct str ccl_path, enum origin origin)
{
	AUTO(buf_free) struct buf command = {0};
	buf_addc(&command, '"');
	put_program(&command, ccl_path);
	buf_addz(&command, " statusline\"");
	struct str behind;
	buf_add(out, str_split(str_of(values[origin]), '%', &behind));
	buf_add(out, buf_str(&command));
	buf_add(out, behind);
}

// How many bytes at the beginning of `raw`, the inside of a JSON string, are one ' or one other
// character or escape of which a part alone would mean something else.
static size_t unit(struct str raw, bool *out_is_quote)
{
	bool is_escaped = str_starts(raw, "\\u0027");
	*out_is_quote = raw.p[0] == '\'' || is_escaped;
	return is_escaped ? 6 : raw.p[0] == '\\' && raw.n > 1 ? 2 : 1;
}

// The inside of a JSON string, as it would have to stand between the single quotes of a shell.
static void quote(struct buf *out, struct str raw)
{
	bool is_quote;
	for (size_t n; raw.n; raw = str_from(raw, n)) {
		n = unit(raw, &is_quote);
		if (is_quote)
			buf_addz(out, "'\\\\");
		buf_add(out, (struct str){raw.p, n});
		if (is_quote)
			buf_addc(out, '\'');
	}
}

// The reverse, of what stands behind the opening quote. False: that was not made so.
static bool unquote(struct buf *out, struct str raw)
{
	bool is_quote;
	for (size_t n; raw.n; raw = str_from(raw, n)) {
		n = unit(raw, &is_quote);
		if (is_quote && raw.n == n)
			return n == 1;
		if (is_quote) {
			raw = str_from(raw, n);
			if (!str_starts(raw, "\\\\") || raw.n < 4)
				return false;
			raw = str_from(raw, 2);
			n = unit(raw, &is_quote);
			if (!is_quote || raw.n == n || raw.p[n] != '\'')
				return false;
			buf_add(out, (struct str){raw.p, n});
			n++;
		} else {
			buf_add(out, (struct str){raw.p, n});
		}
	}
	return false;
}

// The command that ours runs besides, as a JSON string. False: none.
static bool find_inner(struct arena *a, const struct line *l, struct buf *out)
{
	const char *end = l->command.value.p + l->command.value.n - 1;
	const char *behind = settings_string_at(l->command.value, l->text.n - l->parsed.after.n);
	struct str raw = {behind, (size_t)(end - behind)}, rest = l->parsed.after, word;
	buf_addc(out, '"');
	if (str_starts(raw, WITH) && unquote(out, str_from(raw, sizeof WITH - 1))) {
		buf_addc(out, '"');
		return true;
	}
	buf_clear(out); // somebody has spelled it in another way
	while (command_next_word(a, &rest, &word)) {
		bool has_value = str_starts(word, "--with=");
		if (!has_value && (!str_is(word, "--with") || !command_next_word(a, &rest, &word)))
			continue;
		jsontext_put_string(out, has_value ? str_from(word, 7) : word);
		return true;
	}
	return false;
}

// The order of its three keys by their first letters, if it is ours alone.
enum origin statusline_origin(struct str value)
{
	struct settings_item type, command, padding;
	struct arena a = {0};
	struct buf inner = {0};
	struct line l = look(&a, value);
	bool is_alone = l.is_own && !find_inner(&a, &l, &inner);
	buf_free(&inner);
	arena_free(&a);
	if (!is_alone || !settings_find(value, "type", &type) ||
		!settings_find(value, "command", &command) ||
		!settings_find(value, "padding", &padding))
		return ORIGIN_NO_KEY;
	const char *t = type.key.p, *c = command.key.p, *p = padding.key.p;
	return p < t && t < c   ? ORIGIN_EMPTY
	       : p < c && c < t ? ORIGIN_NO_FILE
	       : c < p && p < t ? ORIGIN_BLANK_FILE
				: ORIGIN_NO_KEY;
}

// There is no status line: `item` is null, or a zero item.
static void put_new(struct buf *text, const struct jsontext_style *style, struct str root,
	const struct settings_item *item, struct str ccl_path, struct buf *notes)
{
	AUTO(buf_free) struct buf value = {0};
	AUTO(buf_free) struct buf rendered = {0};
	put_value(&value, ccl_path, item->value.p ? ORIGIN_EMPTY : origin_of_new(root));
	buf_addz(notes, "added the status line\n");
	if (!item->value.p) {
		jsontext_insert(text, style, root, NULL, "statusLine", buf_str(&value));
		return;
	}
	jsontext_render(&rendered, style, buf_str(&value), STR_NONE, true);
	jsontext_splice(text, item->value.p, item->value.n, buf_str(&rendered));
}

// Ours is there, of a ccl at another place.
static void update(struct buf *text, const struct line *l, struct str ccl_path, struct buf *notes)
{
	AUTO(buf_free) struct buf put = {0};
	struct str value = l->command.value;
	const char *start = settings_string_at(value, l->parsed.before.n),
		   *end = settings_string_at(value, l->text.n - l->parsed.after.n);
	buf_addz(notes, "updated the status line, which ran ");
	jsontext_put_string(notes, l->parsed.program);
	buf_addc(notes, '\n');
	put_program(&put, ccl_path);
	jsontext_splice(text, start, (size_t)(end - start), buf_str(&put));
}

// Another program's is there.
static void put_around(
	struct buf *text, const struct line *l, struct str ccl_path, struct buf *notes)
{
	AUTO(buf_free) struct buf put = {0};
	struct str value = l->command.value;
	buf_printf(notes, "put ccl around the status line that was there, which still runs: ");
	buf_add(notes, value);
	buf_addc(notes, '\n');
	buf_addc(&put, '"');
	put_program(&put, ccl_path);
	buf_addz(&put, WITH);
	quote(&put, (struct str){value.p + 1, value.n - 2});
	buf_addz(&put, "'\"");
	jsontext_splice(text, value.p, value.n, buf_str(&put));
}

// The same slice, of a copy.
static struct str moved(struct str slice, struct str text, const struct buf *copy)
{
	return slice.p ? (struct str){copy->p + (slice.p - text.p), slice.n} : STR_NONE;
}

static void fill(struct str ccl_path, struct str text, struct buf *out, struct buf *notes)
{
	AUTO(buf_free) struct buf value = {0};
	buf_addz(&value, "{\"statusLine\":");
	put_value(&value, ccl_path, text.p ? ORIGIN_BLANK_FILE : ORIGIN_NO_FILE);
	buf_addc(&value, '}');
	origin_fill(out, text, buf_str(&value));
	buf_addz(notes, "added the status line\n");
}

bool statusline_put(struct str file, struct str ccl_path, struct str text, struct buf *out,
	struct buf *notes, struct err *e)
{
	struct str root;
	struct settings_item item;
	struct arena a = {0};
	if (settings_is_blank(text)) {
		fill(ccl_path, text, out, notes);
		return true;
	}
	if (!check(file, text, &root, e))
		return false;
	struct jsontext_style style = jsontext_style_of(text, root);
	buf_add(out, text);
	root = moved(root, text, out);
	(void)settings_find(root, "statusLine", &item);
	struct line l = look(&a, item.value);
	if (!l.command.value.p)
		put_new(out, &style, root, &item, ccl_path, notes);
	else if (!l.is_own)
		put_around(out, &l, ccl_path, notes);
	else if (!is_right(&l, ccl_path))
		update(out, &l, ccl_path, notes);
	arena_free(&a);
	return true;
}

static void cut(struct buf *text, struct str root, const struct settings_item *item,
	bool *out_is_nothing, struct buf *notes)
{
	enum origin origin = statusline_origin(item->value);
	buf_addz(notes, "took out the status line\n");
	if (origin == ORIGIN_EMPTY)
		jsontext_splice(text, item->value.p, item->value.n, STR("null"));
	else
		origin_leave(text, origin, root, item, out_is_nothing);
}

bool statusline_cut(struct str file, struct str text, struct buf *out, bool *out_is_nothing,
	struct buf *notes, struct err *e)
{
	AUTO(buf_free) struct buf inner = {0};
	struct str root = STR_NONE;
	struct settings_item item;
	struct arena a = {0};
	if (!settings_is_blank(text) && !check(file, text, &root, e))
		return false;
	*out_is_nothing = false;
	buf_add(out, text);
	root = moved(root, text, out);
	(void)settings_find(root, "statusLine", &item);
	struct line l = look(&a, item.value);
	if (l.is_own && find_inner(&a, &l, &inner)) {
		buf_addz(notes, "the status line is again ");
		buf_add(notes, buf_str(&inner));
		buf_addc(notes, '\n');
		jsontext_splice(out, l.command.value.p, l.command.value.n, buf_str(&inner));
	} else if (l.is_own) {
		cut(out, root, &item, out_is_nothing, notes);
	}
	arena_free(&a);
	return true;
}

bool statusline_survey(struct str file, struct str ccl_path, struct str text,
	struct statusline_state *out, struct err *e)
{
	AUTO(buf_free) struct buf inner = {0};
	struct str root = STR_NONE;
	struct settings_item item, disable;
	struct arena a = {0};
	if (!settings_is_blank(text) && !check(file, text, &root, e))
		return false;
	(void)settings_find(root, "statusLine", &item);
	struct line l = look(&a, item.value);
	*out = (struct statusline_state){.wiring = !l.is_own                ? INSTALL_MISSING
						   : is_right(&l, ccl_path) ? INSTALL_WIRED
									    : INSTALL_OUTDATED,
		.is_around = l.is_own && find_inner(&a, &l, &inner)};
	(void)settings_find(root, "disableAllHooks", &disable);
	if (settings_is_true(disable.value))
		(void)snprintf(out->hidden, sizeof out->hidden,
			"%.*s: disableAllHooks is true, which hides it, too: take that line out",
			STR_ARG(file));
	arena_free(&a);
	return true;
}

bool statusline_is_in(struct str text)
{
	struct str root;
	struct settings_item item;
	struct err ignored;
	struct arena a = {0};
	bool is_own = settings_check(STR(""), text, &root, &ignored) &&
		      settings_find(root, "statusLine", &item) && look(&a, item.value).is_own;
	arena_free(&a);
	return is_own;
}
