// SPDX-License-Identifier: MIT
#include "model.h"

#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool cut_prefix(struct str *s, const char *prefix)
{
	size_t n = strlen(prefix);
	if (s->n < n || strncasecmp(s->p, prefix, n) != 0)
		return false;
	*s = str_from(*s, n);
	return true;
}

static bool cut_suffix(struct str *s, const char *suffix)
{
	size_t n = strlen(suffix);
	if (s->n < n || strncasecmp(s->p + s->n - n, suffix, n) != 0)
		return false;
	s->n -= n;
	return true;
}

// "us-east-1/", "us-gov-west-1/", or one of litellm's route words.
static void cut_region(struct str *s)
{
	if (cut_prefix(s, "converse/") || cut_prefix(s, "invoke/"))
		return;
	struct str rest, part = str_split(*s, '/', &rest);
	size_t n_dashes = 0;
	for (size_t i = 0; i < part.n; i++) {
		if (part.p[i] == '.' || part.p[i] == ':')
			return;
		n_dashes += part.p[i] == '-';
	}
	if (rest.p && n_dashes >= 2 && is_digit(part.p[part.n - 1]))
		*s = rest;
}

// Only the providers whose ids carry Anthropic's own names; any other path stays, and has no price.
static struct str cut_provider(struct str s)
{
	for (;;) {
		if (cut_prefix(&s, "bedrock/"))
			cut_region(&s);
		else if (!cut_prefix(&s, "openrouter/") && !cut_prefix(&s, "anthropic/") &&
			 !cut_prefix(&s, "vertex_ai/"))
			return s;
	}
}

static bool cut_regional(struct str *s)
{
	static const char *const groups[] = {"us.", "eu.", "apac.", "jp.", "au.", "ca.", "us-gov."};
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (cut_prefix(s, groups[i]))
			return true;
	return false;
}

static size_t count_digits_at_end(struct str s)
{
	size_t n = 0;
	while (n < s.n && is_digit(s.p[s.n - 1 - n]))
		n++;
	return n;
}

// Bedrock's "-v1:0" or "-v1".
static void cut_version(struct str *s)
{
	struct str t = *s;
	size_t n = count_digits_at_end(t);
	t.n -= n;
	if (n && n <= 2 && t.n && t.p[t.n - 1] == ':') {
		t.n--;
		n = count_digits_at_end(t);
		t.n -= n;
	}
	if (n && n <= 2 && cut_suffix(&t, "-v"))
		*s = t;
}

// "-20250929", or "@20250929" on Vertex. Eight digits exactly: "claude-opus-4-8" is a version.
static void cut_date(struct str *s)
{
	if (count_digits_at_end(*s) != 8 || s->n < 9 || s->p[s->n - 8] != '2')
		return;
	char before = s->p[s->n - 9];
	if (before == '-' || before == '@')
		s->n -= 9;
}

static struct str cut_decoration(struct str s)
{
	size_t n;
	do {
		n = s.n;
		cut_suffix(&s, "[1m]");
		cut_version(&s);
		cut_suffix(&s, "@default");
		cut_suffix(&s, "@latest");
		cut_date(&s);
		cut_suffix(&s, "-latest");
		cut_suffix(&s, "-fast");
	} while (s.n != n);
	return s;
}

// How many of 1 or 2 digits stand at `at` in front of a dash; 0 if it is not such a number.
static size_t number_part(struct str s, size_t at)
{
	size_t n = 0;
	while (at + n < s.n && is_digit(s.p[at + n]))
		n++;
	return n <= 2 && at + n < s.n && s.p[at + n] == '-' ? n : 0;
}

// "claude-4-5-sonnet" is "claude-sonnet-4-5"; generation 3 has the number first in its real ids.
static struct str fix_word_order(struct arena *a, struct str s)
{
	const size_t start = sizeof "claude-" - 1;
	size_t n = str_starts(s, "claude-") ? number_part(s, start) : 0;
	if (!n || (n == 1 && s.p[start] < '4'))
		return s;
	size_t minor = number_part(s, start + n + 1);
	if (minor)
		n += 1 + minor;
	size_t family = start + n + 1, end = family;
	while (end < s.n && s.p[end] >= 'a' && s.p[end] <= 'z')
		end++;
	if (end == family || (end < s.n && s.p[end] != '-'))
		return s;
	struct str name = {s.p + family, end - family}, number = {s.p + start, n};
	struct str rest = str_from(s, end);
	return str_of(arena_printf(
		a, "claude-%.*s-%.*s%.*s", STR_ARG(name), STR_ARG(number), STR_ARG(rest)));
}

struct str model_normalise(struct arena *a, struct str id)
{
	struct str s = cut_provider(str_trim(id));
	if (cut_prefix(&s, "arn:"))
		return STR_NONE;
	if (!cut_regional(&s))
		cut_prefix(&s, "global.");
	cut_prefix(&s, "anthropic.");
	s = cut_decoration(s);
	if (!s.n)
		return STR_NONE;
	size_t n = s.n < MODEL_MAX_BYTES ? s.n : MODEL_MAX_BYTES;
	char *p = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++) {
		char c = s.p[i];
		bool is_visible = c > ' ' && c < 127;
		p[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : is_visible ? c : '?');
		if (c == '.' && i && is_digit(s.p[i - 1]) && i + 1 < s.n && is_digit(s.p[i + 1]))
			p[i] = '-';
	}
	struct str out = fix_word_order(a, (struct str){p, n});
	// Anthropic's own aliases of the first generation-4 models (prices.tsv).
	if (str_is(out, "claude-opus-4-0") || str_is(out, "claude-sonnet-4-0"))
		out.n -= 2;
	return out;
}

bool model_is_regional(struct str id)
{
	struct str s = cut_provider(str_trim(id));
	return cut_regional(&s);
}
