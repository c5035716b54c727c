-- Turns are found by a hash of their key. Lines without a time, and lines that several sessions hold.

CREATE TABLE turn_2 (             -- one billed API response; never money
  id            INTEGER PRIMARY KEY,
  key           TEXT NOT NULL,    -- message id, else request id, else uuid; id+request where ids repeat
  key_hash      INTEGER NOT NULL, -- of key, 48 bits; where another key has it, the next free number
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
-- turn_hash() is migrate.c's: it gives no number twice
INSERT INTO turn_2 SELECT id, key, turn_hash(key), at_ms, origin_id, class_id, prompt_id, input_tok, output_tok,
  cache_write_tok, cache_5m_tok, cache_1h_tok, cache_read_tok, thinking_tok, n_web_search, n_web_fetch, request_id,
  stop_id, cache_miss_id, is_sidechain, is_foreign, is_output_final, aborted_chars FROM turn ORDER BY id;
DROP TABLE turn;
ALTER TABLE turn_2 RENAME TO turn;
CREATE UNIQUE INDEX turn_key ON turn(key_hash);
CREATE INDEX turn_at ON turn(at_ms);
CREATE INDEX turn_origin ON turn(origin_id);

ALTER TABLE source_file ADD COLUMN last_ms INTEGER; -- time of its last line that has one; NULL: none so far

-- The rows of compaction, api_error, quota_limit and pr_hint belong to one session also when several hold
-- their line: to the one that owns the turns which they share.
CREATE TABLE line_copy (          -- every place of a line that stands in several, the owner's too
  uuid       TEXT NOT NULL,       -- of the row
  session_id INTEGER NOT NULL REFERENCES session(id),
  agent_id   INTEGER REFERENCES agent(id)
) STRICT;
CREATE UNIQUE INDEX line_copy_place ON line_copy(uuid, session_id, coalesce(agent_id, 0));
CREATE INDEX line_copy_session ON line_copy(session_id);
