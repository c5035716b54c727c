-- @report  commands
-- @title   Calls per shell command
-- @about   One row per program that Bash ran, with its subcommand, most called first. Of a line with several the first one that does something.
-- @group   work
-- @order   12
-- @filter  time project branch model session
-- @column  command  text  Program and subcommand; null: none was recognised
-- @column  calls  int  Calls  total
-- @column  errors  int  Calls that failed or were refused  total
-- @column  error_rate  pct  Errors per call whose result was seen  minor
-- @column  result_bytes  int  Size of what they printed, which goes into the context  total
-- @column  average_bytes  int  Size of a result
-- @chart   bar x=command y=calls
-- @empty   No shell commands yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl commands --project api --sort errors:desc --limit 20
SELECT n.text AS command, c.calls, c.errors, 1.0 * c.errors / nullif(c.results, 0) AS error_rate, c.result_bytes,
  c.result_bytes / nullif(c.results, 0) AS average_bytes
FROM call_sum('shell', :since_ms, :until_ms, :project, :branch, :model, :session) AS c
LEFT JOIN name AS n ON n.id = c.target_id
ORDER BY c.calls DESC, command
