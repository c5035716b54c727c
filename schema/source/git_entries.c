// SPDX-License-Identifier: MIT
#include "git_entries.h"

#include <string.h>
#include <strings.h>

#include "git_file.h"

enum { KEY_MAX_BYTES = 63 };

bool git_entries_open(
	struct arena *a, struct str common_dir, struct str branch, struct git_entries *out)
{
	struct git_entries r = {.branch = branch};
	struct str path = str_of(arena_printf(a, "%.*s/config", STR_ARG(common_dir)));
	if (!git_file_read(path, GIT_CONFIG_MAX_BYTES, &r.text))
		return false;
	struct str s = buf_str(&r.text);
	if (s.n == GIT_CONFIG_MAX_BYTES) // what follows is not read; its last line may be torn
		while (s.n && s.p[s.n - 1] != '\n')
			s.n--;
	if (str_starts(s, "\xef\xbb\xbf"))
		s = str_from(s, 3);
	r.p = s.n ? s.p : "";
	r.end = r.p + s.n;
	*out = r;
	return true;
}

void git_entries_close(struct git_entries *r)
{
	buf_free(&r->text);
	buf_free(&r->sub);
	buf_free(&r->key);
	buf_free(&r->value);
}

static bool is_nocase(struct str s, const char *z)
{
	return s.n == strlen(z) && strncasecmp(s.p, z, s.n) == 0;
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_key_char(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-';
}

static void skip_line(struct git_entries *r)
{
	const char *at = memchr(r->p, '\n', (size_t)(r->end - r->p));
	r->p = at ? at + 1 : r->end;
}

static void skip_blanks(struct git_entries *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\r'))
		r->p++;
}

// Behind the opening quote of [name "sub"].
static bool read_sub(struct git_entries *r)
{
	for (;;) {
		const char *start = r->p;
		while (r->p < r->end && *r->p != '"' && *r->p != '\\' && *r->p != '\n')
			r->p++;
		buf_add(&r->sub, (struct str){start, (size_t)(r->p - start)});
		if (r->p == r->end || *r->p == '\n')
			return false;
		if (*r->p++ == '"')
			return true;
		if (r->p == r->end || *r->p == '\n')
			return false;
		buf_addc(&r->sub, *r->p++);
	}
}

// Behind "[". [name.sub] is the old form, whose sub-section has no case.
static void read_header(struct git_entries *r)
{
	buf_clear(&r->sub);
	r->section = GIT_SECTION_OTHER;
	const char *start = r->p;
	while (r->p < r->end && is_key_char(*r->p))
		r->p++;
	struct str name = {start, (size_t)(r->p - start)};
	if (r->p < r->end && *r->p == '.')
		for (r->p++; r->p < r->end && (is_key_char(*r->p) || *r->p == '.'); r->p++)
			buf_addc(&r->sub, lower(*r->p));
	skip_blanks(r);
	if (r->p < r->end && *r->p == '"') {
		r->p++;
		if (!read_sub(r)) {
			skip_line(r);
			return;
		}
	}
	if (r->p == r->end || *r->p != ']') {
		skip_line(r);
		return;
	}
	r->p++;
	if (is_nocase(name, "core") && !r->sub.n)
		r->section = GIT_SECTION_CORE;
	else if (is_nocase(name, "remote"))
		r->section = GIT_SECTION_REMOTE;
	else if (is_nocase(name, "url"))
		r->section = GIT_SECTION_URL;
	else if (is_nocase(name, "branch") && r->branch.n && str_eq(buf_str(&r->sub), r->branch))
		r->section = GIT_SECTION_BRANCH;
}

static bool add_escaped(struct git_entries *r, char c)
{
	switch (c) {
	case '\n': return true; // the value goes on in the next line
	case 'n': buf_addc(&r->value, '\n'); return true;
	case 't': buf_addc(&r->value, '\t'); return true;
	case 'b': buf_addc(&r->value, '\b'); return true;
	case '"':
	case '\\': buf_addc(&r->value, c); return true;
	default: return false;
	}
}

// Behind "=", up to and with the line's end. False if git would refuse it.
static bool read_value(struct git_entries *r)
{
	bool is_quoted = false;
	size_t n_kept = 0; // without the blanks at the end
	buf_clear(&r->value);
	skip_blanks(r);
	while (r->p < r->end) {
		char c = *r->p++;
		if (c == '\n') {
			r->value.n = n_kept;
			return !is_quoted;
		}
		if (!is_quoted && (c == '#' || c == ';')) {
			skip_line(r);
			break;
		}
		if (c == '"') {
			is_quoted = !is_quoted;
			n_kept = r->value.n;
			continue;
		}
		if (c == '\\') {
			if (r->p + 1 < r->end && r->p[0] == '\r' && r->p[1] == '\n')
				r->p++;
			if (r->p == r->end || !add_escaped(r, *r->p++)) {
				skip_line(r);
				return false;
			}
			n_kept = r->value.n;
			continue;
		}
		buf_addc(&r->value, c);
		if (is_quoted || (c != ' ' && c != '\t' && c != '\r'))
			n_kept = r->value.n;
	}
	r->value.n = n_kept;
	return !is_quoted;
}

// Whether the line before `at`, which is a line's start, ends in a backslash.
static bool is_continued(const char *start, const char *at)
{
	if (at - start < 2)
		return false;
	return at[-2] == '\\' || (at[-2] == '\r' && at - start > 2 && at[-3] == '\\');
}

// A line that may go on behind a backslash is read like one of interest.
static void skip_entry(struct git_entries *r)
{
	skip_blanks(r);
	const char *start = r->p;
	bool is_comment = start < r->end && (*start == '#' || *start == ';');
	skip_line(r);
	if (is_comment || r->p == start || r->p[-1] != '\n' || !is_continued(start, r->p))
		return;
	const char *next = r->p;
	r->p = start;
	while (r->p < next && *r->p != '=')
		r->p++;
	if (r->p == next)
		return;
	r->p++;
	if (!read_value(r) && r->p < next)
		r->p = next;
}

static const char *line_start(const char *start, const char *at)
{
	while (at > start && at[-1] != '\n')
		at--;
	return at;
}

// Behind "[", as git writes it: the section of a branch that was not asked for.
static bool is_other_branch(const struct git_entries *r, const char *at)
{
	const size_t n_start = sizeof "branch \"" - 1;
	size_t n = n_start, n_left = (size_t)(r->end - at);
	if (n_left <= n_start + r->branch.n || memcmp(at, "branch \"", n_start) != 0)
		return false;
	while (n < n_start + r->branch.n && at[n] == r->branch.p[n - n_start])
		n++;
	return at[n] != '\\' && (n < n_start + r->branch.n || at[n] != '"');
}

// Goes to the next header of interest. Where that might belong to a value begun above it, goes to
// the line in which the value may begin; *is_entry then is true.
static void skip_section(struct git_entries *r, bool *is_entry)
{
	const char *from = r->p, *at = r->p;
	*is_entry = false;
	for (; (at = memchr(at, '[', (size_t)(r->end - at))) != NULL; at++) {
		const char *line = at;
		while (line > from && (line[-1] == ' ' || line[-1] == '\t' || line[-1] == '\r'))
			line--;
		if ((line != from && line[-1] != '\n') || is_other_branch(r, at + 1))
			continue;
		r->p = at;
		while (is_continued(from, line)) {
			*is_entry = true;
			r->p = line = line_start(from, line - 1);
		}
		return;
	}
	r->p = r->end;
}

bool git_entries_next(struct git_entries *r)
{
	while (r->p < r->end) {
		skip_blanks(r);
		if (r->p == r->end)
			return false;
		char c = *r->p;
		if (c == '[') {
			r->p++;
			read_header(r);
			continue;
		}
		if (c == '\n' || c == '#' || c == ';') {
			skip_line(r);
			continue;
		}
		if (r->section == GIT_SECTION_OTHER) {
			bool is_entry;
			skip_section(r, &is_entry);
			if (is_entry)
				skip_entry(r);
			continue;
		}
		if (!is_key_char(c)) {
			skip_entry(r);
			continue;
		}
		buf_clear(&r->key);
		for (; r->p < r->end && is_key_char(*r->p); r->p++)
			buf_addc(&r->key, lower(*r->p));
		skip_blanks(r);
		if (r->p == r->end || *r->p != '=' || r->key.n > KEY_MAX_BYTES) {
			buf_clear(&r->value); // "bare" alone is true; git writes it with a value
			skip_line(r);
			continue;
		}
		r->p++;
		if (read_value(r))
			return true;
	}
	return false;
}
