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
-- @column  context  tokens  What the model was given to read: input, cache writes and reads  minor
-- @column  hit  pct  Share of what the cache was asked for that it had: reads / (reads + writes)  minor
-- @column  largest_result  int  Bytes of the largest result of its tool calls  minor
-- @empty   This session has no turns that the filters leave.
-- @example ccl session 3f2a --sort cost:desc --limit 20
SELECT t.key AS turn, t.at_ms AS at, coalesce(a.uid, 'main') AS agent, m.name AS model,
  -- the calls come in order, by the index of a turn's calls
  list_once(n.id, n.text) AS tools,
  p.uid AS prompt, s.turns, s.input, s.output, s.cache_write_5m, s.cache_write_1h, s.cache_read, s.web_searches,
  s.cost, s.unpriced,
  -- without the turn's steps, which had contexts of their own
  coalesce(t.input_tok, 0) + max(coalesce(t.cache_write_tok, 0), coalesce(t.cache_5m_tok, 0) + coalesce(t.cache_1h_tok, 0))
    + coalesce(t.cache_read_tok, 0) AS context,
  s.cache_read * 1.0 / nullif(s.cache_read + s.cache_write_5m + s.cache_write_1h, 0) AS hit,
  max(l.result_bytes) AS largest_result
-- one row of spend a turn: a turn has one instant and one agent, and no other dimension is named
FROM spend AS s
CROSS JOIN turn AS t ON t.id = s.turn_id
CROSS JOIN class AS k ON k.id = t.class_id
CROSS JOIN model AS m ON m.id = k.model_id
LEFT JOIN agent AS a ON a.id = s.agent_id
LEFT JOIN prompt AS p ON p.id = t.prompt_id
LEFT JOIN tool_call AS l ON l.turn_id = t.id
LEFT JOIN name AS n ON n.id = l.name_id
GROUP BY s.at_ms, s.turn_id ORDER BY s.at_ms, s.turn_id
