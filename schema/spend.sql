-- Put before every report that says `-- @filter`: the rows that the standard filters leave, priced.
-- Parameters, always bound: :since_ms (0: none), :until_ms (LEDGER_NO_END_MS: none), :breakdown (0, 1)
-- and, NULL where not asked for, :project, :branch, :model, :session (a full id).
--
-- Whole quarter hours come from the roll-up, the two that a limit cuts from the turns; one session
-- comes from its turns, which are found by its origins.
spend_limit(first_quarter, end_quarter) AS MATERIALIZED (
  SELECT (:since_ms + 899999) / 900000, :until_ms / 900000),
spend_origin(id) AS MATERIALIZED (
  SELECT o.id FROM origin AS o
  WHERE (:session IS NULL OR o.session_id IN (SELECT id FROM session WHERE uid = :session))
    AND (:branch IS NULL OR o.branch_id IN (SELECT id FROM name WHERE text = :branch))
    AND (:project IS NULL OR o.workdir_id IN (
      SELECT w.id FROM workdir AS w JOIN project AS p ON p.id = w.project_id
      WHERE p.name = :project OR p.root = :project OR p.repo = :project
        OR substr(p.root, -length(:project) - 1) = '/' || :project
        OR substr(p.repo, -length(:project) - 1) = '/' || :project))),
spend_class(id) AS MATERIALIZED (
  SELECT c.id FROM class AS c JOIN model AS m ON m.id = c.model_id
  WHERE :model IS NULL OR m.name = :model OR m.priced_as = :model),
spend_rate AS MATERIALIZED (SELECT * FROM rate),
spend_part AS (
  SELECT NULL AS turn_id, quarter * 900000 AS at_ms, origin_id, class_id, turns, steps, input_tok AS input,
    output_tok AS output, cache_5m_tok AS cache_write_5m, cache_1h_tok AS cache_write_1h,
    cache_read_tok AS cache_read, web_searches, aborted, first_ms, last_ms
  FROM rollup
  WHERE :session IS NULL
    AND quarter >= (SELECT first_quarter FROM spend_limit) AND quarter < (SELECT end_quarter FROM spend_limit)
  UNION ALL
  SELECT turn_id, at_ms, origin_id, class_id, turns, steps, input, output, cache_write_5m, cache_write_1h,
    cache_read, web_searches, aborted, at_ms, at_ms
  FROM portion
  WHERE :session IS NULL
    AND at_ms >= :since_ms AND at_ms < min(:until_ms, (SELECT first_quarter FROM spend_limit) * 900000)
  UNION ALL
  SELECT turn_id, at_ms, origin_id, class_id, turns, steps, input, output, cache_write_5m, cache_write_1h,
    cache_read, web_searches, aborted, at_ms, at_ms
  FROM portion
  WHERE :session IS NULL
    AND at_ms >= (SELECT max(first_quarter, end_quarter) FROM spend_limit) * 900000 AND at_ms < :until_ms
  UNION ALL
  SELECT turn_id, at_ms, origin_id, class_id, turns, steps, input, output, cache_write_5m, cache_write_1h,
    cache_read, web_searches, aborted, at_ms, at_ms
  FROM portion
  WHERE :session IS NOT NULL
    AND origin_id IN (SELECT id FROM spend_origin) AND +at_ms >= :since_ms AND +at_ms < :until_ms),
-- cost: pico-USD, NULL without a price; unpriced: turns without one; split: the model, if asked for
spend AS (
  SELECT s.*, c.model_id, CASE WHEN :breakdown THEN c.model_id END AS split,
    s.input * r.input_rate + s.output * r.output_rate + s.cache_write_5m * r.cache_5m_rate
      + s.cache_write_1h * r.cache_1h_rate + s.cache_read * r.cache_read_rate
      + s.web_searches * r.web_search_rate AS cost,
    CASE WHEN r.class_id IS NULL THEN s.turns ELSE 0 END AS unpriced
  FROM spend_part AS s
  CROSS JOIN class AS c ON c.id = s.class_id
  LEFT JOIN spend_rate AS r ON r.class_id = s.class_id AND s.at_ms >= r.from_ms AND s.at_ms < r.until_ms
  WHERE ((:branch IS NULL AND :project IS NULL) OR s.origin_id IN (SELECT id FROM spend_origin))
    AND (:model IS NULL OR s.class_id IN (SELECT id FROM spend_class)))
