-- @report  unassigned
-- @title   Cost that no pull request has
-- @about   One row per reason, project and branch, dearest first. With `ccl prs` it adds up to all that was spent.
-- @group   work
-- @order   5
-- @filter  time project branch model session breakdown
-- @param   guess  bool  0  Guesses count for their pull request, not here
-- @column  reason  text  no-pr (a branch without one), detached, no-branch, no-repo, below-60 (only a guess), pending (not decided yet)
-- @column  project  text  Last component of the project's folder
-- @column  branch  text  Branch; null where nothing names one
-- @column  model  text  Model that answered  split
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @column  first  time  First turn counted  minor
-- @column  last  time  Last turn counted  minor
-- @chart   bar x=reason,project,branch y=cost
-- @empty   Nothing: every turn is linked to a pull request, or there are none yet (`ccl sync`).
-- @example ccl unassigned --since 7d
SELECT CASE WHEN c.number IS NULL OR c.reason = 'below-60' THEN c.reason END AS reason, p.name AS project, b.text AS branch,
  (SELECT name FROM model WHERE id = s.split) AS model, count_once(s.session_id) AS sessions, @measures,
  min(s.first_ms) AS first, max(s.last_ms) AS last
FROM spend AS s
CROSS JOIN charge AS c ON c.id = s.charge_id
LEFT JOIN project AS p ON p.id = c.project_id
LEFT JOIN name AS b ON b.id = c.branch_id
WHERE c.number IS NULL OR (c.confidence < 60 AND NOT :guess)
GROUP BY c.reason, c.project_id, c.branch_id, s.split ORDER BY cost DESC, turns DESC, reason, project, branch
