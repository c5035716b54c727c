-- @report  lines
-- @title   Cost per line written
-- @about   One row per project and model, dearest first, with the lines that edits of its turns added and removed.
-- @group   work
-- @order   15
-- @filter  time project branch model session
-- @column  project  text  Last component of the project's folder
-- @column  root  path  Main working tree of the repository, or the folder outside one  minor
-- @column  model  text  Model that answered
-- @column  lines_added  int  Lines that edits added  total
-- @column  lines_removed  int  Lines that edits removed  total
-- @measures
-- @column  cost_per_line  usd  All cost of the row per line added; null: none was added
-- @chart   bar x=project y=cost_per_line
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl lines --since month --sort cost_per_line:desc
WITH spent AS MATERIALIZED (
  SELECT s.project_id, s.model_id, @measures FROM spend AS s GROUP BY s.project_id, s.model_id),
written AS MATERIALIZED (
  SELECT project_id, model_id, lines_added, lines_removed
  FROM call_sum('edit', :since_ms, :until_ms, :project, :branch, :model, :session))
SELECT p.name AS project, p.root, m.name AS model, coalesce(w.lines_added, 0) AS lines_added,
  coalesce(w.lines_removed, 0) AS lines_removed, s.turns, s.input, s.output, s.cache_write_5m, s.cache_write_1h, s.cache_read,
  s.web_searches, s.cost, s.unpriced, s.cost / nullif(w.lines_added, 0) AS cost_per_line
FROM spent AS s
LEFT JOIN written AS w ON w.project_id IS s.project_id AND w.model_id = s.model_id
LEFT JOIN project AS p ON p.id = s.project_id
LEFT JOIN model AS m ON m.id = s.model_id
ORDER BY s.cost DESC, s.turns DESC, project, root, model
