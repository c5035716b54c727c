-- @report  work-review
-- @title   The last work sessions, by type
-- @about   One row per type of the work sessions that ended last, dearest on average first.
-- @group   worklog
-- @order   31
-- @filter  time project
-- @param   last    int    20  How many of the newest to look at
-- @column  type    text   feature, bug, refactor, explore, research or other
-- @column  works   int    Work sessions that have ended  total
-- @measures
-- @column  average  usd   Cost of one, on average
-- @column  median  usd    Half of them cost no more than this  minor
-- @column  dearest  usd   Cost of the dearest  minor
-- @column  duration  span  How long one took, on average  minor
-- @column  cache_hit  pct  Cache reads of all that could have been read  minor
-- @column  commits  int   Commits in their projects meanwhile  total
-- @column  cost_per_commit  usd  Cost of all per commit
-- @column  dead_ends  int  Those above $0.10 without a commit until an hour later  total
-- @column  dead_end_cost  usd  What those cost  total alert
-- @empty   No work session has ended. `ccl work start feature "GOAL"` starts one, `ccl work end` ends it.
-- @example ccl work review 50
WITH job AS MATERIALIZED (
  SELECT * FROM work
  WHERE ended_ms IS NOT NULL AND started_ms >= :since_ms AND started_ms < :until_ms
    AND (:project IS NULL OR root = :project OR substr(root, -length(:project) - 1) = '/' || :project
      OR root IN (SELECT root FROM project WHERE repo = :project OR substr(repo, -length(:project) - 1) = '/' || :project))
  ORDER BY ended_ms DESC, id DESC LIMIT max(:last, 0)),
work_row AS MATERIALIZED (@work_rows),
ranked AS (
  SELECT type, cost, row_number() OVER (PARTITION BY type ORDER BY cost, id) AS place, count(*) OVER (PARTITION BY type) AS n
  FROM work_row WHERE cost IS NOT NULL)
SELECT type, count(*) AS works, @measures, (sum(cost) + count(cost) / 2) / nullif(count(cost), 0) AS average,
  (SELECT (min(k.cost) + max(k.cost)) / 2 FROM ranked AS k WHERE k.type = w.type AND k.place * 2 IN (k.n, k.n + 1, k.n + 2)) AS median,
  max(cost) AS dearest, sum(duration) / count(*) AS duration,
  CAST(sum(cache_read) AS REAL) / nullif(sum(cache_read) + sum(cache_write_5m) + sum(cache_write_1h), 0) AS cache_hit,
  sum(commits) AS commits, (sum(cost) + sum(commits) / 2) / nullif(sum(commits), 0) AS cost_per_commit,
  sum(coalesce(dead_end, 0)) AS dead_ends, sum(CASE WHEN dead_end THEN cost ELSE 0 END) AS dead_end_cost
FROM work_row AS w GROUP BY type ORDER BY average DESC, type
