// SPDX-License-Identifier: MIT
#include "offer.h"

#include <sqlite3.h>
#include <string.h>

#include "bar.h"
#include "command.h"
#include "ledger.h"
#include "path.h"
#include "report.h"
#include "setting.h"
#include "text.h"

static bool is_typable(struct str s)
{
	AUTO(buf_free) struct buf clean = {0};
	text_add_clean(&clean, s);
	return s.n > 0 && str_eq(buf_str(&clean), s);
}

void offer(struct offers *o, struct str name, const char *tail, struct str about)
{
	if (name.n < o->part.n || memcmp(name.p, o->part.p, o->part.n) != 0 || !is_typable(name))
		return;
	buf_add(o->out, o->lead);
	buf_add(o->out, name);
	buf_addz(o->out, tail);
	buf_addc(o->out, '\t');
	text_add_clean(o->out, about);
	buf_addc(o->out, '\n');
}

static struct str text_at(sqlite3_stmt *s, int at)
{
	const char *p = (const char *)sqlite3_column_text(s, at);
	return p ? (struct str){p, (size_t)sqlite3_column_bytes(s, at)} : STR("");
}

static const char project_sql[] =
	"SELECT name, group_concat(root, ', ') FROM project GROUP BY name ORDER BY name";
// the newest first
static const char branch_sql[] =
	"SELECT n.text, group_concat(DISTINCT p.name) FROM charge AS c JOIN name AS n ON n.id = "
	"c.branch_id LEFT JOIN project AS p ON p.id = c.project_id GROUP BY n.text ORDER BY "
	"max(c.id) DESC";

// Rows of (word, what it is); ?1, if they are limited by it, is what the word begins with. Without
// a ledger, or while it is locked, there are none: nobody waits for a completion.
static void offer_rows(struct offers *o, const char *sql, const char *tail)
{
	AUTO(ledger_close) sqlite3 *db = NULL;
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL;
	struct err e;
	if (!ledger_open_glance(path_ledger(o->arena), &db, &e) ||
		sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK ||
		(sqlite3_bind_parameter_count(s) > 0 &&
			sqlite3_bind_text(s, 1, o->part.n ? o->part.p : "", (int)o->part.n,
				SQLITE_STATIC) != SQLITE_OK))
		return;
	while (sqlite3_step(s) == SQLITE_ROW)
		offer(o, text_at(s, 0), tail, text_at(s, 1));
}

static void offer_columns(struct offers *o)
{
	for (size_t i = 0; o->report && i < o->report->n_columns; i++)
		offer(o, str_of(o->report->columns[i].name), "",
			str_of(o->report->columns[i].about));
}

static void offer_keys(struct offers *o)
{
	for (size_t i = 0; i < setting_count(); i++) {
		const struct setting_def *def = setting_at(o->arena, i);
		offer(o, str_of(def->key), "", str_of(def->about));
	}
	offer(o, STR("ignore"), "", STR("Folders that are not logged"));
}

static void offer_hosts(struct offers *o)
{
	for (size_t i = 0; i < n_bar_hosts; i++)
		offer(o, str_of(bar_hosts[i].name), "", STR(""));
}

// Words with blanks between.
static void offer_words(struct offers *o, const char *words)
{
	struct str rest = str_of(words);
	while (rest.p)
		offer(o, str_split(rest, ' ', &rest), "", STR(""));
}

