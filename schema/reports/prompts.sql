-- @report  prompts
-- @title   What each prompt cost
-- @about   One row per prompt that a human typed (or a program gave), with all that answered it, its agents included; dearest first. Turns that answer none are the last row.
-- @group   overview
-- @order   6
-- @filter  time project branch model session breakdown
-- @column  at  time  When it was given
-- @column  session  id  Session that it was given in  drill=session
-- @column  text  text  What it says, while the transcript exists  late=prompt_text wide
-- @column  project  text  Last component of the project's folder  minor
-- @column  model  text  Model that answered  split
-- @column  calls  int  Tool calls  total
-- @column  largest_result  int  Bytes of the largest result of a tool  minor
-- @column  largest_tool  text  The tool that gave it  minor
-- @column  agents  int  Runs of subagents that worked on it  minor
-- @column  repeats  int  How many others of these prompts say the same  minor
-- @measures
-- @column  prompt  id  Id of the prompt  drill=prompt  minor
-- @chart   bar x=at y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl prompts --since 7d --limit 20
WITH sums AS MATERIALIZED (
  SELECT s.prompt_id, s.split, dearest_project(s.project_id, s.cost, s.turns) AS project_id,
    count_once(s.agent_id) AS agents, sum(s.calls) AS calls, max(s.largest_result) AS largest_result,
    s.largest_name_id, @measures
  FROM spend AS s GROUP BY s.prompt_id, s.split),
same AS MATERIALIZED (
  SELECT text_hash, count(*) - 1 AS repeats FROM prompt
  WHERE id IN (SELECT prompt_id FROM sums) AND text_hash IS NOT NULL GROUP BY text_hash HAVING count(*) > 1)
SELECT p.at_ms AS at, z.uid AS session, j.name AS project, p.id AS text, (SELECT name FROM model WHERE id = u.split) AS model,
  u.calls, u.largest_result, n.text AS largest_tool, u.agents, CASE WHEN p.id IS NOT NULL THEN coalesce(x.repeats, 0) END AS repeats,
  u.turns, u.input, u.output, u.cache_write_5m, u.cache_write_1h, u.cache_read, u.web_searches, u.cost, u.unpriced,
  p.uid AS prompt
FROM sums AS u
LEFT JOIN prompt AS p ON p.id = u.prompt_id
LEFT JOIN session AS z ON z.id = p.session_id
LEFT JOIN project AS j ON j.id = u.project_id
LEFT JOIN name AS n ON n.id = u.largest_name_id
LEFT JOIN same AS x ON x.text_hash = p.text_hash
ORDER BY p.id IS NULL, u.cost DESC, p.at_ms DESC, p.uid, u.turns DESC, model
