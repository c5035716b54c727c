// SPDX-License-Identifier: MIT
// Batches -> rows, within a transaction that the caller has begun and will commit or roll back.
#ifndef CCL_HOOK_STORE_H
#define CCL_HOOK_STORE_H

#include "batch.h"
#include "ledger.h"

enum {
	STORE_MAX_STATEMENTS = 160,
	STORE_CALL_ROWS = 8, // that one statement makes
};

struct store_statement {
	const char *sql; // the literal's address is the key
	sqlite3_stmt *stmt;
};

// A tool call whose row is yet to be made.
struct new_call {
	const struct call *c;
	int64_t turn_id, name_id, target_id; // 0: none
};

// A period that table budget_state holds: budget_state.c.
struct kept_budget {
	int64_t budget_id, first_quarter, end_quarter;
	struct str project, branch; // STR_NONE: all
};

struct store {
	sqlite3 *db;
	struct catalog *catalog;
	struct hash_key key;
	struct store_statement statements[STORE_MAX_STATEMENTS];
	uint64_t n_batches;         // so far: what a row said in an earlier one may have changed
	struct arena arena;         // of one batch
	struct table rollup;        // changes of this batch: struct rollup_change
	struct table charge_rollup; // struct charge_change
	struct table tool_rollup;   // struct tool_change
	LIST(struct session *) settling;
	struct table scenes;  // charge.c: what the origins of this batch say
	size_t max_recharges; // turns that a batch may charge again; 0: RECHARGES
	bool has_due;         // some are left
	struct new_call new_calls[STORE_CALL_ROWS];
	size_t n_new_calls;
	LIST(struct kept_budget) kept;
	uint64_t kept_in;    // number of the batch in which they were read
	bool has_orphans;    // results wait for their calls
	bool has_new_owners; // a turn has changed sessions in this batch
};

// Writes everything in the batch. After false the transaction must be rolled back and batch and
// catalog be cleared: they hold ids that are gone.
MUST_USE bool store_batch(struct store *st, struct batch *b, struct err *e);
// Charges again what is due, as one small batch of its own; st->has_due: some is left.
MUST_USE bool store_charge_due(struct store *st, struct err *e);
void store_close(struct store *st); // finalises the statements; db stays the caller's

// -- for the files of this folder --

// The prepared statement of a literal, made once. NULL: *e says why.
sqlite3_stmt *store_sql(struct store *st, const char *sql, struct err *e);
// Binds by position: i int64_t, p int64_t NULL if < 0, k int64_t NULL if 0, t struct str (NULL if
// absent), h uint64_t (as its bits), H the same but NULL if 0, z const char *.
void store_bind(sqlite3_stmt *s, const char *types, ...);
// The same from the parameter `first` (1: the first) on.
void store_bind_at(sqlite3_stmt *s, int first, const char *types, ...);
// Steps a statement that gives no rows, and resets it.
MUST_USE bool store_run(struct store *st, sqlite3_stmt *s, struct err *e);
// Runs an INSERT ... ON CONFLICT: *out_id is the new row, or 0 if there was one.
MUST_USE bool store_make(struct store *st, sqlite3_stmt *s, int64_t *out_id, struct err *e);
// Runs a SELECT of an id: 0 without a row.
MUST_USE bool store_find(struct store *st, sqlite3_stmt *s, int64_t *out_id, struct err *e);
// Steps once: *out_row says whether there is a row. The caller resets.
MUST_USE bool store_step(struct store *st, sqlite3_stmt *s, bool *out_row, struct err *e);
// sqlite3_column_text as a slice; STR_NONE for NULL. Valid until the next step.
struct str store_column(sqlite3_stmt *s, int column);

