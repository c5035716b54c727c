-- @report  overhead
-- @title   Work and overhead
-- @about   Work is what was asked for; overhead what Claude Code and plugins start by themselves: compaction (acompact), prompt suggestions, side questions, memory, observers.
-- @group   work
-- @order   9
-- @filter  time project branch model session breakdown
-- @column  kind  text  work, overhead
-- @column  agent_type  text  Type of the agent; main: the session itself; observer: a session that a plugin keeps to watch others
-- @column  model  text  Model that answered  split
-- @column  runs  int  Runs of such agents; 0 for main and observer  minor total
-- @column  sessions  int  Sessions with a turn of it
-- @measures
-- @column  share  pct  Part of all cost
-- @chart   bar x=agent_type y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl overhead --since month --project api
SELECT CASE WHEN g.overhead THEN 'overhead' ELSE 'work' END AS kind, g.agent_type,
  (SELECT name FROM model WHERE id = s.split) AS model,
  count(DISTINCT s.agent_id) AS runs, count(DISTINCT s.session_id) AS sessions, @measures,
  -- null, not 1, where nothing has a price
  1.0 * sum(s.cost) / nullif(sum(sum(s.cost)) OVER (), 0) AS share
FROM spend AS s
CROSS JOIN origin_agent AS g ON g.origin_id = s.origin_id
GROUP BY g.overhead, g.agent_type, s.split ORDER BY g.overhead, cost DESC, turns DESC, agent_type, model
