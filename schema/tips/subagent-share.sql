-- @tip     subagent-share
-- @title   Subagents take most of the cost
-- @one     Subagents took more than {share} % of the cost: give them a cheaper model (`model:` in the agent's file)
-- @number  share  pct  60  of the cost
-- @number  usd  usd  5  spent by them at least
-- Claude Code's own agents do not count. Saved: what the same tokens of Opus cost less at Sonnet's prices.
WITH total AS MATERIALIZED (
  SELECT sum(s.cost) AS cost, sum(iif(a.overhead_id IS NULL AND a.id IS NOT NULL, s.cost, 0)) AS agents
  FROM spend AS s LEFT JOIN agent AS a ON a.id = s.agent_id),
kind AS MATERIALIZED (
  SELECT coalesce(a.meta_type_id, a.attr_type_id, a.call_type_id, 0) AS id, count(DISTINCT s.agent_id) AS runs, sum(s.cost) AS cost
  FROM spend AS s CROSS JOIN agent AS a ON a.id = s.agent_id
  WHERE a.overhead_id IS NULL AND (SELECT agents > cost * :share AND agents >= :usd FROM total)
  GROUP BY 1 HAVING sum(s.cost) > 0)
SELECT k.id, coalesce(n.text, 'unknown') || ' (' || k.runs || iif(k.runs = 1, ' run, ', ' runs, ') || usd_short(k.cost) || ')', k.cost,
  NULL, NULL
FROM kind AS k LEFT JOIN name AS n ON n.id = k.id
UNION ALL
-- without a kind, no turn is looked at
SELECT d.agent_type_id, NULL, NULL, d.turn_id, d.saving
FROM (SELECT 1 FROM kind LIMIT 1) CROSS JOIN tip_dear AS d
WHERE d.agent_id IS NOT NULL AND d.agent_type_id IN (SELECT id FROM kind)
