-- @tip     mcp-unused
-- @title   MCP servers that are never called
-- @one     One MCP server is set up and was not called in {sessions} sessions or more: `claude mcp remove NAME`, if you can do without it
-- @many    {n} MCP servers are set up and were not called in {sessions} sessions or more: `claude mcp remove NAME`, if you can do without them
-- @number  sessions  count  5  sessions without a call at least
-- Set up, as the files say now: for the user or a project in .claude.json, in a project's .mcp.json; of the 50 projects worked in
-- last. Which tools a server has, and what they weigh, no transcript says.
WITH worked AS MATERIALIZED (
  SELECT s.project_id, s.session_id, max(s.last_ms) AS last_ms FROM spend AS s
  WHERE s.project_id IS NOT NULL GROUP BY s.project_id, s.session_id),
recent AS MATERIALIZED (
  SELECT p.id, p.root, p.name FROM worked AS w JOIN project AS p ON p.id = w.project_id
  GROUP BY p.id ORDER BY max(w.last_ms) DESC, p.root LIMIT 50),
own AS MATERIALIZED (
  SELECT iif(json_valid(text), text, '{}') AS text FROM (
    SELECT file_text(claude_file('.claude.json')) AS text WHERE EXISTS (SELECT 1 FROM recent))),
shared AS MATERIALIZED (
  SELECT id, iif(json_valid(text), text, '{}') AS text FROM (SELECT id, file_text(root || '/.mcp.json') AS text FROM recent)),
local AS MATERIALIZED (SELECT r.id, j.value AS text FROM own CROSS JOIN json_each(own.text, '$.projects') AS j JOIN recent AS r ON r.root = j.key
  WHERE j.type = 'object'),
server(project_id, name, place) AS (
  SELECT NULL, j.key, 'yours' FROM own CROSS JOIN json_each(own.text, '$.mcpServers') AS j
  UNION SELECT l.id, j.key, 'yours in ' || r.name FROM local AS l JOIN recent AS r ON r.id = l.id CROSS JOIN json_each(l.text, '$.mcpServers') AS j
  UNION SELECT s.id, j.key, 'of ' || r.name FROM shared AS s JOIN recent AS r ON r.id = s.id CROSS JOIN json_each(s.text, '$.mcpServers') AS j
  WHERE NOT EXISTS (
    SELECT 1 FROM local AS l CROSS JOIN json_each(l.text, '$.disabledMcpjsonServers') AS d WHERE l.id = s.id AND d.value = j.key)),
called AS MATERIALIZED (
  SELECT r.session_id, substr(n.text, 6) AS call FROM tool_rollup AS r JOIN name AS n ON n.id = r.name_id
  WHERE n.text GLOB 'mcp__*' AND r.session_id IN (SELECT session_id FROM worked)),
-- in names of tools, what is neither letter nor digit is _
quiet AS (
  SELECT v.*, (SELECT count(DISTINCT session_id) FROM worked AS w WHERE v.project_id IS NULL OR w.project_id = v.project_id) AS sessions
  FROM server AS v
  WHERE NOT EXISTS (
    SELECT 1 FROM called AS c
    WHERE substr(c.call, 1, length(v.name) + 2) = replace(replace(replace(v.name, ' ', '_'), '.', '_'), '/', '_') || '__'
      AND (v.project_id IS NULL OR c.session_id IN (SELECT session_id FROM worked WHERE project_id = v.project_id))))
SELECT row_number() OVER (ORDER BY name, place), printf('%s (%s, %,d sessions)', name, place, sessions), sessions
FROM quiet WHERE sessions >= :sessions
