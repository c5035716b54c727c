-- @report  months
-- @title   Cost per month
-- @about   One row per month with a turn in it.
-- @group   time
-- @order   4
-- @filter  time project branch model session breakdown by
-- @column  month  month  Month
-- @by
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @chart   bar x=month y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl months --breakdown
SELECT s.month, @by_columns,
  count(DISTINCT s.session_id) AS sessions, @measures
FROM spend AS s
GROUP BY 1, @by_groups ORDER BY 1, cost DESC, turns DESC, project, branch, agent, model
