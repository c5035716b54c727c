-- @report  blocks
-- @title   Five-hour blocks
-- @about   One row per five-hour window of a subscription with a turn in it. Where nothing told when it resets, it begins at the full hour of the first turn behind the block before. Time without a turn of more than five hours is a row of its own.
-- @group   time
-- @order   5
-- @filter  time project branch model session breakdown by
-- @column  start  time  When it began; of a gap: its last turn before
-- @column  end  time  When it resets; of a gap: the next turn  minor
-- @column  active  bool  Now lies in it  minor alert
-- @by
-- @measures
-- @column  burn_per_hour  usd  Cost per hour, from the block's first turn to its last; null: less than a minute lies between them  minor
-- @column  sessions  int  Sessions with a turn in it  minor
-- @column  tokens_per_minute  int  Input and output, likewise  minor
-- @column  projected  usd  What the active block will have cost at its end, if it goes on like this  alert
-- @column  reset  text  told (by the status line, or when a limit was hit) or guessed  minor
-- @column  gap  span  On a row between two blocks: how long there was no turn  alert
-- @chart   bar x=start y=cost note=gap
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl blocks --since 3d
WITH sums AS MATERIALIZED (
  SELECT s.block, @by_columns, count_once(s.session_id) AS sessions, @measures, min(s.first_ms) AS first_ms, max(s.last_ms) AS last_ms
  FROM spend AS s
  GROUP BY s.block, @by_groups),
-- with the length and the rest of the whole block, so that its parts add up
part AS (
  SELECT *, nullif(max(59999, max(last_ms) OVER (PARTITION BY block) - min(first_ms) OVER (PARTITION BY block)), 59999) AS span_ms
  FROM sums),
place AS MATERIALIZED (
  SELECT start_ms, end_ms, is_told, row_number() OVER (ORDER BY start_ms) AS n FROM five_hour_block),
shown AS (
  SELECT p.*, b.start_ms, b.end_ms, b.is_told, b.n, :now_ms >= b.start_ms AND :now_ms < b.end_ms AS active
  FROM part AS p CROSS JOIN place AS b ON b.start_ms = p.block),
-- whatever the filters leave of its turns, a gap is one of all turns, between two blocks that are shown
gap AS (
  SELECT n, (SELECT max(at_ms) FROM turn WHERE at_ms < end_ms) AS from_ms,
    (SELECT min(at_ms) FROM turn WHERE at_ms >= end_ms) AS until_ms
  FROM place WHERE start_ms IN (SELECT block FROM sums) AND n + 1 IN (
    SELECT n FROM place WHERE start_ms IN (SELECT block FROM sums))),
line AS (
  SELECT n, 0 AS is_gap, start_ms AS start, end_ms AS end, active, project, branch, agent, model, sessions, turns, input, output,
    cache_write_5m, cache_write_1h, cache_read, web_searches, cost, unpriced,
    cost / span_ms * 3600000 + (cost % span_ms * 3600000 + span_ms / 2) / span_ms AS burn_per_hour,
    ((input + output) * 60000 + span_ms / 2) / span_ms AS tokens_per_minute,
    CASE WHEN active THEN cost + cost / span_ms * (end_ms - :now_ms)
      + (cost % span_ms * (end_ms - :now_ms) + span_ms / 2) / span_ms END AS projected,
    CASE WHEN is_told THEN 'told' ELSE 'guessed' END AS reset, NULL AS gap
  FROM shown
  UNION ALL
  SELECT n, 1, from_ms, until_ms, 0, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, until_ms - from_ms
  FROM gap WHERE until_ms - from_ms > 18000000)
SELECT start, end, active, project, branch, agent, model, turns, input, output, cache_write_5m, cache_write_1h, cache_read,
  web_searches, cost, unpriced, burn_per_hour, sessions, tokens_per_minute, projected, reset, gap
FROM line ORDER BY n, is_gap, cost DESC, turns DESC, project, branch, agent, model
