-- @report  projects
-- @title   Cost per project
-- @about   One row per repository, or folder outside one, dearest first. Worktrees count to their repository.
-- @group   work
-- @order   1
-- @filter  time project branch model session breakdown
-- @column  project  text  Last component of root  drill=branches
-- @column  root  path  Main working tree of the repository, or the folder outside one  minor
-- @column  repo  text  host/owner/name of its remote  minor
-- @column  model  text  Model that answered  split
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @column  first  time  First turn counted  minor
-- @column  last  time  Last turn counted  minor
-- @chart   bar x=project y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl projects --since 30d --csv
SELECT p.name AS project, p.root, p.repo, (SELECT name FROM model WHERE id = s.split) AS model,
  count(DISTINCT s.session_id) AS sessions, @measures, min(s.first_ms) AS first, max(s.last_ms) AS last
FROM spend AS s
LEFT JOIN project AS p ON p.id = s.project_id
GROUP BY s.project_id, s.split ORDER BY cost DESC, turns DESC, project, root
-- @trend
SELECT p.name AS project, p.root, (SELECT name FROM model WHERE id = s.split) AS model, @recent_day AS day, sum(s.cost) AS cost
FROM @recent AS s LEFT JOIN project AS p ON p.id = s.project_id
WHERE s.day IS NOT NULL GROUP BY s.project_id, s.split, s.day
