// SPDX-License-Identifier: MIT
// Turns: one row per billed response, whatever the number of lines, files and sessions it stands
// in.
#include <string.h>

#include "charge.h"
#include "gather.h"
#include "turn.h"

static int64_t known(int64_t v)
{
	return v > 0 ? v : 0;
}

// As in the view `portion`: what is not known to be a 1-hour write is a 5-minute write.
static int64_t write_5m(const struct tokens *t)
{
	int64_t rest = known(t->write) - known(t->write_1h);
	return rest > known(t->write_5m) ? rest : known(t->write_5m);
}

static int64_t above_tok(const struct tokens *t)
{
	int64_t prompt = known(t->input) + known(t->read) + known(t->write_1h) + write_5m(t);
	return prompt > 200000 ? 200000 : prompt > 100000 ? 100000 : 0;
}

static bool add_steps(struct store *st, const struct turn *t, int sign, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"SELECT class_id, input_tok, output_tok, cache_5m_tok, cache_1h_tok, cache_read_tok"
		" FROM turn_step WHERE turn_id = :turn",
		e);
	bool has_row = true;
	if (!s)
		return false;
	store_bind(s, "i", t->id);
	while (has_row) {
		if (!store_step(st, s, &has_row, e))
			return false;
		if (!has_row)
			break;
		struct portion p = {.at_ms = t->owner.at_ms,
			.session_id = t->owner.session_id,
			.origin_id = t->owner.origin_id,
			.charge_id = t->charge_id,
			.class_id = sqlite3_column_int64(s, 0),
			.steps = 1,
			.input = sqlite3_column_int64(s, 1),
			.output = sqlite3_column_int64(s, 2),
			.write_5m = sqlite3_column_int64(s, 3),
			.write_1h = sqlite3_column_int64(s, 4),
			.read = sqlite3_column_int64(s, 5)};
		store_rollup_add(st, &p, sign);
	}
	(void)sqlite3_reset(s);
	return true;
}

static void add_portion(struct store *st, const struct turn *t, int sign)
{
	struct portion p = {.at_ms = t->owner.at_ms,
		.session_id = t->owner.session_id,
		.origin_id = t->owner.origin_id,
		.class_id = t->class_id,
		.charge_id = t->charge_id,
		.turns = 1,
		.input = known(t->tok.input),
		.output = known(t->tok.output),
		.write_5m = write_5m(&t->tok),
		.write_1h = known(t->tok.write_1h),
		.read = known(t->tok.read),
		.searches = known(t->tok.n_search),
		.aborted = t->aborted_chars >= 0};
	store_rollup_add(st, &p, sign);
}

static bool contribute(struct store *st, const struct turn *t, int sign, struct err *e)
{
	add_portion(st, t, sign);
	return add_steps(st, t, sign, e);
}

static bool write_steps(struct store *st, int64_t turn_id, const struct sighting *x, struct err *e)
{
	for (size_t i = 0; i < x->n_steps; i++) {
		const struct step *p = &x->steps[i];
		sqlite3_stmt *s = store_sql(st,
			"INSERT INTO turn_step VALUES (:turn, :n, :advisor, :class, :input, "
			":output, :write_5m, :write_1h,"
			" :read) ON CONFLICT DO UPDATE SET input_tok = max(input_tok, "
			"excluded.input_tok),"
			" output_tok = max(output_tok, excluded.output_tok),"
			" cache_5m_tok = max(cache_5m_tok, excluded.cache_5m_tok),"
			" cache_1h_tok = max(cache_1h_tok, excluded.cache_1h_tok),"
			" cache_read_tok = max(cache_read_tok, excluded.cache_read_tok)",
			e);
		int64_t class;
		if (!s || !store_class(st, p->class, &class, e))
			return false;
		store_bind(s, "iiiiiiiii", turn_id, (int64_t)i, (int64_t)p->is_advisor, class,
			p->input, p->output, p->write_5m, p->write_1h, p->read);
		if (!store_run(st, s, e))
			return false;
	}
	return true;
}

static int64_t nullable(sqlite3_stmt *s, int column)
{
	return sqlite3_column_type(s, column) == SQLITE_NULL ? -1 : sqlite3_column_int64(s, column);
}

#define TURN_COLUMNS                                                                               \
	"t.id, o.session_id, o.agent_id, t.origin_id, t.at_ms, t.is_sidechain, t.is_foreign, "     \
	"t.class_id,"                                                                              \
	" t.prompt_id, t.input_tok, t.output_tok, t.thinking_tok, t.cache_write_tok, "             \
	"t.cache_5m_tok,"                                                                          \
	" t.cache_1h_tok, t.cache_read_tok, t.n_web_search, t.n_web_fetch, t.stop_id, "            \
	"t.cache_miss_id,"                                                                         \
	" t.is_output_final, t.aborted_chars, t.request_id, t.charge_id, t.key FROM turn AS t "    \
	"JOIN origin AS o ON o.id = t.origin_id"

