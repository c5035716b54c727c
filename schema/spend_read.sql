-- What spend_sum (query/functions/spend.h) reads. A statement that names one of the common table expressions of
-- spend.sql that hold the filters stands behind them, and takes their parameters besides its own.

-- What a row says by its origin: those from :first to :last, whatever the filters.
-- @statement origin
SELECT o.id, o.session_id, o.agent_id, w.project_id,
  EXISTS (SELECT 1 FROM lower_bound_version AS v WHERE v.id = o.version_id) AS is_lower_bound
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
SELECT quarter * 900000, origin_id, class_id, charge_id, turns, input_tok, output_tok, cache_5m_tok, cache_1h_tok,
  cache_read_tok, web_searches, aborted, first_ms, last_ms
FROM rollup WHERE quarter >= :first AND quarter < :last

-- Turns as they stand, then their steps.
-- @statement turn
SELECT id, at_ms, origin_id, class_id, charge_id, prompt_id, input_tok, output_tok, cache_write_tok, cache_5m_tok,
  cache_1h_tok, cache_read_tok, n_web_search, aborted_chars IS NOT NULL
FROM turn WHERE at_ms >= :first AND at_ms < :last

-- @statement step
SELECT t.id, t.at_ms, t.origin_id, s.class_id, t.charge_id, t.prompt_id, s.input_tok, s.output_tok, 0, s.cache_5m_tok,
  s.cache_1h_tok, s.cache_read_tok, 0, 0
FROM turn AS t CROSS JOIN turn_step AS s ON s.turn_id = t.id WHERE t.at_ms >= :first AND t.at_ms < :last

-- Their tool calls.
-- @statement call
SELECT c.turn_id, c.name_id, c.result_bytes
FROM turn AS t CROSS JOIN tool_call AS c ON c.turn_id = t.id WHERE t.at_ms >= :first AND t.at_ms < :last

-- The same of one session, whose turns are found by its origins.
-- @statement session_turn
SELECT t.id, t.at_ms, t.origin_id, t.class_id, t.charge_id, t.prompt_id, t.input_tok, t.output_tok, t.cache_write_tok,
  t.cache_5m_tok, t.cache_1h_tok, t.cache_read_tok, t.n_web_search, t.aborted_chars IS NOT NULL
FROM session AS z CROSS JOIN origin AS o ON o.session_id = z.id CROSS JOIN turn AS t ON t.origin_id = o.id
WHERE z.uid = :session AND +t.at_ms >= :first AND +t.at_ms < :last

-- @statement session_step
SELECT t.id, t.at_ms, t.origin_id, s.class_id, t.charge_id, t.prompt_id, s.input_tok, s.output_tok, 0, s.cache_5m_tok,
  s.cache_1h_tok, s.cache_read_tok, 0, 0
FROM session AS z CROSS JOIN origin AS o ON o.session_id = z.id CROSS JOIN turn AS t ON t.origin_id = o.id
CROSS JOIN turn_step AS s ON s.turn_id = t.id
WHERE z.uid = :session AND +t.at_ms >= :first AND +t.at_ms < :last

-- @statement session_call
SELECT c.turn_id, c.name_id, c.result_bytes
FROM session AS z CROSS JOIN origin AS o ON o.session_id = z.id CROSS JOIN turn AS t ON t.origin_id = o.id
CROSS JOIN tool_call AS c ON c.turn_id = t.id
WHERE z.uid = :session AND +t.at_ms >= :first AND +t.at_ms < :last

-- The same of all time, in the order in which the rows stand.
-- @statement all_turn
SELECT id, at_ms, origin_id, class_id, charge_id, prompt_id, input_tok, output_tok, cache_write_tok, cache_5m_tok,
  cache_1h_tok, cache_read_tok, n_web_search, aborted_chars IS NOT NULL
FROM turn

-- @statement all_step
SELECT t.id, t.at_ms, t.origin_id, s.class_id, t.charge_id, t.prompt_id, s.input_tok, s.output_tok, 0, s.cache_5m_tok,
  s.cache_1h_tok, s.cache_read_tok, 0, 0
FROM turn_step AS s CROSS JOIN turn AS t ON t.id = s.turn_id

-- @statement all_call
SELECT turn_id, name_id, result_bytes FROM tool_call

-- Human prompts: what turns are counted to.
-- @statement prompt
SELECT session_id, at_ms, id FROM prompt NOT INDEXED WHERE is_prompt = 1

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
