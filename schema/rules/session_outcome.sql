-- What became of the work of each session of `part`, as codeburn has it: productive, reverted (at least half of its
-- commits undone), abandoned (none), or unknown, also while it is not over for an hour.
undone AS MATERIALIZED (SELECT * FROM undone_commit),
fate AS MATERIALIZED (
  SELECT c.session_id, c.commits, c.is_known AND c.last_ms <= :now_ms - 3600000 AS is_known, count(m.n) AS made, count(x.n) AS undone
  FROM (SELECT DISTINCT session_id FROM part) AS p
  CROSS JOIN session_commits AS c ON c.session_id = p.session_id
  LEFT JOIN session_commit AS m ON m.session_id = p.session_id AND m.kind IN ('commit', 'cherry-pick')
  LEFT JOIN undone AS x ON x.worktree_id = m.worktree_id AND x.at_ms = m.at_ms AND x.n = m.n
  GROUP BY p.session_id),
outcome AS MATERIALIZED (
  SELECT session_id, made, undone, CASE WHEN made > 0 AND undone * 2 >= made THEN 'reverted' WHEN commits > 0 THEN 'productive'
    WHEN is_known THEN 'abandoned' ELSE 'unknown' END AS outcome FROM fate)
