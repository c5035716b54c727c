-- @report  sessions
-- @title   Every session, newest first
-- @about   One row per session, newest first. Project, branch and model are those with most of its cost.
-- @group   overview
-- @order   4
-- @filter  time project branch model session breakdown
-- @column  session  id  Session  drill=session
-- @column  project  text  Last component of the project's folder
-- @column  branch  text  Git branch; null where nothing names one  minor
-- @column  started  time  First turn counted
-- @column  last  time  Last turn counted  minor
-- @column  duration  span  From the first to the last turn counted  minor
-- @column  model  text  Model; with --breakdown one row for each  minor
-- @column  agents  int  Runs of subagents  minor
-- @column  category  text  What it was about, auto-categorised by the tools it called  minor
-- @column  title  text  Claude Code's title, or the user's own, while the transcript exists
-- @measures
-- @column  unattributed  usd  What Claude Code's own meter counts beyond the turns, at our prices; null: unknown  minor total
-- @column  unknown  int  Calls cut off or with output known only from below  alert total
-- @chart   bar x=session,project,title y=cost
-- @empty   No sessions yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl sessions --since 7d --sort cost:desc --limit 10
WITH sums AS MATERIALIZED (
  SELECT s.session_id, s.split, dearest_project(s.project_id, s.cost, s.turns) AS project_id,
    dearest_branch(s.branch_id, s.cost, s.turns) AS branch_id, dearest_model(s.model_id, s.cost, s.turns) AS model_id,
    min(s.first_ms) AS first_ms, max(s.last_ms) AS last_ms, count(DISTINCT s.agent_id) AS agents,
    sum(s.unknown) AS unknown,
    @measures
  FROM spend AS s
  GROUP BY s.session_id, s.split),
open AS MATERIALIZED (
  SELECT session_id, count(*) AS n FROM open_request
  WHERE at_ms >= :since_ms AND at_ms < :until_ms GROUP BY session_id)
SELECT s.uid AS session, p.name AS project, b.text AS branch, u.first_ms AS started, u.last_ms AS last,
  u.last_ms - u.first_ms AS duration, m.name AS model, u.agents, coalesce((SELECT category FROM session_category WHERE session_id = u.session_id), 'mixed') AS category,
  transcript_title(f.path, s.title_offset_bytes) AS title,
  u.turns, u.input, u.output, u.cache_write_5m, u.cache_write_1h, u.cache_read, u.web_searches, u.cost, u.unpriced,
  CASE WHEN y.turns = u.turns THEN y.unattributed END AS unattributed,
  u.unknown + CASE WHEN :breakdown THEN 0 ELSE coalesce(q.n, 0) END AS unknown
FROM sums AS u
CROSS JOIN session AS s ON s.id = u.session_id
LEFT JOIN model AS m ON m.id = u.model_id
LEFT JOIN project AS p ON p.id = u.project_id
LEFT JOIN name AS b ON b.id = u.branch_id
LEFT JOIN source_file AS f ON f.id = s.title_file_id
LEFT JOIN session_beyond AS y ON y.session_id = CASE WHEN NOT :breakdown AND :cost <> 2 THEN u.session_id END
LEFT JOIN open AS q ON q.session_id = u.session_id
ORDER BY u.last_ms DESC, s.uid, u.cost DESC
