-- @report  prompt
-- @title   One prompt, and what answered it
-- @about   One row per API response that a prompt took, its agents included, in order.
-- @group   overview
-- @order   7
-- @filter  time project branch model
-- @param   prompt  id  required  Prompt, or the beginning of its id (`ccl prompts -o prompt,text`)
-- @window  prompt
-- @column  turn  id  Id of the response
-- @column  at  time  Its first line
-- @column  agent  id  Id of the agent; main: the session itself
-- @column  model  text  Model that answered  minor
-- @column  tools  text  Tool of each call, in order
-- @column  results  text  Bytes of each call's result, in the same order; -: none was seen
-- @column  result_bytes  int  Bytes of all of them  total  minor
-- @column  session  id  Session  drill=session  minor
-- @measures
-- @empty   No turn that the filters leave answers this prompt.
-- @example ccl prompt 8e1a --sort cost:desc --limit 20
WITH asked AS MATERIALIZED (
  SELECT id, session_id, coalesce(at_ms, 0) AS at_ms FROM prompt WHERE uid = :prompt AND is_prompt = 1),
-- its own session, and those of forks that went on answering it; a day for clocks that were set back
place(session) AS MATERIALIZED (
  SELECT z.uid FROM session AS z WHERE z.id IN (
    SELECT session_id FROM asked UNION
    SELECT o.session_id FROM asked CROSS JOIN turn AS t CROSS JOIN origin AS o ON o.id = t.origin_id
    WHERE t.at_ms >= asked.at_ms - 86400000 AND +t.prompt_id = asked.id))
SELECT t.key AS turn, t.at_ms AS at, coalesce(a.uid, 'main') AS agent, m.name AS model,
  -- the calls come in order, by the index of a turn's calls
  group_concat(CASE WHEN l.id IS NOT NULL THEN coalesce(n.text, 'unknown') END) AS tools,
  group_concat(CASE WHEN l.id IS NOT NULL THEN coalesce(l.result_bytes, '-') END) AS results,
  sum(l.result_bytes) AS result_bytes, p.session,
  s.turns, s.input, s.output, s.cache_write_5m, s.cache_write_1h, s.cache_read, s.web_searches, s.cost, s.unpriced
FROM place AS p
CROSS JOIN spend_sum(:since_ms, :until_ms, :project, :branch, :model, p.session, :breakdown, :by, :cost) AS s
CROSS JOIN turn AS t ON t.id = s.turn_id
CROSS JOIN class AS k ON k.id = t.class_id
CROSS JOIN model AS m ON m.id = k.model_id
LEFT JOIN agent AS a ON a.id = s.agent_id
LEFT JOIN tool_call AS l ON l.turn_id = t.id
LEFT JOIN name AS n ON n.id = l.name_id
WHERE s.prompt_id = (SELECT id FROM asked)
GROUP BY s.at_ms, s.turn_id ORDER BY s.at_ms, s.turn_id
