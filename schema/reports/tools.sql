-- @report  tools
-- @title   Calls per tool
-- @about   One row per tool, most called first. What calls cost is in the turns that make and read them: `ccl agents`, `ccl skills`.
-- @group   work
-- @order   11
-- @filter  time project branch model session
-- @column  tool  text  Tool, as Claude Code names it
-- @column  calls  int  Calls  total
-- @column  errors  int  Calls that failed or were refused  total
-- @column  error_rate  pct  Errors per call whose result was seen  minor
-- @column  result_bytes  int  Size of the results, which go into the context  total
-- @column  average_bytes  int  Size of a result
-- @column  lines_added  int  Lines that its edits added  total
-- @column  lines_removed  int  Lines that its edits removed  total
-- @chart   bar x=tool y=calls
-- @empty   No tool calls yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl tools --since 7d --sort result_bytes:desc
SELECT n.text AS tool, c.calls, c.errors, 1.0 * c.errors / nullif(c.results, 0) AS error_rate, c.result_bytes,
  c.result_bytes / nullif(c.results, 0) AS average_bytes, c.lines_added, c.lines_removed
FROM call_sum(NULL, :since_ms, :until_ms, :project, :branch, :model, :session) AS c
LEFT JOIN name AS n ON n.id = c.name_id
ORDER BY c.calls DESC, tool
