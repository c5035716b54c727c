-- @tip     opus-on-exploration
-- @title   Opus on exploration, review and devops
-- @one     One session explored, reviewed or ran commands with Opus: start such work with `/model sonnet`
-- @many    {n} sessions explored, reviewed or ran commands with Opus: start such work with `/model sonnet`
-- @number  usd  usd  0.5  saved at least
-- Sessions that are auto-categorised so. Saved: what the same tokens cost less at Sonnet's prices.
WITH category AS MATERIALIZED (
  SELECT session_id, category FROM session_category WHERE category IN ('exploration', 'review', 'devops')),
dear AS MATERIALIZED (
  SELECT d.turn_id, d.session_id, d.saving FROM tip_dear AS d WHERE d.session_id IN (SELECT session_id FROM category)),
sums AS MATERIALIZED (SELECT session_id, sum(saving) AS saving FROM dear GROUP BY session_id),
found AS MATERIALIZED (SELECT * FROM sums WHERE saving > 0 AND (SELECT sum(saving) >= :usd FROM sums))
SELECT f.session_id, 'session ' || substr(s.uid, 1, 8) || ' (' || c.category || ', ' || usd_short(f.saving) || ')', f.saving,
  NULL, NULL
FROM found AS f JOIN session AS s ON s.id = f.session_id JOIN category AS c ON c.session_id = f.session_id
UNION ALL
SELECT session_id, NULL, NULL, turn_id, saving FROM dear WHERE session_id IN (SELECT session_id FROM found)
