// SPDX-License-Identifier: MIT
// The envelope of a line: which record it is, and the fields at its top level.
#include "transcript.h"

#include <string.h>

#include "clock.h"
#include "message.h"

enum { NAME_BYTES = 512, PATH_BYTES = 4096 };

// Top-level fields that are strings, with where they go. Sorted by length, so that most keys of a
// line are told apart by their length alone.
static const struct field {
	const char *name;
	size_t offset;
	size_t max_bytes;
} fields[] = {
	{"id", offsetof(struct line, api_request), NAME_BYTES},
	{"cwd", offsetof(struct line, cwd), PATH_BYTES},
	{"uuid", offsetof(struct line, uuid), NAME_BYTES},
	{"type", offsetof(struct line, type_name), NAME_BYTES},
	{"slug", offsetof(struct line, slug), NAME_BYTES},
	{"error", offsetof(struct line, api_error), NAME_BYTES},
	{"prUrl", offsetof(struct line, pr_url), PATH_BYTES},
	{"effort", offsetof(struct line, effort), NAME_BYTES},
	{"version", offsetof(struct line, version), NAME_BYTES},
	{"agentId", offsetof(struct line, agent), NAME_BYTES},
	{"subtype", offsetof(struct line, subtype), NAME_BYTES},
	{"promptId", offsetof(struct line, prompt), NAME_BYTES},
	{"teamName", offsetof(struct line, team), NAME_BYTES},
	{"sessionId", offsetof(struct line, session), NAME_BYTES},
	{"gitBranch", offsetof(struct line, git_branch), NAME_BYTES},
	{"requestId", offsetof(struct line, request), NAME_BYTES},
	{"agentName", offsetof(struct line, agent_name), NAME_BYTES},
	{"entrypoint", offsetof(struct line, entrypoint), NAME_BYTES},
	{"requestRef", offsetof(struct line, request_ref), NAME_BYTES},
	{"turnOrigin", offsetof(struct line, turn_origin), NAME_BYTES},
	{"sessionKind", offsetof(struct line, session_kind), NAME_BYTES},
	{"querySource", offsetof(struct line, query_source), NAME_BYTES},
	{"promptSource", offsetof(struct line, prompt_source), NAME_BYTES},
	{"prRepository", offsetof(struct line, pr_repo), NAME_BYTES},
	{"requestedModel", offsetof(struct line, requested_model), NAME_BYTES},
	{"permissionMode", offsetof(struct line, permission_mode), NAME_BYTES},
	{"requestSessionId", offsetof(struct line, request_session), NAME_BYTES},
	{"attributionSkill", offsetof(struct line, attr_skill), NAME_BYTES},
	{"attributionAgent", offsetof(struct line, attr_agent), NAME_BYTES},
	{"attributionPlugin", offsetof(struct line, attr_plugin), NAME_BYTES},
	{"attributionMcpTool", offsetof(struct line, attr_mcp_tool), NAME_BYTES},
	{"attributionMcpServer", offsetof(struct line, attr_mcp_server), NAME_BYTES},
};
enum { N_FIELDS = sizeof fields / sizeof *fields };

static const struct field *find_field(struct str key)
{
	// the first field of each length, 0..20; N_FIELDS ends the last run
	static const unsigned char first[] = {0, 0, 0, 1, 2, 5, 7, 8, 11, 13, 17, 20, 22, 24, 24,
		26, 26, 29, 30, 31, 31, N_FIELDS};
	if (key.n < 2 || key.n > 20)
		return NULL;
	for (size_t i = first[key.n]; i < first[key.n + 1]; i++)
		if (memcmp(fields[i].name, key.p, key.n) == 0)
			return &fields[i];
	return NULL;
}

static enum line_type type_of(struct str name)
{
	static const struct {
		const char *name;
		enum line_type type;
	} types[] = {
		{"assistant", LINE_ASSISTANT},
		{"user", LINE_USER},
		{"system", LINE_SYSTEM},
		{"attachment", LINE_ATTACHMENT},
		{"cost-state", LINE_COST_STATE},
		{"pr-link", LINE_PR_LINK},
		{"api-request", LINE_API_REQUEST},
		{"worktree-state", LINE_WORKTREE_STATE},
		{"ai-title", LINE_TITLE},
		{"summary", LINE_TITLE},
		{"custom-title", LINE_CUSTOM_TITLE},
		{"agent-name", LINE_AGENT_NAME},
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_is(name, types[i].name))
			return types[i].type;
	return LINE_OTHER;
}

