-- @report  budgets
-- @title   Budgets
-- @about   One row per budget and what it holds for: all work, a project, a branch, each session of the last 24 hours, each pull request of the last 30 days.
-- @group   health
-- @order   2
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
  FROM budget_row)
SELECT scope, target AS id, period, limit_pico AS "limit", pico AS spent, limit_pico - pico AS "left",
  CASE WHEN period = 'total' OR :now_ms <= since_ms THEN pico
    ELSE CAST(round(1.0 * pico * (until_ms - since_ms) / (:now_ms - since_ms)) AS INTEGER) END AS projected,
  CASE WHEN pico >= limit_pico THEN 'over' WHEN pico >= limit_pico / 100 * near_pct THEN 'warn' ELSE 'ok' END AS level, mode
FROM spent ORDER BY 1.0 * pico / limit_pico DESC, scope, id, period
