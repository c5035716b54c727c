-- The rows that spend.sql prices. Whole quarter hours come from the roll-up, the two that a limit cuts
-- from the turns; one session comes from its turns, which are found by its origins.
spend_limit(first_quarter, end_quarter) AS MATERIALIZED (
  SELECT (:since_ms + 899999) / 900000, :until_ms / 900000 WHERE :session IS NULL),
spend_edge(first_ms, end_ms) AS MATERIALIZED (
  SELECT :since_ms, min(:until_ms, first_quarter * 900000) FROM spend_limit
  UNION ALL
  SELECT max(first_quarter, end_quarter) * 900000, :until_ms FROM spend_limit),
spend_part AS (
  SELECT NULL AS turn_id, p.quarter * 900000 AS at_ms, p.origin_id, p.class_id, p.turns, p.steps,
    p.input_tok AS input, p.output_tok AS output, p.cache_5m_tok AS cache_write_5m, p.cache_1h_tok AS cache_write_1h,
    p.cache_read_tok AS cache_read, p.web_searches, p.aborted, p.first_ms, p.last_ms
  FROM spend_limit AS l CROSS JOIN rollup AS p ON p.quarter >= l.first_quarter AND p.quarter < l.end_quarter
  UNION ALL
  SELECT p.turn_id, p.at_ms, p.origin_id, p.class_id, p.turns, p.steps, p.input, p.output, p.cache_write_5m,
    p.cache_write_1h, p.cache_read, p.web_searches, p.aborted, p.at_ms, p.at_ms
  FROM spend_edge AS e CROSS JOIN turn_portion AS p ON p.at_ms >= e.first_ms AND p.at_ms < e.end_ms
  UNION ALL
  SELECT p.turn_id, p.at_ms, p.origin_id, p.class_id, p.turns, p.steps, p.input, p.output, p.cache_write_5m,
    p.cache_write_1h, p.cache_read, p.web_searches, p.aborted, p.at_ms, p.at_ms
  FROM spend_edge AS e CROSS JOIN step_portion AS p ON p.at_ms >= e.first_ms AND p.at_ms < e.end_ms
  UNION ALL
  SELECT p.turn_id, p.at_ms, p.origin_id, p.class_id, p.turns, p.steps, p.input, p.output, p.cache_write_5m,
    p.cache_write_1h, p.cache_read, p.web_searches, p.aborted, p.at_ms, p.at_ms
  FROM spend_origin AS o CROSS JOIN turn_portion AS p ON p.origin_id = o.id
  WHERE :session IS NOT NULL AND +p.at_ms >= :since_ms AND +p.at_ms < :until_ms
  UNION ALL
  SELECT p.turn_id, p.at_ms, p.origin_id, p.class_id, p.turns, p.steps, p.input, p.output, p.cache_write_5m,
    p.cache_write_1h, p.cache_read, p.web_searches, p.aborted, p.at_ms, p.at_ms
  FROM spend_origin AS o CROSS JOIN step_portion AS p ON p.origin_id = o.id
  WHERE :session IS NOT NULL AND +p.at_ms >= :since_ms AND +p.at_ms < :until_ms)
