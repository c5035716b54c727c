// SPDX-License-Identifier: MIT
#include "audit_session.h"

#include <string.h>

#include "model.h"

// A title takes few tokens and no cache.
enum { TITLE_MAX_INPUT_TOK = 20000, TITLE_MAX_OUTPUT_TOK = 500, CHARS_PER_TOK = 3 };

// A total without counts that is this little beyond the turns of a titled session: its title.
#define TITLE_MAX_PICO INT64_C(10000000000)

#define INCREDIBLE INT64_C(10000000000000000)

size_t audit_model(struct audit_session *s, struct str name)
{
	struct arena scratch = {0};
	struct str id = model_normalise(&scratch, name);
	size_t i = 1;
	if (!id.p)
		id = name;
	while (i < s->n_lines && !str_eq(s->lines[i].model, id))
		i++;
	s->lines = mem_reserve(s->lines, &s->cap_lines, i + 1, sizeof *s->lines);
	if (i == s->n_lines) {
		s->lines[i] = (struct audit_line){.model = arena_str(&s->names, id)};
		s->n_lines++;
	}
	arena_free(&scratch);
	return i;
}

void audit_begin(struct audit_session *s)
{
	s->lines = mem_reserve(s->lines, &s->cap_lines, 1, sizeof *s->lines);
	if (s->n_lines == 0)
		s->lines[s->n_lines++] = (struct audit_line){0};
	for (size_t i = 0; i < s->n_lines; i++)
		s->lines[i] = (struct audit_line){.model = s->lines[i].model};
	s->version = CLIENT_NEWEST;
	s->turns = 0;
	s->last_ms = 0;
	s->has_counts = false;
	s->has_unknown = false;
	s->source = AUDIT_NONE;
}

static void add_counts(struct audit_line *l, const int64_t *counts, int sign)
{
	l->is_used = true;
	for (int i = 0; i < METER_N_COUNTS; i++)
		l->counts[i] += sign * counts[i];
	if (l->is_unsplit) {
		l->counts[METER_CACHE_WRITE_5M] += l->counts[METER_CACHE_WRITE_1H];
		l->counts[METER_CACHE_WRITE_1H] = 0;
	}
}

void audit_add_own(struct audit_session *s, const struct audit_part *p)
{
	struct audit_line *asked = &s->lines[p->asked], *answered = &s->lines[p->answered];
	add_counts(asked, p->counts, -1);
	asked->client += p->client;
	asked->has_turns |= p->turns > 0;
	asked->is_lower_bound |= p->is_lower_bound;
	asked->is_special |= p->is_special;
	asked->kinds[AUDIT_RATES] += p->client;
	s->has_unknown |= p->unknown > 0;
	answered->is_used = true;
	answered->kinds[AUDIT_RATES] -= p->ours;
	answered->turns += p->turns;
	s->turns += p->turns;
	if (p->last_ms > s->last_ms)
		s->last_ms = p->last_ms;
	if (s->version == CLIENT_NEWEST || p->version > s->version)
		s->version = p->version;
}

bool audit_add_total(struct audit_session *s, struct arena *scratch, struct str line)
{
	size_t n;
	arena_reset(scratch);
	const struct meter_usage *u = meter_read(scratch, line, &n);
	int64_t rest = meter_total(line);
	if (rest < 0)
		return false;
	s->has_counts |= n > 0;
	for (size_t i = 0; i < n; i++) {
		bool is_good = u[i].cost_pico >= 0;
		for (int k = 0; k < METER_N_COUNTS; k++)
			is_good &= u[i].counts[k] >= 0;
		if (!is_good)
			return false;
		struct audit_line *l = &s->lines[audit_model(s, u[i].model)];
		l->is_unsplit |= !u[i].is_split;
		l->reported += u[i].cost_pico;
		add_counts(l, u[i].counts, 1);
		rest -= u[i].cost_pico;
	}
	s->lines[0].reported += rest;
	return rest >= -INCREDIBLE;
}

