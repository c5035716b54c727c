// SPDX-License-Identifier: MIT
#include "activity.h"

#include <stdlib.h>

#include "arena.h"
#include "ledger.h"
#include "deed.h"
#include "rowset.h"
#include "table_function.h"
#include "window.h"

#define NO_PROMPT INT64_MIN

struct activity_row {
	int64_t session_id, prompt_id; // NO_PROMPT: NULL
	const char *activity;
	int64_t edits, retries;
};

// Columns of rows by session, prompt and agent. KINDS: how often each deed.
enum {
	SESSION,
	PROMPT,
	AGENT,
	STATE,
	MAIN_EDITS,
	TEST_EDITS,
	DOCUMENT_EDITS,
	FILES,
	FIXES,
	ADDED,
	REMOVED,
	RETRIES,
	PLAN_MODE,
	KINDS,
	N_COLUMNS = KINDS + DEED_N,
};

// STATE: what edits and failed commands there were
enum { BEGUN, FAILED, EDITED, EDITED_AND_FAILED };

enum { NAME, TARGET, KIND, IS_TEST, IS_DOCUMENT, N_WORD_COLUMNS };

struct reader {
	sqlite3 *db;
	const struct window *window;
	struct rowset agents;  // by session, prompt, agent
	struct rowset prompts; // the same columns, added up: agent 0
	struct rowset files;   // by session, prompt, target
	struct rowset words;   // by tool and target: what they mean
	sqlite3_stmt *text;    // of a name
	struct arena arena;
};

struct activities {
	struct activity_row *all;
};

static bool fail(const struct reader *r, struct err *e)
{
	return ledger_fail(r->db, "reading what prompts did", e);
}

static bool read_text(struct reader *r, int64_t id, struct str *out, struct err *e)
{
	*out = STR_NONE;
	if (!id)
		return true;
	if (sqlite3_bind_int64(r->text, 1, id) != SQLITE_OK)
		return fail(r, e);
	int rc = sqlite3_step(r->text);
	if (rc == SQLITE_ROW)
		*out = arena_str(
			&r->arena, (struct str){(const char *)sqlite3_column_text(r->text, 0),
					   (size_t)sqlite3_column_bytes(r->text, 0)});
	(void)sqlite3_reset(r->text);
	return rc == SQLITE_ROW || rc == SQLITE_DONE || fail(r, e);
}

static bool find_words(
	struct reader *r, int64_t name, int64_t target, const int64_t **out, struct err *e)
{
	bool is_new;
	struct str tool, text;
	const int64_t key[] = {name, target};
	int64_t *row = rowset_get(&r->words, key, &is_new);
	*out = row;
	if (!is_new)
		return true;
	arena_reset(&r->arena);
	if (!read_text(r, name, &tool, e) || !read_text(r, target, &text, e))
		return false;
	row[KIND] = (int64_t)deed_of(tool, text);
	row[IS_TEST] = deed_is_test_file(text);
	row[IS_DOCUMENT] = deed_is_document(text);
	return true;
}

// Columns of a call, as the statements below give them.
enum { C_SESSION, C_PROMPT, C_AGENT, C_NAME, C_TARGET, C_FAILED, C_ADDED, C_REMOVED };

static void add_edit(struct reader *r, sqlite3_stmt *s, const int64_t *words, int64_t *row)
{
	bool is_new;
	const int64_t file[] = {row[SESSION], row[PROMPT], words[TARGET]};
	(void)rowset_get(&r->files, file, &is_new);
	row[FILES] += is_new;
	row[MAIN_EDITS] += row[AGENT] == 0;
	row[TEST_EDITS] += words[IS_TEST];
	row[DOCUMENT_EDITS] += words[IS_DOCUMENT];
	row[ADDED] += sqlite3_column_int64(s, C_ADDED);
	row[REMOVED] += sqlite3_column_int64(s, C_REMOVED);
	row[RETRIES] += row[STATE] == EDITED_AND_FAILED;
	row[FIXES] += row[STATE] == FAILED;
	row[STATE] = EDITED;
}

static bool add_call(struct reader *r, sqlite3_stmt *s, struct err *e)
{
	bool is_new, has_failed = sqlite3_column_int(s, C_FAILED);
	const int64_t *words;
	if (!find_words(r, sqlite3_column_int64(s, C_NAME), sqlite3_column_int64(s, C_TARGET),
		    &words, e))
		return false;
	bool has_prompt = sqlite3_column_type(s, C_PROMPT) != SQLITE_NULL;
	const int64_t key[] = {sqlite3_column_int64(s, C_SESSION),
		has_prompt ? sqlite3_column_int64(s, C_PROMPT) : NO_PROMPT,
		sqlite3_column_int64(s, C_AGENT)};
	int64_t *row = rowset_get(&r->agents, key, &is_new);
	enum deed kind = (enum deed)words[KIND];
	bool is_edit = kind == DEED_EDIT || kind == DEED_WRITE;
	row[KINDS + (is_edit && has_failed ? DEED_OTHER : kind)]++;
	if (is_edit && !has_failed)
		add_edit(r, s, words, row);
	// what only looks fails where there is nothing to see
	bool is_command =
		kind == DEED_TEST || kind == DEED_BUILD || kind == DEED_GIT || kind == DEED_SHELL;
	if (is_command && has_failed)
		row[STATE] = row[STATE] < EDITED ? FAILED : EDITED_AND_FAILED;
	return true;
}

// The calls of an agent come in the order of its file, in which they were stored.
#define CALLS                                                                                      \
	"SELECT o.session_id, t.prompt_id, o.agent_id, c.name_id, c.target_id, c.error_hash IS "   \
	"NOT NULL, c.lines_added, c.lines_removed FROM "
