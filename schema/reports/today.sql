-- @report  today
-- @title   Cost of today
-- @about   What today has cost so far, one row per project and model.
-- @group   overview
-- @order   2
-- @filter  time project branch model session breakdown
-- @window  today
-- @column  day  day  Today, in the zone asked for
-- @column  project  text  Last component of the project's folder
-- @column  model  text  Model that answered
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @chart   bar x=project,model y=cost
-- @empty   Nothing today. `ccl days --since 7d` shows the last week, `ccl doctor` whether turns are logged.
-- @example ccl today --timezone Europe/Berlin
SELECT s.day, p.name AS project, m.name AS model, count(DISTINCT s.session_id) AS sessions, @measures
FROM spend AS s
JOIN model AS m ON m.id = s.model_id
LEFT JOIN project AS p ON p.id = s.project_id
GROUP BY s.day, s.project_id, s.model_id ORDER BY day, cost DESC, turns DESC, project, model
