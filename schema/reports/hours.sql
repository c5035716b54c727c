-- @report  hours
-- @title   Cost per hour
-- @about   One row per hour with a turn in it; the doubled hour of a clock change is two rows.
-- @group   time
-- @order   1
-- @filter  time project branch model session breakdown by
-- @column  hour  hour  Start of the hour, with the offset from UTC
-- @by
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @chart   bar x=hour y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl hours --since today
SELECT s.hour, @by_columns,
  count(DISTINCT s.session_id) AS sessions, @measures
FROM spend AS s
GROUP BY 1, @by_groups
-- the first of two equal hours is the one further east
ORDER BY substr(hour, 1, 19), CAST(substr(hour, 20, 3) AS INTEGER) DESC, cost DESC, turns DESC, project, branch, agent, model
