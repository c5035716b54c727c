// SPDX-License-Identifier: MIT
#include "show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "doctor.h"
#include "ledger.h"
#include "money_view.h"
#include "nearest.h"
#include "pager.h"
#include "prompt_text.h"
#include "report.h"
#include "text.h"
#include "trend.h"
#include "when.h"
#include "zone.h"

enum { DEFAULT_COLS = 100, LEAST_COLS = 40 };

static bool set_zone(const struct args *args, struct err *e)
{
	return !args_has(args, OPT_TIMEZONE) || zone_set(args->values[OPT_TIMEZONE], e);
}

static bool read_window(const struct args *args, struct request *req, struct err *e)
{
	struct str since = args->values[OPT_SINCE], until = args->values[OPT_UNTIL];
	req->until_ms = LEDGER_NO_END_MS;
	if (since.p && !when_parse(since, "--since", req->now_ms, &req->since_ms, e))
		return false;
	if (until.p && !when_parse(until, "--until", req->now_ms, &req->until_ms, e))
		return false;
	if (req->since_ms > req->until_ms)
		return err_set(e, ERR_USAGE, "--since %.*s lies behind --until %.*s",
			STR_ARG(since), STR_ARG(until));
	return true;
}

static bool check_choice(const struct report_param *p, struct str value, struct err *e)
{
	enum { MAX_CHOICES = 8 };
	char words[MAX_CHOICES][24];
	const char *names[MAX_CHOICES];
	size_t n = 0;
	for (struct str rest = str_of(p->choices); rest.p && n < MAX_CHOICES; n++) {
		struct str word = str_split(rest, '|', &rest);
		if (str_eq(word, value))
			return true;
		(void)snprintf(words[n], sizeof words[n], "%.*s", STR_ARG(word));
		names[n] = words[n];
	}
	const char *near = args_nearest(value, names, n);
	if (near)
		return err_set(
			e, ERR_USAGE, "%s %.*s: did you mean %s?", p->name, STR_ARG(value), near);
	return err_set(e, ERR_USAGE, "%s %.*s: it is %s", p->name, STR_ARG(value), p->about);
}

static bool read_cost(const struct args *args, struct request *req, struct err *e)
{
	static const char *const names[] = {[COST_AUTO] = "auto",
		[COST_CALCULATED] = "calculated",
		[COST_REPORTED] = "reported"};
	struct str word = args->values[OPT_COST];
	if (!word.p)
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_is(word, names[i])) {
			req->cost = (enum report_cost)i;
			return true;
		}
	return err_set(
		e, ERR_USAGE, "--cost %.*s: it is auto, calculated or reported", STR_ARG(word));
}

static bool read_params(const struct args *args, struct request *req, struct err *e)
{
	const struct report_def *def = req->def;
	size_t n = 0;
	for (size_t i = 0; i < def->n_params; i++) {
		const struct report_param *p = &def->params[i];
		int64_t v;
		req->params[i] = args->params[i].p ? args->params[i] : str_of(p->fallback);
		if (p->is_positional && n < args->n_positionals)
			req->params[i] = args->positionals[n++];
		else if (p->is_required)
			return err_set(e, ERR_USAGE, "`ccl %s` wants %s: %s", def->name, p->name,
				p->about);
		if (p->choices && !check_choice(p, req->params[i], e))
			return false;
		if (req->params[i].p && (p->type == VALUE_INT || p->type == VALUE_NUMBER) &&
			!str_int(req->params[i], INT64_MIN, INT64_MAX, &v))
			return err_set(e, ERR_USAGE, "%s %.*s: not a whole number", p->name,
				STR_ARG(req->params[i]));
	}
	if (n < args->n_positionals)
		return err_set(e, ERR_USAGE, "`ccl %s` takes no %.*s", def->name,
			STR_ARG(args->positionals[n]));
	return true;
}

