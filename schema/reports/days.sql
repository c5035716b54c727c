-- @report  days
-- @title   Cost per day
-- @about   One row per day with a turn in it.
-- @group   time
-- @order   2
-- @filter  time project branch model session breakdown by
-- @column  day  day  Day, in the zone asked for
-- @by
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @chart   bar x=day y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl days --since 30d
SELECT s.day, @by_columns,
  count(DISTINCT s.session_id) AS sessions, @measures
FROM spend AS s
GROUP BY 1, @by_groups ORDER BY 1, cost DESC, turns DESC, project, branch, agent, model
