-- @report  months
-- @title   Cost per month
-- @about   One row per month with a turn in it.
-- @group   time
-- @order   4
-- @filter  time project branch model session breakdown
-- @column  month  month  Month
-- @column  model  text  Model that answered  split
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @chart   bar x=month y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl months --breakdown
SELECT s.month, (SELECT name FROM model WHERE id = s.split) AS model,
  count(DISTINCT s.session_id) AS sessions, @measures
FROM spend AS s
GROUP BY 1, s.split ORDER BY 1, cost DESC