// The session may be an option or the report's own parameter.
static bool read_session(
	sqlite3 *db, struct arena *a, const struct args *args, struct request *req, struct err *e)
{
	struct str prefix = args->values[OPT_SESSION];
	for (size_t i = 0; i < req->def->n_params; i++)
		if (strcmp(req->def->params[i].name, "session") == 0)
			prefix = req->params[i];
	if (!prefix.p)
		return true;
	return strcmp(req->def->name, "audit") == 0
		       ? report_audited(db, a, prefix, &req->session, e)
		       : report_session(db, a, prefix, &req->session, e);
}

static bool read_limit(struct str text, int64_t *out, struct err *e)
{
	if (!text.p || str_int(text, 0, INT32_MAX, out))
		return true;
	return err_set(e, ERR_USAGE, "--limit %.*s: not a number of rows", STR_ARG(text));
}

static const struct sink_kind *kind_of(const struct args *args)
{
	return args_has(args, OPT_CHART)  ? &sink_chart
	       : args_has(args, OPT_JSON) ? &sink_json
	       : args_has(args, OPT_CSV)  ? &sink_csv
	       : args_has(args, OPT_TSV)  ? &sink_tsv
	       : args_has(args, OPT_MD)   ? &sink_md
					  : &sink_table;
}

struct sink_frame show_frame(const struct args *args)
{
	struct sink_frame f = {0};
	struct winsize w;
	int64_t cols;
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool is_tty = isatty(STDOUT_FILENO);
	if (str_int(str_of(getenv("COLUMNS")), LEAST_COLS, 10000, &cols))
		f.max_cols = (size_t)cols;
	else if (is_tty)
		f.max_cols = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= LEAST_COLS
				     ? w.ws_col
				     : DEFAULT_COLS;
	f.is_utf8 = text_is_utf8();
	f.is_color = is_tty && !(no_color && *no_color) && !args_has(args, OPT_NO_COLOR) &&
		     !(term && strcmp(term, "dumb") == 0);
	return f;
}

static bool is_no_detail(const struct report_column *c)
{
	return !c->is_detail;
}

// Sorts, cuts, and fills in what is late: only for rows and columns that stay, unless the order
// goes by it.
static bool shape(const struct args *args, sqlite3 *db, struct result *r, struct err *e)
{
	int64_t limit = INT32_MAX;
	struct str order = args->values[OPT_SORT];
	bool is_short = kind_of(args) == &sink_table || kind_of(args) == &sink_md;
	const struct report_column *by = result_sort_column(r, order);
	if (!read_limit(args->values[OPT_LIMIT], &limit, e))
		return false;
	if (by && by->late && !prompt_text_fill(db, r, is_short, e))
		return false;
	if (order.p && !result_sort(r, order, e))
		return false;
	result_limit(r, (size_t)limit);
	if (args_has(args, OPT_COLUMNS) && !result_choose(r, args->values[OPT_COLUMNS], e))
		return false;
	if (!args_has(args, OPT_COLUMNS) && kind_of(args) == &sink_table)
		result_drop(r, is_no_detail);
	return prompt_text_fill(db, r, is_short, e);
}

static bool print_result(
	const struct args *args, const struct result *r, struct sink_frame frame, struct err *e)
{
	AUTO(buf_free) struct buf out = {0};
	sink_write(kind_of(args), r, frame, &out);
	return pager_print(&out, e);
}

bool show_result(const struct args *args, struct result *r, struct sink_frame frame, struct err *e)
{
	return shape(args, NULL, r, e) && print_result(args, r, frame, e);
}

// The filters in words, for the title line.
static char *context_of(struct arena *a, const struct report_def *def, const struct args *args)
{
	struct buf b = {0};
	if (def->window == WINDOW_TIPS && !args_has(args, OPT_SINCE))
		buf_addz(&b, args_has(args, OPT_UNTIL) ? "30 days" : "last 30 days");
	for (size_t i = 0; i <= OPT_TIMEZONE; i++)
		if (args->values[i].p)
			buf_printf(&b, "%s%s%s%.*s", b.n ? ", " : "", option_defs[i].name,
				args->values[i].n ? " " : "", STR_ARG(args->values[i]));
	char *z = b.n ? arena_printf(a, "%s", buf_z(&b)) : NULL;
	buf_free(&b);
	return z;
}