static void compact_metadata(struct scan *s, struct reading *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "trigger"))
			message_string(s, r, 64, &r->out->trigger);
		else if (str_is(key, "preTokens"))
			message_count(s, r, TRANSCRIPT_MAX_TOK, &r->out->pre_tok);
		else if (str_is(key, "postTokens"))
			message_count(s, r, TRANSCRIPT_MAX_TOK, &r->out->post_tok);
		else
			(void)scan_skip(s);
	}
}

static void quota_limits(struct scan *s, struct reading *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		int64_t seconds = -1;
		if (str_is(key, "rateLimitType")) {
			message_string(s, r, 64, &r->out->quota_type);
		} else if (str_is(key, "status")) {
			message_string(s, r, 64, &r->out->quota_status);
		} else if (str_is(key, "isUsingOverage")) {
			(void)scan_bool(s, &r->out->is_overage);
		} else if (str_is(key, "resetsAt")) {
			message_count(s, r, INT64_C(1) << 40, &seconds);
			if (seconds >= 0)
				r->out->quota_resets_ms = seconds * 1000;
		} else {
			(void)scan_skip(s);
		}
	}
}

// cost-state's modelUsage: {model: {inputTokens: n, ...}}. Only the sum is taken here.
static void model_usage(struct scan *s, struct reading *r)
{
	struct scan_list models = {0};
	struct str model, key;
	int64_t sum = 0;
	while (scan_key(s, &models, &model)) {
		struct scan_list list = {0};
		while (scan_key(s, &list, &key)) {
			int64_t v = -1;
			if (str_ends(key, "Tokens"))
				message_count(s, r, INT64_C(1) << 50, &v);
			else
				(void)scan_skip(s);
			if (v > 0 && sum < INT64_C(1) << 55)
				sum += v;
		}
	}
	r->out->state_tok = sum;
}

static void one_string(struct scan *s, struct reading *r, const char *name, struct str *out)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, name))
			message_string(s, r, NAME_BYTES, out);
		else
			(void)scan_skip(s);
	}
}

static void worktree_session(struct scan *s, struct reading *r)
{
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "originalCwd"))
			message_string(s, r, PATH_BYTES, &r->out->worktree_original_cwd);
		else if (str_is(key, "worktreePath"))
			message_string(s, r, PATH_BYTES, &r->out->worktree_path);
		else if (str_is(key, "worktreeBranch"))
			message_string(s, r, NAME_BYTES, &r->out->worktree_branch);
		else if (str_is(key, "originalBranch"))
			message_string(s, r, NAME_BYTES, &r->out->worktree_original_branch);
		else
			(void)scan_skip(s);
	}
}

// system api_error lines: error is an object; elsewhere it is a word.
static void error_member(struct scan *s, struct reading *r)
{
	if (scan_peek(s) == SCAN_STRING) {
		message_string(s, r, NAME_BYTES, &r->out->api_error);
		return;
	}
	struct scan_list list = {0};
	struct str key;
	while (scan_key(s, &list, &key)) {
		if (str_is(key, "status"))
			message_count(s, r, 999, &r->out->api_status);
		else if (str_is(key, "type"))
			message_string(s, r, NAME_BYTES, &r->out->api_error);
		else
			(void)scan_skip(s);
	}
}

// Fields that are no plain strings. False: not one of them.
static bool odd_member(struct scan *s, struct reading *r, struct str key)
{
	struct line *l = r->out;
	if (str_is(key, "message"))
		message_read(s, r);
	else if (str_is(key, "timestamp"))
		message_time(s, r, &l->at_ms);
	else if (str_is(key, "isSidechain"))
		(void)scan_bool(s, &l->is_sidechain);
	else if (str_is(key, "isMeta"))
		(void)scan_bool(s, &l->is_meta);
	else if (str_is(key, "isCompactSummary"))
		(void)scan_bool(s, &l->is_compact_summary);
	else if (str_is(key, "isAbortedMidStream"))
		(void)scan_bool(s, &l->is_aborted);
	else if (str_is(key, "isApiErrorMessage"))
		(void)scan_bool(s, &l->is_api_error);
	else if (str_is(key, "toolUseResult"))
		message_tool_use_result(s, r);
	else if (str_is(key, "attachment"))
		message_attachment(s, r);
	else if (str_is(key, "error"))
		error_member(s, r);
	else if (str_is(key, "origin"))
		one_string(s, r, "kind", &l->origin_kind);
	else if (str_is(key, "apiErrorStatus"))
		message_count(s, r, 999, &l->api_status);
	else if (str_is(key, "retryAttempt"))
		message_count(s, r, 100000, &l->retry_attempt);
	else if (str_is(key, "quotaLimits"))
		quota_limits(s, r);
	else if (str_is(key, "compactMetadata"))
		compact_metadata(s, r);
	else if (str_is(key, "modelUsage"))
		model_usage(s, r);
	else if (str_is(key, "startTime"))
		message_count(s, r, INT64_C(1) << 50, &l->start_ms);
	else if (str_is(key, "prNumber"))
		message_count(s, r, INT32_MAX, &l->pr_number);
	else if (str_is(key, "params"))
		one_string(s, r, "model", &l->request_model);
	else if (str_is(key, "worktreeSession"))
		worktree_session(s, r);
	else if (str_is(key, "costUSD"))
		message_usd(s, r, &l->cost_pico);
	else
		return false;
	return true;
}

