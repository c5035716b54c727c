-- @report  mcp-tools
-- @title   Calls per MCP tool
-- @about   One row per server and tool, most called first. A plugin's server is named plugin:PLUGIN:SERVER.
-- @group   work
-- @order   13
-- @filter  time project branch model session
-- @column  server  text  MCP server
-- @column  tool  text  Tool of that server
-- @column  calls  int  Calls  total
-- @column  errors  int  Calls that failed or were refused  total
-- @column  error_rate  pct  Errors per call whose result was seen  minor
-- @column  result_bytes  int  Size of the results, which go into the context  total
-- @column  average_bytes  int  Size of a result
-- @column  sessions  int  Sessions that called it
-- @chart   bar x=tool y=calls
-- @empty   No MCP tool was called yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl mcp-tools --since month
WITH part AS (
  SELECT substr(n.text, 6) AS rest, instr(substr(n.text, 6), '__') AS at, c.*
  FROM call_sum('mcp', :since_ms, :until_ms, :project, :branch, :model, :session) AS c
  CROSS JOIN name AS n ON n.id = c.name_id),
-- mcp__SERVER__TOOL; a server without a tool is no name that Claude Code makes, but may stand there
named AS (
  SELECT CASE WHEN at > 1 THEN substr(rest, 1, at - 1) ELSE rest END AS server,
    CASE WHEN at > 1 THEN substr(rest, at + 2) END AS tool, *
  FROM part)
SELECT CASE
    WHEN server NOT GLOB 'plugin_*_*' THEN server
    -- where a name of its own has a _, only attributionMcpServer says where the plugin's ends
    ELSE coalesce((
      SELECT min(text) FROM name WHERE text >= 'plugin:' AND text < 'plugin;' AND replace(replace(replace(text, ':', '_'), '.', '_'), ' ', '_') = server),
      CASE WHEN length(server) - length(replace(server, '_', '')) = 2 THEN replace(server, '_', ':') END, server) END AS server,
  tool, calls, errors, 1.0 * errors / nullif(results, 0) AS error_rate, result_bytes,
  result_bytes / nullif(results, 0) AS average_bytes, sessions
FROM named ORDER BY calls DESC, server, tool
