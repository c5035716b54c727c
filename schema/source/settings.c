// SPDX-License-Identifier: MIT
#include "settings.h"

#include <string.h>

struct cursor {
	const char *at, *end;
	const char *why; // the first fault, which is at `at`
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && is_blank(*c->at))
		c->at++;
}

static bool is_next(const struct cursor *c, char ch)
{
	return c->at < c->end && *c->at == ch;
}

static bool fault(struct cursor *c, const char *why)
{
	c->why = why;
	return false;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The four digits of a \u escape, or -1.
static int32_t hex4(const char *p, const char *end)
{
	int32_t v = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int h = hex_value(p[i]);
		if (h < 0)
			return -1;
		v = v * 16 + h;
	}
	return v;
}

static bool check_string(struct cursor *c)
{
	const char *start = c->at++;
	while (c->at < c->end && *c->at != '"') {
		if ((unsigned char)*c->at < 0x20)
			return fault(c, "a line break, tab or control character inside a string");
		if (*c->at++ != '\\')
			continue;
		if (c->at == c->end)
			break;
		if (*c->at == 'u' ? hex4(c->at + 1, c->end) < 0
				  : !strchr("\"\\/bfnrt", *c->at) || !*c->at)
			return fault(c, "an escape that JSON does not have");
		c->at++;
	}
	if (c->at == c->end) {
		c->at = start;
		return fault(c, "a string that is never closed");
	}
	c->at++;
	return true;
}

static bool check_digits(struct cursor *c)
{
	if (c->at == c->end || !is_digit(*c->at))
		return fault(c, "a number that JSON does not have");
	while (c->at < c->end && is_digit(*c->at))
		c->at++;
	return true;
}

static bool check_number(struct cursor *c)
{
	c->at += is_next(c, '-');
	if (is_next(c, '0'))
		c->at++;
	else if (!check_digits(c))
		return false;
	if (is_next(c, '.')) {
		c->at++;
		if (!check_digits(c))
			return false;
	}
	if (is_next(c, 'e') || is_next(c, 'E')) {
		c->at++;
		c->at += is_next(c, '+') || is_next(c, '-');
		if (!check_digits(c))
			return false;
	}
	return true;
}

static bool check_scalar(struct cursor *c)
{
	static const char *const words[] = {"true", "false", "null"};
	if (c->at == c->end)
		return fault(c, "the text ends where a value should stand");
	if (*c->at == '"')
		return check_string(c);
	if (*c->at == '-' || is_digit(*c->at))
		return check_number(c);
	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(words[i]);
		if ((size_t)(c->end - c->at) >= n && memcmp(c->at, words[i], n) == 0) {
			c->at += n;
			return true;
		}
	}
	if (*c->at == '/')
		return fault(c, "a comment, which JSON does not have");
	return fault(c, "something that is not a JSON value");
}

// A key and its colon, so that a value is due.
static bool check_key(struct cursor *c)
{
	skip_blanks(c);
	if (is_next(c, '/'))
		return fault(c, "a comment, which JSON does not have");
	if (is_next(c, '}'))
		return fault(c, "a comma before '}'");
	if (!is_next(c, '"'))
		return fault(c, "a key in double quotes should stand here");
	if (!check_string(c))
		return false;
	skip_blanks(c);
	if (!is_next(c, ':'))
		return fault(c, "a ':' should stand here");
	c->at++;
	return true;
}

// Opens an object or array; *out_is_empty when it is closed again at once.
static bool check_open(struct cursor *c, bool *out_is_empty)
{
	bool is_object = *c->at++ == '{';
	skip_blanks(c);
	*out_is_empty = is_next(c, is_object ? '}' : ']');
	if (*out_is_empty)
		c->at++;
	else if (is_object)
		return check_key(c);
	return true;
}

// Behind a value: closes what ends here. True with *depth > 0 means that a next value is due.
static bool check_after(struct cursor *c, const char *stack, size_t *depth)
{
	while (*depth) {
		char open = stack[*depth - 1];
		skip_blanks(c);
		if (is_next(c, ',')) {
			c->at++;
			if (open == '{')
				return check_key(c);
			skip_blanks(c);
			return !is_next(c, ']') || fault(c, "a comma before ']'");
		}
		if (!is_next(c, open == '{' ? '}' : ']')) {
			if (is_next(c, '/'))
				return fault(c, "a comment, which JSON does not have");
			return fault(c, open == '{' ? "a ',' or '}' should stand here"
						    : "a ',' or ']' should stand here");
		}
		c->at++;
		--*depth;
	}
	return true;
}

