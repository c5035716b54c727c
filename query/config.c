// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"
#include "ignore.h"
#include "ledger.h"
#include "path.h"
#include "report.h"
#include "setting.h"
#include "show.h"
#include "text.h"
#include "wired.h"

enum { WRITE_BUSY_MS = 5000 };

// Absolute and clean; links are followed if it exists, because Claude Code writes real paths.
static struct str absolute(struct arena *a, struct str path)
{
	char *z = arena_printf(a, "%.*s", STR_ARG(path));
	char *real = realpath(z, NULL), *cwd = getcwd(NULL, 0);
	struct str full = real ? arena_str(a, str_of(real))
			  : path.n && path.p[0] == '/'
				  ? path
				  : path_join(a, str_of(cwd ? cwd : "/"), path);
	free(real);
	free(cwd);
	return path_clean(a, full);
}

static bool list_settings(sqlite3 *db, struct result *r, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, "SELECT value FROM setting WHERE key = ?1", -1, &s, NULL) !=
		SQLITE_OK)
		return ledger_fail(db, "reading the settings", e);
	for (size_t i = 0; i < setting_count(); i++) {
		const struct setting_def *def = setting_at(r->arena, i);
		struct cell *row = result_add_row(r);
		(void)sqlite3_bind_text(s, 1, def->key, -1, SQLITE_STATIC);
		int rc = sqlite3_step(s);
		if (rc != SQLITE_ROW && rc != SQLITE_DONE)
			return ledger_fail(db, "reading the settings", e);
		const char *value =
			rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : def->fallback;
		for (size_t c = 0; c < r->n_columns; c++)
			row[c].kind = CELL_TEXT;
		row[0].s = str_of(def->key);
		row[1].s = arena_str(r->arena, str_of(value));
		row[2].s = str_of(def->about);
		(void)sqlite3_reset(s);
	}
	return true;
}

