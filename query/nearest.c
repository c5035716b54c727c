// SPDX-License-Identifier: MIT
#include "nearest.h"

#include <stdlib.h>

#include "args.h"
#include "ledger.h"
#include "report.h"
#include "text.h"

enum { NAME_COLS = 60 };

// Each gives all names; those that fit ?1 exactly come with a 1, the others with a 0.
static const char model_sql[] =
	"SELECT name, name = ?1 OR priced_as IS ?1 FROM model "
	"UNION ALL SELECT priced_as, 0 FROM model WHERE priced_as IS NOT NULL ORDER BY 2 DESC, 1";
// of prices, which models may have that no turn is of
static const char priced_sql[] = "SELECT name, name = ?1 OR priced_as IS ?1 FROM model "
				 "UNION ALL SELECT model, model = ?1 FROM price ORDER BY 2 DESC, 1";
static const char branch_sql[] =
	"SELECT DISTINCT n.text, n.text = ?1 FROM charge AS c JOIN name AS n ON n.id = c.branch_id "
	"ORDER BY 2 DESC, 1";
// as spend.sql has it
static const char project_sql[] =
	"SELECT name, name = ?1 OR root = ?1 OR repo IS ?1 OR substr(root, -length(?1) - 1) = '/' "
	"|| "
	"?1 OR substr(repo, -length(?1) - 1) IS '/' || ?1 FROM project "
	"UNION ALL SELECT repo, 0 FROM project WHERE repo IS NOT NULL ORDER BY 2 DESC, 1";

// *out_near is NULL if nothing is near.
static bool look_up(sqlite3 *db, struct arena *a, const char *sql, struct str word,
	bool *out_is_known, const char **out_near, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	const char **names = NULL;
	size_t n = 0, cap = 0;
	int rc;
	*out_is_known = false;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_text(s, 1, word.p, (int)word.n, SQLITE_STATIC) != SQLITE_OK)
		return ledger_fail(db, "looking for a name", e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && !sqlite3_column_int(s, 1)) {
		names = mem_reserve(names, &cap, n + 1, sizeof *names);
		names[n++] = arena_str(a, str_of((const char *)sqlite3_column_text(s, 0))).p;
	}
	*out_is_known = rc == SQLITE_ROW;
	*out_near = args_nearest(word, names, n);
	free(names);
	return rc == SQLITE_ROW || rc == SQLITE_DONE || ledger_fail(db, "looking for a name", e);
}

static bool has_model(sqlite3 *db)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	return sqlite3_prepare_v2(db, "SELECT 1 FROM model LIMIT 1", -1, &s, NULL) == SQLITE_OK &&
	       sqlite3_step(s) == SQLITE_ROW;
}

bool nearest_check_model(sqlite3 *db, struct arena *a, const struct request *req, struct err *e)
{
	struct str model = req->model;
	const char *near, *sql = req->def->has_spend ? model_sql : priced_sql;
	bool is_known = true;
	if (model.p && !look_up(db, a, sql, model, &is_known, &near, e))
		return false;
	if (is_known || !has_model(db))
		return true;
	if (near)
		return err_set(e, ERR_USAGE, "no turn is of model %.*s: did you mean %s?",
			STR_ARG(model), near);
	return err_set(
		e, ERR_USAGE, "no turn is of model %.*s: `ccl models` lists them", STR_ARG(model));
}

static bool explain(sqlite3 *db, struct arena *a, const char *noun, const char *list,
	const char *sql, struct str name, const char **out, struct err *e)
{
	bool is_known;
	const char *near;
	if (!look_up(db, a, sql, name, &is_known, &near, e))
		return false;
	if (is_known)
		return true;
	AUTO(buf_free) struct buf all = {0};
	AUTO(buf_free) struct buf clean = {0};
	buf_printf(&all, "No %s is called ", noun);
	text_add_clean(&clean, name);
	text_add_cut(&all, buf_str(&clean), NAME_COLS);
	buf_clear(&clean);
	text_add_clean(&clean, str_of(near));
	if (near)
		buf_printf(&all, ": did you mean %s?", buf_z(&clean));
	else
		buf_printf(&all, ": `ccl %s` lists them.", list);
	*out = arena_str(a, buf_str(&all)).p;
	return true;
}

bool nearest_explain(
	sqlite3 *db, struct arena *a, const struct request *req, const char **out, struct err *e)
{
	*out = NULL;
	if (req->project.p &&
		!explain(db, a, "project", "projects", project_sql, req->project, out, e))
		return false;
	return *out || !req->branch.p ||
	       explain(db, a, "branch", "branches", branch_sql, req->branch, out, e);
}
