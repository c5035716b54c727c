-- @report  export
-- @title   Every turn
-- @about   One row per API response, steps included, in the order of their times.
-- @group   overview
-- @filter  time project branch session
-- @column  id  id  Id of the response
-- @column  at  time  Its first line
-- @column  day  day  Its day, in the zone asked for
-- @column  session  id  Session that owns it
-- @column  project  text  Last component of root
-- @column  root  path  Main working tree of the repository it ran in, or the folder outside one
-- @column  repo  text  host/owner/name of that repository
-- @column  branch  text  Branch it is charged to; null where nothing names one
-- @column  branch_root  path  Main working tree that the branch is one of; another than root where another repository was edited
-- @column  pr_repo  text  host/owner/name of the pull request it counts for
-- @column  pr_number  number  Pull request it counts for
-- @column  role  text  What the work was: author, review, ci
-- @column  reason  text  Why it counts for no pull request; null if it does
-- @column  agent  id  Id of the agent; main: the session itself
-- @column  agent_type  text  Type of the agent; main: the session itself
-- @column  skill  text  Skill that was at work
-- @column  model  text  Model that answered
-- @column  priced_as  text  What its price is looked up by
-- @column  prompt  id  Prompt that it answers
-- @column  version  text  Version of Claude Code
-- @column  entrypoint  text  How Claude Code was run: cli, sdk-cli, ...
-- @column  stop_reason  text  Why the response ended
-- @column  tools  text  Tools that it called
-- @measures
-- @column  thinking  tokens  The part of output that was thinking; null where it is not known
-- @column  input_cost  usd  Part of cost: input that was not cached
-- @column  output_cost  usd  Part of cost: output
-- @column  cache_write_cost  usd  Part of cost: written to the caches
-- @column  cache_read_cost  usd  Part of cost: read from the cache
-- @column  search_cost  usd  Part of cost: web searches
-- @column  reported  usd  What the transcript says it has cost; all of cost if the model has no price
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl export --format jsonl --since 30d
WITH price_of AS MATERIALIZED (SELECT * FROM rate)
SELECT t.key AS id, p.at_ms AS at, local_day(p.at_ms) AS day, o.session, o.project, o.root, o.repo,
  b.text AS branch, j.root AS branch_root,
  CASE WHEN c.reason IS NULL THEN g.text END AS pr_repo, CASE WHEN c.reason IS NULL THEN c.number END AS pr_number,
  CASE WHEN c.reason IS NULL THEN c.role END AS role, c.reason,
  CASE WHEN o.agent_id IS NULL THEN 'main' ELSE a.uid END AS agent,
  CASE WHEN o.agent_id IS NULL THEN 'main' ELSE a.agent_type END AS agent_type,
  o.skill, m.name AS model, m.priced_as, q.uid AS prompt, o.version, o.entrypoint, e.text AS stop_reason,
  (SELECT list_once(n.id, n.text) FROM tool_call AS l JOIN name AS n ON n.id = l.name_id WHERE l.turn_id = p.turn_id) AS tools,
  p.turns, p.input + coalesce(sum(s.input_tok), 0) AS input, p.output + coalesce(sum(s.output_tok), 0) AS output,
  p.cache_write_5m + coalesce(sum(s.cache_5m_tok), 0) AS cache_write_5m, p.cache_write_1h + coalesce(sum(s.cache_1h_tok), 0) AS cache_write_1h,
  p.cache_read + coalesce(sum(s.cache_read_tok), 0) AS cache_read, p.web_searches,
  CASE WHEN count(r.class_id) + count(x.class_id) + count(u.turn_id) > 0 THEN
    coalesce(p.input * r.input_rate + p.output * r.output_rate + p.cache_write_5m * r.cache_5m_rate
      + p.cache_write_1h * r.cache_1h_rate + p.cache_read * r.cache_read_rate + p.web_searches * r.web_search_rate, u.pico_usd, 0)
    + coalesce(sum(s.input_tok * x.input_rate + s.output_tok * x.output_rate + s.cache_5m_tok * x.cache_5m_rate
      + s.cache_1h_tok * x.cache_1h_rate + s.cache_read_tok * x.cache_read_rate), 0) END AS cost,
  r.class_id IS NULL AND u.turn_id IS NULL AS unpriced, t.thinking_tok AS thinking,
  CASE WHEN count(r.class_id) + count(x.class_id) > 0 THEN
    coalesce(p.input * r.input_rate, 0) + coalesce(sum(s.input_tok * x.input_rate), 0) END AS input_cost,
  CASE WHEN count(r.class_id) + count(x.class_id) > 0 THEN
    coalesce(p.output * r.output_rate, 0) + coalesce(sum(s.output_tok * x.output_rate), 0) END AS output_cost,
  CASE WHEN count(r.class_id) + count(x.class_id) > 0 THEN
    coalesce(p.cache_write_5m * r.cache_5m_rate + p.cache_write_1h * r.cache_1h_rate, 0)
    + coalesce(sum(s.cache_5m_tok * x.cache_5m_rate + s.cache_1h_tok * x.cache_1h_rate), 0) END AS cache_write_cost,
  CASE WHEN count(r.class_id) + count(x.class_id) > 0 THEN
    coalesce(p.cache_read * r.cache_read_rate, 0) + coalesce(sum(s.cache_read_tok * x.cache_read_rate), 0) END AS cache_read_cost,
  CASE WHEN count(r.class_id) + count(x.class_id) > 0 THEN coalesce(p.web_searches * r.web_search_rate, 0) END AS search_cost,
  u.pico_usd AS reported
-- by the index of their times: nothing is sorted, and no more than a turn is held
FROM turn_portion AS p
CROSS JOIN turn AS t ON t.id = p.turn_id
CROSS JOIN origin_name AS o ON o.origin_id = p.origin_id
CROSS JOIN class AS k ON k.id = p.class_id
CROSS JOIN model AS m ON m.id = k.model_id
CROSS JOIN charge AS c ON c.id = p.charge_id
LEFT JOIN name AS b ON b.id = c.branch_id
LEFT JOIN project AS j ON j.id = c.project_id
LEFT JOIN name AS g ON g.id = c.repo_id
LEFT JOIN agent_name AS a ON a.agent_id = o.agent_id
LEFT JOIN prompt AS q ON q.id = p.prompt_id
LEFT JOIN name AS e ON e.id = t.stop_id
LEFT JOIN price_of AS r ON r.class_id = p.class_id AND p.at_ms >= r.from_ms AND p.at_ms < r.until_ms
LEFT JOIN turn_reported AS u ON u.turn_id = p.turn_id
LEFT JOIN turn_step AS s ON s.turn_id = p.turn_id
LEFT JOIN price_of AS x ON x.class_id = s.class_id AND p.at_ms >= x.from_ms AND p.at_ms < x.until_ms
WHERE p.at_ms >= :since_ms AND p.at_ms < :until_ms AND +p.origin_id IN (SELECT id FROM spend_origin)
  AND +p.charge_id IN (SELECT id FROM spend_charge)
GROUP BY p.at_ms, p.turn_id ORDER BY p.at_ms, p.turn_id
