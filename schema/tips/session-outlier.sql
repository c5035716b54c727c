-- @tip     session-outlier
-- @title   Sessions far dearer than their project's
-- @one     One session cost more than {times} times what is usual in its project: `ccl session ID` shows where it went
-- @many    {n} sessions cost more than {times} times what is usual in their project: `ccl session ID` shows where it went
-- @number  times  times  2  times the mean of its project, more than
-- @number  usd  usd  1  of cost at least
-- @number  sessions  count  5  sessions of the project at least
WITH sums AS MATERIALIZED (
  SELECT s.project_id, s.session_id, sum(s.cost) AS cost FROM spend AS s
  WHERE s.project_id IS NOT NULL GROUP BY s.project_id, s.session_id HAVING sum(s.cost) IS NOT NULL),
usual AS MATERIALIZED (
  SELECT project_id, sum(cost) AS cost, count(*) AS n FROM sums GROUP BY project_id HAVING count(*) >= :sessions)
SELECT row_number() OVER (), 'session ' || substr(u.uid, 1, 8) || ' (' || usd_short(s.cost) || ', usual in ' || p.name || ' '
    || usd_short(q.cost / q.n) || ')', s.cost
FROM sums AS s JOIN usual AS q ON q.project_id = s.project_id JOIN session AS u ON u.id = s.session_id
JOIN project AS p ON p.id = s.project_id
WHERE s.cost >= :usd AND s.cost > :times * q.cost / q.n
