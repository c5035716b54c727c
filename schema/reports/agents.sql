-- @report  agents
-- @title   Cost per type of agent
-- @about   Subagents by type, with `main` for the sessions themselves, dearest first.
-- @group   work
-- @order   4
-- @filter  time project branch model session breakdown
-- @column  agent_type  text  Type of the agent; main: the session itself
-- @column  overhead  bool  Claude Code started it for its own ends: compaction, suggestions, side questions
-- @column  model  text  Model that answered  split
-- @column  runs  int  Runs of such agents; 0 for main  total
-- @column  sessions  int  Sessions with a turn of it
-- @measures
-- @chart   bar x=agent_type y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl agents --since week --breakdown
SELECT coalesce(a.agent_type, 'main') AS agent_type, coalesce(a.overhead, 0) AS overhead,
  (SELECT name FROM model WHERE id = s.split) AS model,
  count(DISTINCT s.agent_id) AS runs, count(DISTINCT s.session_id) AS sessions, @measures
FROM spend AS s
LEFT JOIN agent_name AS a ON a.agent_id = s.agent_id
GROUP BY s.agent_id IS NULL, a.agent_type, a.overhead, s.split ORDER BY cost DESC, turns DESC, agent_type
