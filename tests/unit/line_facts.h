// SPDX-License-Identifier: MIT
// What a line of a transcript said, as words: only what it said, in one order. Two lines that must
// give the same facts must give the same words.
#ifndef CCL_TESTS_UNIT_LINE_FACTS_H
#define CCL_TESTS_UNIT_LINE_FACTS_H

#include "buf.h"
#include "clock.h"
#include "transcript.h"

static inline void facts_str(struct buf *b, const char *name, struct str s)
{
	if (s.p)
		buf_printf(b, " %s=%.*s", name, STR_ARG(s));
}

static inline void facts_num(struct buf *b, const char *name, int64_t v, int64_t absent)
{
	if (v != absent)
		buf_printf(b, " %s=%lld", name, (long long)v);
}

static inline void facts_bool(struct buf *b, const char *name, bool v)
{
	if (v)
		buf_printf(b, " %s", name);
}

static inline void facts_usage(struct buf *b, const struct line_usage *u)
{
	facts_num(b, "in", u->input_tok, -1);
	facts_num(b, "out", u->output_tok, -1);
	facts_num(b, "think", u->thinking_tok, -1);
	facts_num(b, "write", u->cache_write_tok, -1);
	facts_num(b, "5m", u->cache_5m_tok, -1);
	facts_num(b, "1h", u->cache_1h_tok, -1);
	facts_num(b, "read", u->cache_read_tok, -1);
	facts_num(b, "search", u->n_web_search, -1);
	facts_num(b, "fetch", u->n_web_fetch, -1);
	facts_str(b, "tier", u->service_tier);
	facts_str(b, "speed", u->speed);
	facts_str(b, "geo", u->geo);
}

static inline void facts_blocks(struct buf *b, const struct line *l, bool with_hashes)
{
	for (size_t i = 0; i < l->n_steps; i++) {
		buf_printf(b, " %s{", l->steps[i].is_advisor ? "advisor" : "compaction");
		facts_str(b, "model", l->steps[i].model);
		facts_usage(b, &l->steps[i].usage);
		buf_addz(b, " }");
	}
	for (size_t i = 0; i < l->n_tool_uses; i++) {
		const struct line_tool_use *t = &l->tool_uses[i];
		buf_addz(b, " use{");
		facts_str(b, "id", t->id);
		facts_str(b, "name", t->name);
		facts_str(b, "target", t->target);
		facts_str(b, "command", t->command);
		facts_num(b, "bytes", t->input_bytes, 0);
		if (with_hashes)
			buf_printf(b, " hash=%llx", (unsigned long long)t->input_hash);
		buf_addz(b, " }");
	}
	for (size_t i = 0; i < l->n_tool_results; i++) {
		const struct line_tool_result *t = &l->tool_results[i];
		buf_addz(b, " result{");
		facts_str(b, "id", t->id);
		facts_bool(b, "error", t->is_error);
		facts_num(b, "bytes", t->result_bytes, 0);
		facts_str(b, "text", t->text_raw);
		if (with_hashes)
			buf_printf(b, " hash=%llx,%llx", (unsigned long long)t->result_hash,
				(unsigned long long)t->error_hash);
		buf_addz(b, " }");
	}
}

static inline void facts_envelope(struct buf *b, const struct line *l)
{
	static const char *types[] = {"other", "assistant", "user", "system", "attachment",
		"cost-state", "pr-link", "api-request", "worktree-state", "title", "custom-title",
		"agent-name"};
	buf_addz(b, types[l->type]);
	if (l->at_ms != -1) {
		char at[CLOCK_ISO_BYTES];
		clock_format_iso(l->at_ms, at);
		buf_printf(b, " at=%s", at);
	}
	const struct {
		const char *name;
		struct str value;
	} words[] = {{"uuid", l->uuid}, {"session", l->session}, {"cwd", l->cwd},
		{"branch", l->git_branch}, {"version", l->version}, {"entry", l->entrypoint},
		{"agent", l->agent}, {"request", l->request},
		{"request_session", l->request_session}, {"ref", l->request_ref},
		{"requested", l->requested_model}, {"effort", l->effort}, {"prompt", l->prompt},
		{"source", l->prompt_source}, {"turn_origin", l->turn_origin},
		{"origin", l->origin_kind}, {"permission", l->permission_mode},
		{"kind", l->session_kind}, {"team", l->team}, {"agent_name", l->agent_name},
		{"skill", l->attr_skill}, {"plugin", l->attr_plugin}, {"attr_agent", l->attr_agent},
		{"mcp", l->attr_mcp_server}, {"mcp_tool", l->attr_mcp_tool},
		{"subtype", l->subtype}, {"id", l->message}, {"model", l->model},
		{"stop", l->stop_reason}, {"miss", l->cache_miss_reason}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		facts_str(b, words[i].name, words[i].value);
	facts_bool(b, "sidechain", l->is_sidechain);
	facts_bool(b, "meta", l->is_meta);
	facts_bool(b, "compact_summary", l->is_compact_summary);
	facts_bool(b, "aborted", l->is_aborted);
	facts_bool(b, "api_error", l->is_api_error);
}

static inline void facts_rest(struct buf *b, const struct line *l)
{
	static const char *actions[] = {"", "pr-created", "pr-merged", "pr-other", "pushed"};
	facts_num(b, "chars", l->aborted_chars, -1);
	facts_num(b, "cost", l->cost_pico, -1);
	facts_bool(b, "is_prompt", l->is_prompt);
	facts_num(b, "prompt_chars", l->prompt_chars, 0);
	facts_str(b, "started", l->result_agent);
	facts_num(b, "added", l->lines_added, -1);
	facts_num(b, "removed", l->lines_removed, -1);
	if (l->git_action)
		buf_printf(b, " git=%s", actions[l->git_action]);
	facts_num(b, "pr", l->pr_number, 0);
	facts_str(b, "url", l->pr_url);
	facts_str(b, "repo", l->pr_repo);
	facts_str(b, "push", l->push_branch);
	facts_str(b, "error", l->api_error);
	facts_num(b, "status", l->api_status, -1);
	facts_num(b, "attempt", l->retry_attempt, -1);
	facts_str(b, "quota", l->quota_type);
	facts_str(b, "quota_status", l->quota_status);
	facts_num(b, "resets", l->quota_resets_ms, -1);
	facts_bool(b, "overage", l->is_overage);
	facts_str(b, "trigger", l->trigger);
	facts_num(b, "pre", l->pre_tok, -1);
	facts_num(b, "post", l->post_tok, -1);
	facts_num(b, "start", l->start_ms, -1);
	facts_num(b, "state", l->state_tok, 0);
	facts_str(b, "api_request", l->api_request);
	facts_str(b, "query", l->query_source);
	facts_str(b, "request_model", l->request_model);
	facts_str(b, "wt_cwd", l->worktree_original_cwd);
	facts_str(b, "wt_path", l->worktree_path);
	facts_str(b, "wt_branch", l->worktree_branch);
	facts_str(b, "wt_from", l->worktree_original_branch);
	facts_num(b, "bad", l->n_bad_numbers, 0);
}

static inline void facts_of(struct buf *b, const struct line *l, bool with_hashes)
{
	facts_envelope(b, l);
	if (l->usage.is_present) {
		buf_addz(b, " usage{");
		facts_usage(b, &l->usage);
		buf_addz(b, " }");
	}
	facts_blocks(b, l, with_hashes);
	facts_rest(b, l);
	if (with_hashes)
		buf_printf(b, " prompt_hash=%llx", (unsigned long long)l->prompt_hash);
}

#endif
