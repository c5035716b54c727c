-- @tip     long-memory-file
-- @title   Long CLAUDE.md files
-- @one     One CLAUDE.md has more than {lines} lines, which every prompt pays for: keep what is always needed, move the rest into skills
-- @many    {n} files of the kind of CLAUDE.md have more than {lines} lines, which every prompt pays for: keep what is always needed, move the rest into skills
-- @number  lines  count  200  lines, more than
-- Of the 50 projects worked in last, and the user's own; as they are now.
WITH recent AS (
  SELECT p.root FROM spend AS s CROSS JOIN project AS p ON p.id = s.project_id
  GROUP BY p.id ORDER BY max(s.last_ms) DESC, p.root LIMIT 50),
file(path) AS (
  SELECT root || '/CLAUDE.md' FROM recent UNION SELECT root || '/CLAUDE.local.md' FROM recent
  UNION SELECT root || '/.claude/CLAUDE.md' FROM recent UNION SELECT claude_file('CLAUDE.md') WHERE EXISTS (SELECT 1 FROM recent)),
text AS MATERIALIZED (SELECT path, file_text(path) AS text FROM file),
long AS (
  SELECT path, length(text) AS chars, length(text) - length(replace(text, char(10), '')) + (text NOT GLOB '*' || char(10)) AS lines
  FROM text WHERE text <> '')
SELECT row_number() OVER (ORDER BY path), printf('%s (%,d lines, %,d characters)', path, lines, chars), lines
FROM long WHERE lines > :lines
