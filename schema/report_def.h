// SPDX-License-Identifier: MIT
// The table of reports that embed.py makes from reports/*.sql. CONTRIBUTING.md says how to write
// one.
#ifndef CCL_REPORT_DEF_H
#define CCL_REPORT_DEF_H

#include <stdbool.h>
#include <stddef.h>

// What the SQL yields for each type, and what the machine formats print.
enum value_type {
	VALUE_TEXT,
	VALUE_ID,       // text that a table may shorten
	VALUE_PATH,     // text
	VALUE_NUMBER,   // integer that names something: no separators, no sum
	VALUE_INT,      // integer
	VALUE_TOKENS,   // integer
	VALUE_USD,      // pico-USD; printed as USD with twelve decimals
	VALUE_RATE,     // micro-USD per million tokens; printed as USD with six decimals
	VALUE_TIME,     // milliseconds since 1970 UTC; printed in ISO, UTC
	VALUE_DAY,      // text YYYY-MM-DD, in the zone asked for
	VALUE_HOUR,     // text, ISO with offset
	VALUE_WEEK,     // text YYYY-MM-DD, the Monday of an ISO week
	VALUE_MONTH,    // text YYYY-MM
	VALUE_SPAN,     // milliseconds; printed as seconds
	VALUE_PCT,      // real, 0..1
	VALUE_BOOL,     // 0, 1
	VALUE_QUANTITY, // millionths of a millionth of a unit that another column names
	VALUE_JSON,     // text that is JSON; as it is in JSON
	VALUE_EXACT,    // as usd; a table prints every digit, too
};

struct report_param {
	const char *name; // bound as :name; `session` is completed from a unique prefix
	const char *about;
	const char *fallback; // as a user would type it; NULL: none
	const char *choices;  // "week|day|month", the only values there are; NULL: any
	enum value_type type;
	bool is_required;
	bool is_positional; // required ones and those with choices; the others are options
};

// What the SQL of a column gives is a row id, in whose place something is read after the rows that
// are shown have been chosen.
enum report_late {
	LATE_NONE,
	LATE_PROMPT_TEXT, // id of a prompt: its text, from the transcript
};

struct report_column {
	const char *name;
	const char *about;
	const char *drill; // the report that shows this row closer, with this cell as its argument
	const char
		*ratio; // "a/b+c": what its total is, of the totals of these columns; NULL: a sum
	enum value_type type;
	enum report_late late;
	bool is_total;  // summed up in the totals
	bool is_minor;  // a table that is too wide leaves it out before others
	bool is_wrap;   // a table folds it onto several lines rather than cut it
	bool is_alert;  // a table shows it whenever there is something in it, and only then
	bool is_wide;   // a table leaves out minor columns before it cuts much of this text
	bool is_detail; // a table shows it only where -o names it
	unsigned by;    // of enum report_by: there only if rows are split by that; 0: always
};

// Standard filters that a report honours (@filter).
enum report_filter {
	FILTER_TIME = 1,       // :since_ms :until_ms
	FILTER_PROJECT = 2,    // :project
	FILTER_BRANCH = 4,     // :branch
	FILTER_MODEL = 8,      // :model
	FILTER_SESSION = 16,   // :session
	FILTER_BREAKDOWN = 32, // :breakdown
	FILTER_BY = 64,        // :by; with it come breakdown and the columns of @by
};

// What rows are split by (--by).
enum report_by {
	BY_PROJECT = 1,
	BY_BRANCH = 2,
	BY_AGENT = 4,
	BY_MODEL = 8, // --breakdown is the same
};

// Whose figures money is (--cost).
enum report_cost {
	COST_AUTO, // ours; where a model has no price, what the transcript says of the response
	COST_CALCULATED, // ours
	COST_REPORTED,   // Claude Code's own; where it says nothing of a response, none
};

// What the report itself is limited to, within what the filters leave.
enum report_window {
	WINDOW_NONE,
	WINDOW_TODAY,
	WINDOW_NEWEST,       // the session of the newest turn
	WINDOW_PULL_REQUEST, // :repo of :number, if it was not given
	WINDOW_TURN,         // the message id that :turn is the beginning of
	WINDOW_PROMPT,       // the prompt that :prompt is the beginning of the id of
	WINDOW_TIPS,         // without a beginning thirty days; a :rule that exists
};

struct report_def {
	const char *name, *title, *about, *group;
	const char *empty;   // what to say, and what to run, when there are no rows
	const char *example; // NULL: none
	const char *chart;  // NULL, or "bar x=COLUMN,COLUMN y=COLUMN note=COLUMN"; see sink_chart.c
	const char *source; // NULL, or the C function that makes the rows
	const char *footer_sql;       // NULL, or one row with what a table says below itself
	const char *chart_footer_sql; // the same of a chart
	const char *trend_sql;        // NULL, or what query/trend.h wants
	const char *sql;              // NULL if source is not
	// The column whose value decides the exit status: "critical" 3, "warn" 2, else 0. NULL:
	// none.
	const char *exit_column;
	// "period", "all": totals are the rows where this column says so. NULL: all rows.
	const char *totals_column, *totals_value;
	const struct report_param *params;
	size_t n_params;
	const struct report_column *columns;
	size_t n_columns;
	unsigned filters;    // of enum report_filter
	unsigned default_by; // of enum report_by: what rows are split by unless the user says
	bool has_spend;      // its money is a sum over `spend`: honours :cost
	enum report_window window;
	int version; // rises when a column is removed, renamed or retyped
};

extern const struct report_def report_defs[];
extern const size_t n_report_defs;

// `ccl export`, export.sql: a report of too many rows to be held.
extern const struct report_def export_def[1];

// One row, the id of the newest session; takes what every @filter report takes.
extern const char report_newest_sql[];

// The statements of spend_read.sql.
extern const char spend_origin_sql[], spend_left_sql[], spend_branch_sql[], spend_charge_sql[],
	spend_rate_sql[], spend_rollup_sql[], spend_turn_sql[], spend_step_sql[], spend_call_sql[],
	spend_session_turn_sql[], spend_session_step_sql[], spend_session_call_sql[],
	spend_all_turn_sql[], spend_all_step_sql[], spend_all_call_sql[], spend_prompt_sql[],
	spend_told_sql[], spend_metered_sql[];
// Those of call_read.sql.
extern const char calls_origin_sql[], calls_class_sql[], calls_charge_sql[], calls_edit_sql[],
	calls_many_sql[], calls_whole_sql[], calls_scan_sql[], calls_window_sql[],
	calls_session_sql[];
// Those of beyond_read.sql.
extern const char beyond_meter_sql[], beyond_parent_sql[], beyond_own_sql[], beyond_own_all_sql[],
	beyond_price_sql[];
// Those of audit_read.sql.
extern const char audit_session_sql[], audit_own_sql[], audit_aborted_sql[], audit_forked_sql[],
	audit_result_sql[];

#endif
