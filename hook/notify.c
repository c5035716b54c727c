// SPDX-License-Identifier: MIT
#include "notify.h"

#include <stdio.h>
#include <stdlib.h>

#include "alert.h"
#include "clock.h"
#include "ledger.h"
#include "notify_send.h"
#include "text.h"
#include "usd.h"
#include "zone.h"

enum {
	PAUSE_MS = 60000,
	FRESH_MS = 3600000,
	MAX_TEXT_BYTES = 240,
	COMMAND_LIMIT_MS = 10000,
	DESKTOP_LIMIT_MS = 2000
};

static void take_terminal(struct notify_settings *n, struct str v)
{
	static const char *const names[] = {[NOTIFY_AUTO] = "auto",
		[NOTIFY_OFF] = "off",
		[NOTIFY_BELL] = "bell",
		[NOTIFY_OSC9] = "osc9",
		[NOTIFY_OSC777] = "osc777",
		[NOTIFY_OSC99] = "osc99"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_is(v, names[i]))
			n->terminal = (enum notify_terminal)i;
}

// "22:00-07:00"
static void take_quiet(struct notify_settings *n, const char *v)
{
	unsigned h1, m1, h2, m2;
	if (sscanf(v, "%2u:%2u-%2u:%2u", &h1, &m1, &h2, &m2) != 4 || h1 > 24 || h2 > 24 ||
		m1 > 59 || m2 > 59)
		return;
	n->quiet_from_min = (int)(h1 * 60 + m1);
	n->quiet_until_min = (int)(h2 * 60 + m2);
}

static void take_setting(struct notify_settings *n, struct str key, const char *value)
{
	struct str v = str_of(value);
	if (str_is(key, "notify.level"))
		n->level = str_is(v, "off")    ? RULE_NONE
			   : str_is(v, "warn") ? RULE_WARN
					       : RULE_CRITICAL;
	else if (str_is(key, "notify.terminal"))
		take_terminal(n, v);
	else if (str_is(key, "notify.desktop"))
		n->is_desktop = !str_is(v, "off");
	else if (str_is(key, "notify.quiet"))
		take_quiet(n, value);
	else if (str_is(key, "notify.command") && v.n < sizeof n->command)
		(void)snprintf(n->command, sizeof n->command, "%s", value);
}

bool notify_read(sqlite3 *db, struct notify_settings *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int rc;
	*out = (struct notify_settings){.level = RULE_CRITICAL, .is_desktop = true};
	if (sqlite3_prepare_v2(db, "SELECT key, value FROM setting WHERE key GLOB 'notify.*'", -1,
		    &s, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the settings", e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		take_setting(out, str_of((const char *)sqlite3_column_text(s, 0)),
			(const char *)sqlite3_column_text(s, 1));
	bool ok = rc == SQLITE_DONE || ledger_fail(db, "reading the settings", e);
	(void)sqlite3_finalize(s);
	return ok;
}

static bool is_quiet(const struct notify_settings *n, int64_t now_ms)
{
	struct zone_time t = zone_local(now_ms);
	int at = (int)(t.hour * 60 + t.minute), from = n->quiet_from_min,
	    until = n->quiet_until_min;
	return from <= until ? at >= from && at < until : at >= from || at < until;
}

static bool is_env(const char *name, const char *part)
{
	const char *v = getenv(name);
	return v && *v && (!part || str_has(str_of(v), part));
}

static enum notify_terminal find_terminal(void)
{
	// tmux takes nothing of these but the bell
	if (is_env("TMUX", NULL) || is_env("STY", NULL))
		return NOTIFY_BELL;
	if (is_env("KITTY_WINDOW_ID", NULL) || is_env("TERM", "kitty"))
		return NOTIFY_OSC99;
	if (is_env("TERM_PROGRAM", "iTerm") || is_env("TERM_PROGRAM", "WezTerm") ||
		is_env("TERM_PROGRAM", "Warp"))
		return NOTIFY_OSC9;
	if (is_env("TERM_PROGRAM", "ghostty") || is_env("TERM", "ghostty") ||
		is_env("TERM", "foot") || is_env("TERM", "rxvt") || is_env("KONSOLE_VERSION", NULL))
		return NOTIFY_OSC777;
	return NOTIFY_BELL;
}

// One line that no terminal obeys.
static void add_text(struct buf *out, struct str message)
{
	struct str rest, line = str_split(message, '\n', &rest);
	AUTO(buf_free) struct buf clean = {0};
	text_add_clean(&clean, line);
	struct str s = buf_str(&clean);
	if (s.n > MAX_TEXT_BYTES)
		s.n = MAX_TEXT_BYTES;
	while (s.n && s.n < clean.n && ((unsigned char)clean.p[s.n] & 0xc0) == 0x80)
		s.n--; // not within a character
	buf_add(out, s);
}

void notify_sequence(const struct notify_settings *n, enum rule_level level, struct str message,
	int64_t now_ms, struct buf *out, bool *out_is_shown)
{
	enum notify_terminal kind = n->terminal == NOTIFY_AUTO ? find_terminal() : n->terminal;
	*out_is_shown = kind >= NOTIFY_OSC9;
	if (kind == NOTIFY_OFF || level == RULE_NONE || n->level == RULE_NONE || level < n->level ||
		is_quiet(n, now_ms)) {
		*out_is_shown = false;
		return;
	}
	if (kind == NOTIFY_BELL) {
		buf_addc(out, '\a');
		return;
	}
	buf_addz(out, kind == NOTIFY_OSC9     ? "\033]9;"
		      : kind == NOTIFY_OSC777 ? "\033]777;notify;ccl;"
					      : "\033]99;;");
	add_text(out, message);
	buf_addz(out, kind == NOTIFY_OSC99 ? "\033\\" : "\a");
}

struct claimed {
	struct alert worst;
	size_t n;
};

// The alerts that are due, as claimed by this process.
static bool claim(sqlite3 *db, struct arena *a, const struct notify_settings *n, int64_t now_ms,
	struct claimed *out, struct err *e)
{
	AUTO(ledger_finalize) sqlite3_stmt *s = NULL, *mark = NULL;
	int rc;
	if (sqlite3_prepare_v2(db,
		    "SELECT " ALERT_COLUMNS
		    " FROM alert AS a WHERE a.notified_ms IS NULL AND a.level "
		    ">= ?1 AND NOT a.is_observed AND a.at_ms > ?2 AND NOT EXISTS (SELECT 1 FROM "
		    "alert "
		    "WHERE notified_ms > ?3) ORDER BY a.level DESC, a.id",
		    -1, &s, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db,
			"UPDATE alert SET notified_ms = ?3 WHERE notified_ms IS NULL AND level >= "
			"?1 AND "
			"NOT is_observed AND at_ms > ?2",
			-1, &mark, NULL) != SQLITE_OK)
		return ledger_fail(db, "reading the alerts", e);
	for (int i = 0; i < 2; i++) {
		sqlite3_stmt *q = i ? mark : s;
		(void)sqlite3_bind_int(q, 1, (int)n->level);
		(void)sqlite3_bind_int64(q, 2, now_ms - FRESH_MS);
		(void)sqlite3_bind_int64(q, 3, i ? now_ms : now_ms - PAUSE_MS);
	}
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct alert x;
		if (!alert_take(s, a, &x))
			continue;
		if (out->n++ == 0)
			out->worst = x;
	}
	if (rc != SQLITE_DONE || (out->n && sqlite3_step(mark) != SQLITE_DONE))
		return ledger_fail(db, "reading the alerts", e);
	return true;
}

