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
-- @chart   bar x=branch y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl branches --project api --since 30d
SELECT p.name AS project, p.root, b.text AS branch, (SELECT name FROM model WHERE id = s.split) AS model,
  count(DISTINCT CASE WHEN c.confidence >= 60 THEN c.repo_id || ' ' || c.number END) AS prs,
  count_once(s.session_id) AS sessions, @measures, min(s.first_ms) AS first, max(s.last_ms) AS last
FROM spend AS s
CROSS JOIN charge AS c ON c.id = s.charge_id
LEFT JOIN project AS p ON p.id = c.project_id
LEFT JOIN name AS b ON b.id = c.branch_id
GROUP BY c.project_id, c.branch_id, s.split ORDER BY cost DESC, turns DESC, project, root, branch
