-- @tip     cache-decline
-- @title   The cache is hit less than before
-- @one     One project's cache was hit less than {share} % as often as before in the last {days} days: keep sessions going, and what stands at their start as it is
-- @many    {n} projects' caches were hit less than {share} % as often as before in the last {days} days: keep sessions going, and what stands at their start as it is
-- @number  share  pct  50  of the rate of the days before, less than
-- @number  days  count  7  days that are compared with those before
-- @number  sessions  count  5  sessions before at least
-- @number  usd  usd  0.5  saved at least
-- Hit rate: reads / (reads + writes), of the last days and of the rest of the window. Saved: had as much been read from the
-- cache as before, that share of the writes (in thousandths, rounded down) would have been reads.
WITH edge(ms) AS MATERIALIZED (SELECT min(:until_ms, :now_ms) - :days * 86400000),
part AS MATERIALIZED (
  SELECT s.project_id, s.at_ms >= e.ms AS is_recent, s.session_id, s.cache_read AS hits,
    s.cache_write_5m + s.cache_write_1h AS writes
  FROM spend AS s CROSS JOIN edge AS e WHERE s.project_id IS NOT NULL),
rates AS MATERIALIZED (
  SELECT project_id, sum(is_recent * hits) AS recent_hits, sum(is_recent * (hits + writes)) AS recent,
    sum(NOT is_recent) > 0 AS has_before, sum((NOT is_recent) * hits) AS hits, sum((NOT is_recent) * (hits + writes)) AS before,
    count(DISTINCT CASE WHEN NOT is_recent THEN session_id END) AS sessions
  FROM part GROUP BY project_id),
fallen AS MATERIALIZED (
  SELECT project_id, 1.0 * hits / before AS old, 1.0 * recent_hits / recent AS new,
    CAST(1000 * (1.0 * hits / before - 1.0 * recent_hits / recent) / (1 - 1.0 * recent_hits / recent) AS INTEGER) AS permille
  FROM rates WHERE sessions >= :sessions AND recent > recent_hits AND before > 0 AND 1.0 * recent_hits / recent < :share * hits / before),
claim AS MATERIALIZED (
  SELECT w.project_id, p.turn_id,
    (p.cache_write_5m * (r.cache_5m_rate - r.cache_read_rate) + p.cache_write_1h * (r.cache_1h_rate - r.cache_read_rate))
      * f.permille / 1000 AS saving
  FROM fallen AS f CROSS JOIN workdir AS w ON w.project_id = f.project_id CROSS JOIN origin AS o ON o.workdir_id = w.id
  CROSS JOIN edge AS e CROSS JOIN turn_portion AS p ON p.origin_id = o.id
  CROSS JOIN tip_rate AS r ON r.class_id = p.class_id AND p.at_ms >= r.from_ms AND p.at_ms < r.until_ms
  WHERE p.at_ms >= max(e.ms, :since_ms) AND p.at_ms < :until_ms AND o.id IN (SELECT id FROM tip_origin)),
found AS MATERIALIZED (SELECT project_id, sum(saving) AS saving FROM claim GROUP BY project_id HAVING sum(saving) >= :usd)
SELECT f.project_id, printf('project %s (%d %%, before %d %%)', p.name, CAST(100 * x.new AS INTEGER), CAST(100 * x.old AS INTEGER)),
  f.saving, NULL, NULL
FROM found AS f JOIN project AS p ON p.id = f.project_id JOIN fallen AS x ON x.project_id = f.project_id
UNION ALL
SELECT project_id, NULL, NULL, turn_id, saving FROM claim WHERE project_id IN (SELECT project_id FROM found)
