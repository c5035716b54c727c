-- Common table expressions behind `wanted(session_id)`, put in where SQL says @unattributed.
--
-- beyond(session_id, turns, unattributed): what Claude Code's own meter counted in a session beyond
-- its turns (titles, compaction, inner calls), by model and in tokens, at our prices of the day of its
-- last turn. One row per wanted session that has a meter; unattributed is NULL where the meter counted
-- less than the turns say, where a model has no price, or where the sum cannot be believed (10,000
-- USD): then it is unknown, not nothing. turns: all that the session owns.
metered(session_id) AS MATERIALIZED (
  SELECT session_id FROM wanted WHERE session_id IN (SELECT session_id FROM cost_state)),
-- a few sessions are read from their turns, many from the roll-up
metered_count(is_few) AS MATERIALIZED (SELECT count(*) <= 100 FROM metered),
owned AS (
  SELECT o.session_id, p.class_id, p.input, p.output, p.cache_write_5m, p.cache_write_1h, p.cache_read,
    p.web_searches, p.turns, p.at_ms AS last_ms
  FROM metered_count AS k CROSS JOIN metered AS s ON k.is_few
  CROSS JOIN origin AS o ON o.session_id = s.session_id
  CROSS JOIN turn_portion AS p ON p.origin_id = o.id
  UNION ALL
  SELECT o.session_id, p.class_id, p.input, p.output, p.cache_write_5m, p.cache_write_1h, p.cache_read,
    p.web_searches, p.turns, p.at_ms
  FROM metered_count AS k CROSS JOIN metered AS s ON k.is_few
  CROSS JOIN origin AS o ON o.session_id = s.session_id
  CROSS JOIN step_portion AS p ON p.origin_id = o.id
  UNION ALL
  SELECT o.session_id, p.class_id, p.input_tok, p.output_tok, p.cache_5m_tok, p.cache_1h_tok, p.cache_read_tok,
    p.web_searches, p.turns, p.last_ms
  FROM metered_count AS k CROSS JOIN rollup AS p ON NOT k.is_few
  CROSS JOIN origin AS o ON o.id = p.origin_id WHERE o.session_id IN (SELECT session_id FROM metered)),
gauge AS (
  SELECT m.session_id, m.model, m.input, m.output, m.cache_write_5m, m.cache_write_1h, m.cache_read, m.web_searches,
    0 AS turns, NULL AS last_ms,
    min(m.input, m.output, m.cache_write_5m, m.cache_write_1h, m.cache_read, m.web_searches) < 0 AS is_bad
  FROM meter AS m WHERE m.session_id IN (SELECT session_id FROM metered)
  UNION ALL
  SELECT f.session_id, m.model, -m.input, -m.output, -m.cache_write_5m, -m.cache_write_1h, -m.cache_read,
    -m.web_searches, 0, NULL,
    min(m.input, m.output, m.cache_write_5m, m.cache_write_1h, m.cache_read, m.web_searches) < 0
  FROM fork AS f JOIN meter AS m ON m.session_id = f.parent_id
  WHERE f.session_id IN (SELECT session_id FROM metered)
    AND EXISTS (SELECT 1 FROM cost_state AS c WHERE c.session_id = f.session_id AND c.start_ms = m.start_ms)
  UNION ALL
  SELECT p.session_id, coalesce(d.priced_as, d.name), -p.input, -p.output, -p.cache_write_5m, -p.cache_write_1h,
    -p.cache_read, -p.web_searches, p.turns, p.last_ms, 0
  FROM owned AS p CROSS JOIN class AS c ON c.id = p.class_id CROSS JOIN model AS d ON d.id = c.model_id),
left_over AS (
  SELECT session_id, model, sum(input) AS input, sum(output) AS output, sum(cache_write_5m) AS cache_write_5m,
    sum(cache_write_1h) AS cache_write_1h, sum(cache_read) AS cache_read, sum(web_searches) AS web_searches,
    sum(turns) AS turns, max(is_bad) AS is_bad, max(max(last_ms)) OVER (PARTITION BY session_id) AS last_ms
  FROM gauge GROUP BY session_id, model),
left_cost AS (
  SELECT l.session_id, l.turns,
    l.is_bad OR min(input, output, cache_write_5m, cache_write_1h, cache_read, web_searches) < 0 AS is_short,
    CASE WHEN max(input, output, cache_write_5m, cache_write_1h, cache_read, web_searches) = 0 THEN 0 ELSE (
      SELECT l.input * p.input_rate + l.output * p.output_rate + l.cache_write_5m * p.cache_5m_rate
        + l.cache_write_1h * p.cache_1h_rate + l.cache_read * p.cache_read_rate + l.web_searches * p.web_search_rate
      FROM price AS p
      WHERE p.model = l.model AND p.above_tok = 0 AND p.valid_from_ms <= l.last_ms AND p.valid_until_ms > l.last_ms
      ORDER BY p.source = 'user' DESC, p.valid_from_ms DESC LIMIT 1) END AS cost
  FROM left_over AS l),
beyond AS MATERIALIZED (
  SELECT session_id, sum(turns) AS turns,
    CASE WHEN max(is_short) = 0 AND count(*) = count(cost) AND max(abs(cost)) < 10000000000000000 THEN sum(cost) END
      AS unattributed
  FROM left_cost GROUP BY session_id)
