// SPDX-License-Identifier: MIT
#include "scan.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif

static bool fail(struct scan *s)
{
	if (!s->is_bad)
		s->bad_at = s->p;
	s->is_bad = true;
	s->p = s->end;
	return false;
}

// The first byte at or after p that ends a run of plain string bytes: a quote, a backslash or a
// control character.
static const char *plain_end(const char *p, const char *end)
{
#if defined(__SSE2__)
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
	const __m128i ctrl = _mm_set1_epi8(0x1f);
	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
			_mm_cmpeq_epi8(_mm_min_epu8(v, ctrl), v));
		int mask = _mm_movemask_epi8(hit);
		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#elif defined(__ARM_NEON) && defined(__aarch64__)
	const uint8x16_t quote = vdupq_n_u8('"'), slash = vdupq_n_u8('\\'),
			 space = vdupq_n_u8(0x20);
	for (; end - p >= 16; p += 16) {
		uint8x16_t v = vld1q_u8((const uint8_t *)p);
		uint8x16_t hit = vorrq_u8(
			vorrq_u8(vceqq_u8(v, quote), vceqq_u8(v, slash)), vcltq_u8(v, space));
		uint64_t mask = vget_lane_u64(
			vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(hit), 4)), 0);
		if (mask)
			return p + (__builtin_ctzll(mask) >> 2);
	}
#endif
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// *p stands on a backslash; moves behind the escape.
static bool skip_escape(const char **p, const char *end)
{
	const char *q = *p;
	if (end - q < 2)
		return false;
	switch (q[1]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't': *p = q + 2; return true;
	case 'u':
		if (end - q < 6 || !is_hex(q[2]) || !is_hex(q[3]) || !is_hex(q[4]) || !is_hex(q[5]))
			return false;
		*p = q + 6;
		return true;
	default: return false;
	}
}

// s->p stands behind the opening quote.
static bool string_body(struct scan *s, struct str *out)
{
	const char *start = s->p, *p = start;
	for (;;) {
		p = plain_end(p, s->end);
		if (p == s->end)
			return fail(s);
		if (*p == '"')
			break;
		if (*p != '\\' || !skip_escape(&p, s->end))
			return fail(s);
	}
	*out = (struct str){start, (size_t)(p - start)};
	s->p = p + 1;
	return true;
}

static void blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
		s->p++;
}

static size_t digit_run(const char *p, const char *end)
{
	const char *q = p;
	while (q < end && *q >= '0' && *q <= '9')
		q++;
	return (size_t)(q - p);
}

static bool number_body(struct scan *s, struct str *out)
{
	const char *start = s->p, *p = start;
	if (p < s->end && *p == '-')
		p++;
	size_t n = digit_run(p, s->end);
	if (n == 0 || (n > 1 && *p == '0'))
		return fail(s);
	p += n;
	if (p < s->end && *p == '.') {
		n = digit_run(++p, s->end);
		if (n == 0)
			return fail(s);
		p += n;
	}
	if (p < s->end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < s->end && (*p == '+' || *p == '-'))
			p++;
		n = digit_run(p, s->end);
		if (n == 0)
			return fail(s);
		p += n;
	}
	*out = (struct str){start, (size_t)(p - start)};
	s->p = p;
	return true;
}

static bool word(struct scan *s, const char *z, size_t n)
{
	if ((size_t)(s->end - s->p) < n || memcmp(s->p, z, n) != 0)
		return fail(s);
	s->p += n;
	return true;
}

static bool scalar(struct scan *s)
{
	struct str ignored;
	switch (*s->p) {
	case '"': s->p++; return string_body(s, &ignored);
	case 't': return word(s, "true", 4);
	case 'f': return word(s, "false", 5);
	case 'n': return word(s, "null", 4);
	default: return number_body(s, &ignored);
	}
}

