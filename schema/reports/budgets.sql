-- @report  budgets
-- @title   Budgets
-- @about   One row per budget and what it holds for: all work, a project, a branch; each session of the last 24 hours, each pull request of the last 30 days (without any a row without id).
-- @group   guard
-- @order   2
-- @filter  session
-- @column  scope  text  all, project, branch, pr or session
-- @column  id  id  Project, branch, pull request or session; empty of all work
-- @column  period  text  day, week, month, or total (all of time)
-- @column  limit  usd  What may be spent, with what `ccl budget allow` added
-- @column  spent  usd  What was spent in the current period, subagents included
-- @column  left  usd  What is left of it; below zero once it is used up
-- @column  projected  usd  What will have been spent at the end of the period, at the pace since its beginning
-- @column  level  text  ok, warn (near the limit), over
-- @column  mode  text  observe (recorded only), warn, enforce (prompts and calls are refused)
-- @empty   No budget is set. `ccl budget set --session 5 --day 50` warns at 80 % of $5 a session and $50 a day.
-- @example ccl budgets --json
WITH budget_row AS (@budget_rows), spent AS (
  SELECT *, coalesce(spent_pico, 0) AS pico,
    coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'budget.near'), 80) AS near_pct
  FROM budget_row AS r WHERE NOT (target = '' AND scope <> 'all'
    AND EXISTS (SELECT 1 FROM budget_row AS x WHERE x.budget_id = r.budget_id AND x.target <> ''))),
place AS (
  SELECT p.name, p.root, p.repo, b.text AS branch,
    CASE WHEN c.reason IS NULL THEN (SELECT text FROM name WHERE id = c.repo_id) || '#' || c.number END AS pr
  FROM session AS u JOIN charge_rollup AS r ON r.session_id = u.id JOIN charge AS c ON c.id = r.charge_id
  LEFT JOIN project AS p ON p.id = c.project_id LEFT JOIN name AS b ON b.id = c.branch_id
  WHERE u.uid = :session AND r.turns > 0 ORDER BY r.last_ms DESC LIMIT 1)
SELECT scope, target AS id, period, limit_pico AS "limit", pico AS spent, limit_pico - pico AS "left",
  CASE WHEN period = 'total' OR :now_ms <= since_ms THEN pico
    ELSE CAST(round(1.0 * pico * (until_ms - since_ms) / (:now_ms - since_ms)) AS INTEGER) END AS projected,
  CASE WHEN pico >= limit_pico THEN 'over' WHEN 100.0 * pico / limit_pico >= near_pct THEN 'warn' ELSE 'ok' END AS level, mode
FROM spent
WHERE :session IS NULL OR scope = 'all' OR (scope = 'session' AND target = :session)
  OR (scope = 'branch' AND target = (SELECT branch FROM place)) OR (scope = 'pr' AND target = (SELECT pr FROM place))
  OR (scope = 'project' AND EXISTS (SELECT 1 FROM place WHERE spent.target IN (name, root, repo)
    OR substr(root, -length(spent.target) - 1) = '/' || spent.target
    OR substr(repo, -length(spent.target) - 1) = '/' || spent.target))
ORDER BY 1.0 * pico / limit_pico DESC, scope, id, period
