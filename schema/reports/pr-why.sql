-- @report  pr-why
-- @title   Why turns are charged to a pull request
-- @about   What is charged to the pull request, by branch and by what says so, then every sign that was seen of it, and what else was seen on those branches and lost. `ccl pr NUMBER --why` is the same; `ccl why TURN` explains one turn.
-- @group   work
-- @order   7
-- @filter  time
-- @param   number  number  required  Number of the pull request
-- @param   repo  text  -  Its repository, as owner/name, where the number alone does not say
-- @window  pull-request
-- @column  row  text  charged, evidence or lost
-- @column  project  text  Last component of the project's folder  minor
-- @column  branch  text  Branch
-- @column  by  text  How the branch is known: reflog, observed, transcript, operation, tip, recent, carry, spawn, touched-file, ci
-- @column  says  text  Repository and number
-- @column  source  text  What says so
-- @column  role  text  author, review or ci
-- @column  confidence  int  Of 100; below 60 it is not counted
-- @measures
-- @column  first  time  First turn counted, or when that was seen
-- @column  last  time  Last turn counted, or until when it holds  minor
-- @empty   Nothing is known of this pull request. `ccl prs` lists those that are.
-- @example ccl pr 123 --why
WITH mine AS MATERIALIZED (
  SELECT c.* FROM charge AS c JOIN name AS r ON r.id = c.repo_id WHERE c.number = :number AND r.text = :repo COLLATE NOCASE),
charged AS (
  SELECT m.project_id, m.branch_id, m.branch_source, m.source, m.role, m.confidence, @measures,
    min(s.first_ms) AS first, max(s.last_ms) AS last
  FROM spend AS s CROSS JOIN mine AS m ON m.id = s.charge_id
  GROUP BY m.project_id, m.branch_id, m.branch_source, m.source, m.role, m.confidence),
place AS MATERIALIZED (
  SELECT DISTINCT project_id, branch_id FROM mine WHERE branch_id IS NOT NULL AND project_id IS NOT NULL
  UNION
  SELECT project_id, on_branch_id FROM pr_hint WHERE number = :number AND on_branch_id IS NOT NULL AND project_id IS NOT NULL),
sign AS (
  SELECT e.project_id, e.branch_id, e.repo, e.number, e.source, e.role, e.confidence,
    nullif(min(e.at_ms), 0) AS first, nullif(max(coalesce(e.end_ms, e.at_ms)), 0) AS last
  FROM place AS p CROSS JOIN pr_evidence AS e ON e.project_id = p.project_id AND e.branch_id = p.branch_id
  GROUP BY 1, 2, 3, 4, 5, 6, 7)
SELECT row, p.name AS project, b.text AS branch, by, says, source, role, confidence, turns, input, output, cache_write_5m,
  cache_write_1h, cache_read, web_searches, cost, unpriced, first, last
FROM (
  SELECT 0 AS place, 'charged' AS row, project_id, branch_id, branch_source AS by, :repo || '#' || :number AS says, source, role, confidence,
    turns, input, output, cache_write_5m, cache_write_1h, cache_read, web_searches, cost, unpriced, first, last FROM charged
  UNION ALL
  SELECT CASE WHEN number IS :number AND repo = :repo COLLATE NOCASE THEN 1 ELSE 2 END,
    CASE WHEN number IS :number AND repo = :repo COLLATE NOCASE THEN 'evidence' ELSE 'lost' END, project_id, branch_id, NULL,
    coalesce(repo || '#' || number, 'no pull request'), source, role, confidence, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, first, last
  FROM sign) AS x
LEFT JOIN project AS p ON p.id = x.project_id
LEFT JOIN name AS b ON b.id = x.branch_id
ORDER BY place, cost DESC, confidence DESC, first, project, branch, says, source
