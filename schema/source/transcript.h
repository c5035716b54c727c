// SPDX-License-Identifier: MIT
// One line of a Claude Code transcript -> facts. No SQLite, no files.
//
// The format is nobody's contract: any field may be missing, null or of another type, keys come in
// any order, unknown line types are LINE_OTHER. Measured on clients 1.0.124 to 2.1.330.
#ifndef CCL_SOURCE_TRANSCRIPT_H
#define CCL_SOURCE_TRANSCRIPT_H

#include "arena.h"
#include "hash.h"
#include "scan.h"

// A token field that is no integer from 0 to this counts as absent: a sum over every turn ever
// made, times any rate, then fits in 64 bits.
#define TRANSCRIPT_MAX_TOK INT64_C(10000000)

// Nor is a response dearer than a thousand dollars.
#define TRANSCRIPT_MAX_USD_PICO INT64_C(1000000000000000)

enum line_type {
	LINE_OTHER,
	LINE_ASSISTANT,
	LINE_USER,
	LINE_SYSTEM,
	LINE_ATTACHMENT,
	LINE_COST_STATE,
	LINE_PR_LINK,
	LINE_API_REQUEST,
	LINE_WORKTREE_STATE,
	LINE_TITLE,        // ai-title, summary
	LINE_CUSTOM_TITLE, // custom-title: the user's own word, wins over LINE_TITLE
	LINE_AGENT_NAME,
};

// Token counts as the line has them; -1 is absent.
struct line_usage {
	bool is_present;
	int64_t input_tok, output_tok, thinking_tok;
	int64_t cache_write_tok, cache_5m_tok, cache_1h_tok; // flat total and its split
	int64_t cache_read_tok;
	int64_t n_web_search, n_web_fetch;
	struct str service_tier, speed, geo;
};

// A step inside a response that the top level does not count: `advisor_message`, `compaction`.
struct line_step {
	bool is_advisor; // else a compaction
	struct str model;
	struct line_usage usage;
};

struct line_tool_use {
	struct str id, name;
	struct str target;  // file, skill or agent type that the input names; else STR_NONE
	struct str command; // the text of a Bash command, for shell.h; never stored
	int64_t input_bytes;
	uint64_t input_hash; // keyed; the order of the members does not matter
};

struct line_tool_result {
	struct str id;
	bool is_error;
	int64_t result_bytes;
	uint64_t result_hash; // keyed, of its first 4 KiB
	uint64_t error_hash;  // keyed, of its first line; 0 if it is no error
	struct str text_raw;  // still escaped, to look for a pull request's URL; never stored
};

enum line_git_action { GIT_NO_ACTION, GIT_PR_CREATED, GIT_PR_MERGED, GIT_PR_OTHER, GIT_PUSHED };

enum { LINE_MAX_BLOCKS = 64, LINE_MAX_STEPS = 16 };

// Every str is decoded and lives as long as the line and the arena do.
struct line {
	enum line_type type;
	bool is_sidechain, is_meta, is_compact_summary, is_aborted, is_api_error;
	int64_t at_ms; // -1: no timestamp
	struct str type_name, subtype, uuid, session, cwd, git_branch, version, entrypoint, agent;
	struct str request, request_session, request_ref, requested_model, effort;
	struct str prompt, prompt_source, turn_origin, origin_kind, permission_mode;
	struct str session_kind, team, agent_name, slug;
	struct str attr_skill, attr_plugin, attr_agent, attr_mcp_server, attr_mcp_tool;

	// message
	struct str message, model, stop_reason, cache_miss_reason;
	struct line_usage usage;
	size_t n_steps;
	struct line_step steps[LINE_MAX_STEPS];
	size_t n_tool_uses, n_tool_results;
	struct line_tool_use tool_uses[LINE_MAX_BLOCKS];
	struct line_tool_result tool_results[LINE_MAX_BLOCKS];
	int64_t aborted_chars; // text streamed before an abort, UTF-16 units; -1 if not aborted
	int64_t cost_pico;     // costUSD, which clients before 1.0.9 wrote, rounded; -1: absent

	// a user line's or a queued command's text
	bool is_prompt;       // its text is neither a tool's result nor an envelope of the client
	struct str text_raw;  // still escaped: for the hash and the length
	int64_t prompt_chars; // UTF-16 units
	uint64_t prompt_hash; // keyed

	// toolUseResult
	struct str result_agent;            // the agent that an Agent call started
	int64_t lines_added, lines_removed; // -1: not an edit
	enum line_git_action git_action;
	int64_t pr_number; // 0: none; also of a pr-link line
	struct str pr_url, pr_repo, push_branch;

	// errors and limits
	struct str api_error;
	int64_t api_status, retry_attempt; // -1: absent
	struct str quota_type, quota_status;
	int64_t quota_resets_ms; // -1: absent
	bool is_overage;

	// system compact_boundary
	struct str trigger;
	int64_t pre_tok, post_tok; // -1: absent

	// cost-state
	int64_t start_ms, state_tok; // state_tok: sum of all its token counts, to compare two lines
	struct str raw;              // the line itself

	// api-request
	struct str api_request, query_source, request_model;

	// worktree-state
	struct str worktree_original_cwd, worktree_path, worktree_branch, worktree_original_branch;

	uint32_t n_bad_numbers; // fields that should have held a count and did not
};

// Reads the record at the start of `text` (which may have blanks, NULs or a BOM before it). On
// success *out holds its facts and *rest what follows it, empty at a good line's end. False: no
// JSON object stands there; *bad_at then says where reading stopped.
bool transcript_read(struct str text, struct hash_key key, struct arena *a, struct line *out,
	struct str *rest, const char **bad_at);

// What was passed over in a line: zero-initialise for each.
struct line_damage {
	bool is_damaged;
	size_t line_bytes, spent_bytes; // of the line, and of all vain attempts to read on
};

// The records of one line of a file, also of a damaged one: glued records, NUL blocks, cut ones.
// Start with *rest = the line; call until false.
bool transcript_next(struct str *rest, struct hash_key key, struct arena *a, struct line *out,
	struct line_damage *damage);

#endif