static void start(struct line *l)
{
	// everything but the block arrays, which are counted
	memset(l, 0, offsetof(struct line, steps));
	memset((char *)l + offsetof(struct line, n_tool_uses), 0,
		offsetof(struct line, tool_uses) - offsetof(struct line, n_tool_uses));
	memset((char *)l + offsetof(struct line, aborted_chars), 0,
		sizeof *l - offsetof(struct line, aborted_chars));
	l->cost_pico = -1;
	l->at_ms = l->aborted_chars = l->lines_added = l->lines_removed = -1;
	l->api_status = l->retry_attempt = l->quota_resets_ms = l->pre_tok = l->post_tok = -1;
	l->start_ms = -1;
}

// Leading blanks, NUL blocks (power loss) and a byte order mark.
static struct str skip_junk(struct str t)
{
	size_t i = 0;
	if (t.n >= 3 && memcmp(t.p, "\xef\xbb\xbf", 3) == 0)
		i = 3;
	while (i < t.n && (t.p[i] == '\0' || t.p[i] == ' ' || t.p[i] == '\t' || t.p[i] == '\r' ||
				  t.p[i] == '\n'))
		i++;
	return str_from(t, i);
}

bool transcript_read(struct str text, struct hash_key key, struct arena *a, struct line *out,
	struct str *rest, const char **bad_at)
{
	struct str t = skip_junk(text);
	*bad_at = t.p;
	if (!t.n || t.p[0] != '{')
		return false;
	start(out);
	struct reading r = {.out = out, .arena = a, .key = key};
	struct scan s = scan_begin(t);
	struct scan_list list = {0};
	struct str name;
	while (scan_key(&s, &list, &name)) {
		const struct field *f = find_field(name);
		if (f && scan_peek(&s) == SCAN_STRING)
			message_string(&s, &r, f->max_bytes,
				(struct str *)(void *)((char *)out + f->offset));
		else if (!odd_member(&s, &r, name))
			(void)scan_skip(&s);
	}
	if (s.is_bad) {
		*bad_at = s.bad_at;
		return false;
	}
	out->type = type_of(out->type_name);
	out->raw = (struct str){t.p, (size_t)(s.p - t.p)};
	message_finish(&r);
	*rest = skip_junk((struct str){s.p, (size_t)(s.end - s.p)});
	return true;
}

bool transcript_next(struct str *rest, struct hash_key key, struct arena *a, struct line *out,
	struct line_damage *damage)
{
	// A damaged line is tried again at each later `{"`, also behind a good record; the bound,
	// one for all attempts, keeps a hostile line linear.
	if (damage->line_bytes < rest->n)
		damage->line_bytes = rest->n;
	size_t budget = damage->line_bytes * 8 + 65536;
	struct str t = skip_junk(*rest);
	while (t.n) {
		const char *bad_at;
		if (t.p[0] == '{' && transcript_read(t, key, a, out, rest, &bad_at))
			return true;
		damage->is_damaged = true;
		damage->spent_bytes += t.p[0] == '{' ? (size_t)(bad_at - t.p) + 1 : 1;
		if (damage->spent_bytes > budget)
			break;
		size_t i = 1;
		while (i + 1 < t.n && !(t.p[i] == '{' && t.p[i + 1] == '"'))
			i++;
		t = i + 1 < t.n ? str_from(t, i) : STR_NONE;
	}
	*rest = STR_NONE;
	return false;
}