// store_ids.c: rows of the catalog's things; an id once found stays in the struct. Absent gives 0.
MUST_USE bool store_word(struct store *st, struct word *w, int64_t *out, struct err *e);
MUST_USE bool store_model(struct store *st, struct model_name *m, int64_t *out, struct err *e);
MUST_USE bool store_session(struct store *st, struct session *s, int64_t *out, struct err *e);
MUST_USE bool store_agent(struct store *st, struct agent *a, int64_t *out, struct err *e);
MUST_USE bool store_origin(struct store *st, struct origin *o, int64_t *out, struct err *e);
MUST_USE bool store_class(struct store *st, struct price_class *c, int64_t *out, struct err *e);
MUST_USE bool store_prompt(struct store *st, struct prompt *p, int64_t *out, struct err *e);
// The class of a row id, from memory or read.
MUST_USE bool store_class_of(struct store *st, int64_t id, struct price_class **out, struct err *e);
// Writes what changed of sessions, agents and prompts.
MUST_USE bool store_changes(struct store *st, struct err *e);

MUST_USE bool store_word_of(struct store *st, struct str text, int64_t *out, struct err *e);

// store_place.c: the folder of a session and the project that it belongs to.
MUST_USE bool store_workdir(struct store *st, struct workdir *w, int64_t *out, struct err *e);
// Decides again where folders that no repository claims belong: the session's facts changed.
MUST_USE bool store_replace_workdirs(struct store *st, struct session *s, struct err *e);
MUST_USE bool store_project(
	struct store *st, struct str root, struct str repo, int64_t *out, struct err *e);

// store_turn.c
MUST_USE bool store_sightings(struct store *st, struct sighting *const *p, size_t n, struct err *e);
// Makes (at, origin) the turn's place, with its share of the roll-up; owner fields included.
struct owner {
	int64_t session_id, origin_id, at_ms;
	bool is_sidechain, is_foreign;
};
MUST_USE bool store_set_owner(
	struct store *st, int64_t turn_id, const struct owner *o, struct err *e);

// Decides again what a turn is charged to.
MUST_USE bool store_recharge(struct store *st, int64_t turn_id, struct err *e);

// store_owner.c
// Moves the tool calls of a turn from one session's counts to another's.
MUST_USE bool store_move_calls(
	struct store *st, int64_t turn_id, int64_t from, int64_t to, struct err *e);

// store.c
MUST_USE bool store_hint(struct store *st, const struct hint *h, struct err *e);
// What a command printed, or the client noted of it, was seen where it ran.
MUST_USE bool store_take_command(struct store *st, int64_t hint_id, struct err *e);

// store_call.c: turns are stored before their calls.
MUST_USE bool store_call(struct store *st, const struct call *c, struct err *e);

// store_insert.c: calls whose rows are yet to be made. Flush them before tool_call is read.
MUST_USE bool store_new_call(struct store *st, const struct new_call *c, struct err *e);
MUST_USE bool store_flush_calls(struct store *st, struct err *e);

// store_rollup.c
struct portion { // a turn's or a step's share
	int64_t at_ms, session_id, origin_id, class_id, charge_id;
	int64_t turns, steps, input, output, write_5m, write_1h, read, searches, aborted;
};
void store_rollup_add(struct store *st, const struct portion *p, int sign);
void store_tool_add(struct store *st, int64_t session_id, int64_t name_id, int64_t n);
MUST_USE bool store_rollup_flush(struct store *st, struct err *e);

// store_line.c: lines that are no turns. Runs a statement that stores one and returns the session
// and agent of its row; notes it if these are others.
MUST_USE bool store_line(struct store *st, sqlite3_stmt *s, struct str uuid,
	struct session *session, const struct agent *agent, struct err *e);
// The rows of all lines that this session, or one that it shares turns with, has in common with
// another: each to its owner. After the turns are settled.
MUST_USE bool store_settle_lines(struct store *st, const struct session *session, struct err *e);

// store_settle.c: who owns what several sessions hold.
void store_mark(struct store *st, struct session *s);
MUST_USE bool store_mark_id(struct store *st, int64_t session_id, struct err *e);
MUST_USE bool store_settle(struct store *st, struct err *e);

#endif
