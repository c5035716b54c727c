-- TEMP views, made afresh on every reading connection: code, not data.

-- The price row of each class, per validity, with the one factor that all its token rates take.
CREATE TEMP VIEW class_price AS
SELECT c.id AS class_id, p.*,
  CASE WHEN c.speed_id IS (SELECT id FROM name WHERE text = 'fast') THEN p.fast_num ELSE 1 END
  * CASE WHEN c.geo_id IS (SELECT id FROM name WHERE text = 'us') THEN p.geo_num ELSE 1 END
  * CASE WHEN m.is_regional THEN p.regional_num ELSE 1 END
  * CASE WHEN c.tier_id IS (SELECT id FROM name WHERE text = 'batch') THEN p.batch_num ELSE 1 END AS num,
  CASE WHEN c.speed_id IS (SELECT id FROM name WHERE text = 'fast') THEN p.fast_den ELSE 1 END
  * CASE WHEN c.geo_id IS (SELECT id FROM name WHERE text = 'us') THEN p.geo_den ELSE 1 END
  * CASE WHEN m.is_regional THEN p.regional_den ELSE 1 END
  * CASE WHEN c.tier_id IS (SELECT id FROM name WHERE text = 'batch') THEN p.batch_den ELSE 1 END AS den
FROM class AS c
JOIN model AS m ON m.id = c.model_id
JOIN price AS p ON p.model = m.priced_as
  AND p.above_tok = (SELECT max(q.above_tok) FROM price AS q
    WHERE q.model = p.model AND q.source = p.source AND q.valid_from_ms = p.valid_from_ms
      AND q.above_tok <= c.above_tok)
WHERE c.partner_id IS NULL OR EXISTS (
  SELECT 1 FROM price AS q JOIN model AS o ON o.priced_as = q.model
  WHERE o.id = c.partner_id AND q.valid_from_ms < p.valid_until_ms AND q.valid_until_ms > p.valid_from_ms);

-- Pico-USD per token. No row for a class and time: it has no price. The factors divide without a
-- remainder (embed.py refuses a price row where they would not).
CREATE TEMP VIEW rate AS
SELECT class_id, valid_from_ms, valid_until_ms,
  input_rate * num / den AS input_rate, output_rate * num / den AS output_rate,
  cache_5m_rate * num / den AS cache_5m_rate, cache_1h_rate * num / den AS cache_1h_rate,
  cache_read_rate * num / den AS cache_read_rate, web_search_rate
FROM class_price WHERE num IS NOT NULL;

-- Turns and their steps, one row each, with the cache writes split: the 1-hour part is what is
-- known to be, all the rest counts as 5-minute writes.
CREATE TEMP VIEW portion AS
SELECT id AS turn_id, at_ms, origin_id, class_id, 1 AS turns, 0 AS steps,
  coalesce(input_tok, 0) AS input, coalesce(output_tok, 0) AS output,
  max(coalesce(cache_write_tok, 0) - coalesce(cache_1h_tok, 0), coalesce(cache_5m_tok, 0)) AS cache_write_5m,
  coalesce(cache_1h_tok, 0) AS cache_write_1h, coalesce(cache_read_tok, 0) AS cache_read,
  coalesce(n_web_search, 0) AS web_searches, aborted_chars IS NOT NULL AS aborted
FROM turn
UNION ALL
SELECT s.turn_id, t.at_ms, t.origin_id, s.class_id, 0, 1, s.input_tok, s.output_tok,
  s.cache_5m_tok, s.cache_1h_tok, s.cache_read_tok, 0, 0
FROM turn_step AS s JOIN turn AS t ON t.id = s.turn_id;

-- One row per turn with its money (pico-USD; NULL: it or one of its steps has no price).
CREATE TEMP VIEW turn_cost AS
SELECT p.turn_id, sum(p.input) AS input, sum(p.output) AS output,
  sum(p.cache_write_5m) AS cache_write_5m, sum(p.cache_write_1h) AS cache_write_1h,
  sum(p.cache_read) AS cache_read, sum(p.web_searches) AS web_searches,
  CASE WHEN count(*) = count(r.class_id) THEN
    sum(p.input * r.input_rate + p.output * r.output_rate + p.cache_write_5m * r.cache_5m_rate
      + p.cache_write_1h * r.cache_1h_rate + p.cache_read * r.cache_read_rate
      + p.web_searches * r.web_search_rate) END AS cost
FROM portion AS p LEFT JOIN rate AS r
  ON r.class_id = p.class_id AND p.at_ms >= r.valid_from_ms AND p.at_ms < r.valid_until_ms
GROUP BY p.turn_id;

-- What an agent run is called.
CREATE TEMP VIEW agent_name AS
SELECT a.id AS agent_id, a.uid, a.session_id, a.overhead_id IS NOT NULL AS overhead,
  coalesce(o.text, m.text, t.text, c.text, 'unknown') AS agent_type
FROM agent AS a
LEFT JOIN name AS o ON o.id = a.overhead_id
LEFT JOIN name AS m ON m.id = a.meta_type_id
LEFT JOIN name AS t ON t.id = a.attr_type_id
LEFT JOIN name AS c ON c.id = a.call_type_id;

-- Origins in words.
CREATE TEMP VIEW origin_name AS
SELECT o.id AS origin_id, o.session_id, s.uid AS session, o.agent_id, w.path AS cwd, w.project_id,
  p.name AS project, p.root, p.repo, b.text AS branch, v.text AS version, e.text AS entrypoint, k.text AS skill
FROM origin AS o
JOIN session AS s ON s.id = o.session_id
LEFT JOIN workdir AS w ON w.id = o.workdir_id
LEFT JOIN project AS p ON p.id = w.project_id
LEFT JOIN name AS b ON b.id = o.branch_id
LEFT JOIN name AS v ON v.id = o.version_id
LEFT JOIN name AS e ON e.id = o.entrypoint_id
LEFT JOIN name AS k ON k.id = o.skill_id;
