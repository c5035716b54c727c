-- Where each turn's money goes: the branch it was spent on, and that branch's pull request.
-- Observed: worktree, git_move, git_obs, pr_hint (001). Decided by the user: pr_link. Fetched when he
-- asks: forge_*. Derived from these by ccl-hook, and rebuilt at will: head_span, claim, charge and
-- charge_rollup, the columns added to turn, workdir and pr_hint. Never money.

ALTER TABLE workdir ADD COLUMN worktree_id INTEGER REFERENCES worktree(id); -- NULL: outside git, or it was never seen to exist
CREATE INDEX workdir_worktree ON workdir(worktree_id) WHERE worktree_id IS NOT NULL;
-- a folder below the top is linked by ccl-hook, if it is still there: another tree may lie between
UPDATE workdir SET worktree_id = (SELECT max(t.id) FROM worktree AS t WHERE t.path = workdir.path) WHERE how = 'git';

ALTER TABLE worktree ADD COLUMN base_repo TEXT; -- where gh sends pull requests (gh-resolved), host/owner/name; NULL: not asked
ALTER TABLE worktree ADD COLUMN config_hash INTEGER NOT NULL DEFAULT 0; -- which state of the config was read last, for whom; 0: read it
UPDATE worktree SET reflog_bytes = 0, reflog_inode = 0; -- to be read again: the births of branches were not looked for

-- A reflog has several entries in one second, and the same ones again: n counts them from 0.
CREATE TABLE git_move_2 (        -- a line of the reflog; never a commit's subject
  worktree_id INTEGER NOT NULL REFERENCES worktree(id),
  at_ms       INTEGER NOT NULL,   -- to the second
  n           INTEGER NOT NULL,   -- among those of this second, in the order of the file
  old_sha     TEXT NOT NULL,
  new_sha     TEXT NOT NULL,
  kind        TEXT NOT NULL,      -- checkout, commit, amend, rename, reset, ...; birth: from a branch's own log
  from_id     INTEGER REFERENCES name(id), -- branch, of checkout, rename, merge, birth
  to_id       INTEGER REFERENCES name(id),
  pr_number   INTEGER,            -- that a merge or squash subject ended in
  PRIMARY KEY (worktree_id, at_ms, n)
) STRICT, WITHOUT ROWID;
INSERT INTO git_move_2 SELECT worktree_id, at_ms,
  row_number() OVER (PARTITION BY worktree_id, at_ms ORDER BY old_sha, new_sha, kind) - 1,
  old_sha, new_sha, kind, from_id, to_id, pr_number FROM git_move;
DROP TABLE git_move;
ALTER TABLE git_move_2 RENAME TO git_move;
CREATE INDEX git_move_birth ON git_move(to_id, at_ms) WHERE kind = 'birth';

-- What HEAD of a working tree was, from since_ms until the next row.
CREATE TABLE head_span (
  worktree_id INTEGER NOT NULL REFERENCES worktree(id),
  since_ms    INTEGER NOT NULL,
  branch_id   INTEGER REFERENCES name(id), -- as it is called now if it was renamed; NULL: detached or not known
  source      TEXT NOT NULL,      -- reflog, observed, operation (rebase, bisect), tip, detached, unknown
  carry_id    INTEGER REFERENCES name(id), -- branch that was then created from this one, before any commit
  PRIMARY KEY (worktree_id, since_ms)
) STRICT, WITHOUT ROWID;

ALTER TABLE pr_hint ADD COLUMN workdir_id INTEGER REFERENCES workdir(id);
ALTER TABLE pr_hint ADD COLUMN prompt_id INTEGER REFERENCES prompt(id);
ALTER TABLE pr_hint ADD COLUMN head_id INTEGER REFERENCES name(id); -- branch that `create` named (--head); NULL: the one checked out
ALTER TABLE pr_hint ADD COLUMN base_id INTEGER REFERENCES name(id); -- branch to merge it into (--base); NULL: the default one
ALTER TABLE pr_hint ADD COLUMN project_id INTEGER REFERENCES project(id); -- derived: the repository it was seen in
ALTER TABLE pr_hint ADD COLUMN on_branch_id INTEGER REFERENCES name(id);  -- derived: the branch that was checked out there
CREATE INDEX pr_hint_created ON pr_hint(number) WHERE verb = 'created';
CREATE INDEX pr_hint_branch ON pr_hint(project_id, on_branch_id);
CREATE INDEX pr_hint_number ON pr_hint(number) WHERE number IS NOT NULL;

