-- @tip     opus-small-answers
-- @title   Opus for short answers
-- @one     Opus gave answers of under {output} tokens in one session: Sonnet or Haiku are enough for small steps
-- @many    Opus gave answers of under {output} tokens in {n} sessions: Sonnet or Haiku are enough for small steps
-- @number  output  count  500  tokens of output, fewer than
-- @number  turns  count  10  answers at least
-- @number  usd  usd  1  saved at least
-- Answers whose length is known. Saved: what the same tokens cost less at Sonnet's prices.
WITH small AS MATERIALIZED (
  SELECT turn_id, session_id, saving FROM tip_dear
  WHERE output < :output AND NOT aborted AND (version_id IS NULL OR version_id NOT IN (SELECT id FROM lower_bound_version))),
sums AS MATERIALIZED (SELECT session_id, sum(saving) AS saving, count(*) AS n FROM small GROUP BY session_id),
found AS MATERIALIZED (
  SELECT * FROM sums WHERE saving > 0 AND (SELECT sum(saving) >= :usd AND sum(n) >= :turns FROM sums))
SELECT f.session_id, 'session ' || substr(s.uid, 1, 8) || ' (' || f.n || iif(f.n = 1, ' answer, ', ' answers, ') || usd_short(f.saving) || ')', f.saving,
  NULL, NULL
FROM found AS f JOIN session AS s ON s.id = f.session_id
UNION ALL
SELECT session_id, NULL, NULL, turn_id, saving FROM small WHERE session_id IN (SELECT session_id FROM found)
