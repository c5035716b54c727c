// SPDX-License-Identifier: MIT
#include "report.h"

#include <string.h>

#include "activity.h"
#include "alertfn.h"
#include "audit.h"
#include "beyond.h"
#include "cache_miss.h"
#include "calls.h"
#include "ledger.h"
#include "path.h"
#include "pr_find.h"
#include "spend.h"
#include "sqlagg.h"
#include "sqlfn.h"
#include "tip.h"
#include "tip_limit.h"
#include "zone.h"

enum { MAX_CANDIDATES = 6 };
#define THIRTY_DAYS_MS INT64_C(2592000000)

const struct report_def *report_find(struct str name)
{
	for (size_t i = 0; i < n_report_defs; i++)
		if (str_is(name, report_defs[i].name))
			return &report_defs[i];
	return NULL;
}

bool report_open(struct arena *a, sqlite3 **out, struct err *e)
{
	sqlite3 *db;
	if (!ledger_open_read(path_ledger(a), &db, e))
		return false;
	// room for a sort of all history in one piece
	if (!ledger_exec(db, "PRAGMA cache_size = -32768", e) || !sqlfn_register(db, e) ||
		!alertfn_register(db, e) || !sqlagg_register(db, e) || !spend_register(db, e) ||
		!beyond_register(db, e) || !calls_register(db, e) || !tip_register(db, e) ||
		!activity_register(db, e) || !cache_miss_register(db, e) ||
		!audit_register(db, e)) {
		ledger_close(&db);
		return false;
	}
	*out = db;
	return true;
}

// What the beginning of an id may mean.
struct prefix {
	const char *sql;  // gives those that begin with ?1, the shortest first
	const char *noun; // of one; several have an s
	const char *cure;
};

static bool too_many(
	const struct prefix *p, struct str prefix, struct str *found, size_t n, struct err *e)
{
	char list[300] = "";
	size_t at = 0;
	for (size_t i = 0; i < n && i + 1 < MAX_CANDIDATES && at + found[i].n + 3 < sizeof list;
		i++) {
		memcpy(list + at, i ? ", " : "", i ? 2 : 0);
		at += i ? 2 : 0;
		memcpy(list + at, found[i].p, found[i].n);
		at += found[i].n;
	}
	return err_set(e, ERR_USAGE, "several %ss begin with %.*s: %.*s%s", p->noun,
		STR_ARG(prefix), (int)at, list, n == MAX_CANDIDATES ? ", ..." : "");
}

