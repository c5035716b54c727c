-- @report  weeks
-- @title   Cost per week
-- @about   One row per ISO week, named by its Monday.
-- @group   time
-- @order   3
-- @filter  time project branch model session breakdown by
-- @column  week  week  Monday of the week
-- @by
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @chart   bar x=week y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl weeks --since 2026-01-01 --json
SELECT s.week, @by_columns,
  count(DISTINCT s.session_id) AS sessions, @measures
FROM spend AS s
GROUP BY 1, @by_groups ORDER BY 1, cost DESC, turns DESC, project, branch, agent, model
