-- @report  session
-- @title   One session, turn by turn
-- @about   One row per API response of a session, its agents included, in order.
-- @group   overview
-- @order   5
-- @filter  time project branch model
-- @param   session  id  required  Session, or the beginning of its id
-- @column  turn  id  Id of the response
-- @column  at  time  Its first line
-- @column  agent  id  Id of the agent; main: the session itself
-- @column  model  text  Model that answered
-- @column  tools  text  Tools that it called
-- @column  prompt  id  Prompt that it answers  minor
-- @measures
-- @empty   This session has no turns that the filters leave.
-- @example ccl session 3f2a --sort cost:desc --limit 20
WITH cell AS MATERIALIZED (
  SELECT s.turn_id, @measures FROM spend AS s GROUP BY 1)
SELECT t.key AS turn, t.at_ms AS at, coalesce(a.uid, 'main') AS agent, m.name AS model,
  (SELECT group_concat(text, ',') FROM (
    SELECT n.text FROM tool_call AS l JOIN name AS n ON n.id = l.name_id
    WHERE l.turn_id = t.id GROUP BY n.text ORDER BY min(l.id))) AS tools,
  p.uid AS prompt, c.turns, c.input, c.output, c.cache_write_5m, c.cache_write_1h, c.cache_read, c.web_searches,
  c.cost, c.unpriced
FROM cell AS c
JOIN turn AS t ON t.id = c.turn_id
JOIN origin AS o ON o.id = t.origin_id
JOIN class AS k ON k.id = t.class_id
JOIN model AS m ON m.id = k.model_id
LEFT JOIN agent AS a ON a.id = o.agent_id
LEFT JOIN prompt AS p ON p.id = t.prompt_id
ORDER BY t.at_ms, t.id
