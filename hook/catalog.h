// SPDX-License-Identifier: MIT
// The things that many facts share (words, sessions, agents, folders, circumstances, price classes,
// prompts), each once in memory. Their row ids are found or made when a batch is stored; they are
// kept for the next batch. A catalog that grew large is dropped between batches.
#ifndef CCL_HOOK_CATALOG_H
#define CCL_HOOK_CATALOG_H

#include "arena.h"
#include "table.h"

struct file; // cursor.h

struct word {
	struct str text;
	int64_t id; // row of name; 0: not looked up yet
};

struct model_name {
	struct str text;
	int64_t id; // row of model
};

enum { SESSION_WORDS = 9 }; // entrypoint .. ci_branch, in the order of write_session

// Facts of a session that a batch adds to its row; STR_NONE and NULL add nothing.
struct session {
	struct str uid;
	int64_t id;
	uint64_t loaded_in;            // number of the batch in which its row was last read
	bool is_forgotten, is_checked; // the user had it deleted: nothing of it is stored
	bool is_changed;               // facts to write
	bool is_settling;              // owners of its shared messages must be decided again
	bool is_own_stale;             // first_own_ms must be computed again
	bool has_links;                // it is known to share messages with another one
	int64_t first_own_ms;          // -1: none
	int64_t first_cwd_ms;          // -1: none
	struct str first_cwd, original_cwd, worktree_path, request_session;
	struct word *entrypoint, *kind, *team, *agent_name, *config_dir, *worktree_branch;
	struct word *billing, *ci, *ci_branch;
	int64_t ci_pr_number;
	const struct file *title_file; // read in this batch
	int64_t title_offset_bytes;
	bool is_custom_title;
	// what the row had when it was read
	int64_t row_first_cwd_ms;
	bool has_word[SESSION_WORDS];
	bool has_new_place; // original_cwd or worktree_path were said in this batch
	struct session *next_changed;
};

struct agent {
	struct session *session;
	struct str uid;
	int64_t id;
	bool is_changed;
	struct word *meta_type, *attr_type, *call_type, *model, *overhead;
	struct str parent_uid;
	uint64_t call_hash; // 0: unknown
	int64_t depth;      // -1: unknown
	struct agent *next_changed;
};

struct workdir {
	struct session *session;
	struct str path;
	int64_t id;
};

struct origin {
	struct session *session;
	struct agent *agent;     // NULL: the main loop
	struct workdir *workdir; // NULL: no cwd
	struct word *branch, *version, *entrypoint, *effort;
	struct word *skill, *plugin, *attr_agent, *mcp_server, *mcp_tool, *slug;
	int64_t id;
};

struct price_class {
	struct model_name *model, *partner;
	struct word *requested, *tier, *speed, *geo;
	int64_t above_tok;
	int64_t id;
};

struct prompt {
	struct str uid;
	int64_t id;
	bool is_changed;
	struct str uuid;
	struct session *session;
	int64_t at_ms; // -1: unknown
	bool is_prompt;
	struct word *source, *origin, *mode;
	int64_t chars;
	uint64_t text_hash;
	const struct file *file; // read in this batch
	int64_t offset_bytes;
	struct prompt *next_changed;
};

struct catalog {
	struct arena arena;
	struct table words, models, sessions, agents, workdirs, origins, classes, prompts;
	struct table class_ids; // classes by row id
	// what a batch has changed, to be written
	struct session *changed_sessions;
	struct agent *changed_agents;
	struct prompt *changed_prompts;
};

// STR_NONE gives NULL. Texts are copied.
struct word *catalog_word(struct catalog *c, struct str text);
struct model_name *catalog_model(struct catalog *c, struct str text);
struct session *catalog_session(struct catalog *c, struct str uid);
struct agent *catalog_agent(struct catalog *c, struct session *s, struct str uid);
struct workdir *catalog_workdir(struct catalog *c, struct session *s, struct str path);
struct prompt *catalog_prompt(struct catalog *c, struct str uid);
// *key's id is not looked at; a copy is kept.
struct origin *catalog_origin(struct catalog *c, const struct origin *key);
struct price_class *catalog_class(struct catalog *c, const struct price_class *key);

// Puts it on the list of what store_changes has to write.
void catalog_change_session(struct catalog *c, struct session *s);
void catalog_change_agent(struct catalog *c, struct agent *a);
void catalog_change_prompt(struct catalog *c, struct prompt *p);

void catalog_free(struct catalog *c); // also the way to forget ids after a rollback

#endif
