-- @report  files
-- @title   Files that were read and edited
-- @about   One row per file and project, most touched first.
-- @group   work
-- @order   14
-- @filter  time project branch model session
-- @column  file  path  File, relative to the project's folder if it lies there
-- @column  project  text  Project that worked on it: last component of its folder
-- @column  reads  int  Calls that read it  total
-- @column  edits  int  Calls that changed it: Edit, MultiEdit, Write, NotebookEdit  total
-- @column  errors  int  Calls that failed or were refused  minor total
-- @column  lines_added  int  Lines that the edits added  minor total
-- @column  lines_removed  int  Lines that the edits removed  minor total
-- @column  result_bytes  int  Size of all results, which go into the context  minor total
-- @column  sessions  int  Sessions that touched it
-- @chart   bar x=file y=reads
-- @empty   No file was read or edited yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl files --since 30d --sort edits:desc --limit 20
SELECT CASE WHEN substr(n.text, 1, length(p.root) + 1) IN (p.root || '/', p.root || '\') THEN substr(n.text, length(p.root) + 2)
    ELSE n.text END AS file,
  p.name AS project, c.calls - c.edits AS reads, c.edits, c.errors, c.lines_added, c.lines_removed,
  c.result_bytes, c.sessions
FROM call_sum('file', :since_ms, :until_ms, :project, :branch, :model, :session) AS c
CROSS JOIN name AS n ON n.id = c.target_id
LEFT JOIN project AS p ON p.id = c.project_id
ORDER BY c.calls DESC, c.edits DESC, n.text, project, c.project_id
