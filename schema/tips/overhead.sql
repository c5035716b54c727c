-- @tip     overhead
-- @title   Overhead: agents that do none of the work
-- @one     Agents that Claude Code or a plugin starts for its own ends took more than {share} % of the cost: /clear before a long session is compacted, turn off what you do not use
-- @number  share  pct  15  of the cost, more than
-- Compaction, prompt suggestions, side questions, observers: as `ccl overhead` has them. Saved: half of it, steps inside
-- turns left out.
WITH own AS MATERIALIZED (
  SELECT origin_id, agent_type, min(origin_id) OVER (PARTITION BY agent_type) AS kind FROM origin_agent
  WHERE overhead AND origin_id IN (SELECT id FROM tip_origin)),
kind AS MATERIALIZED (
  SELECT g.kind, g.agent_type, count(DISTINCT s.agent_id) AS runs, sum(s.cost) AS cost
  FROM spend AS s CROSS JOIN own AS g ON g.origin_id = s.origin_id GROUP BY g.kind HAVING sum(s.cost) > 0),
found AS MATERIALIZED (
  SELECT * FROM kind WHERE (SELECT sum(cost) FROM kind) > :share * (SELECT sum(s.cost) FROM spend AS s))
SELECT kind, agent_type || ' (' || runs || iif(runs = 1, ' run, ', ' runs, ') || usd_short(cost) || ')', cost, NULL, NULL
FROM found
UNION ALL
SELECT g.kind, NULL, NULL, c.turn_id, c.cost / 2
FROM own AS g CROSS JOIN tip_paid AS c ON c.origin_id = g.origin_id WHERE g.kind IN (SELECT kind FROM found)