static void take_turn(struct store *st, sqlite3_stmt *s, struct turn *t)
{
	int64_t *tok[] = {&t->tok.input, &t->tok.output, &t->tok.thinking, &t->tok.write,
		&t->tok.write_5m, &t->tok.write_1h, &t->tok.read, &t->tok.n_search,
		&t->tok.n_fetch};
	t->id = sqlite3_column_int64(s, 0);
	t->owner.session_id = sqlite3_column_int64(s, 1);
	t->agent_id = sqlite3_column_int64(s, 2);
	t->owner.origin_id = sqlite3_column_int64(s, 3);
	t->owner.at_ms = sqlite3_column_int64(s, 4);
	t->owner.is_sidechain = sqlite3_column_int(s, 5);
	t->owner.is_foreign = sqlite3_column_int(s, 6);
	t->class_id = sqlite3_column_int64(s, 7);
	t->prompt_id = sqlite3_column_int64(s, 8);
	for (int i = 0; i < 9; i++)
		*tok[i] = nullable(s, 9 + i);
	t->stop_id = sqlite3_column_int64(s, 18);
	t->cache_miss_id = sqlite3_column_int64(s, 19);
	t->is_output_final = sqlite3_column_int(s, 20);
	t->aborted_chars = nullable(s, 21);
	t->request = arena_str(&st->arena, store_column(s, 22));
	t->charge_id = sqlite3_column_int64(s, 23);
}

// The row that has the hash; *out_same says whether it is of this key.
static bool read_turn(struct store *st, struct str key, uint64_t hash, struct turn *out,
	bool *out_same, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, "SELECT " TURN_COLUMNS " WHERE t.key_hash = :hash", e);
	bool has_row;
	if (!s)
		return false;
	store_bind(s, "h", hash);
	if (!store_step(st, s, &has_row, e))
		return false;
	*out_same = has_row && str_eq(store_column(s, 24), key);
	if (*out_same)
		take_turn(st, s, out);
	(void)sqlite3_reset(s);
	return true;
}

static bool update_turn(struct store *st, const struct turn *t, struct err *e)
{
	sqlite3_stmt *s = store_sql(st,
		"UPDATE turn SET at_ms = :at, origin_id = :origin, class_id = :class, prompt_id = "
		":prompt,"
		" input_tok = :input, output_tok = :output, cache_write_tok = :write, cache_5m_tok "
		"= :write_5m,"
		" cache_1h_tok = :write_1h, cache_read_tok = :read, thinking_tok = :thinking, "
		"n_web_search = :search,"
		" n_web_fetch = :fetch, request_id = :request, stop_id = :stop, cache_miss_id = "
		":miss,"
		" is_sidechain = :sidechain, is_foreign = :foreign, is_output_final = :final, "
		"aborted_chars = :aborted,"
		" charge_id = :charge WHERE id = :id",
		e);
	const struct tokens *k = &t->tok;
	if (!s)
		return false;
	store_bind(s, "iiikppppppppptkkiiipii", t->owner.at_ms, t->owner.origin_id, t->class_id,
		t->prompt_id, k->input, k->output, k->write, k->write_5m, k->write_1h, k->read,
		k->thinking, k->n_search, k->n_fetch, t->request, t->stop_id, t->cache_miss_id,
		(int64_t)t->owner.is_sidechain, (int64_t)t->owner.is_foreign,
		(int64_t)t->is_output_final, t->aborted_chars, t->charge_id, t->id);
	return store_run(st, s, e);
}

// Whether the session shares messages with another. Asked for when it matters, which is seldom:
// with the session's row it cost each run 20,000 instructions.
static bool find_links(struct store *st, struct session *s, struct err *e)
{
	if (s->has_links)
		return true;
	sqlite3_stmt *q = store_sql(st, "SELECT 1 FROM session_link WHERE session_id = :id", e);
	if (!q)
		return false;
	store_bind(q, "i", s->id);
	if (!store_step(st, q, &s->has_links, e))
		return false;
	(void)sqlite3_reset(q);
	return true;
}

// First own turn of a session: kept up to date here, looked up again when one becomes shared.
static bool note_own(
	struct store *st, struct session *s, int64_t at_ms, struct word *slug, struct err *e)
{
	if (s->first_own_ms >= 0 && s->first_own_ms <= at_ms)
		return true;
	s->first_own_ms = at_ms;
	sqlite3_stmt *q = store_sql(st,
		"UPDATE session SET first_own_ms = :at, own_slug_id = :slug WHERE id = :id"
		" AND (first_own_ms IS NULL OR first_own_ms > :at)",
		e);
	int64_t slug_id;
	if (!q || !store_word(st, slug, &slug_id, e) || !find_links(st, s, e))
		return false;
	store_bind(q, "iki", at_ms, slug_id, s->id);
	if (s->has_links) { // the turn may be a shared one
		s->is_own_stale = true;
		store_mark(st, s);
	}
	return store_run(st, q, e);
}