static bool find_prefix(sqlite3 *db, struct arena *a, const struct prefix *p, struct str prefix,
	struct str *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct str found[MAX_CANDIDATES];
	size_t n = 0;
	int rc;
	if (sqlite3_prepare_v2(db, p->sql, -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, p->noun, e);
	(void)sqlite3_bind_text(
		s, 1, prefix.n ? prefix.p : "?", prefix.n ? (int)prefix.n : 1, SQLITE_STATIC);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		found[n++] = arena_str(a, (struct str){(const char *)sqlite3_column_text(s, 0),
						  (size_t)sqlite3_column_bytes(s, 0)});
	if (rc != SQLITE_DONE)
		return ledger_fail(db, p->noun, e);
	if (n == 0)
		return err_set(e, ERR_NO_INPUT, "no %s begins with %.*s: %s", p->noun,
			STR_ARG(prefix), p->cure);
	// an id that is the beginning of another comes first, and is meant
	if (n > 1 && !str_eq(found[0], prefix))
		return too_many(p, prefix, found, n, e);
	*out = found[0];
	return true;
}

bool report_session(sqlite3 *db, struct arena *a, struct str prefix, struct str *out, struct err *e)
{
	static const struct prefix p = {
		"SELECT uid FROM session WHERE uid >= ?1 AND substr(uid, 1, length(?1)) = ?1 "
		"ORDER BY uid LIMIT 6",
		"session", "`ccl sessions` lists them"};
	return find_prefix(db, a, &p, prefix, out, e);
}

bool report_audited(sqlite3 *db, struct arena *a, struct str prefix, struct str *out, struct err *e)
{
	static const struct prefix p = {
		"SELECT uid FROM (SELECT uid FROM session UNION SELECT session FROM print_result) "
		"WHERE uid >= ?1 AND substr(uid, 1, length(?1)) = ?1 ORDER BY uid LIMIT 6",
		"session", "`ccl sessions` lists them"};
	return find_prefix(db, a, &p, prefix, out, e);
}

bool report_turn(sqlite3 *db, struct arena *a, struct str prefix, struct str *out, struct err *e)
{
	static const struct prefix p = {"SELECT key FROM turn WHERE key >= ?1 AND key < ?1 || "
					"char(1114111) ORDER BY key LIMIT 6",
		"turn", "`ccl session ID` lists those of a session"};
	return find_prefix(db, a, &p, prefix, out, e);
}

bool report_prompt(sqlite3 *db, struct arena *a, struct str prefix, struct str *out, struct err *e)
{
	static const struct prefix p = {"SELECT uid FROM prompt WHERE uid >= ?1 AND uid < ?1 || "
					"char(1114111) AND is_prompt = 1 ORDER BY uid LIMIT 6",
		"prompt", "`ccl prompts -o prompt,text` lists them"};
	return find_prefix(db, a, &p, prefix, out, e);
}

static bool bind_str(sqlite3_stmt *s, int at, struct str v)
{
	return v.p ? sqlite3_bind_text(s, at, v.p, (int)v.n, SQLITE_STATIC) == SQLITE_OK
		   : sqlite3_bind_null(s, at) == SQLITE_OK;
}

static bool bind_param(sqlite3_stmt *s, int at, const struct request *req, struct str name)
{
	for (size_t i = 0; i < req->def->n_params; i++) {
		int64_t v;
		const struct report_param *p = &req->def->params[i];
		if (!str_is(name, p->name) || str_is(name, "session"))
			continue;
		if (value_is_number(p->type) && str_int(req->params[i], INT64_MIN, INT64_MAX, &v))
			return sqlite3_bind_int64(s, at, v) == SQLITE_OK;
		return bind_str(s, at, req->params[i]);
	}
	if (str_is(name, "now_ms"))
		return sqlite3_bind_int64(s, at, req->now_ms) == SQLITE_OK;
	if (str_is(name, "since_ms"))
		return sqlite3_bind_int64(s, at, req->since_ms) == SQLITE_OK;
	if (str_is(name, "until_ms"))
		return sqlite3_bind_int64(s, at, req->until_ms) == SQLITE_OK;
	if (str_is(name, "by"))
		return sqlite3_bind_int64(s, at, req->by) == SQLITE_OK;
	if (str_is(name, "cost"))
		return sqlite3_bind_int(s, at, (int)req->cost) == SQLITE_OK;
	if (str_is(name, "breakdown"))
		return sqlite3_bind_int(s, at, (req->by & BY_MODEL) != 0) == SQLITE_OK;
	if (str_is(name, "project"))
		return bind_str(s, at, req->project);
	if (str_is(name, "branch"))
		return bind_str(s, at, req->branch);
	if (str_is(name, "model"))
		return bind_str(s, at, req->model);
	if (str_is(name, "session"))
		return bind_str(s, at, req->session);
	return false;
}

// :total_cost, of the footer. Found even if it is NULL.
static bool bind_total(sqlite3_stmt *s, int at, const struct result *r, struct str name)
{
	if (!r || !r->totals || !str_starts(name, "total_"))
		return false;
	for (size_t c = 0; c < r->n_columns; c++) {
		const struct cell *sum = &r->totals[c];
		if (!str_is(str_from(name, strlen("total_")), r->columns[c].name))
			continue;
		return (sum->kind == CELL_INT ? sqlite3_bind_int64(s, at, sum->i)
					      : sqlite3_bind_null(s, at)) == SQLITE_OK;
	}
	return false;
}

bool report_bind(sqlite3 *db, const char *sql, const struct request *req, const struct result *r,
	sqlite3_stmt **out, struct err *e)
{
	if (sqlite3_prepare_v2(db, sql, -1, out, NULL) != SQLITE_OK)
		return ledger_fail(db, req->def->name, e);
	int n = sqlite3_bind_parameter_count(*out);
	for (int i = 1; i <= n; i++) {
		const char *name = sqlite3_bind_parameter_name(*out, i);
		if (!name || !(bind_param(*out, i, req, str_of(name + 1)) ||
				     bind_total(*out, i, r, str_of(name + 1))))
			return err_set(e, ERR_INTERNAL, "report %s: nothing to bind to %s",
				req->def->name, name ? name : "?");
	}
	return true;
}

static bool map_columns(sqlite3_stmt *s, const struct result *r, int *at, struct err *e)
{
	int n = sqlite3_column_count(s);
	for (size_t c = 0; c < r->n_columns; c++) {
		at[c] = -1;
		for (int i = 0; i < n && at[c] < 0; i++)
			if (strcmp(sqlite3_column_name(s, i), r->columns[c].name) == 0)
				at[c] = i;
		if (at[c] < 0)
			return err_set(e, ERR_INTERNAL, "report %.*s: its SQL has no column %s",
				STR_ARG(r->name), r->columns[c].name);
	}
	return true;
}

struct cell report_cell(sqlite3_stmt *s, int at, struct arena *a)
{
	switch (sqlite3_column_type(s, at)) {
	case SQLITE_INTEGER:
		return (struct cell){.kind = CELL_INT, .i = sqlite3_column_int64(s, at)};
	case SQLITE_FLOAT:
		return (struct cell){.kind = CELL_REAL, .r = sqlite3_column_double(s, at)};
	case SQLITE_NULL: return (struct cell){.kind = CELL_NULL};
	default: {
		const char *p = (const char *)sqlite3_column_blob(s, at);
		struct str v = {p ? p : "", (size_t)sqlite3_column_bytes(s, at)};
		return (struct cell){.kind = CELL_TEXT, .s = arena_str(a, v)};
	}
	}
}

bool report_fetch(sqlite3_stmt *s, const int *at, struct result *out, struct err *e)
{
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct cell *row = result_add_row(out);
		for (size_t c = 0; c < out->n_columns; c++)
			row[c] = report_cell(s, at[c], out->arena);
	}
	return rc == SQLITE_DONE || ledger_fail(sqlite3_db_handle(s), "reading the ledger", e);
}

