-- Put before every report that says `-- @filter`: the rows that the standard filters leave, priced.
-- Parameters, always bound: :since_ms (0: none), :until_ms (LEDGER_NO_END_MS: none), :breakdown (0, 1)
-- and, NULL where not asked for, :project, :branch, :model, :session (a full id).
--
-- @spend_part is spend_part.sql, or spend_whole.sql where all of time is asked for.
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
-- every class at every time, with NULL rates where it has no price
spend_rate AS MATERIALIZED (
  SELECT s.class_id, s.from_ms, s.until_ms, c.model_id, r.input_rate, r.output_rate, r.cache_5m_rate, r.cache_1h_rate,
    r.cache_read_rate, r.web_search_rate
  FROM class_span AS s JOIN class AS c ON c.id = s.class_id
  LEFT JOIN rate AS r ON r.class_id = s.class_id AND r.from_ms = s.from_ms
  WHERE (:model IS NULL OR s.class_id IN (SELECT id FROM spend_class))
    -- prices of times without a turn only make the join longer
    AND s.until_ms > (SELECT coalesce(min(at_ms), 0) FROM turn) - 900000 AND s.from_ms <= (SELECT max(at_ms) FROM turn)),
@spend_part,
-- cost: pico-USD, NULL without a price; unpriced: turns without one; split: the model, if asked for
spend AS (
  SELECT s.*, r.model_id, CASE WHEN :breakdown THEN r.model_id END AS split,
    s.input * r.input_rate + s.output * r.output_rate + s.cache_write_5m * r.cache_5m_rate
      + s.cache_write_1h * r.cache_1h_rate + s.cache_read * r.cache_read_rate
      + s.web_searches * r.web_search_rate AS cost,
    CASE WHEN r.input_rate IS NULL THEN s.turns ELSE 0 END AS unpriced
  FROM spend_part AS s
  CROSS JOIN spend_rate AS r ON r.class_id = s.class_id AND s.at_ms >= r.from_ms AND s.at_ms < r.until_ms
  WHERE (:branch IS NULL AND :project IS NULL) OR s.origin_id IN (SELECT id FROM spend_origin))