-- The pull request that the work on a branch belongs to, in stretches of time; the rest has none.
CREATE TABLE claim (
  project_id INTEGER NOT NULL REFERENCES project(id),
  branch_id  INTEGER NOT NULL REFERENCES name(id),
  since_ms   INTEGER NOT NULL,    -- inclusive
  until_ms   INTEGER NOT NULL,    -- exclusive
  repo_id    INTEGER REFERENCES name(id), -- host/owner/name; NULL with number NULL: the user said that there is none
  number     INTEGER,
  role       TEXT NOT NULL,       -- author, review
  source     TEXT NOT NULL,       -- link, forge, created, status-line, config, editor, push, merge, checkout, name, ...
  confidence INTEGER NOT NULL,    -- 0 to 100
  PRIMARY KEY (project_id, branch_id, since_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE charge (             -- what turns are charged to
  id            INTEGER PRIMARY KEY,
  key_hash      INTEGER NOT NULL UNIQUE, -- of all other columns, not keyed
  project_id    INTEGER REFERENCES project(id), -- of the working tree; NULL: no folder is known
  branch_id     INTEGER REFERENCES name(id),    -- NULL: reason says why
  branch_source TEXT,             -- reflog, observed, transcript, operation, tip, recent, carry, spawn, ci; NULL: no branch
  repo_id       INTEGER REFERENCES name(id),    -- of the pull request
  number        INTEGER,          -- NULL: no pull request
  role          TEXT,             -- author, review, ci
  source        TEXT,             -- of claim, and review, ci
  confidence    INTEGER,          -- below 60: shown, not summed
  reason        TEXT              -- no-pr, detached, no-branch, no-repo, below-60, pending; NULL: it counts for the pull request
) STRICT;
CREATE INDEX charge_branch ON charge(project_id, branch_id);
INSERT INTO charge(id, key_hash, reason) VALUES (0, 0, 'pending');

-- 0: not decided yet
ALTER TABLE turn ADD COLUMN charge_id INTEGER NOT NULL DEFAULT 0;

CREATE TABLE rollup_2 (           -- tokens per quarter hour x origin x class x charge
  quarter        INTEGER NOT NULL, -- at_ms / 900000
  origin_id      INTEGER NOT NULL REFERENCES origin(id),
  class_id       INTEGER NOT NULL REFERENCES class(id),
  charge_id      INTEGER NOT NULL,
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
  PRIMARY KEY (quarter, origin_id, class_id, charge_id)
) STRICT, WITHOUT ROWID;
INSERT INTO rollup_2 SELECT quarter, origin_id, class_id, 0, turns, steps, input_tok, output_tok, cache_5m_tok,
  cache_1h_tok, cache_read_tok, web_searches, aborted, first_ms, last_ms FROM rollup;
DROP TABLE rollup;
ALTER TABLE rollup_2 RENAME TO rollup;

-- The same tokens per charge, session, day (UTC, at which prices change) and class: what a branch or
-- pull request cost in all is found without reading all of time. A pure function of the turns.
CREATE TABLE charge_rollup (
  charge_id      INTEGER NOT NULL,
  session_id     INTEGER NOT NULL REFERENCES session(id),
  day            INTEGER NOT NULL, -- at_ms / 86400000
  class_id       INTEGER NOT NULL REFERENCES class(id),
  turns          INTEGER NOT NULL,
  input_tok      INTEGER NOT NULL,
  output_tok     INTEGER NOT NULL,
  cache_5m_tok   INTEGER NOT NULL,
  cache_1h_tok   INTEGER NOT NULL,
  cache_read_tok INTEGER NOT NULL,
  web_searches   INTEGER NOT NULL,
  first_ms       INTEGER NOT NULL, -- of its turns; of a row that turns have left, a bound
  last_ms        INTEGER NOT NULL,
  PRIMARY KEY (charge_id, session_id, day, class_id)
) STRICT, WITHOUT ROWID;
INSERT INTO charge_rollup SELECT 0, o.session_id, r.quarter / 96, r.class_id, sum(r.turns), sum(r.input_tok), sum(r.output_tok),
  sum(r.cache_5m_tok), sum(r.cache_1h_tok), sum(r.cache_read_tok), sum(r.web_searches), min(r.first_ms), max(r.last_ms)
  FROM rollup AS r JOIN origin AS o ON o.id = r.origin_id GROUP BY 2, 3, 4;

CREATE TABLE charge_due (         -- turns to be charged again: written by query/edit and ccl-hook, taken by ccl-hook
  id         INTEGER PRIMARY KEY,
  project_id INTEGER,             -- NULL: of any
  branch_id  INTEGER,             -- NULL: on any
  session_id INTEGER,             -- NULL: of any
  since_ms   INTEGER NOT NULL     -- and not before
) STRICT;
-- what a ledger already holds, and nothing in a new one
INSERT INTO charge_due(since_ms) SELECT 0 WHERE EXISTS (SELECT 1 FROM turn);

CREATE TABLE pr_link (            -- query/edit: the user's word; newer rows win over older ones
  id        INTEGER PRIMARY KEY,
  made_ms   INTEGER NOT NULL,
  undone_ms INTEGER,              -- NULL: it holds
  act       TEXT NOT NULL,        -- link, unlink (this has no pull request), ignore (nothing is charged to this one by itself)
  scope     TEXT NOT NULL,        -- branch, session, turn; pr (of ignore)
  root      TEXT,                 -- of scope branch: project.root
  target    TEXT,                 -- branch name, session id, message id
  repo      TEXT,                 -- host/owner/name of the pull request
  number    INTEGER,
  role      TEXT,                 -- author, review, ci; NULL: as the evidence has it, else author
  since_ms  INTEGER NOT NULL,     -- inclusive
  until_ms  INTEGER NOT NULL,     -- exclusive
  CHECK ((repo IS NULL) = (number IS NULL))
) STRICT;
CREATE INDEX pr_link_target ON pr_link(scope, target) WHERE undone_ms IS NULL;

CREATE TABLE forge_pr (           -- query/edit: a pull request as `ccl pr resolve` was told by its forge
  repo      TEXT NOT NULL,        -- host/owner/name, as the project has it
  number    INTEGER NOT NULL,
  title     TEXT NOT NULL,
  state     TEXT NOT NULL,        -- open, draft, merged, closed
  head_repo TEXT,                 -- host/owner/name of the branch; NULL: a fork that is gone or was not named
  head_ref  TEXT NOT NULL,        -- branch
  base_ref  TEXT NOT NULL,
  is_default_base INTEGER NOT NULL, -- base_ref is the default branch
  created_ms INTEGER NOT NULL,
  merged_ms INTEGER,
  closed_ms INTEGER,
  PRIMARY KEY (repo, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX forge_pr_head ON forge_pr(head_ref);

CREATE TABLE forge_repo (         -- query/edit: when a repository was last asked for
  repo       TEXT PRIMARY KEY,    -- host/owner/name
  asked_ms   INTEGER NOT NULL,
  answered_ms INTEGER,            -- NULL: never
  error      TEXT,                -- of the last time; NULL: none
  failures   INTEGER NOT NULL DEFAULT 0,   -- in a row, up to the last time
  newest     INTEGER NOT NULL DEFAULT 1000 -- how many pull requests to ask for the next time
) STRICT, WITHOUT ROWID;
