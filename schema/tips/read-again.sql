-- @tip     read-again
-- @title   The same lines read again, unchanged
-- @one     An agent read the same lines of a file {reads} times or more, and they had not changed: shorter sessions forget less
-- @many    {n} times an agent read the same lines of a file {reads} times or more, and they had not changed: shorter sessions forget less
-- @number  reads  count  5  reads with the same result at least
SELECT c.call_id, t.text || ' (' || json_extract(j.value, '$[1]') || ' times in session ' || substr(s.uid, 1, 8)
    || iif(c.agent_id IS NULL, ')', ', agent ' || (SELECT substr(uid, 1, 8) FROM agent WHERE id = c.agent_id) || ')'), json_extract(j.value, '$[1]')
FROM json_each((
  SELECT repeated(call_id, coalesce(-agent_id, session_id), target_id, input_hash, result_hash, :reads) FROM tip_calls
  WHERE name_id = (SELECT id FROM name WHERE text = 'Read') AND target_id IS NOT NULL AND input_hash IS NOT NULL
    AND result_hash IS NOT NULL AND error_hash IS NULL)) AS j
CROSS JOIN tip_call_place AS c ON c.call_id = json_extract(j.value, '$[0]')
JOIN session AS s ON s.id = c.session_id JOIN name AS t ON t.id = c.target_id
