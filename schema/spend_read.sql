-- What spend_sum (query/spend.h) reads. Each statement stands behind the two common table expressions
-- of spend.sql that hold the filters, and takes their parameters besides its own.

-- What a row says by its origin: those from :first to :last, whatever the filters.
-- @statement origin
SELECT o.id, o.session_id, o.agent_id, w.project_id,
  o.version_id IN (SELECT id FROM lower_bound_version) AS is_lower_bound
FROM origin AS o LEFT JOIN workdir AS w ON w.id = o.workdir_id
WHERE o.id BETWEEN :first AND :last

-- Those that the filters leave.
-- @statement left
SELECT id FROM spend_origin

-- What turns are charged to.
-- @statement branch
SELECT id, project_id, branch_id, repo_id, number FROM charge WHERE :branch IS NULL OR id IN (SELECT id FROM spend_charge)

-- What a charge has in all.
-- @statement charge
SELECT day * 86400000, class_id, charge_id, session_id, turns, input_tok, output_tok, cache_5m_tok, cache_1h_tok,
  cache_read_tok, web_searches, first_ms, last_ms
FROM charge_rollup

-- Every class at every time, with NULL rates where it has no price.
-- @statement rate
SELECT s.class_id, s.from_ms, s.until_ms, c.model_id, r.input_rate, r.output_rate, r.cache_5m_rate, r.cache_1h_rate,
  r.cache_read_rate, r.web_search_rate
FROM class_span AS s JOIN class AS c ON c.id = s.class_id
LEFT JOIN rate AS r ON r.class_id = s.class_id AND r.from_ms = s.from_ms
WHERE :model IS NULL OR s.class_id IN (SELECT id FROM spend_class)
ORDER BY s.class_id, s.from_ms

-- Whole quarter hours.
-- @statement rollup
SELECT NULL, quarter * 900000, origin_id, class_id, charge_id, turns, input_tok, output_tok, cache_5m_tok, cache_1h_tok,
  cache_read_tok, web_searches, aborted, first_ms, last_ms, NULL
FROM rollup WHERE quarter >= :first AND quarter < :last

-- Turns and their steps.
-- @statement turn
SELECT turn_id, at_ms, origin_id, class_id, charge_id, turns, input, output, cache_write_5m, cache_write_1h,
  cache_read, web_searches, aborted, at_ms, at_ms, prompt_id
FROM turn_portion WHERE at_ms >= :first AND at_ms < :last
UNION ALL
SELECT turn_id, at_ms, origin_id, class_id, charge_id, turns, input, output, cache_write_5m, cache_write_1h,
  cache_read, web_searches, aborted, at_ms, at_ms, prompt_id
FROM step_portion WHERE at_ms >= :first AND at_ms < :last

-- Those of one session, which are found by its origins.
-- @statement session
SELECT p.turn_id, p.at_ms, p.origin_id, p.class_id, p.charge_id, p.turns, p.input, p.output, p.cache_write_5m,
  p.cache_write_1h, p.cache_read, p.web_searches, p.aborted, p.at_ms, p.at_ms, p.prompt_id
FROM session AS s CROSS JOIN origin AS o ON o.session_id = s.id CROSS JOIN turn_portion AS p ON p.origin_id = o.id
WHERE s.uid = :session AND +p.at_ms >= :first AND +p.at_ms < :last
UNION ALL
SELECT p.turn_id, p.at_ms, p.origin_id, p.class_id, p.charge_id, p.turns, p.input, p.output, p.cache_write_5m,
  p.cache_write_1h, p.cache_read, p.web_searches, p.aborted, p.at_ms, p.at_ms, p.prompt_id
FROM session AS s CROSS JOIN origin AS o ON o.session_id = s.id CROSS JOIN step_portion AS p ON p.origin_id = o.id
WHERE s.uid = :session AND +p.at_ms >= :first AND +p.at_ms < :last

-- What transcripts say that responses have cost: all of them (:all), or those without a price.
-- @statement told
SELECT t.id, t.at_ms, t.origin_id, t.class_id, t.charge_id, t.prompt_id, r.pico_usd
FROM turn_reported AS r CROSS JOIN turn AS t ON t.id = r.turn_id
WHERE (:session IS NULL OR t.origin_id IN (SELECT id FROM spend_origin))
  AND (:all OR NOT EXISTS (
    SELECT 1 FROM class_rate AS k WHERE k.class_id = t.class_id AND t.at_ms >= k.from_ms AND t.at_ms < k.until_ms))

-- The other turns, and their steps, of sessions that have a meter and a turn in the window, with what they cost at our prices: by session, in
-- time. What was before its first process the meter did not see.
-- @statement metered
, metered(session_id, start_ms) AS MATERIALIZED (
  SELECT session_id, min(start_ms) FROM cost_state
  WHERE (:session IS NULL OR session_id IN (SELECT id FROM session WHERE uid = :session))
    AND (:first <= 0 OR session_id IN (
      SELECT o.session_id FROM turn AS t JOIN origin AS o ON o.id = t.origin_id WHERE t.at_ms >= :first AND t.at_ms < :last))
  GROUP BY session_id)
SELECT s.session_id, coalesce(m.priced_as, m.name), p.turn_id, p.turns, p.at_ms, p.origin_id, p.class_id, p.charge_id, p.prompt_id,
  p.input * r.input_rate + p.output * r.output_rate + p.cache_write_5m * r.cache_5m_rate + p.cache_write_1h * r.cache_1h_rate
    + p.cache_read * r.cache_read_rate + p.web_searches * r.web_search_rate
FROM metered AS s CROSS JOIN origin AS o ON o.session_id = s.session_id CROSS JOIN turn_portion AS p ON p.origin_id = o.id
CROSS JOIN class AS c ON c.id = p.class_id CROSS JOIN model AS m ON m.id = c.model_id
LEFT JOIN class_rate AS r ON r.class_id = p.class_id AND p.at_ms >= r.from_ms AND p.at_ms < r.until_ms
WHERE p.at_ms >= s.start_ms AND NOT EXISTS (SELECT 1 FROM turn_reported AS t WHERE t.turn_id = p.turn_id)
UNION ALL
SELECT s.session_id, coalesce(m.priced_as, m.name), p.turn_id, p.turns, p.at_ms, p.origin_id, p.class_id, p.charge_id, p.prompt_id,
  p.input * r.input_rate + p.output * r.output_rate + p.cache_write_5m * r.cache_5m_rate + p.cache_write_1h * r.cache_1h_rate
    + p.cache_read * r.cache_read_rate + p.web_searches * r.web_search_rate
FROM metered AS s CROSS JOIN origin AS o ON o.session_id = s.session_id CROSS JOIN step_portion AS p ON p.origin_id = o.id
CROSS JOIN class AS c ON c.id = p.class_id CROSS JOIN model AS m ON m.id = c.model_id
LEFT JOIN class_rate AS r ON r.class_id = p.class_id AND p.at_ms >= r.from_ms AND p.at_ms < r.until_ms
WHERE p.at_ms >= s.start_ms AND NOT EXISTS (SELECT 1 FROM turn_reported AS t WHERE t.turn_id = p.turn_id)
ORDER BY 1, 5, 3, 4 DESC, 7, 10
