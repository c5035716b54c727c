-- The ledger, version 1. Times are milliseconds since 1970 UTC (_ms), counts of tokens end in _tok,
-- 64-bit keyed hashes in _hash (SipHash with meta.hash_key; never exported).
-- Written by ccl-hook alone, but for: ignored_path, forgotten, setting and price rows of source 'user'
-- (query/edit).

CREATE TABLE meta (              -- written by ledger.c when the file is made or migrated
  key   TEXT PRIMARY KEY,        -- hash_key, price_digest, created_ms
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (           -- query/edit: what the user decided
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ignored_path (      -- query/edit: nothing below these folders is stored
  path  TEXT PRIMARY KEY         -- absolute, without a slash at its end
) STRICT, WITHOUT ROWID;

CREATE TABLE forgotten (         -- query/edit: sessions that must not come back
  session_hash INTEGER PRIMARY KEY -- keyed hash of the session id
) STRICT;

-- Words that repeat: branches, tools, files, versions, ...
CREATE TABLE name (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE model (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE, -- as Claude Code wrote it
  priced_as   TEXT,                 -- the normalised id that a price row is looked up by; NULL: none
  is_regional INTEGER NOT NULL      -- 1: a regional endpoint of Bedrock or Vertex by its prefix
) STRICT;

CREATE TABLE project (
  id   INTEGER PRIMARY KEY,
  root TEXT NOT NULL UNIQUE,        -- main working tree, or the folder outside git
  name TEXT NOT NULL,               -- last component of root
  repo TEXT                         -- host/owner/name of the remote; NULL: none known
) STRICT;

CREATE TABLE session (
  id                INTEGER PRIMARY KEY,
  uid               TEXT NOT NULL UNIQUE, -- sessionId
  first_own_ms      INTEGER,      -- first turn that stands in this session alone; NULL: none
  own_slug_id       INTEGER REFERENCES name(id), -- slug of that turn
  entrypoint_id     INTEGER REFERENCES name(id), -- cli, sdk-cli, claude-vscode, ...
  kind_id           INTEGER REFERENCES name(id), -- bg; NULL: an ordinary session
  team_id           INTEGER REFERENCES name(id),
  agent_name_id     INTEGER REFERENCES name(id), -- of a team member
  config_dir_id     INTEGER REFERENCES name(id), -- Claude Code's folder that holds the transcript
  first_cwd         TEXT,         -- cwd of the session's earliest line
  first_cwd_ms      INTEGER,
  original_cwd      TEXT,         -- of its worktree-state line
  worktree_path     TEXT,
  worktree_branch_id INTEGER REFERENCES name(id),
  request_session   TEXT,         -- requestSessionId: the session that this one was forked from
  title_file_id     INTEGER,      -- where its title stands; the text itself is not stored
  title_offset_bytes INTEGER,
  is_custom_title   INTEGER NOT NULL DEFAULT 0,
  billing_id        INTEGER REFERENCES name(id), -- api-key, bedrock, vertex, foundry, oauth-token; by names of variables
  ci_id             INTEGER REFERENCES name(id), -- github, gitlab, ...
  ci_pr_number      INTEGER,
  ci_branch_id      INTEGER REFERENCES name(id)
) STRICT;

-- Two sessions that hold the same message (fork, resume of old clients).
CREATE TABLE session_link (
  session_id INTEGER NOT NULL REFERENCES session(id),
  other_id   INTEGER NOT NULL REFERENCES session(id), -- both directions are stored
  PRIMARY KEY (session_id, other_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE workdir (            -- a folder that a session worked in
  id         INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES session(id),
  path       TEXT NOT NULL,       -- cwd as the transcript has it
  project_id INTEGER NOT NULL REFERENCES project(id),
  how        TEXT NOT NULL,       -- git, plain (exists, no repository), missing: decided once
  UNIQUE (session_id, path)
) STRICT;

CREATE TABLE agent (              -- one run of a subagent
  id            INTEGER PRIMARY KEY,
  session_id    INTEGER NOT NULL REFERENCES session(id),
  uid           TEXT NOT NULL,    -- agentId
  meta_type_id  INTEGER REFERENCES name(id), -- agentType of its meta file
  attr_type_id  INTEGER REFERENCES name(id), -- attributionAgent of its lines
  call_type_id  INTEGER REFERENCES name(id), -- subagent_type of the call that started it
  call_hash     INTEGER,          -- tool_call.key_hash of that call
  parent_uid    TEXT,             -- agentId of the agent that started it; NULL: the main loop
  depth         INTEGER,          -- spawnDepth
  model_id      INTEGER REFERENCES name(id), -- model asked for in the meta file
  overhead_id   INTEGER REFERENCES name(id), -- acompact, aprompt_suggestion, aside_question; NULL: work
  UNIQUE (session_id, uid)
) STRICT;

CREATE TABLE source_file (        -- a transcript and how far it was read
  id            INTEGER PRIMARY KEY,
  device        INTEGER NOT NULL, -- a cursor belongs to the file; the path is only its name
  inode         INTEGER NOT NULL,
  path          TEXT NOT NULL,
  offset_bytes  INTEGER NOT NULL, -- read up to here, always behind a newline
  size_bytes    INTEGER NOT NULL, -- when it was last read to its end; offset_bytes before that
  head_bytes    INTEGER NOT NULL, -- how many first bytes head_hash covers, at most 4096
  head_hash     INTEGER NOT NULL,
  prompt_id     INTEGER,          -- the prompt that the next turn of this file belongs to
  is_open       INTEGER NOT NULL, -- 1: its last conversation line is not the end of an answer
  in_long_line  INTEGER NOT NULL, -- 1: offset_bytes is within a line that is too long
  is_ignored    INTEGER NOT NULL, -- 1: its last line with a folder lay in an ignored one
  read_ms       INTEGER NOT NULL, -- when it was last read
  bad_lines     INTEGER NOT NULL DEFAULT 0, -- damaged: passed over, wholly or in part
  long_lines    INTEGER NOT NULL DEFAULT 0, -- above 8 MiB: passed over
  bad_numbers   INTEGER NOT NULL DEFAULT 0, -- counts that were no count
  UNIQUE (device, inode)
) STRICT;
CREATE INDEX source_file_path ON source_file(path);

CREATE TABLE prompt (
  id           INTEGER PRIMARY KEY,
  uid          TEXT NOT NULL UNIQUE, -- promptId, else the uuid of its line
  uuid         TEXT,              -- of its line; NULL: only mentioned so far
  session_id   INTEGER REFERENCES session(id),
  at_ms        INTEGER,
  is_prompt    INTEGER NOT NULL DEFAULT 0, -- typed by a human, or sdk; 0: a notification, a command, ...
  source_id    INTEGER REFERENCES name(id), -- promptSource
  origin_id    INTEGER REFERENCES name(id), -- origin.kind, else turnOrigin
  mode_id      INTEGER REFERENCES name(id), -- permissionMode
  chars        INTEGER,           -- UTF-16 units
  text_hash    INTEGER,
  file_id      INTEGER REFERENCES source_file(id), -- where its text stands
  offset_bytes INTEGER
) STRICT;
CREATE INDEX prompt_at ON prompt(at_ms) WHERE is_prompt = 1;

-- Circumstances that many turns share.
CREATE TABLE origin (
  id            INTEGER PRIMARY KEY,
  key_hash      INTEGER NOT NULL UNIQUE, -- of all other columns, not keyed
  session_id    INTEGER NOT NULL REFERENCES session(id),
  agent_id      INTEGER REFERENCES agent(id),   -- NULL: the main loop
  workdir_id    INTEGER REFERENCES workdir(id),
  branch_id     INTEGER REFERENCES name(id),    -- gitBranch; NULL: empty or HEAD
  version_id    INTEGER REFERENCES name(id),    -- of the client
  entrypoint_id INTEGER REFERENCES name(id),
  effort_id     INTEGER REFERENCES name(id),
  skill_id      INTEGER REFERENCES name(id),    -- attributionSkill
  plugin_id     INTEGER REFERENCES name(id),    -- attributionPlugin
  attr_agent_id INTEGER REFERENCES name(id),    -- attributionAgent
  mcp_server_id INTEGER REFERENCES name(id),    -- attributionMcpServer
  mcp_tool_id   INTEGER REFERENCES name(id),    -- attributionMcpTool
  slug_id       INTEGER REFERENCES name(id)     -- nickname of the session that the line was written in
) STRICT;
CREATE INDEX origin_session ON origin(session_id);

-- What decides the price of a response, but for its date.
CREATE TABLE class (
  id            INTEGER PRIMARY KEY,
  key_hash      INTEGER NOT NULL UNIQUE, -- of all other columns, not keyed
  model_id      INTEGER NOT NULL REFERENCES model(id), -- the model that answered
  partner_id    INTEGER REFERENCES model(id), -- of its steps (or, for a step, of its turn): both need a price
  requested_id  INTEGER REFERENCES name(id),  -- requestedModel, for audit
  tier_id       INTEGER REFERENCES name(id),  -- service_tier
  speed_id      INTEGER REFERENCES name(id),
  geo_id        INTEGER REFERENCES name(id),  -- inference_geo
  above_tok     INTEGER NOT NULL  -- the prompt was larger than this: 0, 100000, 200000
) STRICT;

CREATE TABLE turn (               -- one billed API response; never money
  id            INTEGER PRIMARY KEY,
  key           TEXT NOT NULL UNIQUE, -- message id, else request id, else uuid; id+request where ids repeat
  at_ms         INTEGER NOT NULL, -- its first line
  origin_id     INTEGER NOT NULL REFERENCES origin(id),
  class_id      INTEGER NOT NULL REFERENCES class(id),
  prompt_id     INTEGER REFERENCES prompt(id),
  input_tok     INTEGER,          -- not cached
  output_tok    INTEGER,          -- thinking included
  cache_write_tok INTEGER,        -- flat total as written; the split below may be missing
  cache_5m_tok  INTEGER,
  cache_1h_tok  INTEGER,
  cache_read_tok INTEGER,
  thinking_tok  INTEGER,
  n_web_search  INTEGER,
  n_web_fetch   INTEGER,
  request_id    TEXT,
  stop_id       INTEGER REFERENCES name(id), -- stop_reason
  cache_miss_id INTEGER REFERENCES name(id), -- diagnostics.cache_miss_reason.type
  is_sidechain  INTEGER NOT NULL,
  is_foreign    INTEGER NOT NULL, -- 1: requestSessionId names another session
  is_output_final INTEGER NOT NULL, -- a line with a stop_reason was seen
  aborted_chars INTEGER           -- characters streamed before an abort; NULL: not aborted
) STRICT;
CREATE INDEX turn_at ON turn(at_ms);
CREATE INDEX turn_origin ON turn(origin_id);

CREATE TABLE turn_copy (          -- the same message seen in a session that does not own it
  turn_id      INTEGER NOT NULL REFERENCES turn(id),
  session_id   INTEGER NOT NULL REFERENCES session(id),
  origin_id    INTEGER NOT NULL REFERENCES origin(id),
  at_ms        INTEGER NOT NULL,
  is_sidechain INTEGER NOT NULL,
  is_foreign   INTEGER NOT NULL,
  PRIMARY KEY (turn_id, session_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_copy_session ON turn_copy(session_id);

CREATE TABLE turn_step (          -- advisor and compaction steps inside a response
  turn_id       INTEGER NOT NULL REFERENCES turn(id),
  n             INTEGER NOT NULL, -- position among the steps kept
  is_advisor    INTEGER NOT NULL, -- 0: a compaction
  class_id      INTEGER NOT NULL REFERENCES class(id),
  input_tok     INTEGER NOT NULL,
  output_tok    INTEGER NOT NULL,
  cache_5m_tok  INTEGER NOT NULL,
  cache_1h_tok  INTEGER NOT NULL,
  cache_read_tok INTEGER NOT NULL,
  PRIMARY KEY (turn_id, n)
) STRICT, WITHOUT ROWID;

-- Tokens per quarter hour x origin x class, a pure function of turn, turn_step and tool_call;
-- written in the transaction that changes them.
CREATE TABLE rollup (
  quarter        INTEGER NOT NULL, -- at_ms / 900000
  origin_id      INTEGER NOT NULL REFERENCES origin(id),
  class_id       INTEGER NOT NULL REFERENCES class(id),
  turns          INTEGER NOT NULL, -- 0 in a row of steps
  steps          INTEGER NOT NULL,
  input_tok      INTEGER NOT NULL,
  output_tok     INTEGER NOT NULL,
  cache_5m_tok   INTEGER NOT NULL, -- split derived: what is not 1 h is 5 m
  cache_1h_tok   INTEGER NOT NULL,
  cache_read_tok INTEGER NOT NULL,
  web_searches   INTEGER NOT NULL,
  aborted        INTEGER NOT NULL, -- turns cut off in mid stream
  first_ms       INTEGER NOT NULL, -- of its turns
  last_ms        INTEGER NOT NULL,
  PRIMARY KEY (quarter, origin_id, class_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tool_call (
  id            INTEGER PRIMARY KEY,
  key_hash      INTEGER NOT NULL, -- keyed hash of its id; unique within a turn, and among the open ones
  turn_id       INTEGER REFERENCES turn(id), -- NULL: only its result was seen
  name_id       INTEGER REFERENCES name(id),
  target_id     INTEGER REFERENCES name(id), -- file, skill, agent type; of Bash the program and subcommand
  input_bytes   INTEGER,
  input_hash    INTEGER,
  result_bytes  INTEGER,          -- NULL: no result seen
  result_hash   INTEGER,          -- of its first 4 KiB
  error_hash    INTEGER,          -- of its first line; NULL: no error
  lines_added   INTEGER,
  lines_removed INTEGER
) STRICT;
CREATE INDEX tool_call_turn ON tool_call(turn_id);
-- where a result finds its call; nearly all calls are soon complete and leave it
CREATE INDEX tool_call_open ON tool_call(key_hash) WHERE result_bytes IS NULL OR turn_id IS NULL;

CREATE TABLE tool_rollup (        -- calls per session and tool; a pure function of tool_call
  session_id INTEGER NOT NULL REFERENCES session(id),
  name_id    INTEGER NOT NULL REFERENCES name(id),
  calls      INTEGER NOT NULL,
  PRIMARY KEY (session_id, name_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE compaction (
  uuid       TEXT PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES session(id),
  at_ms      INTEGER,
  trigger_id INTEGER REFERENCES name(id), -- auto, manual
  pre_tok    INTEGER,
  post_tok   INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE api_error (          -- costs nothing, but shows a storm
  uuid          TEXT PRIMARY KEY,
  session_id    INTEGER NOT NULL REFERENCES session(id),
  agent_id      INTEGER REFERENCES agent(id),
  at_ms         INTEGER,
  error_id      INTEGER REFERENCES name(id), -- rate_limit, server_error, ...
  status        INTEGER,          -- HTTP
  retry_attempt INTEGER           -- NULL: the final failure
) STRICT, WITHOUT ROWID;

CREATE TABLE quota_limit (        -- a subscription limit that was hit
  uuid       TEXT PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES session(id),
  at_ms      INTEGER,
  type_id    INTEGER REFERENCES name(id), -- five_hour, seven_day, ...
  status_id  INTEGER REFERENCES name(id),
  resets_ms  INTEGER,
  is_overage INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE open_request (       -- api-request lines that no answer has pointed back to
  key_hash   INTEGER PRIMARY KEY, -- keyed hash of its id
  session_id INTEGER NOT NULL REFERENCES session(id),
  agent_id   INTEGER REFERENCES agent(id),
  at_ms      INTEGER,
  source_id  INTEGER REFERENCES name(id), -- querySource
  model_id   INTEGER REFERENCES model(id)
) STRICT;

CREATE TABLE cost_state (         -- Claude Code's own meter, greatest line per process
  session_id INTEGER NOT NULL REFERENCES session(id),
  start_ms   INTEGER NOT NULL,    -- startTime of the process
  total_tok  INTEGER NOT NULL,    -- sum of its token counts: which of two lines is greater
  line       TEXT NOT NULL,       -- as it was written
  PRIMARY KEY (session_id, start_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE pr_hint (            -- what was seen about a pull request; append-only evidence
  id         INTEGER PRIMARY KEY,
  uuid       TEXT NOT NULL UNIQUE, -- of the line and kind it was read from
  session_id INTEGER REFERENCES session(id),
  agent_id   INTEGER REFERENCES agent(id),
  at_ms      INTEGER,
  source     TEXT NOT NULL,       -- pr-link, gitOperation, command, push-output, config, ci, reflog
  verb       TEXT NOT NULL,       -- created, merged, pushed, viewed, checkout, review, diff, ...
  repo       TEXT,                -- host/owner/name, or owner/name where no host was seen
  number     INTEGER,
  branch_id  INTEGER REFERENCES name(id),
  call_hash  INTEGER              -- tool_call.key_hash it came from
) STRICT;
CREATE INDEX pr_hint_session ON pr_hint(session_id);

CREATE TABLE worktree (           -- a git working tree that was seen
  id           INTEGER PRIMARY KEY,
  git_dir      TEXT NOT NULL UNIQUE,
  project_id   INTEGER NOT NULL REFERENCES project(id),
  path         TEXT NOT NULL,     -- its top folder
  reflog_bytes INTEGER NOT NULL DEFAULT 0, -- logs/HEAD was read up to here
  reflog_inode INTEGER NOT NULL DEFAULT 0,
  default_branch_id INTEGER REFERENCES name(id)
) STRICT;

CREATE TABLE git_obs (            -- HEAD as the hook found it; only changes are stored
  id          INTEGER PRIMARY KEY,
  worktree_id INTEGER NOT NULL REFERENCES worktree(id),
  session_id  INTEGER REFERENCES session(id),
  at_ms       INTEGER NOT NULL,
  kind        TEXT NOT NULL,      -- branch, detached, reftable
  operation   TEXT,               -- rebase, bisect
  branch_id   INTEGER REFERENCES name(id),
  sha         TEXT
) STRICT;
CREATE INDEX git_obs_worktree ON git_obs(worktree_id, at_ms);

CREATE TABLE git_move (           -- a line of the reflog; never a commit's subject
  worktree_id INTEGER NOT NULL REFERENCES worktree(id),
  at_ms       INTEGER NOT NULL,   -- to the second
  old_sha     TEXT NOT NULL,
  new_sha     TEXT NOT NULL,
  kind        TEXT NOT NULL,      -- checkout, commit, amend, rename, reset, ...
  from_id     INTEGER REFERENCES name(id), -- branch, of checkout and rename
  to_id       INTEGER REFERENCES name(id),
  pr_number   INTEGER,            -- that a merge or squash subject ended in
  PRIMARY KEY (worktree_id, at_ms, old_sha, new_sha, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE hook_run (           -- for doctor
  event   TEXT PRIMARY KEY,
  runs    INTEGER NOT NULL,
  last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE price (              -- USD per million tokens, in millionths: tokens x rate is pico-USD
  model          TEXT NOT NULL,   -- normalised id
  source         TEXT NOT NULL,   -- builtin (prices.tsv), user (query/edit; wins)
  valid_from_ms  INTEGER NOT NULL, -- inclusive
  valid_until_ms INTEGER NOT NULL, -- exclusive
  above_tok      INTEGER NOT NULL, -- for prompts larger than this: 0, 100000, 200000
  input_rate     INTEGER NOT NULL,
  output_rate    INTEGER NOT NULL,
  cache_5m_rate  INTEGER NOT NULL,
  cache_1h_rate  INTEGER NOT NULL,
  cache_read_rate INTEGER NOT NULL,
  fast_num INTEGER, fast_den INTEGER, -- factor of speed "fast"; NULL: not sold, such turns have no price
  geo_num INTEGER NOT NULL, geo_den INTEGER NOT NULL,           -- of inference_geo "us"
  regional_num INTEGER NOT NULL, regional_den INTEGER NOT NULL, -- of regional endpoints
  batch_num INTEGER NOT NULL, batch_den INTEGER NOT NULL,       -- of service_tier "batch"
  web_search_rate INTEGER NOT NULL, -- pico-USD per request
  PRIMARY KEY (model, source, valid_from_ms, above_tok)
) STRICT, WITHOUT ROWID;
