// SPDX-License-Identifier: MIT
#include "tip.h"

#include <stdlib.h>

#include "buf.h"
#include "ledger.h"
#include "rowset.h"
#include "tip_claim.h"
#include "tip_limit.h"
#include "usd.h"
#include "window.h"

enum { SUBJECTS_SHOWN = 3 };

struct subject {
	int64_t id, size;
	struct str words;
	size_t place; // as its claims call it
};

// One rule and what it found.
struct found {
	const struct tip_def *def;
	struct tip_limits limits;
	struct subject *subjects;
	size_t n, cap;
	struct rowset places; // id of a subject -> its place
	struct tip_claims claims;
	bool has_claims;
};

struct run {
	sqlite3 *db;
	struct arena *arena;
	const struct tip_request *req;
	struct str cheaper;
	bool has_many;       // of all turns there are: tip_base.sql
	struct found *found; // of each rule
};

static bool bind_number(sqlite3_stmt *s, int at, const struct tip_number *number, int64_t milli)
{
	switch (number->unit) {
	case TIP_COUNT: return sqlite3_bind_int64(s, at, milli / 1000) == SQLITE_OK;
	case TIP_USD: return sqlite3_bind_int64(s, at, milli * (USD_PICO / 1000)) == SQLITE_OK;
	case TIP_TIMES: return sqlite3_bind_double(s, at, (double)milli / 1000) == SQLITE_OK;
	case TIP_PCT: return sqlite3_bind_double(s, at, (double)milli / 100000) == SQLITE_OK;
	}
	return false;
}

// What is left unbound is NULL: no branch, no model.
static bool bind(const struct run *r, const struct found *f, sqlite3_stmt *s, int at)
{
	const char *z = sqlite3_bind_parameter_name(s, at);
	struct str name = str_of(z ? z + 1 : "");
	for (size_t i = 0; i < f->def->n_numbers; i++)
		if (str_is(name, f->def->numbers[i].name))
			return bind_number(s, at, &f->def->numbers[i], f->limits.milli[i]);
	if (str_is(name, "since_ms"))
		return sqlite3_bind_int64(s, at, r->req->since_ms) == SQLITE_OK;
	if (str_is(name, "until_ms"))
		return sqlite3_bind_int64(s, at, r->req->until_ms) == SQLITE_OK;
	if (str_is(name, "now_ms"))
		return sqlite3_bind_int64(s, at, r->req->now_ms) == SQLITE_OK;
	if (str_is(name, "project"))
		return ledger_bind(s, at, r->req->project);
	if (str_is(name, "session"))
		return ledger_bind(s, at, r->req->session);
	if (str_is(name, "cheaper"))
		return ledger_bind(s, at, r->cheaper);
	if (str_is(name, "breakdown") || str_is(name, "by") || str_is(name, "cost"))
		return sqlite3_bind_int(s, at, 0) == SQLITE_OK;
	return true;
}

static bool prepare(const struct run *r, const struct found *f, sqlite3_stmt **out, struct err *e)
{
	AUTO(buf_free) struct buf sql = {0};
	buf_addz(&sql, tip_base_sql);
	buf_addz(&sql, r->has_many ? tip_many_calls_sql : tip_few_calls_sql);
	buf_addz(&sql, f->def->sql);
	if (sqlite3_prepare_v2(r->db, sql.p, (int)sql.n, out, NULL) != SQLITE_OK)
		return ledger_fail(r->db, f->def->id, e);
	int n = sqlite3_bind_parameter_count(*out);
	for (int i = 1; i <= n; i++)
		if (!bind(r, f, *out, i))
			return ledger_fail(r->db, f->def->id, e);
	return true;
}

static struct str column_str(sqlite3_stmt *s, int at)
{
	const char *p = (const char *)sqlite3_column_text(s, at);
	return p ? (struct str){p, (size_t)sqlite3_column_bytes(s, at)} : STR("");
}

static bool is_asked_for(const struct run *r, const struct found *f)
{
	return r->req->rule.p && str_is(r->req->rule, f->def->id);
}

