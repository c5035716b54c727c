-- @report  prices
-- @title   Prices per million tokens
-- @about   One row per price: USD per million tokens, from midnight UTC. Your own (`ccl price set`, `import`, `unset`) win over the builtin ones.
-- @group   health
-- @order   2
-- @filter  model
-- @column  model  text  Model, as prices are looked up by  wide
-- @column  from  text  First day, UTC; null: always  minor
-- @column  until  text  The day it ends, UTC; null: it has not  minor
-- @column  input  rate  Input that was not cached
-- @column  output  rate  Output, thinking included
-- @column  cache_5m  rate  Written to the 5-minute cache
-- @column  cache_1h  rate  Written to the 1-hour cache
-- @column  cache_read  rate  Read from the cache
-- @column  source  text  builtin, user (your own)  minor
-- @column  note  text  Size of the prompt that it is for, factors on all its rates, whether your own price hides it  wrap
-- @empty   There is no price of that model. `ccl price set MODEL input=3 output=15` sets one.
-- @example ccl price list --model claude-opus-5-5
WITH row AS (
  SELECT *, valid_until_ms < 900000000000000 AS is_ended,
    CASE WHEN valid_from_ms % 86400000 THEN '%Y-%m-%dT%H:%M:%SZ' ELSE '%Y-%m-%d' END AS from_format,
    CASE WHEN valid_until_ms % 86400000 THEN '%Y-%m-%dT%H:%M:%SZ' ELSE '%Y-%m-%d' END AS until_format,
    rtrim(rtrim(printf('%.2f', 1.0 * fast_num / fast_den), '0'), '.') AS fast,
    rtrim(rtrim(printf('%.2f', 1.0 * geo_num / geo_den), '0'), '.') AS geo,
    rtrim(rtrim(printf('%.2f', 1.0 * regional_num / regional_den), '0'), '.') AS regional
  FROM price
  WHERE :model IS NULL OR model = :model OR model IN (SELECT coalesce(priced_as, name) FROM model WHERE name = :model)),
hiding AS MATERIALIZED (SELECT * FROM price WHERE source = 'user')
SELECT p.model, CASE WHEN p.valid_from_ms > 0 THEN strftime(p.from_format, p.valid_from_ms / 1000, 'unixepoch') END AS "from",
  CASE WHEN p.is_ended THEN strftime(p.until_format, p.valid_until_ms / 1000, 'unixepoch') END AS "until",
  p.input_rate AS input, p.output_rate AS output, p.cache_5m_rate AS cache_5m, p.cache_1h_rate AS cache_1h,
  p.cache_read_rate AS cache_read, p.source,
  nullif(substr(
    CASE WHEN p.above_tok > 0 THEN ', prompts above ' || (p.above_tok / 1000) || 'k' ELSE '' END
    || CASE WHEN p.fast_num IS NULL THEN ', no fast' WHEN p.fast_num <> p.fast_den THEN ', fast x' || p.fast ELSE '' END
    || CASE WHEN p.geo_num <> p.geo_den AND p.geo = p.regional THEN ', US/regional x' || p.geo
      ELSE CASE WHEN p.geo_num <> p.geo_den THEN ', US x' || p.geo ELSE '' END
        || CASE WHEN p.regional_num <> p.regional_den THEN ', regional x' || p.regional ELSE '' END END
    || CASE
      WHEN p.source <> 'builtin' THEN ''
      WHEN EXISTS (SELECT 1 FROM hiding AS q WHERE q.valid_from_ms <= p.valid_from_ms AND q.valid_until_ms >= p.valid_until_ms
        AND q.model = p.model AND q.above_tok <= p.above_tok) THEN ', hidden by your own'
      WHEN EXISTS (SELECT 1 FROM hiding AS q WHERE q.valid_from_ms < p.valid_until_ms AND q.valid_until_ms > p.valid_from_ms
        AND q.model = p.model AND q.above_tok <= p.above_tok) THEN ', partly hidden by your own'
      ELSE '' END, 3), '') AS note
FROM row AS p ORDER BY p.model, p.valid_from_ms, p.above_tok, p.source