#define OF_SESSION(id)                                                                             \
	" CROSS JOIN origin AS o ON o.session_id = " id                                            \
	" CROSS JOIN turn AS t ON t.origin_id = o.id CROSS JOIN tool_call AS c ON c.turn_id = "    \
	"t.id"
static const struct window_sql call_sql = {
	.all = CALLS "tool_call AS c CROSS JOIN turn AS t ON t.id = c.turn_id CROSS JOIN origin AS "
		     "o ON o.id = t.origin_id ORDER BY c.id",
	.some = CALLS "(SELECT DISTINCT o.session_id FROM turn AS t CROSS JOIN origin AS o ON o.id "
		      "= t.origin_id WHERE t.at_ms >= ?1 AND t.at_ms < ?2) AS s" OF_SESSION(
			      "s.session_id") " ORDER BY c.id",
	.session = CALLS "session AS s" OF_SESSION("s.id") " WHERE s.uid = ?3 ORDER BY c.id",
};

static bool read_calls(struct reader *r, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc;
	if (!window_prepare(r->db, r->window, &call_sql, &s, e))
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		if (!add_call(r, s, e))
			return false;
	return rc == SQLITE_DONE || fail(r, e);
}

static void add_agents(struct reader *r)
{
	for (size_t i = 0; i < r->agents.n; i++) {
		bool is_new;
		const int64_t *from = rowset_at(&r->agents, i);
		const int64_t key[] = {from[SESSION], from[PROMPT], 0};
		int64_t *to = rowset_get(&r->prompts, key, &is_new);
		for (int c = MAIN_EDITS; c < N_COLUMNS; c++)
			to[c] += from[c];
	}
}

static bool read_plan_mode(struct reader *r, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(r->db,
		"SELECT session_id, id FROM prompt WHERE mode_id = (SELECT id FROM name WHERE text "
		"= 'plan') AND session_id IS NOT NULL",
		-1, &s, NULL);
	if (rc != SQLITE_OK)
		return fail(r, e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		bool is_new;
		const int64_t key[] = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), 0};
		rowset_get(&r->prompts, key, &is_new)[PLAN_MODE] = 1;
	}
	return rc == SQLITE_DONE || fail(r, e);
}

static struct activity_row judge(const int64_t *row)
{
	struct deeds w = {.main_edits = row[MAIN_EDITS],
		.test_edits = row[TEST_EDITS],
		.document_edits = row[DOCUMENT_EDITS],
		.files = row[FILES],
		.fixes = row[FIXES],
		.added = row[ADDED],
		.removed = row[REMOVED],
		.is_plan_mode = row[PLAN_MODE]};
	for (int i = 0; i < DEED_N; i++)
		w.calls[i] = row[KINDS + i];
	return (struct activity_row){.session_id = row[SESSION],
		.prompt_id = row[PROMPT],
		.activity = deeds_activity(&w),
		.edits = w.calls[DEED_EDIT] + w.calls[DEED_WRITE],
		.retries = row[RETRIES]};
}

static void clear(void *state)
{
	struct activities *a = state;
	free(a->all);
	*a = (struct activities){0};
}

static bool read_activities(
	struct table_rows *rows, const char *plan, sqlite3_value *const *args, struct err *e)
{
	struct activities *a = rows->state;
	const struct window w = window_of(args);
	struct reader r = {.db = rows->db,
		.window = &w,
		.agents = {.n_key = 3, .n_columns = N_COLUMNS},
		.prompts = {.n_key = 3, .n_columns = N_COLUMNS},
		.files = {.n_key = 3, .n_columns = 3},
		.words = {.n_key = 2, .n_columns = N_WORD_COLUMNS}};
	(void)plan;
	clear(a);
	bool ok = sqlite3_prepare_v2(r.db, "SELECT text FROM name WHERE id = ?1", -1, &r.text,
			  NULL) == SQLITE_OK ||
		  fail(&r, e);
	ok = ok && read_calls(&r, e);
	add_agents(&r);
	ok = ok && read_plan_mode(&r, e);
	if (ok) {
		rows->n = r.prompts.n;
		a->all = mem_alloc((rows->n + 1) * sizeof *a->all);
		for (size_t i = 0; i < rows->n; i++)
			a->all[i] = judge(rowset_at(&r.prompts, i));
	}
	ledger_finalize(&r.text);
	rowset_free(&r.agents);
	rowset_free(&r.prompts);
	rowset_free(&r.files);
	rowset_free(&r.words);
	arena_free(&r.arena);
	return ok;
}

static void column(sqlite3_context *ctx, const struct table_rows *rows, int i)
{
	const struct activity_row *row = &((const struct activities *)rows->state)->all[rows->at];
	const int64_t numbers[] = {row->session_id, row->prompt_id, 0, row->edits, row->retries};
	if (i == 2)
		sqlite3_result_text(ctx, row->activity, -1, SQLITE_STATIC);
	else if (numbers[i] != NO_PROMPT)
		sqlite3_result_int64(ctx, numbers[i]);
}

bool activity_register(sqlite3 *db, struct err *e)
{
	static const struct table_function def = {.name = "prompt_activity",
		.columns = "session_id, prompt_id, activity, edits, retries",
		.arguments = WINDOW_ARGUMENTS,
		.cost = 1e7,
		.n_rows = 10000,
		.state_bytes = sizeof(struct activities),
		.read = read_activities,
		.column = column,
		.clear = clear};
	return table_function_register(db, &def, NULL, NULL, e);
}