static bool same_turn(const struct turn *a, const struct turn *b)
{
	return memcmp(&a->tok, &b->tok, sizeof a->tok) == 0 && a->owner.at_ms == b->owner.at_ms &&
	       a->owner.origin_id == b->owner.origin_id &&
	       a->owner.is_sidechain == b->owner.is_sidechain &&
	       a->owner.is_foreign == b->owner.is_foreign && a->class_id == b->class_id &&
	       a->charge_id == b->charge_id && a->prompt_id == b->prompt_id &&
	       a->stop_id == b->stop_id && a->cache_miss_id == b->cache_miss_id &&
	       a->is_output_final == b->is_output_final && a->aborted_chars == b->aborted_chars &&
	       str_eq(a->request, b->request);
}

// The ids of what a sighting points to, in the shape of a row.
static bool resolve(struct store *st, const struct sighting *x, struct turn *out, struct err *e)
{
	struct price_class key = x->parts;
	key.above_tok = above_tok(&x->tok);
	*out = (struct turn){.owner = {.at_ms = x->at_ms,
				     .is_sidechain = x->is_sidechain,
				     .is_foreign = x->is_foreign},
		.tok = x->tok,
		.request = x->request,
		.is_output_final = x->is_output_final,
		.aborted_chars = x->aborted_chars};
	return store_origin(st, x->origin, &out->owner.origin_id, e) &&
	       store_session(st, x->origin->session, &out->owner.session_id, e) &&
	       store_class(st, catalog_class(st->catalog, &key), &out->class_id, e) &&
	       store_prompt(st, x->prompt, &out->prompt_id, e) &&
	       store_word(st, x->stop, &out->stop_id, e) &&
	       store_word(st, x->cache_miss, &out->cache_miss_id, e) &&
	       charge_find(st, out, &out->charge_id, e);
}

static int64_t first_id(int64_t a, int64_t b)
{
	return a ? a : b;
}

// What a turn is charged to depends on these.
static bool is_same_place(const struct turn *a, const struct turn *b)
{
	return a->owner.origin_id == b->owner.origin_id && a->owner.at_ms == b->owner.at_ms &&
	       a->prompt_id == b->prompt_id;
}

static bool merge(struct store *st, struct sighting *x, const struct turn *seen,
	const struct turn *old, struct err *e)
{
	struct turn t = *old;
	struct price_class *class;
	if (!contribute(st, old, -1, e) || !turn_decide_owner(st, &t, x, &seen->owner, e) ||
		!store_class_of(st, old->class_id, &class, e))
		return false;
	gather_max(&t.tok, &seen->tok);
	struct price_class key = *class;
	gather_fill_class(&key, &x->parts);
	key.above_tok = above_tok(&t.tok);
	if (!store_class(st, catalog_class(st->catalog, &key), &t.class_id, e))
		return false;
	bool is_mine = t.owner.origin_id == seen->owner.origin_id;
	t.prompt_id = is_mine ? first_id(seen->prompt_id, old->prompt_id)
			      : first_id(old->prompt_id, seen->prompt_id);
	t.stop_id = first_id(old->stop_id, seen->stop_id);
	t.cache_miss_id = first_id(old->cache_miss_id, seen->cache_miss_id);
	struct str request = is_mine ? seen->request : old->request;
	t.request = request.p ? request : old->request.p ? old->request : seen->request;
	t.is_output_final |= seen->is_output_final;
	t.aborted_chars =
		old->aborted_chars > seen->aborted_chars ? old->aborted_chars : seen->aborted_chars;
	x->turn_id = t.id;
	x->owner_session_id = t.owner.session_id;
	if (!is_same_place(&t, old) && !charge_find(st, &t, &t.charge_id, e))
		return false;
	if (!write_steps(st, t.id, x, e) || (!same_turn(&t, old) && !update_turn(st, &t, e)))
		return false;
	if (t.owner.session_id == x->origin->session->id &&
		old->owner.session_id == t.owner.session_id &&
		t.owner.at_ms < old->owner.at_ms && // else it was noted, unless it is shared
		!note_own(st, x->origin->session, t.owner.at_ms, x->origin->slug, e))
		return false;
	return contribute(st, &t, 1, e);
}

