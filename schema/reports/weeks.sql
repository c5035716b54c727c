-- @report  weeks
-- @title   Cost per week
-- @about   One row per ISO week, named by its Monday.
-- @group   time
-- @order   3
-- @filter  time project branch model session breakdown
-- @column  week  week  Monday of the week
-- @column  model  text  Model that answered  split
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @chart   bar x=week y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl weeks --since 2026-01-01 --json
SELECT s.week, (SELECT name FROM model WHERE id = s.split) AS model,
  count(DISTINCT s.session_id) AS sessions, @measures
FROM spend AS s
GROUP BY 1, s.split ORDER BY 1, cost DESC