static bool list(struct command_call *call, struct err *e)
{
	static const struct report_column columns[] = {
		{.name = "key", .about = "Setting", .type = VALUE_TEXT},
		{.name = "value", .about = "What it is set to", .type = VALUE_PATH},
		{.name = "about", .about = "What it does", .type = VALUE_TEXT, .is_wrap = true},
	};
	static const int at[] = {0, 1, 2};
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct result r = {.arena = call->arena,
		.name = STR("config"),
		.version = 1,
		.columns = columns,
		.n_columns = sizeof columns / sizeof *columns};
	if (!report_open(call->arena, &db, e) || !list_settings(db, &r, e))
		return false;
	if (sqlite3_prepare_v2(db,
		    "SELECT 'ignore', path, 'Nothing below this folder is logged' FROM "
		    "ignored_path "
		    "ORDER BY path",
		    -1, &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the settings", e);
	if (!report_fetch(s, at, &r, e))
		return false;
	struct sink_frame frame = show_frame(call->args);
	frame.title = "Settings";
	return show_result(call->args, &r, frame, e);
}

static bool set_ignore(sqlite3 *db, struct arena *a, bool is_set, struct str word, struct err *e)
{
	struct str path = absolute(a, word);
	if (is_set ? !ignore_set(db, path, e) : !ignore_unset(db, path, e))
		return false;
	(void)printf(is_set ? "Nothing below %.*s will be logged from now on.\n"
			    : "What is below %.*s is logged again.\n",
		STR_ARG(path));
	return true;
}

// Other hooks may be wanted now.
static bool refresh_hooks(struct arena *a, struct err *e)
{
	AUTO(buf_free) struct buf report = {0};
	if (!wired_refresh(a, &report, e))
		return false;
	(void)fputs(buf_z(&report), stdout);
	return true;
}

static bool set_switch(sqlite3 **db, struct arena *a, const struct setting_def *def,
	const char *value, struct err *e)
{
	bool has_changed;
	if (!setting_set(*db, def, value, &has_changed, e))
		return false;
	ledger_close(db); // ccl-hook is to have it
	const char *now = value ? value : def->fallback;
	AUTO(buf_free) struct buf clean = {0};
	text_add_clean(&clean, str_of(*now ? now : "not set"));
	(void)printf("%s is %s%s.\n", def->key, buf_z(&clean), has_changed ? "" : ", as it was");
	if (has_changed && def->is_charged && command_charge(a))
		(void)puts("Every turn was charged again.");
	return !has_changed || !def->is_wired || refresh_hooks(a, e);
}

static bool usage(struct err *e)
{
	return err_set(e, ERR_USAGE,
		"usage: ccl config [list | get KEY | set KEY VALUE | unset KEY], or set or unset "
		"ignore PATH; `ccl config` lists the keys");
}

static bool unknown_key(struct arena *a, struct str key, struct err *e)
{
	enum { MAX_NAMES = 128 };
	const char *names[MAX_NAMES];
	size_t n = 0;
	for (size_t i = 0; i < setting_count() && n < MAX_NAMES; i++)
		names[n++] = setting_at(a, i)->key;
	const char *near = args_nearest(key, names, n);
	return err_set(e, ERR_USAGE, "there is no setting %.*s: %s%s%s", STR_ARG(key),
		near ? "did you mean " : "`ccl config` lists them", near ? near : "",
		near ? "?" : "");
}

// What shapes rows is for the list.
static bool check_options(const struct args *args, struct err *e)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (args_has(args, (enum option)i))
			return err_set(e, ERR_USAGE, "`ccl config %.*s` takes no --%s",
				STR_ARG(args->positionals[0]), option_defs[i].name);
	return true;
}

// The value alone; `def` NULL: the folders that are ignored, one a line.
static bool print_setting(struct arena *a, const struct setting_def *def, struct err *e)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	AUTO(buf_free) struct buf out = {0};
	int rc;
	if (!report_open(a, &db, e))
		return false;
	if (sqlite3_prepare_v2(db,
		    def ? "SELECT coalesce((SELECT value FROM setting WHERE key = ?1), ?2)"
			: "SELECT path FROM ignored_path WHERE ?1 IS NULL AND ?2 IS NULL ORDER BY "
			  "path",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_bind_text(s, 1, def ? def->key : NULL, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_bind_text(s, 2, def ? def->fallback : NULL, -1, SQLITE_STATIC) != SQLITE_OK)
		return ledger_fail(db, "reading the settings", e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		text_add_clean(&out, str_of((const char *)sqlite3_column_text(s, 0)));
		buf_addc(&out, '\n');
	}
	if (rc != SQLITE_DONE)
		return ledger_fail(db, "reading the settings", e);
	(void)fputs(buf_z(&out), stdout);
	return true;
}

bool command_config(struct command_call *call, struct err *e)
{
	const struct args *args = call->args;
	const struct str *words = args->positionals;
	AUTO(ledger_close) sqlite3 *db = NULL;
	if (args->n_positionals == 0 || (args->n_positionals == 1 && str_is(words[0], "list")))
		return list(call, e);
	bool is_set = str_is(words[0], "set"), is_get = str_is(words[0], "get");
	if (args->n_positionals < 2 || (!is_set && !is_get && !str_is(words[0], "unset")))
		return usage(e);
	bool is_ignore = str_is(words[1], "ignore");
	const struct setting_def *def = is_ignore ? NULL : setting_find(call->arena, words[1]);
	if (!is_ignore && !def)
		return unknown_key(call->arena, words[1], e);
	if (args->n_positionals != 2 + (size_t)(is_set || (is_ignore && !is_get)))
		return usage(e);
	if (!check_options(args, e) || (def && is_set && !setting_check(def, words[2], e)))
		return false;
	if (is_get)
		return print_setting(call->arena, def, e);
	if (!ledger_open_write(path_ledger(call->arena), WRITE_BUSY_MS, &db, e))
		return false;
	if (def)
		return set_switch(&db, call->arena, def, is_set ? words[2].p : NULL, e);
	return set_ignore(db, call->arena, is_set, words[2], e);
}
