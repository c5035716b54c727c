// SPDX-License-Identifier: MIT
// `ccl sql --schema`: tables, views and columns of this ledger, with what the schema's sources say
// of them.
#include <string.h>

#include "command.h"
#include "embedded.h"
#include "ledger.h"
#include "report.h"
#include "show.h"

enum { COL_TABLE, COL_COLUMN, COL_TYPE, COL_REFERS_TO, COL_ABOUT, N_COLS };

// A row for each table, its column NULL, then one for each of its columns.
static const char schema_sql[] =
	"WITH thing AS (SELECT name, type, 0 AS part, rowid AS n FROM sqlite_schema WHERE type = "
	"'table' UNION ALL SELECT name, type, 1, rowid FROM sqlite_temp_schema WHERE type = "
	"'view') "
	"SELECT t.name, NULL, t.type, NULL, t.part, t.n, -1 FROM thing AS t "
	"UNION ALL SELECT t.name, c.name, nullif(lower(c.type), ''), (SELECT f.\"table\" || '.' || "
	"f.\"to\" "
	"FROM "
	"pragma_foreign_key_list(t.name) AS f WHERE f.\"from\" = c.name AND t.part = 0), t.part, "
	"t.n, "
	"c.cid FROM thing AS t JOIN pragma_table_info(t.name) AS c ORDER BY 5, 6, 7";

static struct str comment_of(struct str table, struct str column)
{
	for (size_t i = 0; i < n_embedded_comments; i++)
		if (str_is(table, embedded_comments[i].table) &&
			str_is(column, embedded_comments[i].column))
			return str_of(embedded_comments[i].about);
	return STR_NONE;
}

bool sql_schema(struct command_call *call, struct err *e)
{
	static const struct report_column columns[N_COLS] = {
		{.name = "table", .about = "Table or view", .type = VALUE_TEXT},
		{.name = "column",
			.about = "Its column; null in the row of the table itself",
			.type = VALUE_TEXT},
		{.name = "type", .about = "Type of the column; table or view", .type = VALUE_TEXT},
		{.name = "refers_to",
			.about = "Column of another table that has this value",
			.type = VALUE_TEXT},
		{.name = "about", .about = "What it holds", .type = VALUE_TEXT, .is_wrap = true},
	};
	static const int at[N_COLS] = {0, 1, 2, 3, 3};
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct result r = {.arena = call->arena,
		.name = STR("schema"),
		.version = 1,
		.columns = columns,
		.n_columns = N_COLS};
	if (!report_open(call->arena, &db, e))
		return false;
	if (sqlite3_prepare_v2(db, schema_sql, -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the schema", e);
	if (!report_fetch(s, at, &r, e))
		return false;
	for (size_t i = 0; i < r.n_rows; i++) {
		struct cell *row = (struct cell *)(uintptr_t)r.rows[i]; // the arena's, and ours
		struct str column = row[COL_COLUMN].kind == CELL_TEXT ? row[COL_COLUMN].s : STR("");
		struct str about = comment_of(row[COL_TABLE].s, column);
		row[COL_ABOUT] = about.n ? (struct cell){.kind = CELL_TEXT, .s = about}
					 : (struct cell){.kind = CELL_NULL};
	}
	struct sink_frame frame = show_frame(call->args);
	frame.title = "Tables and views of the ledger";
	return show_result(call->args, &r, frame, e);
}