static bool holds(const struct audit_line *l, const int64_t *counts)
{
	int64_t writes = 0;
	for (int i = 0; i < METER_N_COUNTS; i++) {
		bool is_write = i == METER_CACHE_WRITE_5M || i == METER_CACHE_WRITE_1H;
		writes += is_write ? l->counts[i] - counts[i] : 0;
		if (!is_write && counts[i] > l->counts[i])
			return false;
	}
	return writes >= 0;
}

bool audit_take_fork(struct audit_session *s, struct arena *scratch, struct str line)
{
	size_t n;
	arena_reset(scratch);
	const struct meter_usage *u = meter_read(scratch, line, &n);
	for (size_t i = 0; i < n; i++)
		if (!holds(&s->lines[audit_model(s, u[i].model)], u[i].counts))
			return false;
	for (size_t i = 0; i < n; i++) {
		struct audit_line *l = &s->lines[audit_model(s, u[i].model)];
		l->kinds[AUDIT_FORK] += u[i].cost_pico > 0 ? u[i].cost_pico : 0;
		add_counts(l, u[i].counts, -1);
	}
	return true;
}

void audit_take_fork_turns(struct audit_session *s, const struct audit_part *p)
{
	s->lines[p->asked].kinds[AUDIT_FORK] += p->client;
	add_counts(&s->lines[p->asked], p->counts, -1);
}

static bool is_short(const struct audit_line *l)
{
	for (int i = 0; i < METER_N_COUNTS; i++)
		if (l->counts[i] < 0)
			return true;
	return false;
}

static bool is_output_only(const struct audit_line *l)
{
	for (int i = 0; i < METER_N_COUNTS; i++)
		if (i != METER_OUTPUT && l->counts[i] != 0)
			return false;
	return l->counts[METER_OUTPUT] > 0;
}

// The client counts a third of the characters streamed, for want of the final count (real-client.md
// 1.3); a cost-state line that was written before does not have the answer at all.
void audit_take_aborted(struct audit_session *s, const struct audit_part *p)
{
	struct audit_line *l = &s->lines[p->asked];
	int64_t *kind = &l->kinds[AUDIT_INTERRUPTED];
	if (s->source == AUDIT_METER && p->last_ms >= s->last_ms && is_short(l)) {
		*kind -= p->client;
		add_counts(l, p->counts, 1);
		return;
	}
	int64_t estimate =
		(p->unknown + CHARS_PER_TOK / 2) / CHARS_PER_TOK - p->counts[METER_OUTPUT];
	if (!s->has_counts) {
		s->lines[0].kinds[AUDIT_INTERRUPTED] += estimate * p->rates[METER_OUTPUT];
		return;
	}
	// more output and nothing else can only be an estimate
	if (is_output_only(l) || estimate > l->counts[METER_OUTPUT])
		estimate = l->counts[METER_OUTPUT];
	if (estimate <= 0)
		return;
	*kind += estimate * p->rates[METER_OUTPUT];
	l->counts[METER_OUTPUT] -= estimate;
}

static enum audit_kind kind_of(const struct audit_session *s, const struct audit_line *l)
{
	const int64_t *c = l->counts;
	bool is_cached = c[METER_CACHE_READ] > 0 || c[METER_CACHE_WRITE_5M] > 0 ||
			 c[METER_CACHE_WRITE_1H] > 0;
	if (s->compactions > 0 && (l->has_turns || s->turns == 0))
		return AUDIT_COMPACTION;
	if (s->turns == 0)
		return AUDIT_UNSEEN;
	if (s->is_titled && !is_cached && c[METER_INPUT] <= TITLE_MAX_INPUT_TOK &&
		c[METER_OUTPUT] <= TITLE_MAX_OUTPUT_TOK)
		return AUDIT_TITLE;
	return AUDIT_INNER;
}

static bool take(struct audit_line *l, enum audit_kind kind, int64_t counts, int64_t rate)
{
	int64_t money;
	return !__builtin_mul_overflow(counts, rate, &money) &&
	       !__builtin_add_overflow(l->kinds[kind], money, &l->kinds[kind]);
}

