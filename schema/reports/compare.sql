-- @report  compare
-- @title   This period against the last one
-- @about   The current day, week or month beside the one before, up to the same day and time. What changed most comes first.
-- @group   time
-- @order   6
-- @filter  project branch model session breakdown by
-- @param   period  text  [week|day|month]  week (from Monday), day or month
-- @by      project
-- @measures
-- @column  before  usd  Cost of the last one, up to the same day and time  total
-- @column  change  usd  cost - before  total
-- @column  change_pct  pct  The same as a part of before  ratio=change/before
-- @column  before_whole  usd  Cost of the whole last one  total
-- @chart   bar y=change
-- @empty   Nothing in this period or the last. `ccl days` shows when there was something, `ccl doctor` whether turns are logged.
-- @example ccl compare month --by model
WITH bound AS (
  SELECT local_start(:now_ms, :period, -1) AS before_ms, local_start(:now_ms, :period, 0) AS first_ms,
    local_start(:now_ms, :period, 1) AS end_ms),
-- a month may be shorter than this one is old
span(n, from_ms, until_ms) AS MATERIALIZED (
  SELECT 0, first_ms, end_ms FROM bound
  UNION ALL SELECT 1, before_ms, same_ms FROM same UNION ALL SELECT 2, same_ms, first_ms FROM same),
same AS (
  SELECT before_ms, first_ms, min(first_ms, :now_ms - local_start(:now_ms, 'day', 0)
    + local_start(before_ms, 'day', local_day_number(:now_ms) - local_day_number(first_ms))) AS same_ms
  FROM bound),
sums AS MATERIALIZED (
  SELECT w.n, s.by_project_id, s.by_branch_id, s.split, @by_columns, @measures
  FROM span AS w
  CROSS JOIN spend_sum(w.from_ms, w.until_ms, :project, :branch, :model, :session, :breakdown, :by, :cost) AS s
  GROUP BY w.n, @by_groups),
pair AS (
  SELECT project, branch, agent, model, coalesce(sum(turns) FILTER (WHERE n = 0), 0) AS turns,
    coalesce(sum(input) FILTER (WHERE n = 0), 0) AS input, coalesce(sum(output) FILTER (WHERE n = 0), 0) AS output,
    coalesce(sum(cache_write_5m) FILTER (WHERE n = 0), 0) AS cache_write_5m,
    coalesce(sum(cache_write_1h) FILTER (WHERE n = 0), 0) AS cache_write_1h,
    coalesce(sum(cache_read) FILTER (WHERE n = 0), 0) AS cache_read,
    coalesce(sum(web_searches) FILTER (WHERE n = 0), 0) AS web_searches,
    CASE WHEN max(n = 0) THEN sum(cost) FILTER (WHERE n = 0) ELSE 0 END AS cost,
    coalesce(sum(unpriced) FILTER (WHERE n = 0), 0) AS unpriced,
    CASE WHEN max(n = 1) THEN sum(cost) FILTER (WHERE n = 1) ELSE 0 END AS before,
    CASE WHEN max(n > 0) THEN sum(cost) FILTER (WHERE n > 0) ELSE 0 END AS before_whole
  FROM sums GROUP BY by_project_id, by_branch_id, agent, split)
SELECT *, coalesce(cost, 0) - coalesce(before, 0) AS change, CAST(coalesce(cost, 0) - before AS REAL) / nullif(before, 0) AS change_pct
FROM pair ORDER BY abs(change) DESC, cost DESC, turns DESC, project, branch, agent, model
-- @footer
SELECT CASE :period WHEN 'day' THEN 'Today' ELSE 'This ' || :period END || ' so far: ' || usd_short(:total_cost)
  || CASE WHEN :total_change = 0 THEN ', as much as ' ELSE ', ' || usd_short(abs(:total_change))
    || CASE WHEN :total_change < 0 THEN ' less' ELSE ' more' END
    || CASE WHEN :total_before > 0 THEN printf(' (%+.1f%%)', 100.0 * :total_change / :total_before) ELSE '' END || ' than ' END
  || CASE :period WHEN 'day' THEN 'yesterday up to this time' ELSE 'last ' || :period || ' up to this day and time' END
  || ' (' || usd_short(:total_before) || '). All of ' || CASE :period WHEN 'day' THEN 'yesterday' ELSE 'last ' || :period END
  || ': ' || usd_short(:total_before_whole) || '.'
