-- @tip     spend-anomaly
-- @title   Days far dearer than usual
-- @one     The last three days cost far more than usual: see what these sessions did
-- @number  z  times  2  times the standard deviation of a day, above the mean
-- @number  usd  usd  1  a day more at least
-- @number  days  count  7  days of history at least
-- The mean of the last three days (today counts) against all days of the window, those without work too.
WITH edge(ms) AS MATERIALIZED (SELECT min(:until_ms, :now_ms + 1) - 1),
cost AS MATERIALIZED (
  SELECT local_day_number(s.at_ms) AS day, s.session_id, s.cost FROM spend AS s WHERE s.cost IS NOT NULL),
day AS MATERIALIZED (SELECT day, sum(cost) AS cost FROM cost GROUP BY day),
span AS MATERIALIZED (SELECT local_day_number(e.ms) AS last, local_day_number(e.ms) - min(d.day) + 1 AS n FROM edge AS e, day AS d),
usual AS MATERIALIZED (
  SELECT s.last, s.n, 1.0 * sum(d.cost) / s.n AS mean, 1.0 * sum(iif(d.day > s.last - 3, d.cost, 0)) / 3 AS recent,
    sum(1.0 * d.cost * d.cost) / s.n AS square
  FROM span AS s, day AS d WHERE d.day <= s.last GROUP BY s.last),
found AS MATERIALIZED (
  SELECT * FROM usual
  WHERE n >= :days AND recent - mean >= :usd AND square > mean * mean AND (recent - mean) * (recent - mean) > :z * :z * (square - mean * mean))
SELECT 0, usd_short(CAST(round(recent) AS INTEGER)) || ' a day, usually ' || usd_short(CAST(round(mean) AS INTEGER)),
  9223372036854775807
FROM found
UNION ALL
SELECT c.session_id, 'session ' || substr(s.uid, 1, 8) || ' (' || usd_short(sum(c.cost)) || ')', sum(c.cost)
FROM found AS f CROSS JOIN cost AS c ON c.day > f.last - 3 CROSS JOIN session AS s ON s.id = c.session_id
GROUP BY c.session_id HAVING sum(c.cost) > 0
