-- What session_audit (query/audit/audit.h) reads.

-- Sessions in the order of their numbers, then those that only a result names.
-- @statement session
SELECT * FROM (
SELECT s.id AS session_id, s.uid, s.status_cost, s.status_ms, s.title_file_id IS NOT NULL AS is_titled,
  coalesce(c.n, 0) AS compactions, EXISTS (SELECT 1 FROM print_result WHERE session = s.uid) AS has_result,
  EXISTS (SELECT 1 FROM cost_state WHERE session_id = s.id) AS has_meter,
  EXISTS (SELECT 1 FROM session_link WHERE session_id = s.id) AS is_linked
FROM session AS s LEFT JOIN (SELECT session_id, count(*) AS n FROM compaction GROUP BY session_id) AS c ON c.session_id = s.id
WHERE ?1 IS NULL OR s.uid = ?1
UNION ALL
SELECT NULL, r.session, NULL, NULL, 0, 0, 1, 0, 0 FROM print_result AS r
WHERE (?1 IS NULL OR r.session = ?1) AND r.session NOT IN (SELECT uid FROM session) GROUP BY r.session)
ORDER BY session_id IS NULL, session_id, uid

-- What they own, by what decides the price, ours (COST_CALCULATED) and the client's.
-- @statement own
SELECT x.session_id, x.turns, x.input, x.output, x.cache_write_5m, x.cache_write_1h, x.cache_read, x.web_searches, x.cost,
  x.unknown, x.last_ms, m.name, q.text, v.text, c.above_tok, coalesce(w.text = 'fast', 0), coalesce(g.text = 'us', 0)
FROM spend_sum(NULL, NULL, NULL, NULL, NULL, ?1, 0, 0, 1) AS x
CROSS JOIN origin AS o ON o.id = x.origin_id CROSS JOIN class AS c ON c.id = x.class_id CROSS JOIN model AS m ON m.id = c.model_id
LEFT JOIN name AS q ON q.id = c.requested_id LEFT JOIN name AS v ON v.id = o.version_id
LEFT JOIN name AS w ON w.id = c.speed_id LEFT JOIN name AS g ON g.id = c.geo_id
ORDER BY x.session_id

-- Answers of a session that were cut off: the columns of `own`, with the characters streamed for `unknown`.
-- @statement aborted
SELECT o.session_id, 1, coalesce(t.input_tok, 0), coalesce(t.output_tok, 0),
  max(coalesce(t.cache_write_tok, 0) - coalesce(t.cache_1h_tok, 0), coalesce(t.cache_5m_tok, 0)), coalesce(t.cache_1h_tok, 0),
  coalesce(t.cache_read_tok, 0), coalesce(t.n_web_search, 0), NULL, t.aborted_chars, t.at_ms, m.name, q.text, v.text, c.above_tok,
  coalesce(w.text = 'fast', 0), coalesce(g.text = 'us', 0)
FROM origin AS o CROSS JOIN turn AS t ON t.origin_id = o.id CROSS JOIN class AS c ON c.id = t.class_id
CROSS JOIN model AS m ON m.id = c.model_id
LEFT JOIN name AS q ON q.id = c.requested_id LEFT JOIN name AS v ON v.id = o.version_id
LEFT JOIN name AS w ON w.id = c.speed_id LEFT JOIN name AS g ON g.id = c.geo_id
WHERE o.session_id = ?1 AND t.aborted_chars IS NOT NULL ORDER BY t.at_ms

-- The turns of ?2 that its fork ?1 began with, in the columns of `own`.
-- @statement forked
WITH until(ms) AS MATERIALIZED (
  SELECT max(t.at_ms) FROM turn_copy AS y CROSS JOIN turn AS t ON t.id = y.turn_id CROSS JOIN origin AS x ON x.id = t.origin_id
  WHERE y.session_id = ?1 AND x.session_id = ?2),
part AS (
  SELECT p.* FROM origin AS o CROSS JOIN turn_portion AS p ON p.origin_id = o.id WHERE o.session_id = ?2
  UNION ALL
  SELECT p.* FROM origin AS o CROSS JOIN step_portion AS p ON p.origin_id = o.id WHERE o.session_id = ?2)
SELECT o.session_id, p.turns, p.input, p.output, p.cache_write_5m, p.cache_write_1h, p.cache_read, p.web_searches, NULL,
  0, p.at_ms, m.name, q.text, v.text, c.above_tok, coalesce(w.text = 'fast', 0), coalesce(g.text = 'us', 0)
FROM until AS u CROSS JOIN part AS p CROSS JOIN origin AS o ON o.id = p.origin_id CROSS JOIN class AS c ON c.id = p.class_id
CROSS JOIN model AS m ON m.id = c.model_id
LEFT JOIN name AS q ON q.id = c.requested_id LEFT JOIN name AS v ON v.id = o.version_id
LEFT JOIN name AS w ON w.id = c.speed_id LEFT JOIN name AS g ON g.id = c.geo_id
WHERE p.at_ms <= u.ms

-- @statement result
SELECT line FROM print_result WHERE session = ?1 ORDER BY given_ms, key