static bool is_filtered(const struct args *args)
{
	return args_has(args, OPT_SINCE) || args_has(args, OPT_UNTIL) ||
	       args_has(args, OPT_PROJECT) || args_has(args, OPT_BRANCH) ||
	       args_has(args, OPT_MODEL) || args_has(args, OPT_SESSION);
}

static bool has_turns(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	bool has =
		sqlite3_prepare_v2(db, "SELECT 1 FROM turn LIMIT 1", -1, &s, NULL) == SQLITE_OK &&
		sqlite3_step(s) == SQLITE_ROW;
	(void)sqlite3_finalize(s);
	return has;
}

bool show_why_empty(sqlite3 *db, struct arena *a, const struct args *args,
	const struct request *req, const char **out, struct err *e)
{
	const char *why = NULL;
	if (args_has(args, OPT_LIMIT) && str_is(args->values[OPT_LIMIT], "0")) {
		*out = "No row is shown: --limit 0 asks for none.";
		return true;
	}
	if (!is_filtered(args) || !has_turns(db))
		return true;
	if (!nearest_explain(db, a, req, &why, e))
		return false;
	*out = why ? why : "Nothing here that the filters leave.";
	return true;
}

bool show_request(
	const struct report_def *def, const struct args *args, struct request *out, struct err *e)
{
	struct request req = {.def = def,
		.now_ms = clock_now_ms(),
		.project = args->values[OPT_PROJECT],
		.branch = args->values[OPT_BRANCH],
		.model = args->values[OPT_MODEL]};
	if (!set_zone(args, e) || !read_window(args, &req, e) || !read_cost(args, &req, e) ||
		!money_view_check(args, e) || !read_params(args, &req, e) ||
		!args_read_by(args, &req.by, e))
		return false;
	req.by = req.by ? req.by : def->default_by;
	*out = req;
	return true;
}

bool show_open(
	struct arena *a, const struct args *args, struct request *req, sqlite3 **out, struct err *e)
{
	sqlite3 *db;
	if (!report_open(a, &db, e))
		return false;
	if (!read_session(db, a, args, req, e) || !nearest_check_model(db, a, req, e)) {
		ledger_close(&db);
		return false;
	}
	*out = db;
	return true;
}

static bool run_sql(struct arena *a, const struct args *args, struct request *req, struct result *r,
	struct sink_frame *frame, sqlite3 **db, struct err *e)
{
	if (!show_open(a, args, req, db, e) ||
		!money_view_apply(*db, a, args, req->def, frame, e) ||
		!report_run(*db, a, req, r, e))
		return false;
	bool is_chart = kind_of(args) == &sink_chart;
	if ((is_chart || kind_of(args) == &sink_table) &&
		!report_footer(*db, a, req, is_chart, r, &frame->footer, e))
		return false;
	if (is_chart && req->def->trend_sql && !trend_add(*db, req, frame->is_utf8, r, e))
		return false;
	// a report with a row for each period has them whatever the filters leave
	if (req->def->totals_column && kind_of(args) == &sink_table && !frame->footer)
		return nearest_explain(*db, a, req, &frame->footer, e);
	return r->n_rows > 0 || show_why_empty(*db, a, args, req, &frame->empty, e);
}

bool show_report(struct arena *a, const struct report_def *def, const struct args *args,
	int *out_status, struct err *e)
{
	struct request req;
	struct result r = {0};
	struct sink_frame frame = show_frame(args);
	frame.title = def->title;
	frame.context = context_of(a, def, args);
	frame.empty = def->empty;
	frame.chart = def->chart;
	*out_status = 0;
	if (!show_request(def, args, &req, e))
		return false;
	AUTO(ledger_close) sqlite3 *db = NULL;
	bool ok = def->source ? doctor_run(a, &req, &r, out_status, e)
			      : run_sql(a, args, &req, &r, &frame, &db, e);
	if (ok && def->exit_column)
		*out_status = report_exit_status(def, &r);
	return ok && shape(args, db, &r, e) && print_result(args, &r, frame, e);
}
