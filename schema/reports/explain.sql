-- @report  explain
-- @title   The arithmetic of a session's cost
-- @about   Every product that a session's cost (--cost calculated) is the sum of, turn by turn: cost = count x rate x factors / 1,000,000, of a web search count x rate.
-- @group   overview
-- @order   8
-- @filter  time model
-- @param   session  id  required  Session, or the beginning of its id
-- @column  turn  id  Id of the response
-- @column  at  time  Its first line  minor
-- @column  model  text  Model that answered; of an advisor or compaction step its own  wide
-- @column  what  text  input, output, cache write 5m, cache write 1h, cache read or web search; advisor and compaction steps are named  wide
-- @column  count  int  Tokens, or web searches
-- @column  rate  rate  USD per million tokens, or per search, as the price table has it; null: no price
-- @column  factors  text  What the rate is multiplied by: fast mode, a US or regional endpoint, batch; null: nothing  alert
-- @column  cost  exact  Money  total
-- @column  price  text  Where the rate comes from, and since when it holds  minor
-- @column  unpriced  int  1 in the first row of a turn that has no price  total alert
-- @empty   This session has no turns that the filters leave.
-- @example ccl explain 3f2a --since today
WITH own(turn_id, step, prefix, at_ms, class_id, input, output, w5, w1, cache_read, searches) AS MATERIALIZED (
  SELECT p.turn_id, -1, '', p.at_ms, p.class_id, p.input, p.output, p.cache_write_5m, p.cache_write_1h, p.cache_read, p.web_searches
  FROM session AS s CROSS JOIN origin AS o ON o.session_id = s.id CROSS JOIN turn_portion AS p ON p.origin_id = o.id
  WHERE s.uid = :session AND +p.at_ms >= :since_ms AND +p.at_ms < :until_ms
  UNION ALL
  SELECT t.id, z.n, CASE WHEN z.is_advisor THEN 'advisor ' ELSE 'compaction ' END, t.at_ms, z.class_id, z.input_tok, z.output_tok,
    z.cache_5m_tok, z.cache_1h_tok, z.cache_read_tok, 0
  FROM session AS s CROSS JOIN origin AS o ON o.session_id = s.id CROSS JOIN turn AS t ON t.origin_id = o.id
  CROSS JOIN turn_step AS z ON z.turn_id = t.id
  WHERE s.uid = :session AND +t.at_ms >= :since_ms AND +t.at_ms < :until_ms),
-- the price of each class, with its factors in words
priced AS MATERIALIZED (
  SELECT q.class_id, q.from_ms, q.until_ms, q.input_rate, q.output_rate, q.cache_5m_rate, q.cache_1h_rate, q.cache_read_rate,
    q.web_search_rate, q.num, q.den,
    nullif(substr(
      CASE WHEN v.text = 'fast' AND q.fast_num <> q.fast_den THEN printf(', fast x %g', 1.0 * q.fast_num / q.fast_den) ELSE '' END
      || CASE WHEN g.text = 'us' AND q.geo_num <> q.geo_den THEN printf(', us x %g', 1.0 * q.geo_num / q.geo_den) ELSE '' END
      || CASE WHEN m.is_regional AND q.regional_num <> q.regional_den THEN printf(', regional x %g', 1.0 * q.regional_num / q.regional_den) ELSE '' END
      || CASE WHEN t.text = 'batch' AND q.batch_num <> q.batch_den THEN printf(', batch x %g', 1.0 * q.batch_num / q.batch_den) ELSE '' END, 3), '') AS factors,
    q.source || CASE WHEN q.valid_from_ms > 0 THEN ' since ' || strftime('%Y-%m-%d', q.valid_from_ms / 1000, 'unixepoch') ELSE '' END
      || CASE q.above_tok WHEN 0 THEN '' ELSE ', prompts above ' || (q.above_tok / 1000) || 'k' END AS price
  FROM class_price AS q JOIN class AS c ON c.id = q.class_id JOIN model AS m ON m.id = c.model_id
  LEFT JOIN name AS v ON v.id = c.speed_id LEFT JOIN name AS g ON g.id = c.geo_id LEFT JOIN name AS t ON t.id = c.tier_id
  WHERE q.num IS NOT NULL AND q.class_id IN (SELECT class_id FROM own)),
part(n, what) AS (
  VALUES (1, 'input'), (2, 'cache write 5m'), (3, 'cache write 1h'), (4, 'cache read'), (5, 'output'), (6, 'web search')),
product AS (
  SELECT o.turn_id, o.step, o.at_ms, o.class_id, n, o.prefix || what AS what, q.class_id IS NULL AS is_unpriced,
    CASE n WHEN 1 THEN o.input WHEN 2 THEN o.w5 WHEN 3 THEN o.w1 WHEN 4 THEN o.cache_read WHEN 5 THEN o.output ELSE o.searches END AS count,
    CASE n WHEN 1 THEN q.input_rate WHEN 2 THEN q.cache_5m_rate WHEN 3 THEN q.cache_1h_rate WHEN 4 THEN q.cache_read_rate
      WHEN 5 THEN q.output_rate ELSE q.web_search_rate END AS rate,
    CASE n WHEN 6 THEN 1 ELSE q.num END AS num, CASE n WHEN 6 THEN 1 ELSE q.den END AS den,
    CASE n WHEN 6 THEN NULL ELSE q.factors END AS factors, q.price
  FROM own AS o CROSS JOIN part
  LEFT JOIN priced AS q ON q.class_id = o.class_id AND o.at_ms >= q.from_ms AND o.at_ms < q.until_ms
  WHERE :model IS NULL OR o.class_id IN (SELECT id FROM spend_class))
SELECT t.key AS turn, p.at_ms AS at, m.name AS model, p.what, p.count,
  CASE p.n WHEN 6 THEN p.rate / 1000000 ELSE p.rate END AS rate, p.factors, p.count * (p.rate * p.num / p.den) AS cost, p.price,
  p.is_unpriced AND p.step = -1 AND p.n = 1 AS unpriced
FROM product AS p CROSS JOIN turn AS t ON t.id = p.turn_id
CROSS JOIN class AS c ON c.id = p.class_id CROSS JOIN model AS m ON m.id = c.model_id
-- the first row of a turn stands there in any case
WHERE p.count > 0 OR (p.step = -1 AND p.n = 1)
ORDER BY p.at_ms, p.turn_id, p.step, p.n
