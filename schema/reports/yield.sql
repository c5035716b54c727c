-- @report  yield
-- @title   What the money bought, per project
-- @about   Cost per commit, per merged pull request and per line that survived. Commits are those made in the working trees of these sessions until an hour after them. Lines are an estimate: those that Edit and Write added, less those that later edits of the same file took away. `ccl outcomes` shows what came of the sessions.
-- @group   work
-- @order   25
-- @filter  time project session
-- @column  project  text  Last component of root
-- @column  root  path  Main working tree of the repository, or the folder outside one  minor
-- @column  sessions  int  Sessions with a turn in it  minor
-- @measures
-- @column  commits  int  Commits, as far as git showed them  total
-- @column  cost_per_commit  usd  cost / commits  ratio=cost/commits
-- @column  prs  int  Merged pull requests that turns counted here were spent on  minor total
-- @column  cost_per_pr  usd  cost / prs  ratio=cost/prs
-- @column  lines  int  Lines added by Edit and Write  minor total
-- @column  survived  int  Of them those that no later edit counted here took away, at least  minor total
-- @column  cost_per_line  usd  cost / survived  ratio=cost/survived
-- @column  productive  usd  Spent in sessions with commits, less than half of them undone  minor total
-- @column  reverted  usd  Spent in sessions of whose commits at least half were undone  minor total
-- @column  abandoned  usd  Spent in sessions without a commit until an hour after  minor total
-- @column  unknown  usd  Spent in sessions of which git showed nothing, or that are not over for an hour  minor total
-- @chart   bar x=project y=cost_per_commit
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl yield --since month
WITH part AS MATERIALIZED (
  SELECT s.project_id, s.session_id, @measures FROM spend AS s GROUP BY s.project_id, s.session_id),
@session_outcome,
sums AS MATERIALIZED (
  SELECT p.project_id, count(*) AS sessions, @measures,
    sum(CASE o.outcome WHEN 'productive' THEN p.cost ELSE 0 END) AS productive,
    sum(CASE o.outcome WHEN 'reverted' THEN p.cost ELSE 0 END) AS reverted,
    sum(CASE o.outcome WHEN 'abandoned' THEN p.cost ELSE 0 END) AS abandoned,
    sum(CASE o.outcome WHEN 'unknown' THEN p.cost ELSE 0 END) AS unknown
  FROM part AS p JOIN outcome AS o ON o.session_id = p.session_id GROUP BY p.project_id),
committed AS MATERIALIZED (
  SELECT t.project_id, count(*) AS commits FROM (
    SELECT DISTINCT c.worktree_id, c.at_ms, c.n FROM (SELECT DISTINCT session_id FROM part) AS p
    CROSS JOIN session_commit AS c ON c.session_id = p.session_id
    WHERE c.kind IN ('commit', 'cherry-pick') AND c.at_ms > :since_ms - 1000
      -- what comes after the last turn of a session belongs to the time of that turn
      AND (c.at_ms < :until_ms OR c.at_ms > (SELECT max(last_ms) FROM charge_rollup WHERE session_id = p.session_id))) AS c
  JOIN worktree AS t ON t.id = c.worktree_id GROUP BY t.project_id),
merged AS MATERIALIZED (
  SELECT project_id, count(*) AS prs FROM (
    SELECT DISTINCT s.project_id, s.repo_id, s.number FROM spend AS s CROSS JOIN charge AS c ON c.id = s.charge_id
    WHERE s.number IS NOT NULL AND c.confidence >= 60 AND c.role = 'author') AS r
  JOIN name AS n ON n.id = r.repo_id
  WHERE EXISTS (SELECT 1 FROM forge_pr AS f WHERE f.repo = n.text AND f.number = r.number AND f.state = 'merged')
    OR EXISTS (SELECT 1 FROM pr_hint AS h WHERE h.number = r.number AND h.repo = n.text COLLATE NOCASE AND h.verb IN ('merged', 'merge'))
  GROUP BY project_id),
-- calls with lines are few among those of all time, turns are few in a short one
edit(id, origin_id, target_id, added, removed) AS (
  SELECT c.id, t.origin_id, c.target_id, c.lines_added, c.lines_removed
  FROM tool_call AS c CROSS JOIN turn AS t ON t.id = c.turn_id
  WHERE :since_ms <= 0 AND c.lines_added IS NOT NULL AND t.at_ms < :until_ms
  UNION ALL
  SELECT c.id, t.origin_id, c.target_id, c.lines_added, c.lines_removed
  FROM turn AS t CROSS JOIN tool_call AS c ON c.turn_id = t.id
  WHERE :since_ms > 0 AND t.at_ms >= :since_ms AND t.at_ms < :until_ms AND c.lines_added IS NOT NULL),
-- What stands of a file after each edit is what stood before, less what it removes but never below 0, and what it
-- adds. In closed form: all that was added, less all that was removed, less the least that this ever was if below 0.
balance AS (
  SELECT w.project_id, e.target_id, e.added, coalesce(e.removed, 0) AS removed,
    sum(e.added - coalesce(e.removed, 0)) OVER (PARTITION BY w.project_id, e.target_id ORDER BY e.id) - e.added AS standing
  FROM edit AS e CROSS JOIN origin AS o ON o.id = e.origin_id CROSS JOIN workdir AS w ON w.id = o.workdir_id
  WHERE (:session IS NULL AND :project IS NULL) OR o.id IN (SELECT id FROM spend_origin)),
lines AS MATERIALIZED (
  SELECT project_id, sum(added) AS lines, sum(survived) AS survived FROM (
    SELECT project_id, sum(added) AS added, sum(added - removed) - min(0, min(standing)) AS survived
    FROM balance GROUP BY project_id, target_id)
  GROUP BY project_id)
SELECT p.name AS project, p.root, u.sessions, u.turns, u.input, u.output, u.cache_write_5m, u.cache_write_1h, u.cache_read,
  u.web_searches, u.cost, u.unpriced, coalesce(m.commits, 0) AS commits,
  (u.cost + m.commits / 2) / m.commits AS cost_per_commit, coalesce(r.prs, 0) AS prs, (u.cost + r.prs / 2) / r.prs AS cost_per_pr,
  coalesce(l.lines, 0) AS lines, coalesce(l.survived, 0) AS survived,
  (u.cost + l.survived / 2) / nullif(l.survived, 0) AS cost_per_line, u.productive, u.reverted, u.abandoned, u.unknown
FROM sums AS u
LEFT JOIN project AS p ON p.id = u.project_id
LEFT JOIN committed AS m ON m.project_id = u.project_id
LEFT JOIN merged AS r ON r.project_id = u.project_id
LEFT JOIN lines AS l ON l.project_id = u.project_id
ORDER BY u.cost DESC, u.turns DESC, project, root
