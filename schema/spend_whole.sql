-- spend_part.sql where neither time nor session is limited: one table that SQLite can read in place,
-- in a third of the time that the union takes.
spend_part AS (
  SELECT NULL AS turn_id, p.quarter * 900000 AS at_ms, p.origin_id, p.class_id, p.turns, p.steps,
    p.input_tok AS input, p.output_tok AS output, p.cache_5m_tok AS cache_write_5m, p.cache_1h_tok AS cache_write_1h,
    p.cache_read_tok AS cache_read, p.web_searches, p.aborted, p.first_ms, p.last_ms
  FROM rollup AS p)
