-- @tip     agent-outlier
-- @title   Subagents far dearer than their kind
-- @one     One subagent cost more than {times} times what others of its type do: see what it was asked for
-- @many    {n} subagents cost more than {times} times what others of their type do: see what they were asked for
-- @number  times  times  6  times the mean of the others of its type, more than
-- @number  usd  usd  0.5  of cost at least
-- @number  runs  count  5  others at least
WITH run AS MATERIALIZED (
  SELECT s.agent_id, s.session_id, a.agent_type, a.uid, sum(s.cost) AS cost
  FROM spend AS s CROSS JOIN agent_name AS a ON a.agent_id = s.agent_id GROUP BY s.agent_id HAVING sum(s.cost) IS NOT NULL),
usual AS MATERIALIZED (SELECT agent_type, sum(cost) AS cost, count(*) - 1 AS others FROM run GROUP BY agent_type)
SELECT r.agent_id, r.agent_type || ' ' || substr(r.uid, 1, 8) || ' in session ' || substr(s.uid, 1, 8) || ' (' || usd_short(r.cost)
    || ', usually ' || usd_short((q.cost - r.cost) / q.others) || ')', r.cost
FROM run AS r JOIN usual AS q ON q.agent_type = r.agent_type JOIN session AS s ON s.id = r.session_id
WHERE q.others >= max(:runs, 1) AND r.cost >= :usd AND r.cost > :times * (q.cost - r.cost) / q.others
