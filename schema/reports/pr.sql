-- @report  pr
-- @title   Cost of one pull request
-- @about   One row per session that worked on the pull request, in order of time. `ccl pr NUMBER --why` says why.
-- @group   work
-- @order   4
-- @filter  time project branch model session breakdown
-- @param   number  number  required  Number of the pull request
-- @param   repo  text  -  Its repository, as owner/name, where the number alone does not say
-- @param   guess  bool  0  Count guesses too
-- @window  pull-request
-- @column  session  id  Session  drill=session
-- @column  started  time  First turn counted
-- @column  last  time  Last turn counted  minor
-- @column  branch  text  Branch that most of it was spent on
-- @column  model  text  Model that answered  split
-- @column  role  text  author, review or ci, by most of the money
-- @column  source  text  What says so: link, forge, created, status-line, config, editor, push, merge, checkout, review ...
-- @column  certainty  text  exact (90 or more of 100), inferred, or guess
-- @measures
-- @column  guess_cost  usd  What may belong to it too, at less than 60 of 100; not counted  alert total
-- @chart   bar x=session y=cost
-- @empty   No turn is linked to this pull request in the time asked for. `ccl prs` lists those that are; `ccl pr link BRANCH NUMBER` adds one.
-- @example ccl pr 123 --since 30d
WITH wanted_charge AS MATERIALIZED (
  SELECT c.id, c.branch_id, c.role, c.source, c.confidence, c.confidence >= 60 OR :guess AS is_sure
  FROM charge AS c JOIN name AS r ON r.id = c.repo_id
  WHERE c.number = :number AND r.text = :repo COLLATE NOCASE),
part AS MATERIALIZED (
  SELECT s.session_id, s.split, c.branch_id, c.role, c.source, c.confidence, c.is_sure, s.turns, s.input, s.output,
    s.cache_write_5m, s.cache_write_1h, s.cache_read, s.web_searches, s.cost, s.unpriced, s.first_ms, s.last_ms
  FROM spend AS s CROSS JOIN wanted_charge AS c ON c.id = s.charge_id),
sums AS (
  SELECT session_id, split, dearest_branch(branch_id, cost, turns) AS branch_id,
    sum(CASE WHEN is_sure THEN turns ELSE 0 END) AS turns, sum(CASE WHEN is_sure THEN input ELSE 0 END) AS input,
    sum(CASE WHEN is_sure THEN output ELSE 0 END) AS output,
    sum(CASE WHEN is_sure THEN cache_write_5m ELSE 0 END) AS cache_write_5m,
    sum(CASE WHEN is_sure THEN cache_write_1h ELSE 0 END) AS cache_write_1h,
    sum(CASE WHEN is_sure THEN cache_read ELSE 0 END) AS cache_read,
    sum(CASE WHEN is_sure THEN web_searches ELSE 0 END) AS web_searches,
    CASE WHEN max(is_sure) THEN sum(CASE WHEN is_sure THEN cost END) ELSE 0 END AS cost,
    sum(CASE WHEN is_sure THEN unpriced ELSE 0 END) AS unpriced,
    sum(CASE WHEN is_sure THEN 0 ELSE cost END) AS guess_cost,
    min(first_ms) AS first_ms, max(last_ms) AS last_ms,
    max(printf('%020d', CASE WHEN is_sure THEN coalesce(cost, 0) ELSE -1 END) || ' ' || role) AS best_role,
    max(printf('%020d', CASE WHEN is_sure THEN coalesce(cost, 0) ELSE -1 END) || ' ' || source) AS best_source,
    coalesce(min(CASE WHEN is_sure THEN confidence END), min(confidence)) AS confidence
  FROM part GROUP BY session_id, split)
SELECT s.uid AS session, u.first_ms AS started, u.last_ms AS last, b.text AS branch,
  (SELECT name FROM model WHERE id = u.split) AS model, substr(u.best_role, 22) AS role, substr(u.best_source, 22) AS source,
  CASE WHEN u.confidence >= 90 THEN 'exact' WHEN u.confidence >= 60 THEN 'inferred' ELSE 'guess' END AS certainty,
  u.turns, u.input, u.output, u.cache_write_5m, u.cache_write_1h, u.cache_read, u.web_searches, u.cost, u.unpriced, u.guess_cost
FROM sums AS u
JOIN session AS s ON s.id = u.session_id
LEFT JOIN name AS b ON b.id = u.branch_id
ORDER BY u.first_ms, s.uid, u.cost DESC