static bool check_value(struct cursor *c)
{
	char stack[SETTINGS_MAX_DEPTH];
	size_t depth = 0;
	do {
		skip_blanks(c);
		bool is_empty = false;
		if (!is_next(c, '{') && !is_next(c, '[')) {
			if (!check_scalar(c))
				return false;
		} else {
			if (depth == SETTINGS_MAX_DEPTH)
				return fault(c, "more than 512 levels of nesting");
			char open = *c->at;
			if (!check_open(c, &is_empty))
				return false;
			if (!is_empty) {
				stack[depth++] = open;
				continue;
			}
		}
		if (!check_after(c, stack, &depth))
			return false;
	} while (depth);
	return true;
}

struct str settings_body(struct str text)
{
	return str_starts(text, "\xef\xbb\xbf") ? str_from(text, 3) : text;
}

bool settings_is_blank(struct str text)
{
	return str_trim(settings_body(text)).n == 0;
}

void settings_place(struct str text, const char *at, size_t *out_line, size_t *out_column)
{
	struct str body = settings_body(text);
	size_t line = 1, column = 1;
	for (const char *p = body.p; p < at && p < body.p + body.n; p++) {
		if (*p == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)*p & 0xc0) != 0x80) {
			column++;
		}
	}
	*out_line = line;
	*out_column = column;
}

bool settings_check(struct str name, struct str text, struct str *out_root, struct err *e)
{
	struct str body = settings_body(text);
	struct cursor c = {body.p, body.p + body.n, NULL};
	if (str_starts(text, "\xff\xfe") || str_starts(text, "\xfe\xff"))
		return err_set(e, ERR_FORMAT, "%.*s:1:1: this is UTF-16, save the file as UTF-8",
			STR_ARG(name));
	skip_blanks(&c);
	const char *start = c.at;
	bool is_good = check_value(&c);
	struct str root = {start, (size_t)(c.at - start)};
	if (is_good) {
		skip_blanks(&c);
		if (c.at != c.end)
			is_good = fault(&c, is_next(&c, '/')
						    ? "a comment, which JSON does not have"
						    : "something behind the end of the JSON value");
	}
	if (!is_good) {
		size_t line, column;
		settings_place(text, c.at, &line, &column);
		return err_set(
			e, ERR_FORMAT, "%.*s:%zu:%zu: %s", STR_ARG(name), line, column, c.why);
	}
	*out_root = root;
	return true;
}

char settings_type(struct str value)
{
	if (value.n == 0)
		return '\0';
	return *value.p == '-' || is_digit(*value.p) ? '0' : *value.p;
}

bool settings_is_true(struct str value)
{
	return str_is(value, "true");
}

static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p + 1 : end;
}

static const char *skip_value(const char *p, const char *end)
{
	size_t depth = 0;
	while (p < end) {
		char c = *p;
		if (c == '"') {
			p = skip_string(p, end);
		} else {
			if (depth == 0 && (c == ',' || c == '}' || c == ']' || is_blank(c)))
				return p; // behind a number or a word
			depth += c == '{' || c == '[';
			depth -= c == '}' || c == ']';
			p++;
		}
		if (depth == 0 && (c == '"' || c == '}' || c == ']'))
			return p;
	}
	return end;
}

bool settings_next(struct str container, struct settings_item *it)
{
	char type = settings_type(container);
	if ((type != '{' && type != '[') || container.n < 2)
		return false;
	struct cursor c = {container.p + 1, container.p + container.n - 1, NULL};
	if (it->value.p)
		c.at = it->value.p + it->value.n;
	skip_blanks(&c);
	c.at += is_next(&c, ',');
	skip_blanks(&c);
	if (c.at >= c.end)
		return false;
	*it = (struct settings_item){0};
	if (type == '{') {
		const char *key = c.at;
		c.at = skip_string(key, c.end);
		it->key = (struct str){key, (size_t)(c.at - key)};
		skip_blanks(&c);
		c.at += is_next(&c, ':');
		skip_blanks(&c);
	}
	it->value = (struct str){c.at, (size_t)(skip_value(c.at, c.end) - c.at)};
	return it->value.n > 0; // nothing only where the text was never checked
}