static const struct {
	const char *kind;
	const char *sql;   // rows of the ledger
	const char *words; // or what it may be without one
	void (*offer)(struct offers *);
	const char *tail;
} kinds[] = {
	// the newest of those that begin so: there may be many
	{"SESSION",
		"SELECT uid, date(at / 1000, 'unixepoch') || coalesce((SELECT ' ' || p.name FROM "
		"workdir AS w JOIN project AS p ON p.id = w.project_id WHERE w.session_id = s.id "
		"LIMIT 1), '') FROM (SELECT id, uid, coalesce(prompt_ms, first_own_ms) AS at FROM "
		"session WHERE substr(uid, 1, length(?1)) = ?1 ORDER BY at DESC, uid LIMIT 200) AS "
		"s "
		"ORDER BY at DESC, uid",
		NULL, NULL, ""},
	{"PROJECT", project_sql, NULL, NULL, ""},
	{"PROJECT=", project_sql, NULL, NULL, "="},
	{"BRANCH", branch_sql, NULL, NULL, ""},
	{"BRANCH=", branch_sql, NULL, NULL, "="},
	{"MODEL", "SELECT name, priced_as FROM model ORDER BY name", NULL, NULL, ""},
	{"REPO", "SELECT DISTINCT repo, '' FROM project WHERE repo IS NOT NULL ORDER BY repo", NULL,
		NULL, ""},
	{"NUMBER",
		"SELECT c.number, group_concat(DISTINCT n.text) FROM charge AS c LEFT JOIN name AS "
		"n "
		"ON n.id = c.repo_id WHERE c.number IS NOT NULL GROUP BY c.number ORDER BY "
		"c.number "
		"DESC",
		NULL, NULL, ""},
	{"TIME", NULL, "today yesterday week month 24h 7d 30d 90d", NULL, ""},
	{"SPAN", NULL, "30m 1h 2h 1d", NULL, ""},
	{"WHOSE", NULL, "auto calculated reported", NULL, ""},
	{"BY", NULL, "project branch agent model", NULL, ""},
	{"TYPE", NULL, "feature bug refactor explore research other", NULL, ""},
	{"ROLE", NULL, "author review ci", NULL, ""},
	{"COLUMN", NULL, NULL, offer_columns, ""},
	{"KEY", NULL, NULL, offer_keys, ""},
	{"HOST", NULL, NULL, offer_hosts, ""},
	// the shell knows these: a line of its own that no word is
	{"FILE", NULL, "/", NULL, ""},
	{"DIR", NULL, "/", NULL, ""},
	{"PATH", NULL, "/", NULL, ""},
};

void offer_kind(struct offers *o, struct str kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!str_is(kind, kinds[i].kind))
			continue;
		if (kinds[i].sql)
			offer_rows(o, kinds[i].sql, kinds[i].tail);
		else if (kinds[i].offer)
			kinds[i].offer(o);
		else if (strcmp(kinds[i].words, "/") == 0)
			buf_addz(o->out, "/\n");
		else
			offer_words(o, kinds[i].words);
	}
}

void offer_names(struct offers *o, struct str first)
{
	for (size_t i = 0; i < n_report_defs; i++) {
		struct str second, name = str_of(report_defs[i].name);
		bool is_second = str_eq(str_split(name, '-', &second), first) && second.n;
		if (!first.n)
			offer(o, name, "", str_of(report_defs[i].title));
		else if (is_second && report_find(first) && !str_is(first, "pr"))
			offer(o, second, "", str_of(report_defs[i].title));
	}
	struct str last = STR_NONE;
	for (size_t i = 0; i < n_command_defs; i++) {
		const struct command_def *def = &command_defs[i];
		struct str second, word = str_split(str_of(def->name), ' ', &second);
		if (strcmp(def->group, "hidden") == 0)
			continue;
		if (first.n && second.n && str_eq(word, first))
			offer(o, second, "", str_of(def->title));
		// `budget` once for all commands of its group; `pr` and `work` are reports, too
		bool is_report = str_is(word, "pr") || str_is(word, "work");
		if (!first.n && !str_eq(word, last) && !is_report)
			offer(o, word, "", second.n ? STR("") : str_of(def->title));
		last = word;
	}
}

void offer_options(struct offers *o, const struct report_def *def, uint64_t options)
{
	for (size_t i = 0; def && i < def->n_params; i++) {
		const char *name = arena_printf(o->arena, "--%s", def->params[i].name);
		if (!def->params[i].is_positional)
			offer(o, str_of(name), "", str_of(def->params[i].about));
	}
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const char *name = arena_printf(o->arena, "--%s", option_defs[i].name);
		if (options & OPT(i))
			offer(o, str_of(name), "", str_of(option_defs[i].about));
	}
}
