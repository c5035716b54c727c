// SPDX-License-Identifier: MIT
// What a menu bar shows, before it is written as a host wants it.
#ifndef CCL_STATUS_BAR_H
#define CCL_STATUS_BAR_H

#include "field.h"

enum { BAR_MAX_ALERTS = 5, BAR_MAX_PARTS = 8, BAR_MAX_LINES = 16 };

struct bar_text {
	struct str text; // plain
	enum level level;
};

struct bar {
	struct look *look;
	struct look_money today, session, burn; // burn: of all sessions
	bool has_session, is_active;            // active: it had a turn in the last five minutes
	int64_t session_ms;                     // of its newest turn
	struct budget_place place;
	bool has_budget;
	struct look_budget budget;
	int64_t limit_used_bp, limit_resets_ms; // five-hour window; used -1: not known
	struct alert alerts[BAR_MAX_ALERTS];    // of the last day, newest first
	size_t n_alerts;
	// the same in words
	struct bar_text parts[BAR_MAX_PARTS]; // of the bar itself
	size_t n_parts;
	struct bar_text lines[BAR_MAX_LINES]; // what a click or a tooltip shows
	size_t n_lines;
	enum level level;  // the most urgent
	struct str pr_url; // STR_NONE: not known
};

void bar_read(struct look *l, struct bar *out);

struct bar_host {
	const char *name;
	// `self`: path of this program
	void (*write)(const struct bar *b, struct str self, struct buf *out);
};
extern const struct bar_host bar_hosts[];
extern const size_t n_bar_hosts;

void bar_write_json(const struct bar *b, struct str self, struct buf *out);

#endif
