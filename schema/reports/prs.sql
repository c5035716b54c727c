-- @report  prs
-- @title   Cost per pull request
-- @about   One row per pull request, dearest first. What is surer than 60 of 100 counts; the rest is a guess and stands in its own column.
-- @group   work
-- @order   3
-- @filter  time project branch model session breakdown
-- @param   guess  bool  0  Count guesses too
-- @column  repo  text  Repository, as host/owner/name
-- @column  number  number  Number of the pull request  drill=pr
-- @column  title  text  Its title, as the forge had it when it was last asked
-- @column  state  text  open, draft, merged or closed, as the forge had it
-- @column  branch  text  Branch that most of it was spent on
-- @column  model  text  Model that answered  split
-- @column  sessions  int  Sessions that worked on it
-- @measures
-- @column  author_cost  usd  Spent on making it  minor total
-- @column  review_cost  usd  Spent on looking at it  total alert
-- @column  ci_cost  usd  Spent by runs in CI  total alert
-- @column  certainty  text  exact (90 or more of 100), inferred, or guess, by the least sure part
-- @column  guess_cost  usd  What may belong to it too, at less than 60 of 100; not counted  alert total
-- @column  first  time  First turn counted  minor
-- @column  last  time  Last turn counted  minor
-- @column  opened  time  When it was opened, by the forge or the call that did it  minor
-- @column  ended  time  When it was merged or closed  minor
-- @column  forge_age  span  Since the forge was asked about it; null: never  minor
-- @chart   bar x=number,title y=cost
-- @empty   No turn is linked to a pull request yet. `ccl branches` shows what was spent where, `ccl pr link BRANCH NUMBER` adds a link by hand, `ccl pr resolve` asks the forge.
-- @example ccl prs --since 30d
WITH part AS (
  SELECT s.repo_id, s.number, c.branch_id, c.role, c.confidence, s.split, s.first_ms, s.last_ms,
    c.confidence >= 60 OR :guess AS is_sure, s.turns, s.input, s.output, s.cache_write_5m, s.cache_write_1h, s.cache_read,
    s.web_searches, s.cost, s.unpriced
  FROM spend AS s CROSS JOIN charge AS c ON c.id = s.charge_id
  WHERE s.number IS NOT NULL),
-- apart, so that the sums are of fewer rows
visit AS MATERIALIZED (
  SELECT s.repo_id, s.number, s.split, count_once(s.session_id) AS sessions
  FROM spend AS s CROSS JOIN charge AS c ON c.id = s.charge_id
  WHERE s.number IS NOT NULL AND (c.confidence >= 60 OR :guess) AND s.turns > 0
  GROUP BY s.repo_id, s.number, s.split),
sums AS (
  SELECT repo_id, number, split, max(is_sure) AS is_sure, min(confidence) AS confidence,
    dearest_branch(branch_id, cost, turns) AS branch_id,
    sum(CASE WHEN is_sure THEN turns ELSE 0 END) AS turns, sum(CASE WHEN is_sure THEN input ELSE 0 END) AS input,
    sum(CASE WHEN is_sure THEN output ELSE 0 END) AS output,
    sum(CASE WHEN is_sure THEN cache_write_5m ELSE 0 END) AS cache_write_5m,
    sum(CASE WHEN is_sure THEN cache_write_1h ELSE 0 END) AS cache_write_1h,
    sum(CASE WHEN is_sure THEN cache_read ELSE 0 END) AS cache_read,
    sum(CASE WHEN is_sure THEN web_searches ELSE 0 END) AS web_searches,
    CASE WHEN max(is_sure) THEN sum(CASE WHEN is_sure THEN cost END) ELSE 0 END AS cost,
    sum(CASE WHEN is_sure THEN unpriced ELSE 0 END) AS unpriced,
    sum(CASE WHEN is_sure AND role = 'author' THEN cost ELSE 0 END) AS author_cost,
    sum(CASE WHEN is_sure AND role = 'review' THEN cost ELSE 0 END) AS review_cost,
    sum(CASE WHEN is_sure AND role = 'ci' THEN cost ELSE 0 END) AS ci_cost,
    min(CASE WHEN is_sure THEN confidence END) AS sure_confidence,
    sum(CASE WHEN is_sure THEN 0 ELSE cost END) AS guess_cost, min(first_ms) AS first_ms, max(last_ms) AS last_ms
  FROM part GROUP BY repo_id, number, split)
SELECT r.text AS repo, u.number, f.title, f.state, b.text AS branch, (SELECT name FROM model WHERE id = u.split) AS model,
  coalesce(v.sessions, 0) AS sessions, u.turns, u.input, u.output, u.cache_write_5m, u.cache_write_1h, u.cache_read, u.web_searches, u.cost, u.unpriced,
  u.author_cost, u.review_cost, u.ci_cost,
  CASE WHEN coalesce(u.sure_confidence, u.confidence) >= 90 THEN 'exact'
    WHEN coalesce(u.sure_confidence, u.confidence) >= 60 THEN 'inferred' ELSE 'guess' END AS certainty,
  u.guess_cost, u.first_ms AS first, u.last_ms AS last,
  coalesce(f.created_ms, (SELECT min(h.at_ms) FROM pr_hint AS h
    WHERE h.number = u.number AND h.verb = 'created' AND h.repo = r.text COLLATE NOCASE)) AS opened,
  coalesce(f.merged_ms, f.closed_ms) AS ended, :now_ms - g.answered_ms AS forge_age
FROM sums AS u
LEFT JOIN visit AS v ON v.repo_id = u.repo_id AND v.number = u.number AND v.split IS u.split
LEFT JOIN name AS r ON r.id = u.repo_id
LEFT JOIN name AS b ON b.id = u.branch_id
LEFT JOIN forge_pr AS f ON f.repo = r.text AND f.number = u.number
LEFT JOIN forge_repo AS g ON g.repo = r.text
ORDER BY u.cost DESC, u.turns DESC, r.text, u.number, model
-- @footer
WITH part AS (
  SELECT CASE WHEN c.number IS NOT NULL AND (c.confidence >= 60 OR :guess) THEN NULL
    WHEN c.reason = 'no-pr' THEN coalesce(b.text, 'no branch') ELSE replace(c.reason, '-', ' ') END AS rest, s.cost
  FROM spend AS s CROSS JOIN charge AS c ON c.id = s.charge_id LEFT JOIN name AS b ON b.id = c.branch_id),
sums AS MATERIALIZED (SELECT rest, sum(cost) AS cost FROM part GROUP BY rest HAVING sum(cost) > 0),
rests AS (SELECT rest, cost, row_number() OVER (ORDER BY cost DESC, rest) AS n FROM sums WHERE rest IS NOT NULL)
SELECT printf('%.1f', 100.0 * coalesce((SELECT cost FROM sums WHERE rest IS NULL), 0) / sum(cost)) || ' % of ' || usd_short(sum(cost))
  || ' is linked to pull requests'
  || coalesce('; the rest: ' || (SELECT group_concat(rest || ' ' || usd_short(cost), ', ') FROM (SELECT * FROM rests WHERE n <= 4 ORDER BY n))
    || coalesce(', others ' || (SELECT usd_short(sum(cost)) FROM rests WHERE n > 4 HAVING count(*) > 0), '') || ' (`ccl unassigned`)', '')
FROM sums HAVING count(*) > 0
