// SPDX-License-Identifier: MIT
// The difference between two totals in one sentence.
#include "audit_why.h"

#include "usd.h"

const char *const audit_source_names[] = {
	[AUDIT_NONE] = NULL,
	[AUDIT_METER] = "cost-state",
	[AUDIT_RESULT] = "result",
	[AUDIT_STATUS] = "status line",
	[AUDIT_BAD] = "unreadable",
};

// What stands before the amount.
static const char *const words[AUDIT_N_KINDS + 1] = {
	[AUDIT_COMPACTION] = "compaction",
	[AUDIT_TITLE] = "call for its title",
	[AUDIT_INNER] = "inner calls (WebSearch, hooks, ...)",
	[AUDIT_FORK] = "total of the session it was forked from",
	[AUDIT_INTERRUPTED] = "answer that was cut off",
	[AUDIT_UNWRITTEN] = "output that the transcript lacks",
	[AUDIT_OTHER_PROCESS] = "turns that its total lacks (of another process, or later)",
	[AUDIT_UNSEEN] = "turns without a transcript",
	[AUDIT_RATES] = "rates that are not ours",
	[AUDIT_N_KINDS] = "unexplained",
};

static void add_part(struct buf *out, bool *is_first, int64_t pico, const char *what)
{
	if (pico == 0)
		return;
	buf_printf(out, "%s%s %s", *is_first ? "" : ", ", what, pico > 0 ? "+" : "");
	usd_add_short(out, pico);
	*is_first = false;
}

void audit_why(struct buf *out, const struct audit_why *w)
{
	bool is_first = true;
	int64_t rest = w->difference;
	if (w->turns != w->own_turns) {
		buf_printf(out,
			"%lld of its %lld turns are counted here: no total of Claude Code's is of "
			"them alone",
			(long long)w->turns, (long long)w->own_turns);
		return;
	}
	if (w->source == AUDIT_NONE) {
		buf_addz(out,
			"no total: Claude Code was killed, still runs, or is too old to leave one; "
			"`ccl audit --result` takes one");
		return;
	}
	if (w->source == AUDIT_BAD) {
		buf_addz(out, "Claude Code's total cannot be read");
		return;
	}
	for (int i = 0; i < AUDIT_N_KINDS; i++) {
		add_part(out, &is_first, w->kinds[i], words[i]);
		rest -= w->kinds[i];
	}
	add_part(out, &is_first, rest, words[AUDIT_N_KINDS]);
	if (is_first)
		buf_addz(out, "the same");
}