// Below SCAN_MAX_DEPTH: brackets are counted outside strings until `depth` of them are closed.
static bool skip_deep(struct scan *s)
{
	struct str ignored;
	for (size_t depth = 1; depth > 0;) {
		if (s->p == s->end)
			return fail(s);
		char c = *s->p++;
		if (c == '"') {
			if (!string_body(s, &ignored))
				return false;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return true;
}

// `"key":` of an object member.
static bool member_name(struct scan *s)
{
	struct str ignored;
	blanks(s);
	if (s->p == s->end || *s->p != '"')
		return fail(s);
	s->p++;
	if (!string_body(s, &ignored))
		return false;
	blanks(s);
	if (s->p == s->end || *s->p != ':')
		return fail(s);
	s->p++;
	return true;
}

struct nesting {
	uint64_t is_object[SCAN_MAX_DEPTH / 64]; // bit d: what is open at depth d
	size_t depth;
};

static bool in_object(const struct nesting *n)
{
	size_t d = n->depth - 1;
	return (n->is_object[d / 64] >> (d % 64)) & 1;
}

// s->p stands on a bracket: opens it. An empty one is closed at once, one too deep is skipped.
static bool open_bracket(struct scan *s, struct nesting *n)
{
	bool is_object = *s->p++ == '{';
	if (n->depth == SCAN_MAX_DEPTH)
		return skip_deep(s);
	blanks(s);
	if (s->p < s->end && *s->p == (is_object ? '}' : ']')) {
		s->p++;
		return true;
	}
	size_t d = n->depth++;
	uint64_t bit = UINT64_C(1) << (d % 64);
	n->is_object[d / 64] = is_object ? n->is_object[d / 64] | bit : n->is_object[d / 64] & ~bit;
	return !is_object || member_name(s);
}

// Behind a value: closes what ends here, or steps over a comma to the next value.
static bool after_value(struct scan *s, struct nesting *n)
{
	while (n->depth > 0) {
		blanks(s);
		if (s->p == s->end)
			return fail(s);
		char c = *s->p++;
		if (c == ',')
			return !in_object(n) || member_name(s);
		if (c != (in_object(n) ? '}' : ']'))
			return fail(s);
		n->depth--;
	}
	return true;
}

static bool skip_bracket(struct scan *s)
{
	struct nesting n = {.depth = 0};
	if (!open_bracket(s, &n))
		return false;
	while (n.depth > 0) {
		blanks(s);
		if (s->p == s->end)
			return fail(s);
		size_t depth = n.depth;
		bool is_bracket = *s->p == '{' || *s->p == '[';
		if (is_bracket ? !open_bracket(s, &n) : !scalar(s))
			return false;
		if (n.depth == depth && !after_value(s, &n))
			return false; // a whole value ended; an opened one goes on with its first
	}
	return true;
}

static bool skip_value(struct scan *s)
{
	blanks(s);
	if (s->p == s->end)
		return fail(s);
	return *s->p == '{' || *s->p == '[' ? skip_bracket(s) : scalar(s);
}

struct scan scan_begin(struct str text)
{
	return (struct scan){.p = text.p, .end = text.n ? text.p + text.n : text.p};
}

enum scan_type scan_peek(struct scan *s)
{
	blanks(s);
	if (s->p == s->end) {
		(void)fail(s);
		return SCAN_NONE;
	}
	switch (*s->p) {
	case '{': return SCAN_OBJECT;
	case '[': return SCAN_ARRAY;
	case '"': return SCAN_STRING;
	case 't':
	case 'f': return SCAN_BOOL;
	case 'n': return SCAN_NULL;
	default: return SCAN_NUMBER;
	}
}

// The shared part of scan_key and scan_item: opens the list, or steps to its next element.
static bool next_element(struct scan *s, struct scan_list *list, char open, char close)
{
	if (list->is_done || s->is_bad)
		return false;
	blanks(s);
	if (!list->is_open) {
		if (s->p == s->end || *s->p != open) {
			list->is_done = true;
			(void)skip_value(s);
			return false;
		}
		list->is_open = true;
		s->p++;
		blanks(s);
		if (s->p < s->end && *s->p == close) {
			s->p++;
			list->is_done = true;
			return false;
		}
		return true;
	}
	if (s->p == s->end)
		return fail(s);
	char c = *s->p++;
	if (c == ',')
		return true;
	list->is_done = true;
	return c == close ? false : fail(s);
}

bool scan_key(struct scan *s, struct scan_list *list, struct str *out_key)
{
	if (!next_element(s, list, '{', '}'))
		return false;
	blanks(s);
	if (s->p == s->end || *s->p != '"')
		return fail(s);
	s->p++;
	if (!string_body(s, out_key))
		return false;
	blanks(s);
	if (s->p == s->end || *s->p != ':')
		return fail(s);
	s->p++;
	return true;
}

bool scan_item(struct scan *s, struct scan_list *list)
{
	return next_element(s, list, '[', ']');
}

bool scan_string(struct scan *s, struct str *out_raw)
{
	if (scan_peek(s) != SCAN_STRING) {
		(void)skip_value(s);
		return false;
	}
	s->p++;
	return string_body(s, out_raw);
}

bool scan_bool(struct scan *s, bool *out)
{
	enum scan_type type = scan_peek(s);
	bool is_true = type == SCAN_BOOL && *s->p == 't';
	if (!skip_value(s) || type != SCAN_BOOL)
		return false;
	*out = is_true;
	return true;
}

bool scan_number(struct scan *s, struct str *out_raw)
{
	if (scan_peek(s) != SCAN_NUMBER) {
		(void)skip_value(s);
		return false;
	}
	return number_body(s, out_raw);
}

struct str scan_skip(struct scan *s)
{
	blanks(s);
	const char *start = s->p;
	if (s->is_bad || !skip_value(s))
		return STR_NONE;
	return (struct str){start, (size_t)(s->p - start)};
}

bool scan_at_end(struct scan *s)
{
	blanks(s);
	return !s->is_bad && s->p == s->end;
}
