-- What became of the work of each session of `part`, as codeburn has it: productive, reverted (at least half of its
-- commits undone), abandoned (none), or unknown, also while it is not over for an hour.
--
-- A commit is undone if a reset goes back to what stood before it, unless another commit follows the reset within ten
-- minutes (it says the same again), or by a revert, each being taken for one of the newest commit that still stands. An
-- estimate: a reflog says neither how a reset was meant nor what was reverted.
tree(worktree_id, since_ms) AS MATERIALIZED (
  SELECT d.worktree_id, min((SELECT min(first_ms) FROM charge_rollup WHERE session_id = p.session_id))
  FROM (SELECT DISTINCT session_id FROM part) AS p CROSS JOIN workdir AS d ON d.session_id = p.session_id
  WHERE d.worktree_id IS NOT NULL GROUP BY d.worktree_id),
move AS MATERIALIZED (
  SELECT m.worktree_id, m.new_sha, m.old_sha, m.at_ms, m.n, m.kind FROM tree AS t CROSS JOIN git_move AS m ON m.worktree_id = t.worktree_id
  WHERE m.kind IN ('commit', 'amend', 'cherry-pick', 'merge', 'revert')),
-- back from each reset and revert, commit by commit: to `target`, or until as many commits as reverts were met; NULLs have
-- a type, so that what is joined with them is found by an index
walk(worktree_id, by_ms, by_n, target, open, sha, at_ms, n) AS MATERIALIZED (
  SELECT r.worktree_id, r.at_ms, r.n, CASE r.kind WHEN 'reset' THEN r.new_sha END, 1, r.old_sha, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
  FROM tree AS t CROSS JOIN git_move AS r ON r.worktree_id = t.worktree_id AND r.at_ms >= t.since_ms - 1000
  WHERE r.kind = 'revert' OR (r.kind = 'reset' AND NOT EXISTS (
    SELECT 1 FROM git_move AS c WHERE c.worktree_id = r.worktree_id AND c.at_ms >= r.at_ms AND c.at_ms <= r.at_ms + 600000
      AND c.old_sha = r.new_sha AND c.kind = 'commit'))
  UNION
  SELECT w.worktree_id, w.by_ms, w.by_n, w.target,
    w.open + CASE WHEN w.target IS NOT NULL THEN 0 WHEN c.kind = 'revert' THEN 1 WHEN c.kind = 'amend' THEN 0 ELSE -1 END,
    c.old_sha, c.at_ms, c.n
  FROM walk AS w CROSS JOIN move AS c ON c.worktree_id = w.worktree_id AND c.new_sha = w.sha
  WHERE w.open > 0 AND w.sha IS NOT w.target AND (c.at_ms, c.n) < (w.by_ms, w.by_n)),
undone AS MATERIALIZED (
  SELECT w.worktree_id, w.at_ms, w.n FROM walk AS w WHERE w.target IS NULL AND w.open = 0
  UNION
  SELECT w.worktree_id, w.at_ms, w.n FROM walk AS x
  CROSS JOIN walk AS w ON w.worktree_id = x.worktree_id AND w.by_ms = x.by_ms AND w.by_n = x.by_n
  WHERE x.sha = x.target AND w.at_ms IS NOT NULL),
made AS MATERIALIZED (
  SELECT p.session_id, count(*) AS made, count(x.n) AS undone
  FROM (SELECT DISTINCT session_id FROM part) AS p
  CROSS JOIN session_commit AS m ON m.session_id = p.session_id AND m.kind IN ('commit', 'cherry-pick')
  LEFT JOIN undone AS x ON x.worktree_id = m.worktree_id AND x.at_ms = m.at_ms AND x.n = m.n
  GROUP BY p.session_id),
outcome AS MATERIALIZED (
  SELECT p.session_id, coalesce(m.made, 0) AS made, coalesce(m.undone, 0) AS undone, CASE
      WHEN m.undone * 2 >= m.made THEN 'reverted' WHEN m.made > 0 OR c.commits > 0 THEN 'productive'
      WHEN c.is_known AND c.last_ms <= :now_ms - 3600000 THEN 'abandoned' ELSE 'unknown' END AS outcome
  FROM (SELECT DISTINCT session_id FROM part) AS p
  CROSS JOIN session_commits AS c ON c.session_id = p.session_id
  LEFT JOIN made AS m ON m.session_id = p.session_id)
