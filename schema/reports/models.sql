-- @report  models
-- @title   Cost per model
-- @about   One row per model that answered, dearest first.
-- @group   work
-- @order   3
-- @filter  time project branch model session breakdown
-- @column  model  text  Model, as Claude Code wrote it  wide
-- @column  priced_as  text  Entry of the price table; null: it has no price  minor
-- @column  sessions  int  Sessions with a turn of it
-- @measures
-- @column  first  time  First turn counted  minor
-- @column  last  time  Last turn counted  minor
-- @chart   bar x=model y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl models --since month
SELECT m.name AS model,
  (SELECT p.model FROM price AS p WHERE p.model = coalesce(m.priced_as, m.name) LIMIT 1) AS priced_as,
  count(DISTINCT s.session_id) AS sessions, @measures, min(s.first_ms) AS first, max(s.last_ms) AS last
FROM spend AS s
JOIN model AS m ON m.id = s.model_id
GROUP BY s.model_id ORDER BY cost DESC, turns DESC, model
-- @trend
SELECT m.name AS model, @recent_day AS day, sum(s.cost) AS cost
FROM @recent AS s JOIN model AS m ON m.id = s.model_id
WHERE s.day IS NOT NULL GROUP BY s.model_id, s.day
