-- @report  deadends
-- @title   Sessions that led to no commit
-- @about   Sessions above $0.10 without a commit in their working trees until an hour after, dearest first. Where git showed nothing of that time, a session is left out. `ccl sync` first reads what git did since the last hook.
-- @group   work
-- @order   24
-- @filter  time project branch model session breakdown
-- @column  session  id  Session  drill=session
-- @column  project  text  Last component of the project's folder
-- @column  model  text  Model that answered  split
-- @column  category  text  Auto-categorised by the tools that it called
-- @column  last  time  Its last turn
-- @column  commits  int  Commits until an hour after it: none  minor
-- @measures
-- @empty   No dead end: each session above $0.10 has a commit, is not over for an hour yet, or git showed nothing of its time.
-- @example ccl deadends --since 30d
WITH part AS MATERIALIZED (
  SELECT s.session_id, s.split, dearest_project(s.project_id, s.cost, s.turns) AS project_id, @measures
  FROM spend AS s GROUP BY s.session_id, s.split),
dead AS MATERIALIZED (
  SELECT u.session_id, u.cost, w.last_ms, w.commits
  FROM (SELECT session_id, sum(cost) AS cost FROM part GROUP BY session_id) AS u
  CROSS JOIN session_commits AS w ON w.session_id = u.session_id
  WHERE u.cost > 100000000000 AND w.is_known AND w.commits = 0 AND w.last_ms <= :now_ms - 3600000)
SELECT z.uid AS session, p.name AS project, (SELECT name FROM model WHERE id = u.split) AS model,
  coalesce((SELECT category FROM session_category WHERE session_id = u.session_id), 'mixed') AS category,
  d.last_ms AS last, d.commits, u.turns, u.input, u.output, u.cache_write_5m, u.cache_write_1h, u.cache_read,
  u.web_searches, u.cost, u.unpriced
FROM dead AS d
CROSS JOIN part AS u ON u.session_id = d.session_id
CROSS JOIN session AS z ON z.id = d.session_id
LEFT JOIN project AS p ON p.id = u.project_id
ORDER BY d.cost DESC, session, u.cost DESC, model
-- @footer
WITH part AS MATERIALIZED (
  SELECT u.session_id, u.cost, w.commits = 0 AS is_dead, CASE
      WHEN w.commits > 0 THEN 'judged' WHEN NOT w.is_known THEN 'unseen'
      WHEN w.last_ms > :now_ms - 3600000 THEN 'open' ELSE 'judged' END AS state
  FROM (SELECT s.session_id, sum(s.cost) AS cost FROM spend AS s GROUP BY s.session_id) AS u
  CROSS JOIN session_commits AS w ON w.session_id = u.session_id
  WHERE u.cost > 100000000000),
kind AS (
  SELECT coalesce(c.category, 'mixed') AS category, sum(p.is_dead) AS dead, count(*) AS n
  FROM part AS p LEFT JOIN session_category AS c ON c.session_id = p.session_id
  WHERE p.state = 'judged' GROUP BY 1),
total AS (
  SELECT count(*) FILTER (WHERE state = 'judged') AS judged, count(*) FILTER (WHERE state = 'judged' AND is_dead) AS dead,
    sum(cost) FILTER (WHERE state = 'judged') AS usd, coalesce(sum(cost) FILTER (WHERE state = 'judged' AND is_dead), 0) AS dead_usd,
    count(*) FILTER (WHERE state = 'unseen') AS unseen, count(*) FILTER (WHERE state = 'open') AS open FROM part)
SELECT CASE WHEN judged THEN
    printf('%,d of %,d sessions above $0.10 are dead ends, %s of %s', dead, judged, usd_short(dead_usd), usd_short(usd))
    || '; by category: ' || (SELECT group_concat(category || ' ' || printf('%,d of %,d', dead, n), ', ') FROM (
      SELECT * FROM kind ORDER BY dead DESC, n DESC, category))
  ELSE 'Whether they led to a commit is known of none of the sessions above $0.10' END
  || CASE WHEN unseen THEN printf('; git showed nothing of %,d (no repository, or no reflog of their time)', unseen) ELSE '' END
  || CASE WHEN open THEN printf('; %,d %s not over for an hour yet', open, CASE open WHEN 1 THEN 'is' ELSE 'are' END) ELSE '' END
FROM total WHERE judged + unseen + open