// The subjects of a rule come before its claims.
static bool take_row(const struct run *r, struct found *f, sqlite3_stmt *s, struct err *e)
{
	bool is_new, is_claim = f->has_claims && sqlite3_column_type(s, 3) != SQLITE_NULL;
	int64_t id = sqlite3_column_int64(s, 0);
	int64_t *place = rowset_get(&f->places, &id, &is_new);
	if (is_new == is_claim)
		return err_set(e, ERR_INTERNAL, "tip %s: a subject comes twice, or not at all",
			f->def->id);
	if (is_claim) {
		struct tip_claims *c = &f->claims;
		c->all = mem_reserve(c->all, &c->cap, c->n + 1, sizeof *c->all);
		c->all[c->n++] = (struct tip_claim){
			sqlite3_column_int64(s, 3), (size_t)place[1], sqlite3_column_int64(s, 4)};
		return true;
	}
	place[1] = (int64_t)f->n;
	f->subjects = mem_reserve(f->subjects, &f->cap, f->n + 1, sizeof *f->subjects);
	f->subjects[f->n] = (struct subject){.id = id,
		.size = sqlite3_column_int64(s, 2),
		.words = arena_str(r->arena, column_str(s, 1)),
		.place = f->n};
	f->n++;
	return true;
}

static bool look(const struct run *r, struct found *f, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	if (!prepare(r, f, &s, e))
		return false;
	f->places = (struct rowset){.n_key = 1, .n_columns = 2};
	f->has_claims = sqlite3_column_count(s) == 5;
	if (r->req->rule.p && !f->has_claims && !is_asked_for(r, f))
		return true;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		if (!take_row(r, f, s, e))
			return false;
	f->claims.savings_pico = mem_alloc((f->n + 1) * sizeof *f->claims.savings_pico);
	f->claims.n_subjects = f->n;
	return rc == SQLITE_DONE || ledger_fail(r->db, f->def->id, e);
}

static bool is_dismissed(const struct run *r, const char *id, bool *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(r->db,
		    "SELECT 1 FROM tip_dismissed WHERE rule = ?1 AND until_ms > ?2", -1, &s,
		    NULL) != SQLITE_OK ||
		sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_bind_int64(s, 2, r->req->now_ms) != SQLITE_OK)
		return ledger_fail(r->db, "reading what was dismissed", e);
	int rc = sqlite3_step(s);
	*out = rc == SQLITE_ROW;
	return rc == SQLITE_ROW || rc == SQLITE_DONE ||
	       ledger_fail(r->db, "reading what was dismissed", e);
}

// Where one rule is asked for, it saves no more than among all: the others claim their turns, too.
static bool look_for_all(struct run *r, struct err *e)
{
	for (size_t i = 0; i < n_tip_defs; i++) {
		struct found *f = &r->found[i];
		bool is_out = false;
		f->def = &tip_defs[i];
		if (!tip_limits_read(r->db, r->arena, f->def, &f->limits, e))
			return false;
		if (!r->req->is_all && !is_asked_for(r, f) &&
			!is_dismissed(r, f->def->id, &is_out, e))
			return false;
		if (!f->limits.is_off && !is_out && !look(r, f, e))
			return false;
	}
	return true;
}

// The finding, with {n} and the numbers of the rule put in.
static struct str finding_of(struct arena *a, const struct found *f, size_t n)
{
	AUTO(buf_free) struct buf b = {0};
	const char *text = n > 1 && f->def->many ? f->def->many : f->def->one;
	for (struct str rest = str_of(text); rest.p;) {
		buf_add(&b, str_split(rest, '{', &rest));
		if (!rest.p)
			break;
		struct str word = str_split(rest, '}', &rest);
		if (str_is(word, "n"))
			buf_add_grouped(&b, n);
		for (size_t i = 0; i < f->def->n_numbers; i++)
			if (str_is(word, f->def->numbers[i].name)) {
				if (f->def->numbers[i].unit == TIP_USD)
					usd_add_short(&b, f->limits.milli[i] * (USD_PICO / 1000));
				else if (f->def->numbers[i].unit == TIP_COUNT)
					buf_add_grouped(&b, (uint64_t)f->limits.milli[i] / 1000);
				else
					buf_add(&b, f->limits.texts[i]);
			}
	}
	return arena_str(a, buf_str(&b));
}

static struct tip_row *add_row(struct tip_rows *out, const struct found *f)
{
	out->all = mem_reserve(out->all, &out->cap, out->n + 1, sizeof *out->all);
	struct tip_row *row = &out->all[out->n++];
	*row = (struct tip_row){.def = f->def, .has_savings = f->has_claims && f->claims.n > 0};
	return row;
}

