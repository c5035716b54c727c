-- @report  work
-- @title   Work sessions
-- @about   One row per work session that `ccl work start` began, newest first, with all that was spent in its project meanwhile.
-- @group   worklog
-- @order   30
-- @filter  time project
-- @param   type    text    -  Only this type: feature, bug, refactor, explore, research, other
-- @param   id      number  -  Only this one
-- @column  id      number  Its number  drill=work-notes
-- @column  type    text    feature, bug, refactor, explore, research or other
-- @column  goal    text    What it was for, in your words
-- @column  project  text   Last component of the project's folder  minor
-- @column  root    path    The project's folder  minor
-- @column  started  time   When it was started
-- @column  ended   time    When it was ended; null: it goes on  minor
-- @column  duration  span  How long it took  minor
-- @measures
-- @column  cache_hit  pct  Cache reads of all that could have been read: reads / (reads + writes)  minor
-- @column  sessions  int   Sessions with a turn in it  minor
-- @column  model   text    Model with most of its cost  minor
-- @column  prs     text    Pull requests that its turns are charged to  minor
-- @column  commits  int    Commits in the project's working trees meanwhile  minor total
-- @column  lines_added  int  Lines added by Edit and Write calls  minor total
-- @column  lines_removed  int  Lines removed by them  minor total
-- @column  dead_end  bool  More than $0.10, and no commit until an hour after it; null: not known, or it goes on  alert
-- @column  lesson  text    What it taught you, in your words  minor
-- @chart   bar x=goal y=cost
-- @empty   No work session. `ccl work start feature "GOAL"` starts one, `ccl work end` ends it.
-- @example ccl work list --type bug --since 30d
WITH job AS MATERIALIZED (
  SELECT * FROM work
  WHERE (:type IS NULL OR type = :type) AND (:id IS NULL OR id = :id) AND started_ms >= :since_ms AND started_ms < :until_ms
    AND (:project IS NULL OR root = :project OR substr(root, -length(:project) - 1) = '/' || :project
      OR root IN (SELECT root FROM project WHERE repo = :project OR substr(repo, -length(:project) - 1) = '/' || :project))),
work_row AS (@work_rows)
SELECT id, type, goal, project, root, started_ms AS started, ended_ms AS ended, duration, turns, input, output, cache_write_5m,
  cache_write_1h, cache_read, web_searches, cost, unpriced,
  CAST(cache_read AS REAL) / nullif(cache_read + cache_write_5m + cache_write_1h, 0) AS cache_hit, sessions,
  (SELECT name FROM model WHERE id = model_id) AS model, prs, commits, lines_added, lines_removed, dead_end, lesson
FROM work_row ORDER BY started_ms DESC, id DESC
