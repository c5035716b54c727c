-- @report  categories
-- @title   Cost per category of session, auto-categorised
-- @about   Sessions by the mix of tools they called: planning, generation, debugging, devops, review, exploration, mixed. Auto-categorised: a guess.
-- @group   work
-- @order   20
-- @filter  time project branch model session breakdown
-- @column  category  text  Auto-categorised by the tools that the session called; mixed: nothing prevails
-- @column  model  text  Model that answered  split
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @column  deadends  int  Sessions above $0.10 without a commit until an hour after (`ccl deadends`)  total minor
-- @column  judged  int  Sessions above $0.10 of which that is known  total minor
-- @column  deadend_rate  pct  deadends / judged  alert ratio=deadends/judged
-- @chart   bar x=category y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl categories --since 30d
WITH sums AS MATERIALIZED (SELECT s.session_id, s.split, @measures FROM spend AS s GROUP BY s.session_id, s.split),
-- a session with two models would count twice
fate AS MATERIALIZED (
  SELECT u.session_id, w.commits = 0 AS is_dead,
    w.commits > 0 OR (w.is_known AND w.last_ms <= :now_ms - 3600000) AS is_judged
  FROM sums AS u CROSS JOIN session_commits AS w ON w.session_id = u.session_id
  WHERE u.cost > 100000000000 AND NOT :breakdown),
part AS (
  SELECT u.*, coalesce(c.category, 'mixed') AS category, coalesce(f.is_judged, 0) AS is_judged,
    coalesce(f.is_judged AND f.is_dead, 0) AS is_dead
  FROM sums AS u
  LEFT JOIN session_category AS c ON c.session_id = u.session_id
  LEFT JOIN fate AS f ON f.session_id = u.session_id)
SELECT category, (SELECT name FROM model WHERE id = split) AS model, count(DISTINCT session_id) AS sessions, @measures,
  CASE WHEN NOT :breakdown THEN sum(is_dead) END AS deadends, CASE WHEN NOT :breakdown THEN sum(is_judged) END AS judged,
  CAST(sum(is_dead) AS REAL) / nullif(sum(is_judged), 0) AS deadend_rate
FROM part GROUP BY category, split ORDER BY cost DESC, turns DESC, category, model
