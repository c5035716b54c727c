-- Budgets, runaway sessions, and what the status line tells. Written by ccl-hook, but for budget and budget_change
-- (query/edit).

-- Derived: views.sql's rate of each class, for those who have no time to make views. Written by ledger.c, with the
-- class or when prices change.
CREATE TABLE class_rate (         -- pico-USD per token; no row for a class and time: it has no price
  class_id       INTEGER NOT NULL REFERENCES class(id),
  from_ms        INTEGER NOT NULL, -- inclusive
  until_ms       INTEGER NOT NULL, -- exclusive
  input_rate     INTEGER NOT NULL,
  output_rate    INTEGER NOT NULL,
  cache_5m_rate  INTEGER NOT NULL,
  cache_1h_rate  INTEGER NOT NULL,
  cache_read_rate INTEGER NOT NULL,
  web_search_rate INTEGER NOT NULL, -- pico-USD per request
  PRIMARY KEY (class_id, from_ms)
) STRICT, WITHOUT ROWID;
DELETE FROM meta WHERE key = 'price_digest'; -- the next one to write fills it

CREATE INDEX charge_rollup_session ON charge_rollup(session_id); -- what a session cost
CREATE INDEX charge_number ON charge(number) WHERE number IS NOT NULL;

ALTER TABLE session ADD COLUMN prompt_ms INTEGER;   -- the newest prompt that a human typed (or sdk); NULL: none
ALTER TABLE session ADD COLUMN progress_ms INTEGER; -- the newest result of an edit, commit or test that went well
ALTER TABLE session ADD COLUMN n_refused INTEGER NOT NULL DEFAULT 0; -- calls that an enforced budget has refused
ALTER TABLE session ADD COLUMN status_ms INTEGER;   -- when the status line last told something new
ALTER TABLE session ADD COLUMN status_cost TEXT;    -- the client's own total_cost_usd, as it was written then
ALTER TABLE session ADD COLUMN window_tok INTEGER;  -- context_window_size, as the status line told
UPDATE session SET prompt_ms = (SELECT max(p.at_ms) FROM prompt AS p WHERE p.session_id = session.id AND p.is_prompt = 1);

CREATE TABLE budget (             -- query/edit: what the user wants to spend at most
  id         INTEGER PRIMARY KEY,
  scope      TEXT NOT NULL,       -- all, project, branch, pr, session
  target     TEXT NOT NULL,       -- project: name, root or repository; branch: name; '': all, or each one
  period     TEXT NOT NULL,       -- day, week, month; total: all of time
  limit_pico INTEGER NOT NULL,    -- pico-USD: the user's word
  mode       TEXT NOT NULL,       -- observe (recorded, not said), warn, enforce
  UNIQUE (scope, target, period)
) STRICT;

CREATE TABLE budget_change (      -- query/edit: who set, lifted and switched off what, and when; rows are only added
  id          INTEGER PRIMARY KEY,
  at_ms       INTEGER NOT NULL,
  who         TEXT NOT NULL,      -- login name
  act         TEXT NOT NULL,      -- set, remove, allow (more, for one session), off (all, for a time), on
  scope       TEXT,
  target      TEXT,               -- allow: the session's id
  period      TEXT,
  amount_pico INTEGER,            -- set: the limit; allow: what is added to it
  mode        TEXT,
  until_ms    INTEGER             -- off: until then
) STRICT;

-- Tokens spent in the current period of each budget of all, of a project or branch (the others are sums of few rows): a
-- pure function of the turns, changed in their transaction, made anew when the period is another.
CREATE TABLE budget_state (
  budget_id      INTEGER NOT NULL,
  day            INTEGER NOT NULL, -- UTC, at_ms / 86400000: from which the class has had its price; -1: the row that says which period this is
  class_id       INTEGER NOT NULL, -- 0 in that row
  since_ms       INTEGER,          -- of that row
  until_ms       INTEGER,
  turns          INTEGER NOT NULL,
  input_tok      INTEGER NOT NULL,
  output_tok     INTEGER NOT NULL,
  cache_5m_tok   INTEGER NOT NULL,
  cache_1h_tok   INTEGER NOT NULL,
  cache_read_tok INTEGER NOT NULL,
  web_searches   INTEGER NOT NULL,
  PRIMARY KEY (budget_id, day, class_id)
) STRICT, WITHOUT ROWID;

-- What is usual: order statistics of closed sessions, pull requests, prompts and ten-minute stretches of the last 90
-- days, as tokens in thousandths (percentiles lie between two of them).
CREATE TABLE baseline (
  kind           TEXT NOT NULL,    -- session, pr, prompt, rate
  stat           INTEGER NOT NULL, -- 50, 95
  day            INTEGER NOT NULL, -- at_ms / 86400000, UTC
  class_id       INTEGER NOT NULL,
  n              INTEGER NOT NULL, -- of how many
  input_tok      INTEGER NOT NULL,
  output_tok     INTEGER NOT NULL,
  cache_5m_tok   INTEGER NOT NULL,
  cache_1h_tok   INTEGER NOT NULL,
  cache_read_tok INTEGER NOT NULL,
  web_searches   INTEGER NOT NULL,
  PRIMARY KEY (kind, stat, day, class_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert (              -- a level that was crossed; a time and a share, never money
  id          INTEGER PRIMARY KEY,
  rule        TEXT NOT NULL,      -- rule.h
  level       INTEGER NOT NULL,   -- 1 warn, 2 critical
  scope       TEXT NOT NULL,      -- session, all, project, branch, pr
  target      TEXT NOT NULL,      -- session id; day, week or month; project, branch; owner/name#number
  session_id  INTEGER NOT NULL REFERENCES session(id), -- whose turn crossed it
  since_ms    INTEGER NOT NULL,   -- where the stretch begins that counted
  at_ms       INTEGER NOT NULL,   -- the turn that crossed it
  value       INTEGER,            -- a count; NULL: money, of the turns from since_ms to at_ms
  is_second   INTEGER NOT NULL,   -- 1: the second measure of the rule: U1 minutes, S1 agents started
  share_ppm   INTEGER NOT NULL,   -- the value in millionths of the limit
  about_id    INTEGER REFERENCES name(id), -- the tool that was called
  is_observed INTEGER NOT NULL,   -- 1: recorded only
  told_ms     INTEGER,            -- NULL: nobody was told yet
  notified_ms INTEGER,            -- NULL: not outside Claude Code
  n_passed    INTEGER NOT NULL DEFAULT 0, -- of an enforced limit: calls to save work, let through since
  pass_hash   INTEGER             -- keyed hash of the last one's id: two hooks may ask for one call
) STRICT;
CREATE INDEX alert_target ON alert(target);
CREATE INDEX alert_untold ON alert(session_id) WHERE told_ms IS NULL;

CREATE TABLE limit_seen (         -- windows of a subscription, as the status line told
  kind      TEXT NOT NULL,        -- five_hour, seven_day, spend_limit
  resets_ms INTEGER NOT NULL,
  used_bp   INTEGER NOT NULL,     -- hundredths of a percent, the last seen
  at_ms     INTEGER NOT NULL,
  PRIMARY KEY (kind, resets_ms)
) STRICT, WITHOUT ROWID;
