-- What reports ask for that was not kept before. Who writes a table stands above it.

-- Work sessions (`ccl work`): query/edit.
CREATE TABLE work (
  id         INTEGER PRIMARY KEY,
  type       TEXT NOT NULL,       -- feature, bug, refactor, explore, research, other
  goal       TEXT NOT NULL,       -- the user's words, one line
  root       TEXT NOT NULL,       -- as project.root has it
  started_ms INTEGER NOT NULL,
  ended_ms   INTEGER,             -- NULL: it goes on
  lesson     TEXT                 -- the user's words; NULL: none
) STRICT;
CREATE UNIQUE INDEX work_open ON work(root) WHERE ended_ms IS NULL;

CREATE TABLE work_note (
  id      INTEGER PRIMARY KEY,
  work_id INTEGER NOT NULL REFERENCES work(id),
  at_ms   INTEGER NOT NULL,
  text    TEXT NOT NULL           -- the user's words, one line
) STRICT;
CREATE INDEX work_note_work ON work_note(work_id);

-- Tips that were dismissed: query/edit.
CREATE TABLE tip_dismissed (
  rule     TEXT PRIMARY KEY,      -- id of the rule, whether or not it still exists
  until_ms INTEGER NOT NULL       -- milliseconds since 1970 UTC: shown again from then on
) STRICT, WITHOUT ROWID;

-- Results of `claude -p` that were given to `ccl audit --result`: query/edit.
CREATE TABLE print_result (
  key             TEXT PRIMARY KEY,  -- its uuid: the same result given twice is one row
  session         TEXT NOT NULL,     -- session id; the session may be unknown here (--no-session-persistence)
  given_ms        INTEGER NOT NULL,  -- when it was given first
  line            TEXT NOT NULL,     -- {"total_cost_usd":..,"modelUsage":{..}}: USD and counts as they were written, nothing else of it
  subtype         TEXT,              -- success, error_max_turns, ...
  terminal_reason TEXT               -- completed, aborted_streaming, ...
) STRICT, WITHOUT ROWID;
CREATE INDEX print_result_session ON print_result(session);

-- What reports of tool calls read: ccl-hook.
-- Two more kinds of agents that Claude Code starts for itself (agent.overhead_id): they keep its memory.
INSERT OR IGNORE INTO name(text) SELECT substr(uid, 1, instr(uid, '-') - 1) FROM agent
WHERE uid GLOB 'aextract_memories-*' OR uid GLOB 'asession_memory-*';
UPDATE agent SET overhead_id = (SELECT id FROM name WHERE text = substr(agent.uid, 1, instr(agent.uid, '-') - 1))
WHERE uid GLOB 'aextract_memories-*' OR uid GLOB 'asession_memory-*';

-- What Claude Code itself said that a response cost: ccl-hook.
CREATE TABLE turn_reported (
  turn_id  INTEGER PRIMARY KEY REFERENCES turn(id),
  pico_usd INTEGER NOT NULL       -- costUSD of its lines (clients before 1.0.9), in pico-USD, rounded; the greatest
) STRICT;
