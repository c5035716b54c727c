-- @tip     same-file-read
-- @title   The same file read very often
-- @one     A file was read {reads} times or more in one session: name the lines that matter, or put what they say into CLAUDE.md
-- @many    {n} times a file was read {reads} times or more in one session: name the lines that matter, or put what they say into CLAUDE.md
-- @number  reads  count  20  reads in a session at least
SELECT c.call_id, t.text || ' (' || json_extract(j.value, '$[1]') || ' times in session ' || substr(s.uid, 1, 8) || ')', json_extract(j.value, '$[1]')
FROM json_each((
  SELECT repeated(call_id, session_id, target_id, 0, 0, :reads) FROM tip_calls
  WHERE name_id = (SELECT id FROM name WHERE text = 'Read') AND target_id IS NOT NULL)) AS j
CROSS JOIN tip_call_place AS c ON c.call_id = json_extract(j.value, '$[0]')
JOIN session AS s ON s.id = c.session_id JOIN name AS t ON t.id = c.target_id
