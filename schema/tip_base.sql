-- What several rules of tips read, as common table expressions. Put before the SQL of each: those of spend.sql, `base`, and one
-- of the others. Parameters: those of spend.sql, :cheaper, the model that dearer ones are compared with, and :now_ms.
-- @statement base
-- What the filters leave of the circumstances that something happened in during the window: the turns of these, and their
-- calls, are found without looking at all that ever was.
tip_origin(id) AS MATERIALIZED (
  SELECT DISTINCT origin_id FROM rollup WHERE quarter BETWEEN :since_ms / 900000 AND :until_ms / 900000
    AND origin_id IN (SELECT id FROM spend_origin)),
tip_session AS NOT MATERIALIZED (
  SELECT s.session_id, 'session ' || substr(u.uid, 1, 8) AS words, sum(s.cost) AS cost, sum(s.turns) AS turns,
    sum(s.input) AS input, sum(s.output) AS output, sum(s.cache_read) AS cache_read,
    sum(s.cache_write_5m) + sum(s.cache_write_1h) AS cache_write
  FROM spend AS s CROSS JOIN session AS u ON u.id = s.session_id GROUP BY s.session_id),
-- Where a call was made, by its id.
tip_call_place AS NOT MATERIALIZED (
  SELECT c.id AS call_id, c.name_id, c.target_id, t.prompt_id, o.session_id, o.agent_id
  FROM tool_call AS c CROSS JOIN turn AS t ON t.id = c.turn_id CROSS JOIN origin AS o ON o.id = t.origin_id),
tip_edit(name_id) AS MATERIALIZED (
  SELECT id FROM name WHERE text IN ('Edit', 'MultiEdit', 'Write', 'NotebookEdit')),
tip_rate AS MATERIALIZED (SELECT * FROM rate),
-- What turns cost, without the steps inside them; none without a price.
tip_paid AS NOT MATERIALIZED (
  SELECT p.turn_id, p.origin_id, p.prompt_id,
    p.input * r.input_rate + p.output * r.output_rate + p.cache_write_5m * r.cache_5m_rate
      + p.cache_write_1h * r.cache_1h_rate + p.cache_read * r.cache_read_rate + p.web_searches * r.web_search_rate AS cost
  FROM turn_portion AS p CROSS JOIN tip_rate AS r ON r.class_id = p.class_id AND p.at_ms >= r.from_ms AND p.at_ms < r.until_ms
  WHERE p.at_ms >= :since_ms AND p.at_ms < :until_ms AND p.origin_id IN (SELECT id FROM tip_origin)),
tip_cheaper_span AS (
  SELECT from_ms, lead(from_ms) OVER (ORDER BY from_ms) AS until_ms FROM (
    SELECT valid_from_ms AS from_ms FROM price WHERE model = :cheaper
    UNION SELECT valid_until_ms FROM price WHERE model = :cheaper)),
