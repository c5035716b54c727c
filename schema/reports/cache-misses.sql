-- @report  cache-misses
-- @title   Why the prompt cache missed
-- @about   Turns that read less than half of the context of the turn before from the cache, by cause. The client's own word counts, where it gave one; else the rules below, which are a guess.
-- @group   work
-- @order   23
-- @filter  time project branch model session
-- @column  cause  text  expired (a cold restart: the gap was longer than the cache lives), model_changed, compaction, unknown; else as Claude Code said
-- @column  turns  int  Turns that missed  total
-- @column  told  int  Of them those whose cause Claude Code said itself  total minor
-- @column  sessions  int  Sessions with such a turn
-- @column  rewritten  tokens  Tokens of the context before that were written to the cache again  total
-- @column  cost  usd  What writing them cost; null if no turn of the row has a price  total
-- @column  lost  usd  Of it what reading them would have saved  total
-- @column  unpriced  int  Turns left out of cost: their model has no price  total alert
-- @chart   bar x=cause y=lost
-- @empty   No turn missed the cache.
-- @example ccl cache-misses --since 7d
WITH miss AS MATERIALIZED (
  SELECT t.id, t.at_ms, p.session_id, t.class_id, b.at_ms AS before_ms, t.cache_miss_id, c.model_id <> d.model_id AS is_other_model,
    -- where one of them wrote for an hour, the cache lives for one
    t.at_ms - b.at_ms > CASE WHEN t.cache_1h_tok > 0 OR b.cache_1h_tok > 0 THEN 3600000 ELSE 300000 END AS is_expired,
    min(q.cache_write_5m + q.cache_write_1h, coalesce(p.lost, q.cache_write_5m + q.cache_write_1h)) AS rewritten,
    q.cache_write_1h AS write_1h
  FROM cache_miss(:since_ms, :until_ms, :session) AS p
  CROSS JOIN turn AS t ON t.id = p.turn_id
  CROSS JOIN turn_portion AS q ON q.turn_id = p.turn_id
  CROSS JOIN class AS c ON c.id = t.class_id
  LEFT JOIN turn AS b ON b.id = p.before_id
  LEFT JOIN class AS d ON d.id = b.class_id
  WHERE ((:session IS NULL AND :project IS NULL) OR t.origin_id IN (SELECT id FROM spend_origin))
    AND (:branch IS NULL OR t.charge_id IN (SELECT id FROM spend_charge))
    AND (:model IS NULL OR t.class_id IN (SELECT id FROM spend_class))),
price AS MATERIALIZED (SELECT * FROM rate),
-- for SQLite to index it
compacted AS MATERIALIZED (SELECT session_id, at_ms FROM compaction),
told AS (
  SELECT m.*, min(m.rewritten, m.write_1h) AS hour, CASE
      WHEN m.cache_miss_id IS NOT NULL THEN n.text
      WHEN m.is_expired THEN 'expired' WHEN m.is_other_model THEN 'model_changed'
      WHEN count(c.at_ms) THEN 'compaction' ELSE 'unknown' END AS cause
  FROM miss AS m
  LEFT JOIN name AS n ON n.id = m.cache_miss_id
  LEFT JOIN compacted AS c ON c.session_id = m.session_id AND c.at_ms > m.before_ms AND c.at_ms <= m.at_ms
  GROUP BY m.id)
SELECT t.cause, count(*) AS turns, count(t.cache_miss_id) AS told, count(DISTINCT t.session_id) AS sessions,
  sum(t.rewritten) AS rewritten,
  sum(t.hour * p.cache_1h_rate + (t.rewritten - t.hour) * p.cache_5m_rate) AS cost,
  sum(t.hour * p.cache_1h_rate + (t.rewritten - t.hour) * p.cache_5m_rate - t.rewritten * p.cache_read_rate) AS lost,
  count(*) - count(p.class_id) AS unpriced
FROM told AS t LEFT JOIN price AS p ON p.class_id = t.class_id AND t.at_ms >= p.from_ms AND t.at_ms < p.until_ms
GROUP BY t.cause ORDER BY cost DESC, turns DESC, cause
