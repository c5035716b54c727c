-- @report  runaway
-- @title   Runaway sessions
-- @about   One row per session (or budget) and rule that crossed a level, the worst first. `ccl config` lists the rules with their limits. Exit status: 3 if any is critical, 2 if any warns.
-- @group   guard
-- @order   1
-- @filter  time project session
-- @exit    level critical=3 warn=2
-- @column  scope  text  session, pr, project, branch, or all
-- @column  id  id  The session, pull request, project or branch; of all: the day, week or month
-- @column  rule  text  The rule: B1 to B4 budgets, R1 to R3 money, L1 to L4 loops, E1 errors, X1 to X3 context, S1 to S3 subagents, U1, P1, T1, Q1  minor
-- @column  level  text  warn or critical
-- @column  value  quantity  What was measured when the level was crossed  minor
-- @column  limit  quantity  What it was measured against  minor
-- @column  unit  text  Unit of both: USD, USD/h, calls, ...  minor
-- @column  since  time  When the level was crossed
-- @column  message  text  In words  wrap wide
-- @empty   Nothing runs away, and nothing has. `ccl config` lists the rules with their limits.
-- @example ccl runaway --since 1h
WITH here(id) AS MATERIALIZED (
  SELECT DISTINCT o.session_id FROM origin AS o JOIN spend_origin AS f ON f.id = o.id),
worst AS (
  SELECT a.id, a.scope, a.target, a.rule, a.level, min(a.at_ms) OVER same AS since_ms, row_number() OVER newest AS place
  FROM alert AS a
  WHERE a.at_ms >= :since_ms AND a.at_ms < :until_ms
    AND ((:project IS NULL AND :session IS NULL) OR a.session_id IN (SELECT id FROM here))
  WINDOW same AS (PARTITION BY a.rule, a.scope, a.target, a.level),
    newest AS (PARTITION BY a.rule, a.scope, a.target ORDER BY a.level DESC, a.at_ms DESC, a.id DESC)),
budget_row AS (@budget_rows), used_up AS (
  SELECT scope, target, CASE scope WHEN 'session' THEN 'B1' WHEN 'pr' THEN 'B3' WHEN 'branch' THEN 'B3'
      ELSE CASE period WHEN 'day' THEN 'B2' WHEN 'total' THEN 'B3' ELSE 'B4' END END AS rule,
    coalesce(spent_pico, 0) AS pico, limit_pico,
    CASE scope WHEN 'all' THEN CASE period WHEN 'day' THEN local_day(since_ms) WHEN 'month' THEN local_month(since_ms)
        WHEN 'week' THEN local_day(since_ms) ELSE 'the beginning' END
      WHEN 'project' THEN target || CASE period WHEN 'total' THEN '' WHEN 'month' THEN ', ' || local_month(since_ms)
        ELSE ', ' || local_day(since_ms) END
      ELSE target END AS id
  FROM budget_row
  WHERE (target <> '' OR scope = 'all') AND :project IS NULL AND :session IS NULL AND :until_ms > :now_ms AND mode <> 'observe'
    AND 100.0 * spent_pico / limit_pico >= coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'budget.near'), 80)),
found AS (
  SELECT scope, target AS id, rule, CASE level WHEN 2 THEN 'critical' ELSE 'warn' END AS level, alert_value(id) AS value,
    alert_limit(id) AS "limit", alert_unit(id) AS unit, since_ms AS since, alert_message(id) AS message
  FROM worst WHERE place = 1
  UNION ALL
  SELECT u.scope, u.id, u.rule, CASE WHEN pico >= limit_pico THEN 'critical' ELSE 'warn' END, pico, limit_pico, 'USD', NULL,
    budget_message(u.rule, u.scope, u.id, pico, limit_pico)
  FROM used_up AS u
  WHERE NOT EXISTS (SELECT 1 FROM worst AS w WHERE w.place = 1 AND w.rule = u.rule AND w.scope = u.scope AND w.target = u.id))
SELECT * FROM found ORDER BY level = 'critical' DESC, since DESC, rule, id
