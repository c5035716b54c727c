-- @tip     same-call
-- @title   The same call several times in a row
-- @one     An agent made the same call {calls} times or more in a row: stop it when it goes round in circles
-- @many    {n} times an agent made the same call {calls} times or more in a row: stop it when it goes round in circles
-- @number  calls  count  4  calls in a row at least
-- The same tool with the same input, nothing else of that agent between. Its calls are stored in their order.
SELECT c.call_id, n.text || coalesce(' ' || t.text, '') || ' (' || json_extract(j.value, '$[1]') || ' times in session ' || substr(s.uid, 1, 8) || ')', json_extract(j.value, '$[1]')
FROM json_each((
  SELECT stretches(call_id, coalesce(-agent_id, session_id), name_id, coalesce(input_hash, -call_id), :calls)
  FROM (SELECT * FROM tip_calls ORDER BY call_id))) AS j
CROSS JOIN tip_call_place AS c ON c.call_id = json_extract(j.value, '$[0]')
JOIN session AS s ON s.id = c.session_id JOIN name AS n ON n.id = c.name_id LEFT JOIN name AS t ON t.id = c.target_id
