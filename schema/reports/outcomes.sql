-- @report  outcomes
-- @title   What became of the work, an estimate
-- @about   Sessions by what git showed until an hour after them: productive (commits), reverted (at least half of them undone by a reset or revert), abandoned (none), unknown (no repository, no reflog of their time, or not over for an hour).
-- @group   work
-- @order   26
-- @filter  time project branch model session breakdown
-- @column  outcome  text  productive, reverted, abandoned, unknown
-- @column  model  text  Model that answered  split
-- @column  sessions  int  Sessions with a turn in it
-- @column  commits  int  Commits in their working trees; one that two sessions saw counts for both
-- @column  undone  int  Commits that the reflog shows to be undone
-- @measures
-- @chart   bar x=outcome y=cost
-- @empty   No turns yet. `ccl sync` reads what Claude Code has kept; `ccl install` logs each new turn.
-- @example ccl outcomes --since 30d --project api
WITH part AS MATERIALIZED (SELECT s.session_id, s.split, @measures FROM spend AS s GROUP BY s.session_id, s.split),
@session_outcome
SELECT o.outcome, (SELECT name FROM model WHERE id = p.split) AS model, count(*) AS sessions, sum(o.made) AS commits,
  sum(o.undone) AS undone, @measures
FROM part AS p JOIN outcome AS o ON o.session_id = p.session_id
GROUP BY o.outcome, p.split ORDER BY cost DESC, turns DESC, outcome, model
