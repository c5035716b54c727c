-- Every budget with what counts against it now, for `ccl budgets` and `ccl runaway`: budget_id, scope, target, period,
-- mode, limit_pico, spent_pico, since_ms, until_ms (of the period), last_ms (of its newest turn). One row per budget of
-- all, of a project or branch; for those of each session or pull request one without a target, and one per
-- session of the last 24 hours and per pull request of the last 30 days. The guard in the hook sums up the same from what it keeps: rules/budget.c.
SELECT b.id AS budget_id, b.scope, b.target, b.period, b.mode, b.limit_pico,
  (SELECT sum(cost) FROM spend_sum(b.since_ms, b.until_ms, CASE b.scope WHEN 'project' THEN b.target END,
    CASE b.scope WHEN 'branch' THEN b.target END, NULL, NULL, 0)) AS spent_pico,
  b.since_ms, b.until_ms, NULL AS last_ms
FROM (SELECT *, CASE period WHEN 'total' THEN 0 ELSE local_start(:now_ms, period, 0) END AS since_ms,
    CASE period WHEN 'total' THEN 900000000000000 ELSE local_start(:now_ms, period, 1) END AS until_ms FROM budget) AS b
WHERE b.scope IN ('all', 'project', 'branch')
UNION ALL
SELECT b.id, b.scope, s.session, b.period, b.mode,
  b.limit_pico + coalesce((SELECT sum(amount_pico) FROM budget_change WHERE act = 'allow' AND target = s.session), 0),
  s.cost, 0, 900000000000000, s.last_ms
FROM budget AS b CROSS JOIN (
  SELECT (SELECT uid FROM session WHERE id = x.session_id) AS session, sum(x.cost) AS cost, max(x.last_ms) AS last_ms
  FROM spend_sum(0, 900000000000000, NULL, NULL, NULL, NULL, 0) AS x GROUP BY x.session_id
  HAVING max(x.last_ms) > :now_ms - 86400000 OR session = :session) AS s
WHERE b.scope = 'session'
UNION ALL
SELECT b.id, b.scope, p.target, b.period, b.mode, b.limit_pico, p.cost, 0, 900000000000000, p.last_ms
FROM budget AS b CROSS JOIN (
  SELECT (SELECT text FROM name WHERE id = c.repo_id) || '#' || c.number AS target, sum(x.cost) AS cost,
    max(x.last_ms) AS last_ms
  FROM spend_sum(0, 900000000000000, NULL, NULL, NULL, NULL, 0) AS x JOIN charge AS c ON c.id = x.charge_id
  WHERE c.number IS NOT NULL AND c.reason IS NULL GROUP BY c.repo_id, c.number
  HAVING max(x.last_ms) > :now_ms - 2592000000) AS p
WHERE b.scope = 'pr'
UNION ALL
SELECT b.id, b.scope, '', b.period, b.mode, b.limit_pico, 0, 0, 900000000000000, NULL
FROM budget AS b WHERE b.scope IN ('session', 'pr') AND :session IS NULL