static int by_size(const void *a, const void *b)
{
	const struct subject *x = a, *y = b;
	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	int c = str_cmp(x->words, y->words);
	return c ? c : (x->id > y->id) - (x->id < y->id);
}

static void add_folded(struct arena *a, struct tip_rows *out, const struct found *f)
{
	AUTO(buf_free) struct buf b = {0};
	for (size_t i = 0; i < f->n && i < SUBJECTS_SHOWN; i++) {
		buf_addz(&b, i ? "; " : "");
		buf_add(&b, f->subjects[i].words);
	}
	if (f->n > SUBJECTS_SHOWN)
		buf_printf(&b, "; and %zu more", f->n - SUBJECTS_SHOWN);
	struct tip_row *row = add_row(out, f);
	row->finding = finding_of(a, f, f->n);
	row->evidence = arena_str(a, buf_str(&b));
	row->savings_pico = f->claims.total_pico;
}

static void add_each(struct tip_rows *out, const struct found *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct tip_row *row = add_row(out, f);
		row->finding = str_of(f->def->title);
		row->evidence = f->subjects[i].words;
		row->savings_pico = f->claims.savings_pico[f->subjects[i].place];
	}
}

static bool collect(struct run *r, struct tip_rows *out, struct err *e)
{
	struct tip_claims *claims = mem_alloc((n_tip_defs + 1) * sizeof *claims);
	for (size_t i = 0; i < n_tip_defs; i++)
		claims[i] = r->found[i].claims;
	bool ok = tip_claim_settle(claims, n_tip_defs, e);
	for (size_t i = 0; ok && i < n_tip_defs; i++) {
		struct found *f = &r->found[i];
		f->claims = claims[i];
		if (!f->n || (r->req->rule.p && !is_asked_for(r, f)))
			continue;
		qsort(f->subjects, f->n, sizeof *f->subjects, by_size);
		if (r->req->rule.p)
			add_each(out, f);
		else
			add_folded(r->arena, out, f);
	}
	free(claims);
	return ok;
}

// Rows come by name, those of one rule by size; stable.
static void sort(struct tip_rows *rows)
{
	for (size_t i = 1; i < rows->n; i++) {
		struct tip_row row = rows->all[i];
		size_t at = i;
		for (; at > 0; at--) {
			const struct tip_row *above = &rows->all[at - 1];
			if (!row.has_savings ||
				(above->has_savings && above->savings_pico >= row.savings_pico))
				break;
			rows->all[at] = rows->all[at - 1];
		}
		rows->all[at] = row;
	}
}

static bool read_cheaper(struct run *r, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(r->db,
		    "SELECT model_priced_as(coalesce((SELECT value FROM setting WHERE key = "
		    "'" TIP_CHEAPER_KEY "'), '" TIP_CHEAPER "'))",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_step(s) != SQLITE_ROW)
		return ledger_fail(r->db, "reading the settings", e);
	r->cheaper = arena_str(r->arena, column_str(s, 0));
	return true;
}

static bool count_turns(struct run *r, struct err *e)
{
	const struct window w = {r->req->since_ms, r->req->until_ms, STR_NONE};
	if (!window_has_many(r->db, &w, &r->has_many, e))
		return false;
	r->has_many = r->has_many && !r->req->project.p && !r->req->session.p;
	return true;
}

bool tip_run(sqlite3 *db, struct arena *a, const struct tip_request *req, struct tip_rows *out,
	struct err *e)
{
	struct run r = {.db = db, .arena = a, .req = req};
	r.found = mem_alloc((n_tip_defs + 1) * sizeof *r.found);
	*out = (struct tip_rows){0};
	bool ok = read_cheaper(&r, e) && count_turns(&r, e) && look_for_all(&r, e) &&
		  collect(&r, out, e);
	if (ok && !req->rule.p)
		sort(out);
	for (size_t i = 0; i < n_tip_defs; i++) {
		free(r.found[i].subjects);
		free(r.found[i].claims.all);
		free(r.found[i].claims.savings_pico);
		rowset_free(&r.found[i].places);
	}
	free(r.found);
	return ok;
}
