-- Work sessions with what was spent in their projects meanwhile; stands for @work_rows. Reads `job`, the rows of
-- work that are asked for.
SELECT j.id, j.type, j.goal, j.root, j.started_ms, j.ended_ms, j.lesson,
  coalesce(j.ended_ms, :now_ms) - j.started_ms AS duration, p.id AS project_id, coalesce(p.name, replace(j.root, rtrim(j.root, replace(j.root, '/', '')), '')) AS project,
  coalesce(u.turns, 0) AS turns, coalesce(u.input, 0) AS input, coalesce(u.output, 0) AS output,
  coalesce(u.cache_write_5m, 0) AS cache_write_5m, coalesce(u.cache_write_1h, 0) AS cache_write_1h,
  coalesce(u.cache_read, 0) AS cache_read, coalesce(u.web_searches, 0) AS web_searches,
  CASE WHEN u.id IS NULL THEN 0 ELSE u.cost END AS cost, coalesce(u.unpriced, 0) AS unpriced,
  coalesce(u.sessions, 0) AS sessions, u.model_id, u.prs,
  (SELECT count(DISTINCT m.new_sha) FROM worktree AS t JOIN git_move AS m ON m.worktree_id = t.id
   -- the reflog knows whole seconds
   WHERE t.project_id = p.id AND m.kind = 'commit' AND m.at_ms > j.started_ms - 1000 AND m.at_ms < coalesce(j.ended_ms, :now_ms)) AS commits,
  -- as the report deadends has it: more than $0.10, and no commit until an hour later
  CASE WHEN j.ended_ms IS NOT NULL AND EXISTS (SELECT 1 FROM worktree AS t WHERE t.project_id = p.id) THEN
    coalesce(u.cost, 0) > 100000000000 AND NOT EXISTS (
      SELECT 1 FROM worktree AS t JOIN git_move AS m ON m.worktree_id = t.id
      WHERE t.project_id = p.id AND m.kind = 'commit' AND m.at_ms > j.started_ms - 1000 AND m.at_ms < j.ended_ms + 3600000) END AS dead_end,
  l.added AS lines_added, l.removed AS lines_removed
FROM job AS j
LEFT JOIN project AS p ON p.root = j.root
LEFT JOIN (
  SELECT j.id, @measures, count(DISTINCT s.session_id) AS sessions, dearest_model(s.model_id, s.cost, s.turns) AS model_id,
    list_once(s.number, '#' || s.number) AS prs
  FROM job AS j CROSS JOIN spend_sum(j.started_ms, coalesce(j.ended_ms, :now_ms), j.root, NULL, NULL, NULL, 0, 0, :cost) AS s
  GROUP BY j.id) AS u ON u.id = j.id
LEFT JOIN (
  SELECT j.id, sum(c.lines_added) AS added, sum(c.lines_removed) AS removed
  FROM job AS j CROSS JOIN turn AS t ON t.at_ms >= j.started_ms AND t.at_ms < coalesce(j.ended_ms, :now_ms)
  CROSS JOIN origin AS o ON o.id = t.origin_id CROSS JOIN workdir AS w ON w.id = o.workdir_id
  CROSS JOIN project AS p ON p.id = w.project_id AND p.root = j.root CROSS JOIN tool_call AS c ON c.turn_id = t.id
  GROUP BY j.id) AS l ON l.id = j.id