// What a new row brings with it.
static bool follow_insert(
	struct store *st, struct sighting *x, const struct turn *seen, struct err *e)
{
	x->turn_id = seen->id;
	x->is_new = true;
	x->owner_session_id = seen->owner.session_id;
	add_portion(st, seen, 1);
	return write_steps(st, seen->id, x, e) && (x->n_steps == 0 || add_steps(st, seen, 1, e)) &&
	       note_own(st, x->origin->session, x->at_ms, x->origin->slug, e);
}

// Makes the row of a key, or reads it if it is there (row->seen.id 0, *old).
static bool insert_or_read(struct store *st, struct new_turn *row, struct turn *old, struct err *e)
{
	row->hash = turn_hash(st, row->key);
	for (bool is_same = false; !is_same; row->hash = (row->hash + 1) & LEDGER_TURN_HASH_MASK) {
		if (!turn_insert(st, row, 1, e))
			return false;
		if (row->seen.id)
			return true;
		if (!read_turn(st, row->key, row->hash, old, &is_same, e))
			return false;
	}
	return true;
}

static bool store_one(struct store *st, struct sighting *x, struct err *e)
{
	struct new_turn row = {.x = x, .key = x->key};
	struct turn old = {0};
	struct price_class *class;
	if (!resolve(st, x, &row.seen, e))
		return false;
	for (int tries = 0;; tries++) {
		if (!insert_or_read(st, &row, &old, e))
			return false;
		if (row.seen.id)
			return follow_insert(st, x, &row.seen, e);
		if (!store_class_of(st, old.class_id, &class, e))
			return false;
		if (tries == 1 || !gather_is_other_message(old.request, old.owner.at_ms,
					  class->model, x->request, x->at_ms, x->parts.model))
			return merge(st, x, &row.seen, &old, e);
		row.key = gather_second_key(&st->arena, x);
	}
}

static bool store_some(struct store *st, struct sighting *const p[TURN_ROWS], struct err *e)
{
	struct new_turn rows[TURN_ROWS];
	for (size_t i = 0; i < TURN_ROWS; i++) {
		rows[i] = (struct new_turn){
			.x = p[i], .key = p[i]->key, .hash = turn_hash(st, p[i]->key)};
		if (!resolve(st, p[i], &rows[i].seen, e))
			return false;
	}
	if (!turn_insert(st, rows, TURN_ROWS, e))
		return false;
	for (size_t i = 0; i < TURN_ROWS; i++)
		if (rows[i].seen.id ? !follow_insert(st, p[i], &rows[i].seen, e)
				    : !store_one(st, p[i], e))
			return false;
	return true;
}

bool store_sightings(struct store *st, struct sighting *const *p, size_t n, struct err *e)
{
	size_t i = 0;
	for (; i + TURN_ROWS <= n; i += TURN_ROWS)
		if (!store_some(st, p + i, e))
			return false;
	for (; i < n; i++)
		if (!store_one(st, p[i], e))
			return false;
	for (i = 0; i < n; i++)
		if (!turn_write_reported(st, p[i], e))
			return false;
	return true;
}

// A turn by its row id, which must be there.
static bool read_turn_id(struct store *st, int64_t id, struct turn *out, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, "SELECT " TURN_COLUMNS " WHERE t.id = :id", e);
	bool has_row;
	if (!s)
		return false;
	store_bind(s, "i", id);
	if (!store_step(st, s, &has_row, e))
		return false;
	if (has_row)
		take_turn(st, s, out);
	(void)sqlite3_reset(s);
	return has_row ||
	       err_set(e, ERR_FORMAT, "the ledger is damaged: turn %lld is missing", (long long)id);
}

bool store_set_owner(struct store *st, int64_t turn_id, const struct owner *o, struct err *e)
{
	struct turn t = {0};
	if (!read_turn_id(st, turn_id, &t, e) || !contribute(st, &t, -1, e))
		return false;
	struct owner old = t.owner;
	t.owner = *o;
	return charge_find(st, &t, &t.charge_id, e) && update_turn(st, &t, e) &&
	       contribute(st, &t, 1, e) && turn_delete_copy(st, turn_id, o->session_id, e) &&
	       turn_write_copy(st, turn_id, &old, e) &&
	       store_move_calls(st, turn_id, old.session_id, o->session_id, e);
}

bool store_recharge(struct store *st, int64_t turn_id, struct err *e)
{
	struct turn t = {0};
	int64_t charge;
	if (!read_turn_id(st, turn_id, &t, e) || !charge_find(st, &t, &charge, e))
		return false;
	if (charge == t.charge_id)
		return true;
	if (!contribute(st, &t, -1, e))
		return false;
	t.charge_id = charge;
	sqlite3_stmt *s = store_sql(st, "UPDATE turn SET charge_id = :charge WHERE id = :id", e);
	if (!s)
		return false;
	store_bind(s, "ii", charge, turn_id);
	return store_run(st, s, e) && contribute(st, &t, 1, e);
}
