-- Every sign that the work on a branch belongs to a pull request: the hook makes claims of it, `ccl pr
-- N --why` and `ccl why TURN` list it. One row per sign.
--
-- at_ms: when it was seen. confidence: 0 to 100, by source; equal ones: the newest wins. end_ms: when
-- the pull request was merged or closed, by the forge. is_other_base: its base is not the default
-- branch. since_ms, until_ms, link_id: of what the user said.
WITH hint AS (
  SELECT h.project_id, h.on_branch_id AS branch_id, h.session_id, h.at_ms, h.number, h.verb, h.source,
    -- --base, another branch than the default one
    h.base_id IS NOT NULL AND CASE WHEN EXISTS (
        SELECT 1 FROM worktree WHERE project_id = p.id AND default_branch_id IS NOT NULL)
      THEN h.base_id NOT IN (SELECT default_branch_id FROM worktree WHERE project_id = p.id AND default_branch_id IS NOT NULL)
      ELSE (SELECT text FROM name WHERE id = h.base_id) NOT IN ('main', 'master') END AS is_other_base,
    -- OWNER/NAME stands on the host of the project, a bare number in the repository that gh sends to
    CASE
      WHEN h.repo IS NULL THEN coalesce(t.base_repo, p.repo, p.name)
      WHEN h.repo = p.repo COLLATE NOCASE THEN p.repo
      WHEN instr(substr(h.repo, 1, instr(h.repo, '/')), '.') > 0 OR p.repo IS NULL THEN h.repo
      WHEN substr(p.repo, 1, instr(p.repo, '/')) || h.repo = p.repo COLLATE NOCASE THEN p.repo
      ELSE substr(p.repo, 1, instr(p.repo, '/')) || h.repo END AS repo
  FROM pr_hint AS h
  JOIN project AS p ON p.id = h.project_id
  LEFT JOIN workdir AS w ON w.id = h.workdir_id
  LEFT JOIN worktree AS t ON t.id = w.worktree_id
  WHERE h.number IS NOT NULL)
SELECT project_id, branch_id, session_id, at_ms, repo, number,
  CASE WHEN verb = 'checkout' THEN 'review' ELSE 'author' END AS role,
  CASE WHEN source = 'status-line' THEN 'status-line' WHEN source = 'config' AND verb = 'checkout' THEN 'config'
    WHEN source = 'config' THEN 'editor' WHEN source = 'push-output' THEN 'push'
    WHEN verb = 'created' THEN 'created' ELSE verb END AS source,
  CASE WHEN source = 'status-line' THEN 92 WHEN source = 'config' AND verb = 'checkout' THEN 90
    WHEN source = 'config' THEN 88 WHEN source = 'push-output' THEN 86 WHEN verb = 'created' THEN 94 ELSE 70 END AS confidence,
  NULL AS end_ms, is_other_base, 0 AS since_ms, 900000000000000 AS until_ms, NULL AS link_id
FROM hint
WHERE branch_id IS NOT NULL
  AND (verb IN ('created', 'checkout') OR source IN ('status-line', 'config', 'push-output'))
UNION ALL
-- a merge whose subject names the branch
SELECT w.project_id, m.from_id, NULL, m.at_ms, coalesce(w.base_repo, p.repo, p.name), m.pr_number, 'author', 'merge', 75, m.at_ms, 0,
  0, 900000000000000, NULL
FROM git_move AS m JOIN worktree AS w ON w.id = m.worktree_id JOIN project AS p ON p.id = w.project_id
WHERE m.pr_number IS NOT NULL AND m.from_id IS NOT NULL
UNION ALL
-- the forge: head branch and head repository; the branch of a fork that is gone is nobody's here
SELECT p.id, b.id, NULL, f.created_ms, f.repo, f.number, 'author', 'forge', 96, coalesce(f.merged_ms, f.closed_ms),
  NOT f.is_default_base, 0, 900000000000000, NULL
FROM forge_pr AS f
JOIN name AS b ON b.text = f.head_ref
JOIN project AS p ON p.repo = f.head_repo COLLATE NOCASE
UNION ALL
-- a branch called after the pull request
SELECT p.id, b.id, NULL, 0, coalesce(p.repo, p.name),
  CAST(substr(b.text, CASE WHEN b.text LIKE 'pull%' THEN 6 ELSE 4 END) AS INTEGER), 'author', 'name', 45, NULL, 0, 0, 900000000000000, NULL
FROM project AS p CROSS JOIN name AS b
WHERE (b.text GLOB 'pr[-/][1-9]*' OR b.text GLOB 'mr[-/][1-9]*' OR b.text GLOB 'pull[-/][1-9]*')
  AND NOT substr(b.text, CASE WHEN b.text LIKE 'pull%' THEN 6 ELSE 4 END) GLOB '*[^0-9]*' AND length(b.text) < 16
UNION ALL
-- the user's word
SELECT p.id, b.id, NULL, l.made_ms, l.repo, l.number, coalesce(l.role, 'author'), 'link', 100, NULL, 0, l.since_ms, l.until_ms, l.id
FROM pr_link AS l JOIN project AS p ON p.root = l.root JOIN name AS b ON b.text = l.target
WHERE l.scope = 'branch' AND l.undone_ms IS NULL