static void add_number(struct buf *out, const struct rule_finding *f, int64_t v)
{
	if (f->is_money)
		usd_add(out, v);
	else
		buf_add_int(out, v);
}

// What the user's command reads.
static void add_json(struct buf *out, const struct alert *x, const struct rule_finding *f,
	struct str message, size_t n_more)
{
	char at[CLOCK_ISO_BYTES];
	clock_format_iso(x->at_ms, at);
	buf_printf(out, "{\"rule\":\"%s\",\"level\":\"%s\",\"scope\":", rule_defs[x->rule].id,
		rule_level_name(x->level));
	text_add_json(out, x->scope);
	buf_addz(out, ",\"id\":");
	text_add_json(out, x->target);
	buf_addz(out, ",\"session\":");
	text_add_json(out, x->session);
	buf_addz(out, ",\"value\":");
	add_number(out, f, f->value);
	buf_addz(out, ",\"limit\":");
	add_number(out, f, f->limit);
	buf_printf(out, ",\"unit\":\"%s\",\"at\":\"%s\",\"message\":",
		rule_unit(f->rule, f->is_money, f->is_second), at);
	text_add_json(out, message);
	buf_printf(out, ",\"more\":%zu}\n", n_more);
}

static void send(const struct notify_settings *n, const struct claimed *c,
	const struct rule_finding *f, bool is_shown)
{
	AUTO(buf_free) struct buf message = {0}, text = {0}, json = {0};
	alert_say(f, &message);
	add_text(&text, buf_str(&message));
	if (c->n > 1)
		buf_printf(&text, " (and %zu more: ccl runaway)", c->n - 1);
	if (n->is_desktop && !is_shown)
		notify_desktop("ccl", buf_z(&text), DESKTOP_LIMIT_MS);
	if (!n->command[0])
		return;
	add_json(&json, &c->worst, f, buf_str(&message), c->n - 1);
	notify_command(n->command, buf_str(&json), COMMAND_LIMIT_MS);
}

bool notify_run(sqlite3 *db, bool is_shown, struct err *e)
{
	struct notify_settings n;
	struct claimed c = {.n = 0};
	struct arena a = {0};
	struct pricer p = {.db = db};
	struct rule_finding f;
	int64_t now_ms = clock_now_ms();
	if (!notify_read(db, &n, e))
		return false;
	if (n.level == RULE_NONE || is_quiet(&n, now_ms))
		return true;
	bool ok = ledger_exec(db, "BEGIN IMMEDIATE", e);
	ok = ok && ledger_end(db, claim(db, &a, &n, now_ms, &c, e), e);
	ok = ok && (!c.n || alert_find(&p, &c.worst, &f, e));
	pricer_close(&p);
	if (ok && c.n)
		send(&n, &c, &f, is_shown);
	arena_free(&a);
	return ok;
}
