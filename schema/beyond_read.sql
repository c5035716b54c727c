-- What session_beyond (query/functions/beyond.h) reads.

-- @statement meter
SELECT start_ms, line FROM cost_state WHERE session_id = :session ORDER BY start_ms

-- The session that this one was forked from.
-- @statement parent
SELECT parent_id FROM fork WHERE session_id = :session

-- Everything that a session owns. Models go by what a price is looked up by, else by their names.
-- @statement own
SELECT o.session_id, coalesce(m.priced_as, m.name), p.input, p.output, p.cache_write_5m, p.cache_write_1h,
  p.cache_read, p.web_searches, p.turns, p.at_ms
FROM origin AS o CROSS JOIN turn_portion AS p ON p.origin_id = o.id
CROSS JOIN class AS c ON c.id = p.class_id CROSS JOIN model AS m ON m.id = c.model_id
WHERE o.session_id = :session
UNION ALL
SELECT o.session_id, coalesce(m.priced_as, m.name), p.input, p.output, p.cache_write_5m, p.cache_write_1h,
  p.cache_read, p.web_searches, p.turns, p.at_ms
FROM origin AS o CROSS JOIN step_portion AS p ON p.origin_id = o.id
CROSS JOIN class AS c ON c.id = p.class_id CROSS JOIN model AS m ON m.id = c.model_id
WHERE o.session_id = :session

-- The same of all sessions, in their order.
-- @statement own_all
SELECT s.session_id, coalesce(m.priced_as, m.name), s.input, s.output, s.cache_write_5m, s.cache_write_1h,
  s.cache_read, s.web_searches, s.turns, s.last_ms
FROM spend_sum AS s CROSS JOIN model AS m ON m.id = s.model_id ORDER BY s.session_id

-- The first that fits is the one that counts.
-- @statement price
SELECT model, valid_from_ms, valid_until_ms, input_rate, output_rate, cache_5m_rate, cache_1h_rate, cache_read_rate,
  web_search_rate
FROM price WHERE above_tok = 0 ORDER BY source = 'user' DESC, valid_from_ms DESC
