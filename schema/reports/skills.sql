-- @report  skills
-- @title   Cost per skill
-- @about   One row per skill, dearest first; the row without one, the last, is all the rest. Claude Code says of each turn which skill it works for (exact). Clients that did not: what followed a call of Skill, until the next one or the end of the prompt (estimated).
-- @group   work
-- @order   10
-- @filter  time project branch model session
-- @column  skill  text  Skill; null: turns of none
-- @column  source  text  exact, estimated
-- @column  calls  int  Calls of Skill; a skill that the user types is called without one  total
-- @measures
-- @chart   bar x=skill y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl skills --since 30d
WITH exact AS MATERIALIZED (SELECT DISTINCT skill_id, version_id FROM origin WHERE skill_id IS NOT NULL),
-- of clients that say nothing of skills, in sessions that called one and have turns that the filters leave
old AS MATERIALIZED (
  SELECT id, agent_id FROM origin
  WHERE coalesce(version_id, 0) NOT IN (SELECT coalesce(version_id, 0) FROM exact)
    AND session_id IN (SELECT session_id FROM tool_rollup WHERE name_id IN (SELECT id FROM call_name WHERE kind = 'skill'))
    AND session_id IN (
      SELECT session_id FROM origin WHERE id IN (SELECT id FROM spend_origin) AND id IN (
        SELECT origin_id FROM rollup WHERE quarter >= :since_ms / 900000 AND quarter <= :until_ms / 900000))),
begun AS MATERIALIZED (
  SELECT row_number() OVER (ORDER BY t.at_ms, t.id, c.id) AS n, t.prompt_id, t.at_ms, t.id AS turn_id, o.agent_id,
    c.target_id AS skill_id
  FROM old AS o CROSS JOIN turn AS t ON t.origin_id = o.id CROSS JOIN tool_call AS c ON c.turn_id = t.id
  WHERE c.target_id IS NOT NULL AND c.name_id IN (SELECT id FROM call_name WHERE kind = 'skill')),
-- an agent's call is for that agent alone; the last one before the turn counts, which max() chooses
guessed AS MATERIALIZED (
  SELECT t.id AS turn_id, t.prompt_id, t.at_ms, b.skill_id, max(b.n) AS n
  FROM old AS o CROSS JOIN turn AS t ON t.origin_id = o.id
  JOIN begun AS b ON b.prompt_id = t.prompt_id AND (b.at_ms, b.turn_id) < (t.at_ms, t.id)
    AND (b.agent_id IS NULL OR b.agent_id = o.agent_id)
  GROUP BY t.id),
moved AS MATERIALIZED (
  SELECT g.skill_id, @measures
  -- turn by turn, so no further than they reach
  FROM spend_sum(max(:since_ms, (SELECT coalesce(min(at_ms), :until_ms) FROM guessed)),
    min(:until_ms, (SELECT coalesce(max(at_ms) + 1, 0) FROM guessed)), :project, :branch, :model, :session) AS s
  CROSS JOIN guessed AS g ON g.turn_id = s.turn_id AND g.prompt_id = s.prompt_id
  GROUP BY g.skill_id),
called AS MATERIALIZED (
  SELECT b.skill_id, count(*) AS n
  FROM begun AS b CROSS JOIN turn AS t ON t.id = b.turn_id
  WHERE t.at_ms >= :since_ms AND t.at_ms < :until_ms AND t.origin_id IN (SELECT id FROM spend_origin)
    AND t.charge_id IN (SELECT id FROM spend_charge) AND t.class_id IN (SELECT id FROM spend_class)
  GROUP BY b.skill_id),
part AS (
  SELECT o.skill_id, CASE WHEN o.skill_id IS NOT NULL THEN 'exact' END AS source, 0 AS calls, @measures
  FROM spend AS s CROSS JOIN origin AS o ON o.id = s.origin_id GROUP BY o.skill_id
  UNION ALL SELECT skill_id, 'estimated', 0, turns, input, output, cache_write_5m, cache_write_1h, cache_read, web_searches, cost,
    unpriced FROM moved
  UNION ALL SELECT NULL, NULL, 0, -turns, -input, -output, -cache_write_5m, -cache_write_1h, -cache_read, -web_searches, -cost,
    -unpriced FROM moved
  UNION ALL SELECT skill_id, 'estimated', n, 0, 0, 0, 0, 0, 0, 0, NULL, 0 FROM called
  UNION ALL SELECT skill_id, 'exact', -n, 0, 0, 0, 0, 0, 0, 0, NULL, 0 FROM called
  UNION ALL SELECT target_id, 'exact', calls, 0, 0, 0, 0, 0, 0, 0, NULL, 0
  FROM call_sum('skill', :since_ms, :until_ms, :project, :branch, :model, :session) WHERE target_id IS NOT NULL)
SELECT (SELECT text FROM name WHERE id = p.skill_id) AS skill, p.source, sum(p.calls) AS calls, sum(p.turns) AS turns,
  sum(p.input) AS input, sum(p.output) AS output, sum(p.cache_write_5m) AS cache_write_5m,
  sum(p.cache_write_1h) AS cache_write_1h, sum(p.cache_read) AS cache_read, sum(p.web_searches) AS web_searches,
  -- what is left when all that had a price was moved has none
  CASE WHEN sum(p.turns) > sum(p.unpriced) OR sum(p.cost) <> 0 THEN sum(p.cost) END AS cost, sum(p.unpriced) AS unpriced
FROM part AS p GROUP BY p.skill_id, p.source
HAVING sum(p.turns) <> 0 OR sum(p.calls) <> 0
  OR sum(p.input + p.output + p.cache_write_5m + p.cache_write_1h + p.cache_read) <> 0
ORDER BY skill IS NULL, cost DESC, turns DESC, calls DESC, skill, source
