// SPDX-License-Identifier: MIT
#include "reply.h"

#include "text.h"

bool reply_is_heard(struct str event)
{
	return str_is(event, "Stop") || str_is(event, "PostToolUse") ||
	       str_is(event, "UserPromptSubmit") || str_is(event, "PreToolUse");
}

static void add_member(struct buf *out, const char *key, struct str value)
{
	if (out->p[out->n - 1] != '{')
		buf_addc(out, ',');
	buf_printf(out, "\"%s\":", key);
	text_add_json(out, value);
}

// The deny form alone lets the model try the next tool; `continue: false` alone was ignored by some
// versions (guard.c says which of the two comes when).
static void add_deny(struct buf *out, struct str reason, bool is_end_only)
{
	add_member(out, "stopReason", reason);
	buf_addz(out, ",\"continue\":false");
	if (is_end_only)
		return;
	buf_addz(out, ",\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\","
		      "\"permissionDecision\":\"deny\",\"permissionDecisionReason\":");
	text_add_json(out, reason);
	buf_addc(out, '}');
}

void reply_print(
	struct str event, const struct guard_answer *a, struct str sequence, struct buf *out)
{
	struct str block = buf_str(&a->block), message = buf_str(&a->message);
	if (!reply_is_heard(event) || (!block.n && !message.n))
		return;
	buf_addc(out, '{');
	if (message.n)
		add_member(out, "systemMessage", message);
	if (sequence.n)
		add_member(out, "terminalSequence", sequence);
	if (block.n && str_is(event, "PreToolUse"))
		add_deny(out, block, a->n_refused % 2 == 0);
	if (block.n && str_is(event, "UserPromptSubmit")) {
		add_member(out, "decision", STR("block"));
		add_member(out, "reason", block);
	}
	buf_addz(out, "}\n");
}
