-- @report  audit
-- @title   Claude Code's own figure beside ours
-- @about   One row per session: what its turns cost here, what Claude Code says they cost, and what the difference is made of, largest first. The total comes from the cost-state line of the transcript, the status line, or a result of `claude -p --output-format json` (`ccl audit --result FILE`, - for stdin). `ccl audit SESSION` is --session.
-- @group   health
-- @order   1
-- @filter  time project branch model session breakdown
-- @column  session  id  Session  drill=explain
-- @column  model  text  Model  split
-- @column  computed  usd  Cost of its turns, from the price table (--cost calculated); null: none has a price  total
-- @column  reported  usd  What Claude Code says; null: it left no total, or turns are left out here  total
-- @column  difference  usd  reported - computed, which the next columns sum up to  total
-- @column  why  text  The difference in words  wrap
-- @column  compaction  usd  Calls that wrote the summary of a compaction  detail total
-- @column  title  usd  Calls that made its title  detail total
-- @column  inner  usd  Inner calls of WebSearch, WebFetch, prompt and agent hooks, and the like  detail total
-- @column  fork  usd  The total of the session that it was forked from, with which its own begins  detail total
-- @column  interrupted  usd  Answers that were cut off: what Claude Code estimates, less what the turns say  detail total
-- @column  unwritten  usd  Output that clients 2.1.8 to 2.1.60 did not write into the transcript  detail total
-- @column  other_process  usd  Turns that the total does not hold: of another process, resumed or at the same time; below 0  detail total
-- @column  unseen  usd  Turns of a session that left no transcript (--no-session-persistence)  detail total
-- @column  rates  usd  The turns at Claude Code's rates, less ours  detail total
-- @column  unexplained  usd  What is left  detail total
-- @column  source  text  Where reported stands: cost-state, result or status line, the one that says most  minor
-- @column  turns  int  API responses  detail total
-- @column  unpriced  int  Turns left out of computed: their model has no price  total alert
-- @empty   No sessions yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl audit --since 7d --breakdown
WITH own AS MATERIALIZED (
  SELECT s.session_id, s.split, sum(s.turns) AS turns, sum(s.cost) AS cost, sum(s.unpriced) AS unpriced
  -- COST_CALCULATED: our own figure, whatever --cost shows elsewhere
  FROM spend_sum(:since_ms, :until_ms, :project, :branch, :model, :session, :breakdown, 0, 1) AS s GROUP BY s.session_id, s.split),
side AS (
  SELECT s.uid, coalesce(m.priced_as, m.name) AS model, u.turns, u.cost, u.unpriced, 0 AS own_turns, NULL AS source, NULL AS reported,
    0 AS compaction, 0 AS title, 0 AS inner, 0 AS fork, 0 AS interrupted, 0 AS unwritten, 0 AS other_process, 0 AS unseen, 0 AS rates
  FROM own AS u CROSS JOIN session AS s ON s.id = u.session_id LEFT JOIN model AS m ON m.id = u.split
  UNION ALL
  SELECT a.session, CASE WHEN :breakdown THEN a.model END, 0, CASE WHEN a.session_id IS NULL THEN 0 END, 0, a.turns, a.source, a.reported,
    a.compaction, a.title, a.inner, a.fork, a.interrupted, a.unwritten, a.other_process, a.unseen, a.rates
  FROM session_audit(:session) AS a
  WHERE (:model IS NULL OR a.model IN (SELECT :model UNION SELECT coalesce(priced_as, name) FROM model WHERE name = :model))
    AND (a.session_id IN (SELECT session_id FROM own)
      -- one that has no turns here lies in no time and no project
      OR (a.reported > 0 AND :since_ms = 0 AND :until_ms = 900000000000000
        AND :project IS NULL AND :branch IS NULL AND :model IS NULL))),
pair AS (
  SELECT uid, model, sum(turns) AS turns, sum(cost) AS computed, sum(unpriced) AS unpriced, sum(own_turns) AS own_turns,
    max(source) AS source,
    -- the turns that a filter leaves out are in the other figure; a status line knows no models
    CASE WHEN sum(turns) = sum(own_turns) AND NOT (:breakdown AND max(source) = 'status line') THEN sum(reported) END AS reported,
    sum(compaction) AS compaction, sum(title) AS title, sum(inner) AS inner, sum(fork) AS fork, sum(interrupted) AS interrupted, sum(unwritten) AS unwritten, sum(other_process) AS other_process, sum(unseen) AS unseen, sum(rates) AS rates
  FROM side GROUP BY uid, model),
gap AS (SELECT *, reported - coalesce(computed, 0) AS difference FROM pair)
SELECT uid AS session, model, computed, reported, difference,
  audit_why(source, turns, own_turns, difference, compaction, title, inner, fork, interrupted, unwritten, other_process, unseen, rates) AS why,
  CASE WHEN difference IS NOT NULL THEN compaction END AS compaction, CASE WHEN difference IS NOT NULL THEN title END AS title, CASE WHEN difference IS NOT NULL THEN inner END AS inner, CASE WHEN difference IS NOT NULL THEN fork END AS fork, CASE WHEN difference IS NOT NULL THEN interrupted END AS interrupted, CASE WHEN difference IS NOT NULL THEN unwritten END AS unwritten, CASE WHEN difference IS NOT NULL THEN other_process END AS other_process, CASE WHEN difference IS NOT NULL THEN unseen END AS unseen, CASE WHEN difference IS NOT NULL THEN rates END AS rates,
  difference - compaction - title - inner - fork - interrupted - unwritten - other_process - unseen - rates AS unexplained, source, turns, unpriced
FROM gap ORDER BY difference IS NULL, abs(difference) DESC, uid, model