-- By how much a token of a dear class is dearer than the cheaper model's. Fast mode, where that has none, is left out.
tip_dearer AS MATERIALIZED (
  SELECT class_id, from_ms, until_ms, input_rate - cheap_input * num / den AS input,
    output_rate - cheap_output * num / den AS output, cache_5m_rate - cheap_5m * num / den AS cache_5m,
    cache_1h_rate - cheap_1h * num / den AS cache_1h, cache_read_rate - cheap_read * num / den AS cache_read
  FROM (
    SELECT r.class_id, r.input_rate, r.output_rate, r.cache_5m_rate, r.cache_1h_rate, r.cache_read_rate,
      max(r.from_ms, s.from_ms) AS from_ms, min(r.until_ms, s.until_ms) AS until_ms,
      p.input_rate AS cheap_input, p.output_rate AS cheap_output, p.cache_5m_rate AS cheap_5m,
      p.cache_1h_rate AS cheap_1h, p.cache_read_rate AS cheap_read,
      iif(v.text IS 'fast', coalesce(p.fast_num, 1), 1) * iif(g.text IS 'us', p.geo_num, 1)
        * iif(m.is_regional, p.regional_num, 1) * iif(b.text IS 'batch', p.batch_num, 1) AS num,
      iif(v.text IS 'fast', coalesce(p.fast_den, 1), 1) * iif(g.text IS 'us', p.geo_den, 1)
        * iif(m.is_regional, p.regional_den, 1) * iif(b.text IS 'batch', p.batch_den, 1) AS den
    FROM tip_rate AS r JOIN class AS c ON c.id = r.class_id JOIN model AS m ON m.id = c.model_id
    LEFT JOIN name AS v ON v.id = c.speed_id LEFT JOIN name AS g ON g.id = c.geo_id LEFT JOIN name AS b ON b.id = c.tier_id
    JOIN tip_cheaper_span AS s ON s.from_ms < r.until_ms AND s.until_ms > r.from_ms
    JOIN price AS p ON p.model = :cheaper AND (p.source, p.valid_from_ms, p.above_tok) = (
      SELECT q.source, q.valid_from_ms, q.above_tok FROM price AS q
      WHERE q.model = :cheaper AND q.valid_from_ms <= s.from_ms AND q.valid_until_ms >= s.until_ms
        AND q.above_tok <= c.above_tok
      ORDER BY q.source = 'user' DESC, q.valid_from_ms DESC, q.above_tok DESC LIMIT 1)
    WHERE m.priced_as GLOB 'claude-*opus*' OR m.priced_as GLOB 'claude-fable*' OR m.priced_as GLOB 'claude-mythos*')),
-- Turns of work (Claude Code's own agents have their own rule) of models dearer than Sonnet, with what the same tokens
-- would have cost less. Steps inside them stay as they are.
tip_dear AS NOT MATERIALIZED (
  SELECT p.turn_id, o.session_id, o.agent_id, coalesce(a.meta_type_id, a.attr_type_id, a.call_type_id, 0) AS agent_type_id,
    o.version_id, p.output, p.aborted,
    p.input * d.input + p.output * d.output + p.cache_write_5m * d.cache_5m + p.cache_write_1h * d.cache_1h
      + p.cache_read * d.cache_read AS saving
  FROM tip_origin AS f CROSS JOIN origin AS o ON o.id = f.id LEFT JOIN agent AS a ON a.id = o.agent_id
  CROSS JOIN turn_portion AS p ON p.origin_id = o.id
  CROSS JOIN tip_dearer AS d ON d.class_id = p.class_id AND p.at_ms >= d.from_ms AND p.at_ms < d.until_ms
  WHERE p.at_ms >= :since_ms AND p.at_ms < :until_ms AND a.overhead_id IS NULL),

-- The calls, where the window has few of all turns: found by these.
-- @statement few_calls
tip_calls AS NOT MATERIALIZED (
  SELECT o.session_id, o.agent_id, t.at_ms, t.prompt_id, c.id AS call_id, c.turn_id, c.name_id, c.target_id, c.input_hash,
    c.result_hash, c.result_bytes, c.error_hash
  FROM tip_origin AS f CROSS JOIN origin AS o ON o.id = f.id CROSS JOIN turn AS t ON t.origin_id = o.id
  CROSS JOIN tool_call AS c ON c.turn_id = t.id
  WHERE t.at_ms >= :since_ms AND t.at_ms < :until_ms),

-- Where it has many and nothing else is asked for, it is quicker to look at all calls, and to skip those whose turn is another.
-- @statement many_calls
tip_calls AS NOT MATERIALIZED (
  SELECT o.session_id, o.agent_id, t.at_ms, t.prompt_id, c.id AS call_id, c.turn_id, c.name_id, c.target_id, c.input_hash,
    c.result_hash, c.result_bytes, c.error_hash
  FROM tool_call AS c CROSS JOIN turn AS t ON t.id = c.turn_id CROSS JOIN origin AS o ON o.id = t.origin_id
  WHERE t.at_ms >= :since_ms AND t.at_ms < :until_ms),