// What a call costs that was not at the plain rates lies between them and these: nobody knows how
// large its prompt was.
static void dearest(struct str model, int64_t version, int64_t out[METER_N_COUNTS])
{
	struct client_price_of of = {model, version, INT64_MAX, true, true};
	client_price(&of, out);
}

static int64_t price(const int64_t *counts, const int64_t *rates)
{
	int64_t sum = 0, money;
	for (int i = 0; i < METER_N_COUNTS; i++)
		if (__builtin_mul_overflow(counts[i], rates[i], &money) ||
			__builtin_add_overflow(sum, money, &sum))
			return 0;
	return sum;
}

static bool is_between(int64_t v, int64_t a, int64_t b)
{
	return a < b ? v >= a && v <= b : v >= b && v <= a;
}

// What is left of one model: more than its turns are the client's own calls, less are turns that
// the total does not hold.
static void settle_line(const struct audit_session *s, struct audit_line *l)
{
	int64_t rates[METER_N_COUNTS], most[METER_N_COUNTS];
	struct client_price_of of = {l->model, s->version, 0, false, false}, large = of;
	int64_t left = l->reported - l->client - l->kinds[AUDIT_FORK] - l->kinds[AUDIT_INTERRUPTED];
	enum audit_kind kind = kind_of(s, l);
	client_price(&of, rates);
	large.above_tok = INT64_MAX;
	client_price(&large, most);
	if (l->is_special)
		dearest(l->model, s->version, most);
	if (l->is_lower_bound && l->counts[METER_OUTPUT] > 0) {
		int64_t before = l->kinds[AUDIT_UNWRITTEN];
		(void)take(l, AUDIT_UNWRITTEN, l->counts[METER_OUTPUT], rates[METER_OUTPUT]);
		left -= l->kinds[AUDIT_UNWRITTEN] - before;
		l->counts[METER_OUTPUT] = 0;
	}
	int64_t plain = price(l->counts, rates);
	if (left != plain && is_between(left, plain, price(l->counts, most))) {
		l->kinds[left < 0 ? AUDIT_OTHER_PROCESS : kind] += left;
		return;
	}
	for (int i = 0; i < METER_N_COUNTS; i++)
		(void)take(l,
			l->counts[i] < 0                      ? AUDIT_OTHER_PROCESS
			: i == METER_WEB_SEARCHES && s->turns ? AUDIT_INNER
							      : kind,
			l->counts[i], rates[i]);
}

// Money without counts: there is only what the session did to tell what it was for.
static void settle_rest(const struct audit_session *s, struct audit_line *l, int64_t left)
{
	if (left > 0 && s->compactions > 0)
		l->kinds[AUDIT_COMPACTION] += left;
	else if (left > 0 && s->turns == 0)
		l->kinds[AUDIT_UNSEEN] += left;
	else if (left > 0 && s->is_titled && left <= TITLE_MAX_PICO)
		l->kinds[AUDIT_TITLE] += left;
	else if (left < 0 && s->source == AUDIT_STATUS && s->last_ms > s->status_ms)
		l->kinds[AUDIT_OTHER_PROCESS] += left;
}

// A total that knows no models is held against all turns.
static void settle_total(struct audit_session *s)
{
	struct audit_line *l = &s->lines[0];
	int64_t left = l->reported - l->kinds[AUDIT_INTERRUPTED];
	for (size_t i = 1; i < s->n_lines; i++) {
		left -= s->lines[i].client + s->lines[i].kinds[AUDIT_FORK];
		l->kinds[AUDIT_FORK] += s->lines[i].kinds[AUDIT_FORK];
		l->kinds[AUDIT_RATES] += s->lines[i].kinds[AUDIT_RATES];
		s->lines[i].kinds[AUDIT_FORK] = s->lines[i].kinds[AUDIT_RATES] = 0;
	}
	settle_rest(s, l, left);
}

void audit_settle(struct audit_session *s)
{
	if (!s->has_counts) {
		settle_total(s);
		return;
	}
	for (size_t i = 1; i < s->n_lines; i++)
		if (s->lines[i].is_used)
			settle_line(s, &s->lines[i]);
	settle_rest(s, &s->lines[0], s->lines[0].reported);
}
