-- @report  plan
-- @title   What the plan is worth this month
-- @about   The plan of `ccl plan set`, what this month's turns would have cost through the API, and its windows as the status line last told.
-- @group   guard
-- @order   3
-- @filter
-- @column  plan  text  pro, max5, max20, team, or its price
-- @column  month  month  The current month
-- @column  price  usd  What the plan costs a month
-- @column  cost  usd  What the turns of the month would have cost through the API, so far
-- @column  share  pct  Of the price, what has been used up so far: cost / price
-- @column  value  quantity  How many times the price that is  minor
-- @column  projected  usd  What the month will have cost at this pace
-- @column  break_even  day  The day on which the cost passed the price, or will at this pace; null: not this month
-- @column  outlook  text  passed, projected, not this month
-- @column  five_hour  pct  Used of the five-hour window  alert
-- @column  five_hour_resets  time  When that ends  minor
-- @column  seven_day  pct  Used of the weekly window  alert
-- @column  seven_day_resets  time  When that ends  minor
-- @column  apart  usd  This month's cost of sessions that were billed apart: API key, Bedrock, Vertex, Foundry  alert
-- @column  unpriced  int  Turns left out of cost: their model has no price  alert
-- @empty   No plan is set, so sums of money are what the API bills. `ccl plan set pro` (max5, max20, team, or its price) says otherwise.
-- @example ccl plan --json
WITH month AS MATERIALIZED (
  SELECT local_start(:now_ms, 'month', 0) AS first_ms, local_start(:now_ms, 'month', 1) AS end_ms),
plan AS MATERIALIZED (
  SELECT value AS name, plan_price(value) AS price FROM setting WHERE key = 'plan' AND plan_price(value) > 0),
paid AS MATERIALIZED (
  SELECT s.day, s.cost, s.unpriced, b.text IS NOT NULL AND b.text <> 'oauth-token' AS is_apart
  FROM month AS m CROSS JOIN spend_sum(m.first_ms, m.end_ms, NULL, NULL, NULL, NULL, 0, 0, :cost) AS s
  JOIN session AS x ON x.id = s.session_id LEFT JOIN name AS b ON b.id = x.billing_id),
run AS MATERIALIZED (
  SELECT day, sum(sum(cost)) OVER (ORDER BY day) AS so_far FROM paid WHERE NOT is_apart GROUP BY day),
sums AS MATERIALIZED (
  SELECT coalesce(sum(CASE WHEN NOT is_apart THEN cost END), 0) AS cost, sum(CASE WHEN is_apart THEN cost END) AS apart,
    coalesce(sum(unpriced), 0) AS unpriced
  FROM paid),
pace AS MATERIALIZED (
  SELECT p.*, m.*, s.*, 1.0 * s.cost / (:now_ms - m.first_ms + 1) AS pico_per_ms,
    (SELECT min(day) FROM run WHERE so_far >= p.price) AS passed
  FROM plan AS p CROSS JOIN month AS m CROSS JOIN sums AS s),
due AS (
  SELECT *, CASE WHEN passed IS NULL AND pico_per_ms * (end_ms - first_ms) >= price
    THEN local_day(first_ms + CAST(price / pico_per_ms AS INTEGER)) END AS expected
  FROM pace),
seen AS MATERIALIZED (
  SELECT kind, used_bp / 10000.0 AS used, max(resets_ms) AS resets_ms FROM limit_seen WHERE resets_ms > :now_ms GROUP BY kind)
SELECT name AS plan, local_month(:now_ms) AS month, price, cost, 1.0 * cost / price AS share,
  CAST(round(100.0 * cost / price) AS INTEGER) * 10000000000 AS value,
  CAST(round(pico_per_ms * (end_ms - first_ms)) AS INTEGER) AS projected, coalesce(passed, expected) AS break_even,
  CASE WHEN passed IS NOT NULL THEN 'passed' WHEN expected IS NOT NULL THEN 'projected' ELSE 'not this month' END AS outlook,
  (SELECT used FROM seen WHERE kind = 'five_hour') AS five_hour, (SELECT resets_ms FROM seen WHERE kind = 'five_hour') AS five_hour_resets,
  (SELECT used FROM seen WHERE kind = 'seven_day') AS seven_day, (SELECT resets_ms FROM seen WHERE kind = 'seven_day') AS seven_day_resets,
  apart, unpriced
FROM due
