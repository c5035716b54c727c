-- @report  branches
-- @title   Cost per branch
-- @about   One row per project and git branch, dearest first; no branch outside git and on a detached HEAD.
-- @group   work
-- @order   2
-- @filter  time project branch model session breakdown
-- @column  project  text  Last component of root
-- @column  root  path  Main working tree of the repository, or the folder outside one  minor
-- @column  branch  text  Branch; null where nothing names one
-- @column  model  text  Model that answered  split
-- @column  prs  int  Pull requests that work on it counts for
-- @column  sessions  int  Sessions with a turn on it
-- @measures
-- @column  first  time  First turn counted  minor
-- @column  last  time  Last turn counted  minor
-- @chart   bar x=project,branch y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl branches --project api --since 30d
WITH sums AS (
  SELECT s.charged_project_id, s.branch_id, s.split,
    count_once(CASE WHEN c.confidence >= 60 THEN c.repo_id << 31 | c.number END) AS prs,
    count_once(s.session_id) AS sessions, @measures, min(s.first_ms) AS first, max(s.last_ms) AS last
  FROM spend AS s CROSS JOIN charge AS c ON c.id = s.charge_id
  GROUP BY s.charged_project_id, s.branch_id, s.split)
SELECT p.name AS project, p.root, b.text AS branch, (SELECT name FROM model WHERE id = u.split) AS model, u.prs, u.sessions, u.turns, u.input,
  u.output, u.cache_write_5m, u.cache_write_1h, u.cache_read, u.web_searches, u.cost, u.unpriced, u.first, u.last
FROM sums AS u
LEFT JOIN project AS p ON p.id = u.charged_project_id
LEFT JOIN name AS b ON b.id = u.branch_id
ORDER BY cost DESC, turns DESC, project, root, branch
-- @trend
SELECT p.name AS project, p.root, b.text AS branch, (SELECT name FROM model WHERE id = s.split) AS model, @recent_day AS day,
  sum(s.cost) AS cost
FROM @recent AS s LEFT JOIN project AS p ON p.id = s.charged_project_id LEFT JOIN name AS b ON b.id = s.branch_id
WHERE s.day IS NOT NULL GROUP BY s.charged_project_id, s.branch_id, s.split, s.day
