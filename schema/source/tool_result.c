// SPDX-License-Identifier: MIT
// `toolUseResult` and `attachment`: what the client itself noted about a tool call or a message
// typed while it worked.
#include "message.h"

// How many lines of a text: a last one without a newline counts.
static int64_t count_lines(struct str raw)
{
	int64_t n = 0;
	bool ends_open = false;
	for (size_t i = 0; i < raw.n; i++) {
		ends_open = true;
		if (raw.p[i] != '\\')
			continue;
		bool is_newline = ++i < raw.n && raw.p[i] == 'n';
		n += is_newline;
		ends_open = !is_newline;
	}
	return n + ends_open;
}

static void patch_lines(struct scan *s, int64_t *added, int64_t *removed)
{
	struct scan_list list = {0};
	struct str line;
	while (scan_item(s, &list)) {
		if (!scan_string(s, &line))
			continue;
		*added += str_starts(line, "+");
		*removed += str_starts(line, "-");
	}
}

static void structured_patch(struct scan *s, int64_t *added, int64_t *removed)
{
	struct scan_list hunks = {0};
	struct str key;
	while (scan_item(s, &hunks)) {
		struct scan_list members = {0};
		while (scan_key(s, &members, &key)) {
			if (str_is(key, "lines"))
				patch_lines(s, added, removed);
			else
				(void)scan_skip(s);
		}
	}
}

static void git_pr(struct scan *s, struct reading *r)
{
	struct scan_list list = {0};
	struct str key, action = STR_NONE;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "number"))
			message_count(s, r, INT32_MAX, &r->out->pr_number);
		else if (str_is(key, "url"))
			message_string(s, r, 2048, &r->out->pr_url);
		else if (str_is(key, "action"))
			message_string(s, r, 64, &action);
		else
			(void)scan_skip(s);
	}
	r->out->git_action = str_is(action, "created")  ? GIT_PR_CREATED
			     : str_is(action, "merged") ? GIT_PR_MERGED
							: GIT_PR_OTHER;
}

static void git_push(struct scan *s, struct reading *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "branch"))
			message_string(s, r, 255, &r->out->push_branch);
		else
			(void)scan_skip(s);
	}
	if (r->out->git_action == GIT_NO_ACTION)
		r->out->git_action = GIT_PUSHED;
}

// gitOperation, of clients from 2.1.163 on: {pr:{number,url,action}}, {push:{branch}}.
static void git_operation(struct scan *s, struct reading *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "pr"))
			git_pr(s, r);
		else if (str_is(key, "push"))
			git_push(s, r);
		else
			(void)scan_skip(s);
	}
}

void message_tool_use_result(struct scan *s, struct reading *r)
{
	struct scan_list list = {0};
	struct line *l = r->out;
	struct str key, type = STR_NONE, content = STR_NONE;
	int64_t added = 0, removed = 0;
	bool is_edit = false;
	if (scan_peek(s) != SCAN_OBJECT) {
		(void)scan_skip(s);
		return;
	}
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "agentId")) {
			message_string(s, r, 256, &l->result_agent);
		} else if (str_is(key, "structuredPatch")) {
			is_edit = true;
			structured_patch(s, &added, &removed);
		} else if (str_is(key, "gitOperation")) {
			git_operation(s, r);
		} else if (str_is(key, "type")) {
			message_string(s, r, 64, &type);
		} else if (str_is(key, "content")) {
			if (!scan_string(s, &content))
				content = STR_NONE;
		} else {
			(void)scan_skip(s);
		}
	}
	if (!is_edit)
		return;
	if (str_is(type, "create") && content.p)
		added += count_lines(content);
	l->lines_added = added;
	l->lines_removed = removed;
}

void message_attachment(struct scan *s, struct reading *r)
{
	struct scan_list list = {0};
	struct str key, type = STR_NONE, mode = STR_NONE, prompt = STR_NONE;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "type")) {
			message_string(s, r, 64, &type);
		} else if (str_is(key, "commandMode")) {
			message_string(s, r, 64, &mode);
		} else if (str_is(key, "prompt")) {
			if (!scan_string(s, &prompt))
				prompt = STR_NONE;
		} else {
			(void)scan_skip(s);
		}
	}
	// a message typed while Claude worked; task notifications come the same way
	if (str_is(type, "queued_command") && (!mode.p || str_is(mode, "prompt")))
		r->out->text_raw = prompt;
}