// WINDOW_NEWEST: the session of the newest turn. None: a session that does not exist.
static bool find_newest(sqlite3 *db, struct arena *a, struct request *req, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (!report_bind(db, report_newest_sql, req, NULL, &s, e))
		return false;
	int rc = sqlite3_step(s);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return ledger_fail(db, "looking for the newest session", e);
	const char *uid = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : "";
	req->session = arena_str(a, str_of(uid));
	return true;
}

// A parameter of the request by its name; NULL: the report has none.
static struct str *param_of(struct request *req, const char *name)
{
	for (size_t i = 0; i < req->def->n_params; i++)
		if (strcmp(req->def->params[i].name, name) == 0)
			return &req->params[i];
	return NULL;
}

// WINDOW_PULL_REQUEST: the repository of the number.
static bool find_repo(sqlite3 *db, struct arena *a, struct request *req, struct err *e)
{
	int64_t number = 0;
	struct str *repo = param_of(req, "repo"), *text = param_of(req, "number");
	if (!repo || !text || !str_int(*text, INT64_MIN, INT64_MAX, &number))
		return err_set(e, ERR_INTERNAL, "report %s has no repo and number", req->def->name);
	return pr_find(db, a, number, *repo, repo, e);
}

// WINDOW_TURN: the message id.
static bool find_turn(sqlite3 *db, struct arena *a, struct request *req, struct err *e)
{
	struct str *turn = param_of(req, "turn");
	if (!turn)
		return err_set(e, ERR_INTERNAL, "report %s has no turn", req->def->name);
	return report_turn(db, a, *turn, turn, e);
}

