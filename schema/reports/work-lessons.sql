-- @report  work-lessons
-- @title   What work sessions have taught
-- @about   One row per work session that was ended with a lesson, newest first.
-- @group   worklog
-- @order   32
-- @filter  time project
-- @param   type    text    -  Only this type: feature, bug, refactor, explore, research, other
-- @column  ended   time    When it was ended
-- @column  id      number  Its number  drill=work-notes
-- @column  type    text    feature, bug, refactor, explore, research or other
-- @column  project  text   Last component of the project's folder
-- @column  goal    text    What it was for, in your words
-- @column  lesson  text    What it taught you  wrap
-- @empty   No lesson yet. `ccl work end "LESSON"` keeps one.
-- @example ccl work lessons --type bug
SELECT w.ended_ms AS ended, w.id, w.type, coalesce(p.name, replace(w.root, rtrim(w.root, replace(w.root, '/', '')), '')) AS project, w.goal, w.lesson
FROM work AS w LEFT JOIN project AS p ON p.root = w.root
WHERE w.lesson IS NOT NULL AND (:type IS NULL OR w.type = :type) AND w.ended_ms >= :since_ms AND w.ended_ms < :until_ms
  AND (:project IS NULL OR w.root = :project OR substr(w.root, -length(:project) - 1) = '/' || :project
    OR p.repo = :project OR substr(p.repo, -length(:project) - 1) = '/' || :project)
ORDER BY w.ended_ms DESC, w.id DESC
