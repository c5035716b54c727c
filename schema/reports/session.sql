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
SELECT t.key AS turn, t.at_ms AS at, coalesce(a.uid, 'main') AS agent, m.name AS model,
  (SELECT list_once(id, text) FROM (
    SELECT n.id, n.text FROM tool_call AS l CROSS JOIN name AS n ON n.id = l.name_id
    WHERE l.turn_id = t.id ORDER BY l.id)) AS tools,
  p.uid AS prompt, s.turns, s.input, s.output, s.cache_write_5m, s.cache_write_1h, s.cache_read, s.web_searches,
  s.cost, s.unpriced
-- one row a turn: spend has no other of its dimensions named but the agent, which a turn has one of
FROM spend AS s
CROSS JOIN turn AS t ON t.id = s.turn_id
JOIN class AS k ON k.id = t.class_id
JOIN model AS m ON m.id = k.model_id
LEFT JOIN agent AS a ON a.id = s.agent_id
LEFT JOIN prompt AS p ON p.id = t.prompt_id
ORDER BY t.at_ms, t.id
