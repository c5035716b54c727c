// SPDX-License-Identifier: MIT
#include <stdlib.h>

#include "arena.h"
#include "ledger.h"
#include "report_def.h"
#include "spend_cell.h"
#include "spend_reader.h"

// A turn, or a step of one. What of the cache writes is not known to be for an hour counts as for 5
// minutes.
static bool add_portion(struct spend_reader *r, sqlite3_stmt *s, bool is_turn, struct err *e)
{
	const struct spend_place p = spend_place(s, 1);
	const struct rate *rate;
	struct spend_cell *c;
	if (!spend_begin_cell(r, &p, &c, &rate, e))
		return false;
	if (!rate)
		return true;
	int64_t written = sqlite3_column_int64(s, 8), for_5m = sqlite3_column_int64(s, 9);
	int64_t for_1h = sqlite3_column_int64(s, 10);
	c->v[SPEND_TURN_ID] = sqlite3_column_int64(s, 0);
	if (r->filter->has_prompt)
		c->v[SPEND_PROMPT_ID] = spend_prompt_of(
			&r->prompts, spend_int(s, 5), c->v[SPEND_SESSION_ID], p.at_ms);
	c->v[SPEND_TURNS] = is_turn;
	c->v[SPEND_INPUT] = sqlite3_column_int64(s, 6);
	c->v[SPEND_OUTPUT] = sqlite3_column_int64(s, 7);
	c->v[SPEND_CACHE_WRITE_5M] = written - for_1h > for_5m ? written - for_1h : for_5m;
	c->v[SPEND_CACHE_WRITE_1H] = for_1h;
	c->v[SPEND_CACHE_READ] = sqlite3_column_int64(s, 11);
	c->v[SPEND_WEB_SEARCHES] = sqlite3_column_int64(s, 12);
	c->v[SPEND_UNKNOWN] = is_turn && (c->v[SPEND_UNKNOWN] || sqlite3_column_int64(s, 13));
	c->v[SPEND_FIRST_MS] = c->v[SPEND_LAST_MS] = p.at_ms;
	int64_t turn_id = c->v[SPEND_TURN_ID];
	if (!spend_end_cell(r, c, rate, e))
		return false;
	if (is_turn && r->filter->has_calls) {
		r->turns = mem_reserve(r->turns, &r->cap_turns, r->n_turns + 1, sizeof *r->turns);
		r->turns[r->n_turns++] = (struct spend_turn){turn_id, r->out->n - 1};
	}
	return true;
}

static bool add_turn(struct spend_reader *r, sqlite3_stmt *s, struct err *e)
{
	return add_portion(r, s, true, e);
}

static bool add_step(struct spend_reader *r, sqlite3_stmt *s, struct err *e)
{
	return add_portion(r, s, false, e);
}

static int by_id(const void *a, const void *b)
{
	const struct spend_turn *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

// Most are read in this order.
static void sort_turns(struct spend_reader *r)
{
	size_t n = 1;
	while (n < r->n_turns && r->turns[n - 1].id < r->turns[n].id)
		n++;
	if (n < r->n_turns)
		qsort(r->turns, r->n_turns, sizeof *r->turns, by_id);
	r->last_turn = 0;
}

static const struct spend_turn *find_turn(struct spend_reader *r, int64_t id)
{
	const struct spend_turn key = {.id = id}, *found = NULL;
	for (size_t i = r->last_turn; !found && i < r->n_turns && i < r->last_turn + 2; i++)
		if (r->turns[i].id == id)
			found = &r->turns[i];
	if (!found && r->n_turns)
		found = bsearch(&key, r->turns, r->n_turns, sizeof *r->turns, by_id);
	if (found)
		r->last_turn = (size_t)(found - r->turns);
	return found;
}

static bool add_call(struct spend_reader *r, sqlite3_stmt *s, struct err *e)
{
	const struct spend_turn *turn = find_turn(r, sqlite3_column_int64(s, 0));
	(void)e;
	if (turn)
		spend_add_call(&r->out->all[turn->cell], spend_int(s, 1), spend_int(s, 2));
	return true;
}

bool spend_turns(struct spend_reader *r, int64_t first_ms, int64_t last_ms, struct err *e)
{
	static const struct source {
		const char *turn, *step, *call;
	} all = {spend_all_turn_sql, spend_all_step_sql, spend_all_call_sql},
	  session = {spend_session_turn_sql, spend_session_step_sql, spend_session_call_sql},
	  window = {spend_turn_sql, spend_step_sql, spend_call_sql};
	const struct source *from = r->filter->session.p                           ? &session
				    : first_ms <= 0 && last_ms >= LEDGER_NO_END_MS ? &all
										   : &window;
	if (!spend_rows(r, from->turn, first_ms, last_ms, add_turn, e) ||
		!spend_rows(r, from->step, first_ms, last_ms, add_step, e))
		return false;
	if (!r->filter->has_calls)
		return true;
	sort_turns(r);
	return spend_rows(r, from->call, first_ms, last_ms, add_call, e);
}
