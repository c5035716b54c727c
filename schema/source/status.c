// SPDX-License-Identifier: MIT
#include "status.h"

#include "pr_url.h"
#include "scan.h"

enum { MAX_TEXT_BYTES = 8192, MAX_NUMBER_BYTES = 64, MAX_EXPONENT = 400 };

static const char *const limit_names[N_STATUS_LIMITS] = {
	[STATUS_FIVE_HOUR] = "five_hour",
	[STATUS_SEVEN_DAY] = "seven_day",
	[STATUS_SPEND] = "spend_limit",
};

const char *status_limit_name(enum status_limit l)
{
	return limit_names[l];
}

struct reader {
	struct arena *a;
	struct scan s;
	struct status out;
	bool has_field;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

// A JSON number times 10^digits, rounded half up. False: negative, or above max.
static bool scale(struct str number, int digits, int64_t max, int64_t *out)
{
	struct str s = number;
	int64_t v = 0, exponent = 0;
	int point = 0, left = digits; // of the places that count, those still to come
	bool is_behind = false, is_negative = s.n && s.p[0] == '-';
	size_t e = 0;
	while (e < s.n && s.p[e] != 'e' && s.p[e] != 'E')
		e++;
	size_t sign = e + 1 < s.n && s.p[e + 1] == '+';
	if (e < s.n && !str_int(str_from(s, e + 1 + sign), -MAX_EXPONENT, MAX_EXPONENT, &exponent))
		return false;
	left += (int)exponent;
	for (size_t i = 0; i < e; i++) { // how many digits stand before the point
		is_behind |= s.p[i] == '.';
		point += !is_behind && is_digit(s.p[i]);
	}
	left += point; // so many digits make the integer
	for (size_t i = 0; i < e; i++) {
		if (!is_digit(s.p[i]))
			continue;
		int digit = s.p[i] - '0';
		if (left <= 0) {
			v += left == 0 && digit >= 5;
			left = -1;
			break;
		}
		if (v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
		left--;
	}
	for (; left > 0 && v; left--) {
		if (v > max / 10)
			return false;
		v *= 10;
	}
	if (v > max || (is_negative && v))
		return false;
	*out = v;
	return true;
}

static void take_text(struct reader *r, struct str *to)
{
	struct str raw;
	if (!scan_string(&r->s, &raw))
		return;
	*to = arena_str(r->a, scan_decode(r->a, raw, MAX_TEXT_BYTES));
	r->has_field = true;
}

static bool take_number(struct reader *r, int digits, int64_t max, int64_t *to)
{
	struct str raw;
	// at the very end of the text it may be torn
	if (!scan_number(&r->s, &raw) || r->s.p == r->s.end || raw.n > MAX_NUMBER_BYTES ||
		!scale(raw, digits, max, to))
		return false;
	r->has_field = true;
	return true;
}

static void read_model(struct reader *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(&r->s, &list, &key)) {
		if (str_is(key, "id"))
			take_text(r, &r->out.model_id);
		else if (str_is(key, "display_name"))
			take_text(r, &r->out.model_name);
		else
			(void)scan_skip(&r->s);
	}
}

static void read_cost(struct reader *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(&r->s, &list, &key)) {
		struct scan at = r->s;
		struct str raw;
		if (!str_is(key, "total_cost_usd"))
			(void)scan_skip(&r->s);
		else if (take_number(r, 12, INT64_MAX / 10, &r->out.cost_pico) &&
			 scan_number(&at, &raw))
			r->out.cost = arena_str(r->a, raw);
	}
}

static int64_t read_usage(struct reader *r)
{
	struct scan_list list = {0};
	struct str key;
	int64_t sum = -1, n;
	while (scan_key(&r->s, &list, &key)) {
		if (!str_is(key, "input_tokens") && !str_is(key, "cache_creation_input_tokens") &&
			!str_is(key, "cache_read_input_tokens"))
			(void)scan_skip(&r->s);
		else if (take_number(r, 0, INT32_MAX, &n))
			sum = (sum < 0 ? 0 : sum) + n;
	}
	return sum;
}

