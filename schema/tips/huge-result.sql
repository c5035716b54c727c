-- @tip     huge-result
-- @title   Huge results of tools
-- @one     One result of a tool was larger than {tokens} tokens: have it filtered or cut before it comes
-- @many    {n} results of tools were larger than {tokens} tokens: have them filtered or cut before they come
-- @number  tokens  count  80000  tokens at least, taken as four bytes each
SELECT c.call_id, n.text || coalesce(' ' || t.text, '') || printf(' (%,d KB in session ', c.result_bytes / 1000) || substr(s.uid, 1, 8) || ')',
  c.result_bytes
FROM tip_calls AS c JOIN name AS n ON n.id = c.name_id LEFT JOIN name AS t ON t.id = c.target_id
JOIN session AS s ON s.id = c.session_id
WHERE c.result_bytes >= 4 * :tokens
