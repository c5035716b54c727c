// SPDX-License-Identifier: MIT
// `ccl work start`, `note`, `end`, `check`: what one piece of work costs, beside others like it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "git.h"
#include "ledger.h"
#include "path.h"
#include "text.h"
#include "usd.h"
#include "work_edit.h"
#include "work_row.h"

enum { WRITE_BUSY_MS = 5000, MAX_TEXT_BYTES = 1000 };

// Below this many similar ones, `check` has nothing to measure by.
enum { LEAST_SIMILAR = 3 };

// The repository around the current folder; outside git the project that holds it, else itself.
static bool root_here(sqlite3 *db, struct arena *a, struct str *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct git_place place;
	char *z = getcwd(NULL, 0);
	struct str cwd = z ? arena_str(a, str_of(z)) : STR_NONE;
	free(z);
	if (!cwd.p)
		return err_set(e, ERR_IO, "the current folder is gone: change to another");
	if (git_find(a, cwd, &place)) {
		*out = place.root;
		return true;
	}
	if (sqlite3_prepare_v2(db,
		    "SELECT root FROM project WHERE ?1 = root OR substr(?1, 1, length(root) + 1) = "
		    "root || '/' ORDER BY length(root) DESC LIMIT 1",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the ledger", e);
	(void)sqlite3_bind_text(s, 1, cwd.p, (int)cwd.n, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	const char *root = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
	*out = root ? arena_str(a, str_of(root)) : cwd;
	return rc == SQLITE_ROW || rc == SQLITE_DONE || ledger_fail(db, "reading the ledger", e);
}

static bool open_here(struct arena *a, sqlite3 **db, struct str *root, struct err *e)
{
	return ledger_open_write(path_ledger(a), WRITE_BUSY_MS, db, e) &&
	       root_here(*db, a, root, e);
}

// The words of one line.
static bool read_text(struct str word, const char *what, struct str *out, struct err *e)
{
	struct str text = str_trim(word);
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ')
			return err_set(e, ERR_USAGE, "the %s is one line of text", what);
	if (!text.n || text.n > MAX_TEXT_BYTES)
		return err_set(e, ERR_USAGE, "the %s is a line of 1 to %d bytes, not %zu", what,
			MAX_TEXT_BYTES, text.n);
	*out = text;
	return true;
}

static void add_usd(struct buf *b, const struct work_row *w)
{
	if (w->has_cost)
		usd_add_short(b, w->cost_pico);
	else
		buf_addz(b, "an unknown sum (its models have no price)");
}

static void add_name(struct buf *b, const struct work_row *w)
{
	buf_printf(b, "%lld (%.*s): ", (long long)w->id, STR_ARG(w->type));
	text_add_clean(b, w->goal);
}

// "Like it: 4 here, $1.20 on average, $0.90 in the middle, $0.30 to $3.10."
static void add_similar(struct buf *b, const struct work_similar *x)
{
	if (!x->n) {
		buf_addz(b, "Nothing like it has ended yet.");
		return;
	}
	buf_printf(b, "Like it: %zu%s, ", x->n, x->is_here ? " here" : " elsewhere");
	usd_add_short(b, x->mean_pico);
	if (x->n > 1) {
		buf_addz(b, " on average, ");
		usd_add_short(b, x->median_pico);
		buf_addz(b, " in the middle, ");
		usd_add_short(b, x->least_pico);
		buf_addz(b, " to ");
		usd_add_short(b, x->most_pico);
	}
	buf_addc(b, '.');
}

// "$2.31 in 1h 12m, 3 commits, +120 -40 lines, cache hit 93.1%, claude-opus-5-5"
static void add_facts(struct buf *b, const struct work_row *w)
{
	add_usd(b, w);
	buf_addz(b, " in ");
	value_add_human(b, VALUE_SPAN, &(struct cell){CELL_INT, {.i = w->duration_ms}});
	buf_printf(b, ", %lld commit%s", (long long)w->commits, w->commits == 1 ? "" : "s");
	if (w->lines_added || w->lines_removed)
		buf_printf(b, ", +%lld -%lld lines", (long long)w->lines_added,
			(long long)w->lines_removed);
	if (w->cache_hit.kind == CELL_REAL) {
		buf_addz(b, ", cache hit ");
		value_add_human(b, VALUE_PCT, &w->cache_hit);
	}
	if (w->model.n) {
		buf_addz(b, ", ");
		text_add_clean(b, w->model);
	}
	buf_addc(b, '.');
}

// " That is 1.9 times the average."
static void add_verdict(struct buf *b, const struct work_row *w, const struct work_similar *x)
{
	if (x->n && w->has_cost && x->mean_pico > 0) {
		int64_t tenths = (w->cost_pico / (x->mean_pico / 10 + 1));
		buf_printf(b, " That is %lld.%lld times the average.", (long long)(tenths / 10),
			(long long)(tenths % 10));
	}
}

static void print(struct buf *b)
{
	(void)puts(buf_z(b));
}

static bool check_type(struct str type, struct err *e)
{
	const char *near = args_nearest(type, work_types, WORK_N_TYPES);
	for (size_t i = 0; i < WORK_N_TYPES; i++)
		if (str_is(type, work_types[i]))
			return true;
	return err_set(e, ERR_USAGE, "%.*s is no type of work: %s%s%s", STR_ARG(type),
		near ? "did you mean " : "it is feature, bug, refactor, explore, research or other",
		near ? near : "", near ? "?" : "");
}

bool command_work_start(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf b = {0};
	struct str type = call->args->positionals[0], goal, root;
	struct work_row row;
	struct work_similar similar;
	int64_t id;
	if (!check_type(type, e) || !read_text(call->args->positionals[1], "goal", &goal, e) ||
		!open_here(call->arena, &db, &root, e) ||
		!work_start(db, type, goal, root, clock_now_ms(), &id, e))
		return false;
	ledger_close(&db);
	if (!work_read(call->arena, id, &row, &similar, e))
		return false;
	buf_addz(&b, "Started ");
	add_name(&b, &row);
	buf_addz(&b, "\n");
	add_similar(&b, &similar);
	print(&b);
	return true;
}

bool command_work_note(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	struct str text, root;
	int64_t id;
	if (!read_text(call->args->positionals[0], "note", &text, e) ||
		!open_here(call->arena, &db, &root, e) ||
		!work_note(db, root, text, clock_now_ms(), &id, e))
		return false;
	(void)printf("Noted in work session %lld.\n", (long long)id);
	return true;
}

bool command_work_end(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf b = {0};
	struct str lesson = STR_NONE, root;
	struct work_row row;
	struct work_similar similar;
	int64_t id;
	if ((call->args->n_positionals &&
		    !read_text(call->args->positionals[0], "lesson", &lesson, e)) ||
		!open_here(call->arena, &db, &root, e) ||
		!work_end(db, root, lesson, clock_now_ms(), &id, e))
		return false;
	ledger_close(&db);
	if (!work_read(call->arena, id, &row, &similar, e))
		return false;
	buf_addz(&b, "Ended ");
	add_name(&b, &row);
	buf_addc(&b, '\n');
	add_facts(&b, &row);
	buf_addc(&b, '\n');
	add_similar(&b, &similar);
	add_verdict(&b, &row, &similar);
	print(&b);
	return true;
}

bool command_work_check(struct command_call *call, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(buf_free) struct buf b = {0};
	struct str root;
	struct work_row row;
	struct work_similar x;
	int64_t id;
	if (!ledger_open_read(path_ledger(call->arena), &db, e) ||
		!root_here(db, call->arena, &root, e) || !work_find_open(db, root, &id, e))
		return false;
	ledger_close(&db);
	if (!id)
		return err_set(e, ERR_USAGE,
			"no work session is open in %.*s: `ccl work start TYPE \"GOAL\"` starts "
			"one",
			STR_ARG(root));
	if (!work_read(call->arena, id, &row, &x, e))
		return false;
	add_name(&b, &row);
	buf_addc(&b, '\n');
	add_facts(&b, &row);
	buf_addc(&b, '\n');
	add_similar(&b, &x);
	add_verdict(&b, &row, &x);
	print(&b);
	bool is_judged = x.n >= LEAST_SIMILAR && row.has_cost;
	call->status = is_judged && row.cost_pico > x.most_pico   ? 3
		       : is_judged && row.cost_pico > x.mean_pico ? 2
								  : 0;
	return true;
}
