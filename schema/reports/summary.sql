-- @report  summary
-- @title   Today, this week, this month, all time
-- @about   What today, yesterday, this week, this month and all time have cost.
-- @group   overview
-- @order   1
-- @filter  time project branch model session breakdown
-- @totals  period=all
-- @column  period  text  today, yesterday, week (from Monday), month, all
-- @column  model  text  Model that answered  split
-- @column  prompts  int  Prompts that a human, or a program, gave  minor
-- @column  sessions  int  Sessions with a turn in it
-- @measures
-- @column  cache_hit  pct  Cache reads of all that could have been read: reads / (reads + writes)  minor
-- @column  per_day  usd  Cost per calendar day, from the first day of the period (all: of the first turn) to today  minor
-- @column  unattributed  usd  What Claude Code's own meter counts beyond the turns, at our prices; null: unknown  alert
-- @column  unknown  int  Calls cut off or with output known only from below  alert
-- @chart   bar x=period y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl summary --project api --json
WITH bound AS MATERIALIZED (
  SELECT local_start(:now_ms, 'day', 0) AS day, local_start(:now_ms, 'day', 1) AS day_end,
    local_start(:now_ms, 'day', -1) AS yesterday,
    local_start(:now_ms, 'week', 0) AS week, local_start(:now_ms, 'week', 1) AS week_end,
    local_start(:now_ms, 'month', 0) AS month, local_start(:now_ms, 'month', 1) AS month_end),
period(bit, period, first_ms, end_ms) AS MATERIALIZED (
  SELECT 1, 'today', day, day_end FROM bound
  UNION ALL SELECT 2, 'yesterday', yesterday, day FROM bound
  UNION ALL SELECT 4, 'week', week, week_end FROM bound
  UNION ALL SELECT 8, 'month', month, month_end FROM bound
  UNION ALL SELECT 16, 'all', 0, 900000000000000),
-- A period is made of whole days, so any instant of a day's row tells whether it lies in it.
cell AS MATERIALIZED (
  SELECT p.bit, s.session_id, s.split, @measures, sum(s.unknown) AS unknown, min(s.first_ms) AS first_ms
  FROM spend AS s CROSS JOIN period AS p ON s.first_ms >= p.first_ms AND s.first_ms < p.end_ms
  WHERE s.day IS NOT NULL
  GROUP BY p.bit, s.session_id, s.split),
sums AS MATERIALIZED (
  SELECT bit, split, count(DISTINCT session_id) AS sessions, min(first_ms) AS first_ms, sum(unknown) AS unknown, @measures
  FROM cell GROUP BY bit, split),
-- what Claude Code reports has it already;
-- only sessions that lie in the period as a whole: nobody knows when the rest of one was spent
beyond_sum AS MATERIALIZED (
  SELECT c.bit, sum(y.unattributed) AS unattributed
  FROM cell AS c CROSS JOIN session_beyond AS y ON y.session_id = c.session_id
  WHERE NOT :breakdown AND :cost <> 2 AND y.turns = c.turns
  GROUP BY c.bit),
tally AS (
  SELECT p.*, s.*, CASE WHEN s.bit IS NULL THEN 0 ELSE s.cost END AS usd,
    local_day_number(:now_ms)
      - local_day_number(CASE p.bit WHEN 16 THEN coalesce(s.first_ms, :now_ms) ELSE p.first_ms END) + 1 AS days
  FROM period AS p LEFT JOIN sums AS s ON s.bit = p.bit WHERE s.bit IS NOT NULL OR NOT :breakdown)
