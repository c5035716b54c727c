-- @tip     reads-per-edit
-- @title   Edits without much reading
-- @one     One project saw fewer than {reads} reads and searches per edit: files that were not read first are edited again
-- @many    {n} projects saw fewer than {reads} reads and searches per edit: files that were not read first are edited again
-- @number  reads  times  2  reads per edit, fewer than
-- @number  edits  count  10  edits at least
-- Read, Grep and Glob against Edit, Write and NotebookEdit, of whole sessions.
WITH place AS MATERIALIZED (
  SELECT s.session_id, dearest_project(s.project_id, s.cost, s.turns) AS project_id FROM spend AS s GROUP BY s.session_id),
calls AS MATERIALIZED (
  SELECT p.project_id, sum(iif(n.text IN ('Read', 'Grep', 'Glob'), r.calls, 0)) AS reads,
    sum(iif(n.text IN ('Read', 'Grep', 'Glob'), 0, r.calls)) AS edits
  FROM place AS p CROSS JOIN tool_rollup AS r ON r.session_id = p.session_id CROSS JOIN name AS n ON n.id = r.name_id
  WHERE n.text IN ('Read', 'Grep', 'Glob', 'Edit', 'MultiEdit', 'Write', 'NotebookEdit') AND p.project_id IS NOT NULL
  GROUP BY p.project_id)
SELECT c.project_id, printf('%s (%,d reads, %,d edits)', p.name, c.reads, c.edits), c.edits
FROM calls AS c JOIN project AS p ON p.id = c.project_id WHERE c.edits >= :edits AND c.reads < :reads * c.edits
