-- @report  why
-- @title   Why a turn is charged to what it is
-- @about   Everything that speaks for a branch or a pull request of one turn, surest first, and what came of it.
-- @group   work
-- @order   6
-- @filter  time
-- @param   turn  text  required  Message id of the turn, or the beginning of it (`ccl session ID -o turn`)
-- @window  turn
-- @column  about  text  turn, branch or pull request
-- @column  says  text  Branch, or repository and number; null: none
-- @column  source  text  Who says so
-- @column  confidence  int  Of 100; null: by its place in the order of evidence
-- @column  verdict  text  charged, agrees or lost
-- @column  at  time  When that was seen, or since when it holds
-- @column  session  id  Session that it was seen in  minor
-- @empty   There is no such turn.
-- @example ccl why msg_01Abc
WITH it AS MATERIALIZED (
  SELECT t.id, t.key, t.at_ms, t.prompt_id, o.session_id, s.uid, o.branch_id AS told_id, w.worktree_id, c.project_id,
    c.branch_id, c.branch_source, c.repo_id, c.number, c.role, c.source, c.confidence, c.reason
  FROM turn AS t JOIN origin AS o ON o.id = t.origin_id JOIN session AS s ON s.id = o.session_id
  JOIN charge AS c ON c.id = t.charge_id LEFT JOIN workdir AS w ON w.id = o.workdir_id
  WHERE t.key = :turn AND t.at_ms >= :since_ms AND t.at_ms < :until_ms),
span AS MATERIALIZED (
  SELECT h.* FROM it JOIN head_span AS h ON h.worktree_id = it.worktree_id
  WHERE h.since_ms = (SELECT max(since_ms) FROM head_span WHERE worktree_id = it.worktree_id AND since_ms <= it.at_ms)),
said(place, about, branch_id, repo, number, source, confidence, at_ms, session_id) AS (
  -- what decides about the branch, in the order of evidence
  SELECT 1, 'branch', h.branch_id, NULL, NULL, h.source, NULL, nullif(h.since_ms, 0), NULL FROM span AS h WHERE h.source <> 'unknown'
  UNION ALL
  SELECT 2, 'branch', h.carry_id, NULL, NULL, 'carry', NULL, h.since_ms, NULL FROM span AS h WHERE h.carry_id IS NOT NULL
  UNION ALL
  SELECT 3, 'branch', g.branch_id, NULL, NULL, 'observed', NULL, g.at_ms, g.session_id FROM it JOIN git_obs AS g ON g.worktree_id = it.worktree_id
  WHERE g.id IN ((SELECT id FROM git_obs WHERE worktree_id = it.worktree_id AND at_ms <= it.at_ms ORDER BY at_ms DESC LIMIT 1),
    (SELECT id FROM git_obs WHERE worktree_id = it.worktree_id AND at_ms > it.at_ms ORDER BY at_ms LIMIT 1))
  UNION ALL
  SELECT 4, 'branch', told_id, NULL, NULL, 'transcript', NULL, at_ms, session_id FROM it WHERE told_id IS NOT NULL
  UNION ALL
  SELECT 5, 'branch', branch_id, NULL, NULL, branch_source, NULL, at_ms, session_id FROM it
  WHERE branch_source IN ('touched-file', 'spawn', 'recent', 'ci')
  UNION ALL
  -- and about its pull request
  SELECT 6, 'pull request', NULL, e.repo, e.number, e.source, e.confidence, nullif(e.at_ms, 0), e.session_id
  FROM it CROSS JOIN pr_evidence AS e ON e.project_id = it.project_id AND e.branch_id = it.branch_id
  WHERE e.since_ms <= it.at_ms AND it.at_ms < e.until_ms
  UNION ALL
  SELECT 6, 'pull request', NULL, coalesce(h.repo, p.repo, p.name), h.number, h.verb, 70, h.at_ms, h.session_id
  FROM it JOIN pr_hint AS h ON h.session_id = it.session_id LEFT JOIN project AS p ON p.id = it.project_id
  WHERE h.number IS NOT NULL AND h.verb IN ('view', 'review', 'diff', 'checks', 'comment')
  UNION ALL
  SELECT 6, 'pull request', NULL, l.repo, l.number, 'link', 100, l.made_ms, NULL
  FROM it JOIN pr_link AS l ON l.undone_ms IS NULL AND ((l.scope = 'turn' AND l.target = it.key) OR (l.scope = 'session' AND l.target = it.uid))
  UNION ALL
  SELECT 6, 'pull request', NULL, r.text, it.number, it.source, it.confidence, it.at_ms, it.session_id
  FROM it LEFT JOIN name AS r ON r.id = it.repo_id WHERE it.source IN ('ci', 'worktree')),
listed AS (
  SELECT x.place, x.about, x.source, x.confidence, x.at_ms, x.session_id,
    CASE WHEN x.about = 'branch' THEN b.text WHEN x.number IS NOT NULL THEN x.repo || '#' || x.number END AS says,
    CASE WHEN x.about = 'branch' THEN
      CASE WHEN x.branch_id IS it.branch_id AND x.source = it.branch_source THEN 'charged'
        WHEN x.branch_id IS it.branch_id THEN 'agrees' ELSE 'lost' END
    WHEN x.number IS it.number AND x.repo IS r.text COLLATE NOCASE THEN
      CASE WHEN x.source = it.source OR (it.source = 'fork-main' AND x.source IN ('created', 'forge')) THEN 'charged' ELSE 'agrees' END
    ELSE 'lost' END AS verdict
  FROM said AS x CROSS JOIN it LEFT JOIN name AS b ON b.id = x.branch_id LEFT JOIN name AS r ON r.id = it.repo_id)
SELECT about, says, source, confidence, verdict, at, session FROM (
  SELECT 'turn' AS about, coalesce(p.name, 'no folder') || ' ' || coalesce(b.text, it.reason)
      || coalesce(' ' || r.text || '#' || it.number || ' (' || it.role || ')', CASE WHEN b.text IS NOT NULL THEN ': ' || it.reason END, '') AS says,
    coalesce(it.source, it.branch_source) AS source, it.confidence, 'charged' AS verdict, it.at_ms AS at, it.uid AS session, 0 AS place
  FROM it LEFT JOIN project AS p ON p.id = it.project_id LEFT JOIN name AS b ON b.id = it.branch_id
  LEFT JOIN name AS r ON r.id = it.repo_id
  UNION ALL
  SELECT x.about, x.says, x.source, x.confidence, x.verdict, x.at_ms, s.uid, x.place
  FROM listed AS x LEFT JOIN session AS s ON s.id = x.session_id)
ORDER BY place, confidence DESC, at DESC
