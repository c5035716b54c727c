-- @report  agents
-- @title   Cost per type of agent
-- @about   Subagents by type, with `main` for the sessions themselves, dearest first.
-- @group   work
-- @order   8
-- @filter  time project branch model session breakdown
-- @param   nested  bool  0  One row per type, parent and depth
-- @column  agent_type  text  Type of the agent; main: the session itself; observer: a session that a plugin keeps to watch others
-- @column  overhead  bool  Claude Code or a plugin started it for its own ends: compaction, suggestions, side questions
-- @column  parent  text  Types of the agents that started it
-- @column  depth  int  How many agents deep it ran, at most; null: not known  minor
-- @column  model  text  Model that answered  split
-- @column  runs  int  Runs of such agents; 0 for main  total
-- @column  sessions  int  Sessions with a turn of it  minor
-- @measures
-- @chart   bar x=agent_type y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl agents --since week --nested
WITH sums AS (
  SELECT g.agent_type, g.overhead, json_group_array(DISTINCT g.parent) AS parents, max(g.depth) AS depth, s.split,
    count(DISTINCT s.agent_id) AS runs, count(DISTINCT s.session_id) AS sessions, @measures
  FROM spend AS s
  CROSS JOIN origin_agent AS g ON g.origin_id = s.origin_id
  GROUP BY g.agent_type, g.overhead, CASE WHEN :nested THEN coalesce(g.parent, '') || '/' || coalesce(g.depth, '') END, s.split)
SELECT agent_type, overhead,
  (SELECT group_concat(value, ', ') FROM (SELECT value FROM json_each(parents) ORDER BY value)) AS parent, depth,
  (SELECT name FROM model WHERE id = split) AS model, runs, sessions, turns, input, output, cache_write_5m, cache_write_1h,
  cache_read, web_searches, cost, unpriced
FROM sums ORDER BY cost DESC, turns DESC, agent_type, parent, depth, model
