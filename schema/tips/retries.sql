-- @tip     retries
-- @title   Dear sessions with many retries
-- @one     One session of {usd} or more edited files again after running a command {retries} times or more: say first how it is to be tested
-- @many    {n} sessions of {usd} or more edited files again after running a command {retries} times or more: say first how they are to be tested
-- @number  usd  usd  2  of cost at least
-- @number  retries  count  3  retries at least
-- A retry: an agent edits a file, runs a command, and edits the same file again, for one prompt.
WITH dear AS MATERIALIZED (SELECT session_id, words, cost FROM tip_session WHERE cost >= :usd),
again AS MATERIALIZED (
  SELECT c.session_id, coalesce(c.prompt_id, 0) AS prompt_id, sum(json_extract(j.value, '$[1]') - 1) AS n FROM json_each((
    SELECT repeated(call_id, coalesce(-agent_id, session_id), prompt_id, target_id, 0, 2) FROM tip_calls
    WHERE name_id IN (SELECT name_id FROM tip_edit) AND target_id IS NOT NULL)) AS j
  CROSS JOIN tip_call_place AS c ON c.call_id = json_extract(j.value, '$[0]')
  WHERE c.session_id IN (SELECT session_id FROM dear) GROUP BY c.session_id, 2),
enough AS MATERIALIZED (SELECT session_id FROM again GROUP BY session_id HAVING sum(n) >= :retries),
call AS (
  SELECT o.session_id, o.agent_id, t.prompt_id, c.name_id, c.target_id, t.at_ms, c.id,
    sum(c.name_id = b.id) OVER (PARTITION BY o.session_id, o.agent_id, t.prompt_id ORDER BY t.at_ms, c.id) AS commands
  FROM enough AS a CROSS JOIN (SELECT id FROM name WHERE text = 'Bash') AS b CROSS JOIN origin AS o ON o.session_id = a.session_id
  CROSS JOIN turn AS t ON t.origin_id = o.id CROSS JOIN tool_call AS c ON c.turn_id = t.id
  WHERE (c.name_id = b.id OR c.name_id IN (SELECT name_id FROM tip_edit)) AND t.at_ms >= :since_ms AND t.at_ms < :until_ms
    AND coalesce(t.prompt_id, 0) IN (SELECT prompt_id FROM again) AND o.id IN (SELECT id FROM tip_origin)),
edit AS (
  SELECT session_id, commands > lag(commands) OVER (PARTITION BY session_id, agent_id, prompt_id, target_id ORDER BY at_ms, id) AS is_retry
  FROM call WHERE name_id IN (SELECT name_id FROM tip_edit) AND target_id IS NOT NULL),
found AS (SELECT session_id, sum(is_retry) AS n FROM edit GROUP BY session_id HAVING sum(is_retry) >= :retries)
SELECT f.session_id, d.words || ' (' || f.n || ' retries, ' || usd_short(d.cost) || ')', f.n
FROM found AS f JOIN dear AS d ON d.session_id = f.session_id
