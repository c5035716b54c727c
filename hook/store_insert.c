// SPDX-License-Identifier: MIT
// New rows of turns and tool calls, eight a statement where a batch has as many: to open a table
// with its indexes takes as long as to make a row. OR FAIL: an abort would need a copy of each page
// that the statement changes, and whoever gets an error rolls the transaction back anyway.
#include "turn.h"

#define EIGHT(row) row "," row "," row "," row "," row "," row "," row "," row

enum { TURN_PARAMETERS = 23, CALL_PARAMETERS = 11 };

// In the order of the columns, of which the first is the row's id: to find 23 names among as many
// takes SQLite 30,000 instructions, of the 70,000 that preparing this took.
#define INSERT_TURN "INSERT OR FAIL INTO turn VALUES "
#define TURN_ROW    "(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
#define IF_FREE     " ON CONFLICT(key_hash) DO NOTHING"

#define INSERT_CALL                                                                                \
	"INSERT OR FAIL INTO tool_call(key_hash, turn_id, name_id, target_id, input_bytes, "       \
	"input_hash, result_bytes, result_hash, error_hash, lines_added, lines_removed) VALUES "
#define CALL_ROW "(?,?,?,?,?,?,?,?,?,?,?)"

uint64_t turn_hash(const struct store *st, struct str key)
{
	return hash_sip(st->key, key) & LEDGER_TURN_HASH_MASK;
}

static void bind_turn(sqlite3_stmt *s, int first, const struct new_turn *row)
{
	const struct turn *t = &row->seen;
	const struct tokens *k = &t->tok;
	store_bind_at(s, first, "thiiikppppppppptkkiiipi", row->key, row->hash, t->owner.at_ms,
		t->owner.origin_id, t->class_id, t->prompt_id, k->input, k->output, k->write,
		k->write_5m, k->write_1h, k->read, k->thinking, k->n_search, k->n_fetch,
		row->x->request, t->stop_id, t->cache_miss_id, (int64_t)t->owner.is_sidechain,
		(int64_t)t->owner.is_foreign, (int64_t)t->is_output_final, t->aborted_chars,
		t->charge_id);
}

static bool find_hash(struct store *st, uint64_t hash, int64_t *out_id, struct err *e)
{
	sqlite3_stmt *s = store_sql(st, "SELECT id FROM turn WHERE key_hash = :hash", e);
	if (!s)
		return false;
	store_bind(s, "h", hash);
	return store_find(st, s, out_id, e);
}

bool turn_insert(struct store *st, struct new_turn *rows, size_t n, struct err *e)
{
	sqlite3_stmt *s = n == 1 ? store_sql(st, INSERT_TURN TURN_ROW IF_FREE, e)
				 : store_sql(st, INSERT_TURN EIGHT(TURN_ROW) IF_FREE, e);
	if (!s)
		return false;
	for (size_t i = 0; i < n; i++)
		bind_turn(s, 1 + (int)i * TURN_PARAMETERS, &rows[i]);
	if (!store_run(st, s, e))
		return false;
	// the rows that were made have consecutive ids, in order
	size_t n_made = (size_t)sqlite3_changes(st->db);
	int64_t id, next = sqlite3_last_insert_rowid(st->db) - (int64_t)n_made + 1;
	for (size_t i = 0; i < n; i++) {
		id = next;
		if (n_made > 0 && n_made < n && !find_hash(st, rows[i].hash, &id, e))
			return false;
		rows[i].seen.id = n_made > 0 && id == next ? next++ : 0;
	}
	return true;
}

bool turn_write_reported(struct store *st, const struct sighting *x, struct err *e)
{
	if (x->cost_pico <= 0) // nothing is what a client wrote that did not know
		return true;
	sqlite3_stmt *s = store_sql(st,
		"INSERT INTO turn_reported VALUES (:turn, :cost) ON CONFLICT DO UPDATE SET "
		"pico_usd = max(pico_usd, excluded.pico_usd)",
		e);
	if (!s)
		return false;
	store_bind(s, "ii", x->turn_id, x->cost_pico);
	return store_run(st, s, e);
}

static bool insert_calls(struct store *st, const struct new_call *rows, size_t n, struct err *e)
{
	sqlite3_stmt *s = n == 1 ? store_sql(st, INSERT_CALL CALL_ROW, e)
				 : store_sql(st, INSERT_CALL EIGHT(CALL_ROW), e);
	if (!s)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct call *c = rows[i].c;
		store_bind_at(s, 1 + (int)i * CALL_PARAMETERS, "hkkkpHpHHpp", c->key_hash,
			rows[i].turn_id, rows[i].name_id, rows[i].target_id, c->input_bytes,
			c->input_hash, c->result_bytes, c->result_hash, c->error_hash,
			c->lines_added, c->lines_removed);
	}
	return store_run(st, s, e);
}

bool store_new_call(struct store *st, const struct new_call *c, struct err *e)
{
	st->has_orphans |= !c->turn_id;
	st->new_calls[st->n_new_calls++] = *c;
	return st->n_new_calls < STORE_CALL_ROWS || store_flush_calls(st, e);
}

bool store_flush_calls(struct store *st, struct err *e)
{
	size_t n = st->n_new_calls;
	st->n_new_calls = 0;
	if (n == STORE_CALL_ROWS)
		return insert_calls(st, st->new_calls, n, e);
	for (size_t i = 0; i < n; i++)
		if (!insert_calls(st, &st->new_calls[i], 1, e))
			return false;
	return true;
}
