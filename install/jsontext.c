// SPDX-License-Identifier: MIT
#include "jsontext.h"

#include <string.h>

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

// The blanks at the beginning of the line on which p stands.
static struct str line_margin(struct str text, const char *p)
{
	const char *start = p, *end;
	while (start > text.p && !is_line_end(start[-1]))
		start--;
	for (end = start; end < p && (*end == ' ' || *end == '\t'); end++)
		;
	return (struct str){start, (size_t)(end - start)};
}

static bool is_first_on_line(struct str text, const char *p)
{
	struct str margin = line_margin(text, p);
	return margin.p + margin.n == p;
}

static bool has_line_end(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_line_end(s.p[i]))
			return true;
	return false;
}

struct jsontext_style jsontext_style_of(struct str text, struct str root)
{
	struct jsontext_style style = {STR("\n"), STR("  "), false, true};
	const char *lf = text.n ? memchr(text.p, '\n', text.n) : NULL;
	if (lf && lf > text.p && lf[-1] == '\r')
		style.eol = STR("\r\n");
	struct settings_item it = {0};
	if (!settings_next(root, &it))
		return style;
	style.is_one_line = !has_line_end(root);
	if (it.key.p) {
		char behind_colon = it.value.p[-1];
		style.is_spaced = behind_colon != ':';
	}
	do {
		const char *start = settings_extent(&it).p;
		if (!is_first_on_line(text, start))
			continue;
		struct str outer = line_margin(text, root.p), inner = line_margin(text, start);
		style.indent = str_from(inner, outer.n);
		break;
	} while (settings_next(root, &it));
	return style;
}

void jsontext_splice(struct buf *text, const char *at, size_t n_cut, struct str put)
{
	size_t start = (size_t)(at - text->p), n_behind = text->n - start - n_cut;
	buf_reserve(text, put.n);
	char *p = text->p + start;
	memmove(p + put.n, p + n_cut, n_behind);
	if (put.n)
		memcpy(p, put.p, put.n);
	text->n = start + put.n + n_behind;
}

static void break_line(
	struct buf *out, const struct jsontext_style *style, struct str margin, size_t depth)
{
	buf_add(out, style->eol);
	buf_add(out, margin);
	while (depth--)
		buf_add(out, style->indent);
}

void jsontext_render(struct buf *out, const struct jsontext_style *style, struct str value,
	struct str margin, bool is_one_line)
{
	size_t depth = 0;
	bool is_string = false;
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i], next = i + 1 < value.n ? value.p[i + 1] : '\0';
		bool is_closing = !is_string && (c == '}' || c == ']');
		bool was_opened = i && (value.p[i - 1] == '{' || value.p[i - 1] == '[');
		if (is_closing && depth-- && !was_opened && !is_one_line)
			break_line(out, style, margin, depth);
		buf_addc(out, c);
		if (is_string && c == '\\') {
			buf_addc(out, next);
			i++;
		} else if (c == '"') {
			is_string = !is_string;
		} else if (!is_string && (c == '{' || c == '[')) {
			depth++;
			if (next != '}' && next != ']' && !is_one_line)
				break_line(out, style, margin, depth);
		} else if (!is_string && c == ',' && !is_one_line) {
			break_line(out, style, margin, depth);
		} else if (!is_string && (c == ':' || c == ',') && style->is_spaced) {
			buf_addc(out, ' ');
		}
	}
}

static void render_item(struct buf *out, const struct jsontext_style *style, const char *key,
	struct str value, struct str margin, bool is_one_line)
{
	if (key) {
		jsontext_put_string(out, str_of(key));
		buf_addz(out, style->is_spaced ? ": " : ":");
	}
	jsontext_render(out, style, value, margin, is_one_line);
}

static void insert_behind(struct buf *text, const struct jsontext_style *style,
	const struct settings_item *after, const char *key, struct str value)
{
	AUTO(buf_free) struct buf put = {0};
	struct str extent = settings_extent(after);
	bool is_on_lines = is_first_on_line(buf_str(text), extent.p);
	struct str margin = line_margin(buf_str(text), extent.p);
	buf_addc(&put, ',');
	if (is_on_lines)
		break_line(&put, style, margin, 0);
	else if (style->is_spaced)
		buf_addc(&put, ' ');
	render_item(&put, style, key, value, margin, !is_on_lines);
	jsontext_splice(text, extent.p + extent.n, 0, buf_str(&put));
}

static void insert_first(struct buf *text, const struct jsontext_style *style, struct str container,
	const char *key, struct str value)
{
	AUTO(buf_free) struct buf put = {0};
	AUTO(buf_free) struct buf inner = {0};
	bool is_one_line = style->is_one_line, is_bare = container.n == 2;
	struct str margin = line_margin(buf_str(text), container.p);
	buf_add(&inner, margin);
	buf_add(&inner, style->indent);
	if (is_bare && !is_one_line)
		break_line(&put, style, buf_str(&inner), 0);
	render_item(&put, style, key, value, buf_str(&inner), is_one_line);
	if (is_bare && !is_one_line)
		break_line(&put, style, margin, 0);
	jsontext_splice(text, container.p + 1, 0, buf_str(&put));
}

void jsontext_insert(struct buf *text, const struct jsontext_style *style, struct str container,
	const struct settings_item *after, const char *key, struct str value)
{
	struct settings_item it = {0}, last = {0};
	while (!after && settings_next(container, &it))
		last = it;
	if (after || last.value.p)
		insert_behind(text, style, after ? after : &last, key, value);
	else
		insert_first(text, style, container, key, value);
}

void jsontext_remove(struct buf *text, struct str container, const struct settings_item *item)
{
	struct str extent = settings_extent(item);
	const char *start = extent.p, *end = extent.p + extent.n;
	struct settings_item it = {0}, prev = {0};
	while (settings_next(container, &it) && it.value.p != item->value.p)
		prev = it;
	if (prev.value.p) {
		start = prev.value.p + prev.value.n;
	} else if (settings_next(container, &it)) {
		end = settings_extent(&it).p;
	} else if (start > container.p + 1) {
		start = container.p + 1;
		end = container.p + container.n - 1;
	}
	jsontext_splice(text, start, (size_t)(end - start), STR_NONE);
}

void jsontext_put_string(struct buf *out, struct str utf8)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < utf8.n; i++) {
		unsigned char c = (unsigned char)utf8.p[i];
		if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}
