-- @tip     no-edit
-- @title   Dear sessions without an edit
-- @one     One session cost {usd} or more and edited nothing: ask for less, or in a session with a cheaper model
-- @many    {n} sessions cost {usd} or more and edited nothing: ask for less, or in a session with a cheaper model
-- @number  usd  usd  3  of cost at least
SELECT t.session_id, t.words || ' (' || usd_short(t.cost) || ')', t.cost FROM tip_session AS t
WHERE t.cost >= :usd AND NOT EXISTS (
  SELECT 1 FROM tool_rollup AS r WHERE r.session_id = t.session_id AND r.name_id IN (SELECT name_id FROM tip_edit))