SELECT t.period, (SELECT name FROM model WHERE id = t.split) AS model,
  CASE
    WHEN :breakdown THEN NULL
    WHEN :session IS NULL AND :project IS NULL AND :branch IS NULL AND :model IS NULL THEN (
      SELECT count(*) FROM prompt AS q
      WHERE q.is_prompt = 1 AND q.at_ms >= max(:since_ms, t.first_ms) AND q.at_ms < min(:until_ms, t.end_ms))
    ELSE (
      SELECT count(*) FROM prompt AS q
      WHERE q.is_prompt = 1 AND q.at_ms >= max(:since_ms, t.first_ms) AND q.at_ms < min(:until_ms, t.end_ms)
        AND (:session IS NULL OR q.session_id IN (SELECT id FROM session WHERE uid = :session))
        AND ((:project IS NULL AND :branch IS NULL AND :model IS NULL) OR q.id IN (
          SELECT prompt_id FROM turn
          WHERE origin_id IN (SELECT id FROM spend_origin) AND class_id IN (SELECT id FROM spend_class)
            AND charge_id IN (SELECT id FROM spend_charge)))) END AS prompts,
  coalesce(t.sessions, 0) AS sessions, coalesce(t.turns, 0) AS turns, coalesce(t.input, 0) AS input, coalesce(t.output, 0) AS output,
  coalesce(t.cache_write_5m, 0) AS cache_write_5m, coalesce(t.cache_write_1h, 0) AS cache_write_1h,
  coalesce(t.cache_read, 0) AS cache_read, coalesce(t.web_searches, 0) AS web_searches, t.usd AS cost,
  coalesce(t.unpriced, 0) AS unpriced,
  CAST(t.cache_read AS REAL) / nullif(t.cache_read + t.cache_write_5m + t.cache_write_1h, 0) AS cache_hit,
  (t.usd + max(t.days, 1) / 2) / max(t.days, 1) AS per_day,
  (SELECT unattributed FROM beyond_sum AS y WHERE y.bit = t.bit) AS unattributed,
  coalesce(t.unknown, 0) + CASE WHEN :breakdown THEN 0 ELSE (
    SELECT count(*) FROM open_request AS q
    WHERE q.at_ms >= max(:since_ms, t.first_ms) AND q.at_ms < min(:until_ms, t.end_ms)
      AND (:model IS NULL OR q.model_id IN (SELECT id FROM model WHERE name = :model OR priced_as = :model))
      AND (:branch IS NULL OR q.session_id IN (
        SELECT session_id FROM charge_rollup WHERE charge_id IN (SELECT id FROM spend_charge)))
      AND ((:session IS NULL AND :project IS NULL) OR q.session_id IN (
        SELECT session_id FROM origin WHERE id IN (SELECT id FROM spend_origin)))) END AS unknown
FROM tally AS t WHERE EXISTS (SELECT 1 FROM turn) ORDER BY t.bit, cost DESC, model
-- @chart_footer
-- what a session and a pull request cost: percentiles R-7, between two costs in proportion
WITH cost AS (
  SELECT 1 AS kind, sum(cost) AS usd FROM spend AS s GROUP BY s.session_id
  UNION ALL
  SELECT 2, sum(s.cost) FROM spend AS s CROSS JOIN charge AS c ON c.id = s.charge_id
  WHERE s.number IS NOT NULL AND c.confidence >= 60 GROUP BY s.repo_id, s.number),
ranked AS MATERIALIZED (
  SELECT kind, usd, row_number() OVER place - 1 AS at, lead(usd) OVER place AS next, count(*) OVER (PARTITION BY kind) AS n
  FROM cost WHERE usd IS NOT NULL WINDOW place AS (PARTITION BY kind ORDER BY usd)),
found AS (
  SELECT kind, n, group_concat('p' || pct || ' ' || usd_short(
    usd + coalesce(((next - usd) * ((n - 1) * pct % 100) + 50) / 100, 0)), ', ') AS list
  FROM (SELECT 50 AS pct UNION ALL SELECT 95 UNION ALL SELECT 99) AS q JOIN ranked AS r ON r.at = (r.n - 1) * q.pct / 100
  GROUP BY kind)
SELECT group_concat(printf('%,d ', n) || CASE kind WHEN 1 THEN 'session' ELSE 'pull request' END
  || CASE n WHEN 1 THEN '' ELSE 's' END || ': ' || list, char(10)) FROM (SELECT * FROM found ORDER BY kind)
