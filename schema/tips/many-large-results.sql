-- @tip     many-large-results
-- @title   Sessions with many large results
-- @one     One session took in {results} or more results of more than {tokens} tokens: ask for less at a time
-- @many    {n} sessions took in {results} or more results of more than {tokens} tokens: ask for less at a time
-- @number  results  count  5  results at least
-- @number  tokens  count  50000  tokens at least, taken as four bytes each
WITH found AS (
  SELECT session_id, count(*) AS n, sum(result_bytes) AS bytes FROM tip_calls
  WHERE result_bytes >= 4 * :tokens GROUP BY session_id HAVING count(*) >= :results)
SELECT f.session_id, printf('session %.8s (%d results, %,d KB)', s.uid, f.n, f.bytes / 1000), f.bytes
FROM found AS f JOIN session AS s ON s.id = f.session_id