size_t settings_count(struct str container)
{
	struct settings_item it = {0};
	size_t n = 0;
	while (settings_next(container, &it))
		n++;
	return n;
}

struct str settings_extent(const struct settings_item *it)
{
	const char *start = it->key.p ? it->key.p : it->value.p;
	return (struct str){start, (size_t)(it->value.p + it->value.n - start)};
}

size_t settings_find(struct str object, const char *key, struct settings_item *out)
{
	struct settings_item it = {0};
	size_t n = 0;
	*out = it;
	if (settings_type(object) != '{')
		return 0;
	while (settings_next(object, &it)) {
		if (!settings_string_is(it.key, key))
			continue;
		*out = it;
		n++;
	}
	return n;
}

// One UTF-16 unit of a good \u escape at p (behind the 'u'), joined with the one that follows if
// the two are a pair. Returns the bytes used.
static size_t unescape_u(const char *p, const char *end, uint32_t *out)
{
	int32_t hi = hex4(p, end);
	*out = hi >= 0xd800 && hi <= 0xdfff ? 0xfffd : (uint32_t)hi;
	if (hi < 0xd800 || hi > 0xdbff || end - p < 10 || p[4] != '\\' || p[5] != 'u')
		return 4;
	int32_t lo = hex4(p + 6, end);
	if (lo < 0xdc00 || lo > 0xdfff)
		return 4;
	*out = 0x10000u + (((uint32_t)hi - 0xd800u) << 10) + ((uint32_t)lo - 0xdc00u);
	return 10;
}

static size_t put_utf8(char *o, uint32_t u)
{
	if (u < 0x80) {
		o[0] = (char)u;
		return 1;
	}
	size_t n = u < 0x800 ? 2 : u < 0x10000 ? 3 : 4;
	for (size_t i = n; i-- > 1; u >>= 6)
		o[i] = (char)(0x80u | (u & 0x3fu));
	o[0] = (char)(u | (n == 2 ? 0xc0u : n == 3 ? 0xe0u : 0xf0u));
	return n;
}

// What one byte or escape at p stands for, at most 4 bytes; returns those it takes in the text.
static size_t unescape(const char *p, const char *end, char *out, size_t *out_n)
{
	static const char names[] = "bfnrt", meant[] = "\b\f\n\r\t";
	*out_n = 1;
	out[0] = *p;
	if (*p != '\\' || p + 1 == end)
		return 1;
	if (p[1] == 'u' && hex4(p + 2, end) >= 0) {
		uint32_t u;
		size_t n = unescape_u(p + 2, end, &u);
		*out_n = put_utf8(out, u);
		return 2 + n;
	}
	const char *name = p[1] ? strchr(names, p[1]) : NULL;
	out[0] = name ? meant[name - names] : p[1];
	return 2;
}

struct str settings_string(struct arena *a, struct str value)
{
	if (settings_type(value) != '"' || value.n < 2)
		return STR_NONE;
	const char *p = value.p + 1, *end = value.p + value.n - 1;
	char *out = arena_alloc(a, value.n); // an escape is never shorter than what it stands for
	size_t n = 0;
	for (size_t n_more; p < end; n += n_more)
		p += unescape(p, end, out + n, &n_more);
	return (struct str){out, n};
}

const char *settings_string_at(struct str value, size_t n_bytes)
{
	const char *p = value.p + 1, *end = value.p + value.n - 1;
	char bytes[4];
	for (size_t n = 0, n_more; p < end && n < n_bytes; n += n_more)
		p += unescape(p, end, bytes, &n_more);
	return p;
}

bool settings_string_is(struct str value, const char *z)
{
	if (settings_type(value) != '"' || value.n < 2)
		return false;
	struct str inner = {value.p + 1, value.n - 2};
	if (!str_has(inner, "\\"))
		return str_is(inner, z);
	struct arena a = {0};
	bool is_same = str_is(settings_string(&a, value), z);
	arena_free(&a);
	return is_same;
}