static void read_window(struct reader *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(&r->s, &list, &key)) {
		if (str_is(key, "context_window_size"))
			(void)take_number(r, 0, INT32_MAX, &r->out.window_tok);
		else if (str_is(key, "used_percentage"))
			(void)take_number(r, 2, INT32_MAX, &r->out.context_bp);
		else if (str_is(key, "current_usage"))
			r->out.context_tok = read_usage(r);
		else
			(void)scan_skip(&r->s);
	}
}

static void read_limit(struct reader *r, struct status_window *w)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(&r->s, &list, &key)) {
		if (str_is(key, "used_percentage"))
			(void)take_number(r, 2, INT32_MAX, &w->used_bp);
		else if (str_is(key, "resets_at"))
			(void)take_number(
				r, 3, INT64_C(253402300800000), &w->resets_ms); // year 9999
		else
			(void)scan_skip(&r->s);
	}
}

static void read_limits(struct reader *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(&r->s, &list, &key)) {
		size_t i = 0;
		while (i < N_STATUS_LIMITS && !str_is(key, limit_names[i]))
			i++;
		if (i < N_STATUS_LIMITS)
			read_limit(r, &r->out.limits[i]);
		else
			(void)scan_skip(&r->s);
	}
}

static void read_cache(struct reader *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(&r->s, &list, &key)) {
		if (str_is(key, "hit_ratio"))
			(void)take_number(r, 4, 10000, &r->out.cache_hit_bp);
		else
			(void)scan_skip(&r->s);
	}
}

static void read_pr(struct reader *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(&r->s, &list, &key)) {
		if (str_is(key, "number"))
			(void)take_number(r, 0, INT32_MAX, &r->out.pr_number);
		else if (str_is(key, "url"))
			take_text(r, &r->out.pr_url);
		else
			(void)scan_skip(&r->s);
	}
}

static void read_member(struct reader *r, struct str key)
{
	if (str_is(key, "session_id"))
		take_text(r, &r->out.session);
	else if (str_is(key, "transcript_path"))
		take_text(r, &r->out.transcript_path);
	else if (str_is(key, "cwd"))
		take_text(r, &r->out.cwd);
	else if (str_is(key, "version"))
		take_text(r, &r->out.version);
	else if (str_is(key, "model"))
		read_model(r);
	else if (str_is(key, "cost"))
		read_cost(r);
	else if (str_is(key, "context_window"))
		read_window(r);
	else if (str_is(key, "rate_limits"))
		read_limits(r);
	else if (str_is(key, "prompt_cache"))
		read_cache(r);
	else if (str_is(key, "pr"))
		read_pr(r);
	else if (str_is(key, "exceeds_200k_tokens"))
		r->has_field |= scan_bool(&r->s, &r->out.is_above_200k);
	else
		(void)scan_skip(&r->s);
}

struct status status_empty(void)
{
	struct status s = {.cost_pico = -1,
		.window_tok = -1,
		.context_bp = -1,
		.context_tok = -1,
		.cache_hit_bp = -1};
	for (size_t i = 0; i < N_STATUS_LIMITS; i++)
		s.limits[i] = (struct status_window){-1, -1};
	return s;
}

bool status_read(struct arena *a, struct str json, struct status *out)
{
	struct scan_list list = {0};
	struct str key;
	struct reader r = {.a = a, .s = scan_begin(json), .out = status_empty()};
	while (scan_key(&r.s, &list, &key))
		read_member(&r, key);
	if (!r.has_field)
		return false;
	*out = r.out;
	return true;
}

struct str status_pr_key(struct arena *a, const struct status *p, struct str *out_repo)
{
	struct pr_ref ref;
	struct str repo = STR_NONE;
	if (!p->session.n || !p->pr_number)
		return STR_NONE;
	// a Gerrit project has no owner; such a page is not named here
	if (pr_url_parse(a, p->pr_url, &ref) && ref.owner.n)
		repo = str_of(arena_printf(a, "%.*s/%.*s/%.*s", STR_ARG(ref.host),
			STR_ARG(ref.owner), STR_ARG(ref.repo)));
	if (out_repo)
		*out_repo = repo;
	return str_of(arena_printf(a, "status:%.*s:%.*s#%lld", STR_ARG(p->session), STR_ARG(repo),
		(long long)p->pr_number));
}
