-- @report  cache
-- @title   What the prompt cache saved, per day
-- @about   Per day: share of the prompt that came from the cache, what that saved, and what writing to it cost. `ccl cache-misses` says why it missed.
-- @group   work
-- @order   22
-- @filter  time project branch model session breakdown
-- @column  day  day  Day, in the zone asked for
-- @column  model  text  Model that answered  split
-- @column  hit  pct  Cache reads of all that could have been read: reads / (reads + writes)  ratio=cache_read/cache_read+cache_write_5m+cache_write_1h
-- @column  saved  usd  How much more the cache reads would have cost as plain input, at our prices  total
-- @column  write_cost  usd  What the cache writes cost, at our prices  minor total
-- @column  net  usd  saved less what the writes cost above plain input  minor total
-- @measures
-- @chart   bar x=day y=net
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl cache --since 7d
SELECT s.day, (SELECT name FROM model WHERE id = s.split) AS model,
  CAST(sum(s.cache_read) AS REAL) / nullif(sum(s.cache_read + s.cache_write_5m + s.cache_write_1h), 0) AS hit,
  -- without a price nothing is known
  CASE WHEN sum(s.cost) IS NOT NULL THEN sum(s.cache_saved) END AS saved,
  CASE WHEN sum(s.cost) IS NOT NULL THEN sum(s.cache_write_cost) END AS write_cost,
  CASE WHEN sum(s.cost) IS NOT NULL THEN sum(s.cache_saved - s.cache_extra) END AS net, @measures
FROM spend AS s
GROUP BY s.day, s.split ORDER BY s.day, cost DESC, model