// WINDOW_TIPS: thirty days, and a rule that exists.
static bool set_tips(struct request *req, struct err *e)
{
	int64_t end_ms = req->until_ms < req->now_ms ? req->until_ms : req->now_ms;
	const struct str *rule = param_of(req, "rule");
	if (!req->since_ms)
		req->since_ms = end_ms > THIRTY_DAYS_MS ? end_ms - THIRTY_DAYS_MS : 0;
	return !rule || !rule->p || tip_find(*rule) || tip_unknown(*rule, e);
}

// WINDOW_PROMPT: the id of the prompt.
static bool find_prompt(sqlite3 *db, struct arena *a, struct request *req, struct err *e)
{
	struct str *prompt = param_of(req, "prompt");
	if (!prompt)
		return err_set(e, ERR_INTERNAL, "report %s has no prompt", req->def->name);
	return report_prompt(db, a, *prompt, prompt, e);
}

static bool apply_window(sqlite3 *db, struct arena *a, struct request *req, struct err *e)
{
	int64_t first_ms, end_ms;
	switch (req->def->window) {
	case WINDOW_NONE: return true;
	case WINDOW_PULL_REQUEST: return find_repo(db, a, req, e);
	case WINDOW_TURN: return find_turn(db, a, req, e);
	case WINDOW_TIPS: return set_tips(req, e);
	case WINDOW_PROMPT: return find_prompt(db, a, req, e);
	case WINDOW_NEWEST: return find_newest(db, a, req, e);
	case WINDOW_TODAY:
		first_ms = zone_start_ms(req->now_ms, ZONE_DAY, 0);
		end_ms = zone_start_ms(req->now_ms, ZONE_DAY, 1);
		req->since_ms = req->since_ms > first_ms ? req->since_ms : first_ms;
		req->until_ms = req->until_ms < end_ms ? req->until_ms : end_ms;
		return true;
	}
	return true;
}

bool report_prepare(sqlite3 *db, const struct request *req, const struct result *columns, int *at,
	sqlite3_stmt **out, struct err *e)
{
	if (columns->n_columns > REPORT_MAX_COLUMNS)
		return err_set(e, ERR_INTERNAL, "report %s has too many columns", req->def->name);
	return report_bind(db, req->def->sql, req, NULL, out, e) &&
	       map_columns(*out, columns, at, e);
}

bool report_run(
	sqlite3 *db, struct arena *a, struct request *req, struct result *out, struct err *e)
{
	const struct report_def *def = req->def;
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct result r = {.arena = a,
		.name = str_of(def->name),
		.version = def->version,
		.columns = def->columns,
		.n_columns = def->n_columns};
	int at[REPORT_MAX_COLUMNS];
	result_keep_by(&r, req->by);
	if (!apply_window(db, a, req, e) || !report_prepare(db, req, &r, at, &s, e) ||
		!report_fetch(s, at, &r, e))
		return false;
	result_sum(&r, def->totals_column, def->totals_value);
	*out = r;
	return true;
}

int report_exit_status(const struct report_def *def, const struct result *r)
{
	int status = 0;
	for (size_t c = 0; c < r->n_columns; c++)
		for (size_t i = 0;
			strcmp(r->columns[c].name, def->exit_column) == 0 && i < r->n_rows; i++) {
			struct str level =
				r->rows[i][c].kind == CELL_TEXT ? r->rows[i][c].s : STR_NONE;
			int row = str_is(level, "critical") ? 3 : str_is(level, "warn") ? 2 : 0;
			status = row > status ? row : status;
		}
	return status;
}

bool report_footer(sqlite3 *db, struct arena *a, const struct request *req, bool is_chart,
	const struct result *r, const char **out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	const struct report_def *def = req->def;
	const char *sql =
		is_chart && def->chart_footer_sql ? def->chart_footer_sql : def->footer_sql;
	*out = NULL;
	if (!sql)
		return true;
	if (!report_bind(db, sql, req, r, &s, e))
		return false;
	int rc = sqlite3_step(s);
	const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
	if (text)
		*out = arena_str(a, str_of(text)).p;
	return rc == SQLITE_ROW || rc == SQLITE_DONE || ledger_fail(db, def->name, e);
}
